//! Mail to be sent: one row per recipient and event, written with the transition that it tells of.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{Micros, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::operation::Goal;

use super::StoreError;

/// One event for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// The publisher.
    pub publisher: String,
    /// The offer.
    pub offer: String,
    /// The operation it is about; with the event's name and the recipient this is the key by which it is told once.
    pub operation: OperationId,
    /// What that is for, or the publish or golive that it cancels.
    pub kind: Goal,
    /// The address.
    pub recipient: String,
    /// What happened.
    pub event: Event,
    /// When, on the publisher's clock.
    pub at: PublisherTime,
    /// Whether it is to be sent. Otherwise it is written all the same, for the mailbox of the development mode,
    /// and never due. Kept as the letter's [`Delivery`], not with the rest.
    #[serde(skip)]
    pub deliver: bool,
}

/// How far the delivery of a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// It is to be sent, at this time or later.
    Due(PublisherTime),
    /// The mail server took it.
    Sent,
    /// It was given up.
    Abandoned,
    /// It is not for sending; the mailbox of the development mode shows it.
    Mailbox,
}

/// A mail in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its place: the order of writing.
    pub id: i64,
    /// What is told, and to whom.
    pub mail: Mail,
    /// How often sending it failed.
    pub failures: u32,
    /// How far it is.
    pub delivery: Delivery,
    /// What the mail server said last.
    pub last_error: Option<String>,
}

/// The outbox.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Letters that are due and that nobody else holds, at most `limit`, the earliest due first. The caller holds
    /// them for one minute of real time or until it records them, so that nobody else sends them meanwhile.
    ///
    /// A letter is due by its publisher's clock: that of `clocks` where the publisher has one, which is never
    /// behind the others, else `now`.
    async fn due_letters(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError>;

    /// Records what became of a letter, and gives it free. Nothing changes if it is recorded already: what is
    /// sent or given up stays so. Callers with many letters record them at the same time rather than in turn:
    /// changes that wait together share a transaction.
    async fn record_delivery(&self, letter: Letter) -> Result<(), StoreError>;

    /// How long it takes until [`Outbox::due_letters`] has a letter for somebody: until one is due on its
    /// publisher's clock and, if somebody holds it, the hold is over. `None`: no letter waits.
    async fn next_letter_due(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
    ) -> Result<Option<Micros>, StoreError>;

    /// Every letter, in the order of writing.
    async fn letters(&self) -> Result<Vec<Letter>, StoreError>;
}
