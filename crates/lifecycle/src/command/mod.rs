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

use crate::decision::{Reply, Started, Verdict};
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

/// A command: what somebody wants of an offer.
pub trait Decide {
    /// What the caller is told; `()`: nothing but that it was recorded.
    type Reply;

    /// See [`decide`].
    ///
    /// # Errors
    /// A [`Refusal`]; nothing changes then.
    fn decide(
        self,
        state: Option<Aggregate>,
        present: PublisherTime,
    ) -> Result<Verdict<Self::Reply>, Refusal>;
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
pub fn decide<C: Decide>(
    state: Option<Aggregate>,
    command: C,
    present: PublisherTime,
) -> Result<Verdict<C::Reply>, Refusal> {
    command.decide(state, present)
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

impl Decide for Command {
    type Reply = Reply;

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict, Refusal> {
        let recorded = |verdict: Verdict<()>| verdict.map(|(), _| Reply::Recorded);
        let started = |verdict: Verdict<Started>| verdict.map(|reply, _| Reply::Started(reply));
        match self {
            Self::Put(put) => {
                put.decide(state, present).map(|verdict| verdict.map(|reply, _| Reply::Put(reply)))
            }
            Self::Publish(publish) => publish.decide(state, present).map(started),
            Self::GoLive(golive) => golive.decide(state, present).map(started),
            Self::Cancel(cancel) => {
                cancel.decide(state, present).map(|verdict| verdict.map(|reply, _| Reply::Stopped(reply)))
            }
            Self::StepResult(result) => result.decide(state, present).map(recorded),
            Self::Callback(callback) => callback.decide(state, present).map(recorded),
            Self::Review(review) => review.decide(state, present).map(recorded),
            Self::Hold(hold) => hold.decide(state, present).map(recorded),
            Self::Release(release) => release.decide(state, present).map(recorded),
            Self::Reschedule(reschedule) => reschedule.decide(state, present).map(recorded),
        }
    }
}

/// The offer, which all commands but a put need.
fn existing(state: Option<Aggregate>) -> Result<Aggregate, Refusal> {
    state.ok_or(Refusal::OfferNotFound)
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
