//! Mail to be sent: one row per recipient and event, written with the transition that it tells of.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{OperationId, Timestamp};

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
    /// `publish` or `goLive`.
    pub kind: String,
    /// The address.
    pub recipient: String,
    /// What happened.
    pub event: Event,
    /// When, on the publisher's clock.
    pub at: Timestamp,
}

/// How far the delivery of a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// It is to be sent, at this time or later.
    Due(Timestamp),
    /// The mail server took it.
    Sent,
    /// It was given up.
    Abandoned,
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
    /// Letters that are due at `now`, the earliest due first. The caller holds them for one minute of real time.
    async fn due_letters(&self, now: Timestamp, limit: usize) -> Result<Vec<Letter>, StoreError>;

    /// Records what became of a letter.
    async fn settle_letter(&self, letter: Letter) -> Result<(), StoreError>;

    /// When the next letter is due.
    async fn next_letter_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Every letter, in the order of writing.
    async fn letters(&self) -> Result<Vec<Letter>, StoreError>;
}
