//! The work that an operation waits for, as a worker sees it.

use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::WorkKind;
use signoff_lifecycle::plan::Executor;

use crate::call::{Which, operation};

/// A piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Job {
    /// What is to be done.
    pub(crate) kind: JobKind,
    /// The step of the newest publish or golive that is run or undone, by its place.
    pub(crate) step: u8,
    /// What it is to the world.
    pub(crate) does: Does,
    /// A scenario holds it.
    pub(crate) holds: bool,
}

/// What work is to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Does {
    /// Nothing; or it removes what its step made, if it is an undo.
    Nothing,
    /// It makes an artifact under the operation and the step.
    Make,
    /// It removes what earlier operations left behind.
    Sweep,
    /// It asks a third party, whose state is hidden.
    Ask,
}

/// What is to be done; orders [`WorkKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum JobKind {
    Run,
    Propagate,
    Undo,
}

/// The work that the operation waits for.
pub(crate) fn of(state: &Aggregate, which: Which) -> Option<Job> {
    let operation = operation(state, which)?;
    let outstanding = operation.head().outstanding.filter(|outstanding| !outstanding.held)?;
    let steps = &state.target()?.steps;
    let (kind, plan) = match outstanding.what {
        WorkKind::Run => (JobKind::Run, &steps[outstanding.index].plan),
        WorkKind::Propagate => (JobKind::Propagate, &steps[outstanding.index].plan),
        WorkKind::Undo => (JobKind::Undo, &operation.undo()[outstanding.index].plan),
    };
    let step = steps.iter().position(|step| step.plan.id == plan.id)?;
    let runs = kind == JobKind::Run;
    Some(Job {
        kind,
        step: u8::try_from(step).unwrap_or(u8::MAX),
        does: match plan.executor {
            _ if operation.asks_a_third_party() => Does::Ask,
            // As the executors of the engine do.
            Executor::Provision | Executor::Package | Executor::Live if runs => Does::Make,
            Executor::Validate if runs => Does::Sweep,
            _ => Does::Nothing,
        },
        holds: runs && operation.holds(),
    })
}

impl Job {
    /// No work that anybody could tell from another.
    pub(crate) const NONE: Self = Self { kind: JobKind::Run, step: 0, does: Does::Nothing, holds: false };
}
