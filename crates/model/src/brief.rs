//! What the model needs to know of what is stored, and what clients were told about it.

use signoff_lifecycle::decision::{Reply, StopReply};
use signoff_lifecycle::operation::{CancellationPhase, Phase};

use crate::call::{Which, operation};
use crate::job::{self, Job};
use crate::memo::Broken;
use crate::store::Stored;

/// What clients were told about the newest publish or golive; see [`Promises`].
pub(crate) type Promises = u8;

/// It started.
pub(crate) const STARTED: Promises = 1;
/// It is canceled: 200 with its address.
pub(crate) const CANCELED: Promises = 2;
/// A cancellation of it runs: 202 with the cancellation's address.
pub(crate) const CANCELING: Promises = 4;
/// Its cancellation ended well: 200 with the cancellation's address.
pub(crate) const CANCELLATION_ENDED: Promises = 8;

/// A cancellation of it was given up by force, and says what is left.
pub(crate) const GIVEN_UP: Promises = 16;
/// It was past its switch, and is complete.
pub(crate) const COMPLETED: Promises = 32;

/// Where the newest publish or golive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    None,
    Running,
    Canceling,
    Undoing,
    Canceled,
    Completed,
    Failed,
}

/// What the model needs of what is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    /// The work that is due, of the target and of the cancellation.
    pub(crate) due: [Option<Job>; 2],
    pub(crate) standing: Standing,
    pub(crate) has_cancellation: bool,
    /// The cancellation ended well.
    pub(crate) cancellation_completed: bool,
    /// How many leftovers are recorded.
    pub(crate) leftovers: u8,
    /// The rule that is broken by its being stored.
    pub(crate) broken: Option<Broken>,
}

pub(crate) fn promises(reply: &Reply) -> Promises {
    match reply {
        Reply::Started(_) => STARTED,
        Reply::Stopped(StopReply::Canceled(_)) => CANCELED,
        Reply::Stopped(StopReply::Canceling(_)) => CANCELING,
        Reply::Stopped(StopReply::CancellationEnded(_)) => CANCELLATION_ENDED,
        Reply::Stopped(StopReply::GivenUp(_)) => GIVEN_UP,
        Reply::Stopped(StopReply::Completed(_)) => COMPLETED,
        Reply::Put(_) | Reply::Recorded => 0,
    }
}

/// Whether what was promised is so.
pub(crate) fn is_kept(promises: Promises, brief: &Brief) -> bool {
    let is = |promise: Promises, so: bool| promises & promise == 0 || so;
    let canceled = brief.standing == Standing::Canceled;
    is(STARTED, brief.standing != Standing::None)
        && is(CANCELED, canceled && !brief.has_cancellation)
        && is(CANCELING, brief.has_cancellation)
        && is(CANCELLATION_ENDED, canceled && brief.cancellation_completed)
        && is(GIVEN_UP, brief.standing == Standing::Failed && brief.has_cancellation)
        && is(COMPLETED, brief.standing == Standing::Completed)
}

pub(crate) fn brief(stored: &Stored, broken: Option<Broken>) -> Brief {
    let state = &stored.aggregate;
    let due = [Which::Target, Which::Cancellation].map(|which| {
        let is_due = operation(state, which).is_some_and(|operation| stored.is_due(operation));
        job::of(state, which).filter(|_| is_due)
    });
    let standing = match state.target().map(|target| &target.phase) {
        None => Standing::None,
        Some(Phase::Running) => Standing::Running,
        Some(Phase::Canceling { .. }) => Standing::Canceling,
        Some(Phase::Canceled { .. }) => Standing::Canceled,
        Some(Phase::Undoing { .. }) => Standing::Undoing,
        Some(Phase::Completed { .. }) => Standing::Completed,
        Some(Phase::Failed { .. }) => Standing::Failed,
    };
    let cancellation = state.cancellation();
    Brief {
        due,
        standing,
        has_cancellation: cancellation.is_some(),
        cancellation_completed: cancellation
            .is_some_and(|it| matches!(it.phase, CancellationPhase::Completed { .. })),
        leftovers: u8::try_from(state.offer.leftovers.len()).unwrap_or(u8::MAX),
        broken,
    }
}
