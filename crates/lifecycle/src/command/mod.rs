//! The commands, one file each: everything that changes an offer comes through [`decide`].

mod awaited;
mod callback;
mod cancel;
mod external;
mod force;
mod golive;
mod hold;
mod publish;
mod put;
mod reschedule;
mod result;
mod review;

pub use callback::{Callback, WebhookReport};
pub use cancel::{Cancel, CancelTarget, StopLevel};
pub use golive::GoLive;
pub use hold::{Hold, Release};
pub use publish::{Checked, Publish, Warning};
pub use put::{Put, PutGuard};
pub use reschedule::Reschedule;
pub use result::{StepResult, WorkOutcome};
pub use review::{Review, ReviewDecision};

use crate::decision::Verdict;
use crate::ids::PublisherTime;
use crate::offer::{Aggregate, Offer};
use crate::refusal::Refusal;

/// What `If-Match` demands of the newest operation (the tag's second part; contract, "Concurrency").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// Nothing was sent, or `*`.
    #[default]
    None,
    /// The newest operation must be one of these, by publishing version.
    Newest(Vec<u64>),
}

impl Guard {
    pub(crate) fn check(&self, offer: &Offer) -> Result<(), Refusal> {
        match self {
            Self::None => Ok(()),
            Self::Newest(versions) if versions.contains(&offer.publishing_version) => Ok(()),
            Self::Newest(_) => Err(Refusal::PreconditionFailed),
        }
    }
}

/// Everything that can happen to an offer: calls, results of work, timers. There is no second way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Store the draft.
    Put(Put),
    /// Start publishing the draft.
    Publish(Publish),
    /// Bring the preview to production.
    GoLive(GoLive),
    /// Stop the operation in progress.
    Cancel(Cancel),
    /// A piece of work came to its end.
    StepResult(StepResult),
    /// A third party speaks of its own accord.
    Callback(Callback),
    /// A reviewer approves or rejects a step.
    Review(Review),
    /// A scripted step stops before its result.
    Hold(Hold),
    /// A held step may go on.
    Release(Release),
    /// Work is due later than its step explains.
    Reschedule(Reschedule),
}

/// Decides what comes of `command`, given the offer as it stands (`None`: there is none) and the time.
///
/// History stays in order: what happens is never written down as earlier than what happened. What falls due is reckoned from
/// `present` all the same, though the clock by which it happened may have been ahead.
///
/// Pure: the same arguments give the same answer.
///
/// # Errors
/// A [`Refusal`]; nothing changes then.
pub fn decide(
    state: Option<Aggregate>,
    command: Command,
    present: PublisherTime,
) -> Result<Verdict, Refusal> {
    let existing = |state: Option<Aggregate>| state.ok_or(Refusal::OfferNotFound);
    match command {
        Command::Put(put) => put.decide(state, present),
        Command::Publish(publish) => publish.decide(existing(state)?, present),
        Command::GoLive(golive) => golive.decide(existing(state)?, present),
        Command::Cancel(cancel) => cancel.decide(existing(state)?, present),
        Command::StepResult(result) => result.decide(existing(state)?, present),
        Command::Callback(callback) => callback.decide(existing(state)?, present),
        Command::Review(review) => review.decide(existing(state)?, present),
        Command::Hold(hold) => hold.decide(existing(state)?, present),
        Command::Release(release) => release.decide(existing(state)?, present),
        Command::Reschedule(reschedule) => reschedule.decide(existing(state)?, present),
    }
}

/// What publish and golive share: they start nothing while something runs.
fn refuse_while_running(state: &Aggregate) -> Result<(), Refusal> {
    if let Some(cancellation) = state.cancellation().filter(|cancellation| cancellation.is_running()) {
        return Err(Refusal::CancellationInProgress { cancellation: cancellation.into() });
    }
    match state.target().filter(|target| target.is_running()) {
        Some(target) => Err(Refusal::OperationInProgress {
            operation: target.into(),
            waits_for_signoff: target.waits_for_signoff(),
        }),
        None => Ok(()),
    }
}
