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

/// The draft was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PutReply {
    /// Whether the offer is new.
    pub created: bool,
}

/// An operation started: this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started(pub Reference);

/// What the caller of a cancel is told; each names the operation whose address the caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReply {
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
}

/// The replies of all commands, for callers that hold a [`Command`](crate::Command).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Of a put.
    Put(PutReply),
    /// Of a publish or golive.
    Started(Started),
    /// Of a cancel.
    Stopped(StopReply),
    /// Of every other command: it was recorded, and there is nothing more to say.
    Recorded,
}

/// The new state and everything that is recorded with it, in one transaction. `R` is the reply of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<R = Reply> {
    /// The offer and its operations as they then are.
    pub next: Aggregate,
    /// Operations that changed or are new.
    pub changed: Vec<Operation>,
    /// Work that is due later, or at once.
    pub work: Vec<Work>,
    /// Work that is done or no longer wanted, by operation and attempt.
    pub finished_work: Vec<(OperationId, u32)>,
    /// What is told, and to whom.
    pub notifications: Vec<Notification>,
    /// What the caller is told.
    pub reply: R,
}

/// What came of a command that was not refused. `R` is the reply of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<R = Reply> {
    /// Something changes.
    Change(Box<Decision<R>>),
    /// It was so already (promise 10: same command, same answer).
    Already {
        /// The offer as it was handed in.
        state: Box<Aggregate>,
        /// What the caller is told.
        reply: R,
    },
}

impl<R> Verdict<R> {
    /// Nothing changes.
    pub(crate) fn already(state: Aggregate, reply: R) -> Self {
        Self::Already { state: Box::new(state), reply }
    }

    /// The same with another reply, made of this one and of the offer as it then is.
    pub fn map<S>(self, make: impl FnOnce(R, &Aggregate) -> S) -> Verdict<S> {
        match self {
            Self::Change(decision) => {
                let Decision { next, changed, work, finished_work, notifications, reply } = *decision;
                let reply = make(reply, &next);
                Verdict::Change(Box::new(Decision {
                    next,
                    changed,
                    work,
                    finished_work,
                    notifications,
                    reply,
                }))
            }
            Self::Already { state, reply } => {
                let reply = make(reply, &state);
                Verdict::Already { state, reply }
            }
        }
    }
}
