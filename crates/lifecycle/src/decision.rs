//! What a command comes to: the new state and everything that must be recorded with it.

use serde::{Deserialize, Serialize};

use crate::ids::{OperationId, PublisherTime};
use crate::offer::Aggregate;
use crate::operation::{Operation, WorkKind};
use crate::refusal::Reference;

/// A piece of work to be done at its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The operation it belongs to.
    pub operation: OperationId,
    /// The number that its result must carry.
    pub attempt: u32,
    /// What kind of work it is.
    pub kind: WorkKind,
    /// When it is due, on the publisher's clock.
    pub due_at: PublisherTime,
}

/// Who hears of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The publisher's seller contact (migrated offers).
    SellerContact,
    /// The addresses of the request.
    List(Vec<String>),
}

/// What happened, for those who asked to hear of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// An operation started.
    Started,
    /// A publish waits for sign-off.
    WaitingForSignoff,
    /// An operation failed; what its steps found, and what is left.
    Failed { findings: Vec<String>, left: Vec<String> },
    /// An operation was cancelled.
    Canceled { by: String, reason: Option<String> },
    /// A cancellation failed, or was given up by force; these steps are left behind.
    CancellationFailed { left: Vec<String> },
    /// The offer went live.
    Live { version: u32 },
}

impl Event {
    /// The event's name: part of the key by which it is told once.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::WaitingForSignoff => "waitingForSignoff",
            Self::Failed { .. } => "failed",
            Self::Canceled { .. } => "canceled",
            Self::CancellationFailed { .. } => "cancellationFailed",
            Self::Live { .. } => "live",
        }
    }
}

/// One event of one operation and its audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The operation it is about.
    pub operation: OperationId,
    /// What happened.
    pub event: Event,
    /// Who hears of it.
    pub audience: Audience,
}

/// What the caller is told. Kept for those who ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// The draft was stored.
    Stored { created: bool },
    /// An operation started.
    Started(Reference),
    /// The operation is cancelled: 200.
    Canceled(Reference),
    /// A cancellation runs: 202.
    Canceling(Reference),
    /// A cancellation has ended well, and this was its address: 200.
    CancellationEnded(Reference),
    /// Stopping was given up by force: this cancellation has failed and says what is left, 202.
    GivenUp(Reference),
    /// The operation was past its switch and is complete now: 200.
    Completed(Reference),
    /// What a cancel meant has ended, and that is as good (the dialect `observed` alone).
    NothingToCancel(Reference),
    /// It was recorded.
    Recorded,
}

/// The new state and everything that is recorded with it, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The offer and its operations as they then are.
    pub next: Aggregate,
    /// Operations that changed or are new.
    pub changed: Vec<Operation>,
    /// Work that is due later, or at once.
    pub work: Vec<Work>,
    /// Work that is no longer wanted, by operation and attempt.
    pub settled: Vec<(OperationId, u32)>,
    /// What is told, and to whom.
    pub notifications: Vec<Notification>,
    /// What the caller is told.
    pub reply: Reply,
}

/// What came of a command that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Something changes.
    Change(Box<Decision>),
    /// It was so already (promise 10: same command, same answer).
    Already {
        /// The offer as it was handed in.
        state: Box<Aggregate>,
        /// What the caller is told.
        reply: Reply,
    },
}

impl Verdict {
    /// Nothing changes.
    pub(crate) fn already(state: Aggregate, reply: Reply) -> Self {
        Self::Already { state: Box::new(state), reply }
    }
}
