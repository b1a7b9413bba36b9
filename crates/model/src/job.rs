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
    /// It makes something in the world: an artifact under the operation and the step.
    pub(crate) makes: bool,
    /// It removes what earlier operations left behind.
    pub(crate) sweeps: bool,
    /// A third party is asked.
    pub(crate) asks: bool,
    /// A scenario holds it.
    pub(crate) holds: bool,
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
    let outstanding = operation.outstanding.as_ref().filter(|outstanding| !outstanding.held)?;
    let steps = &state.target.as_ref()?.steps;
    let (kind, plan) = match outstanding.what {
        WorkKind::Run => (JobKind::Run, &steps[outstanding.index].plan),
        WorkKind::Propagate => (JobKind::Propagate, &steps[outstanding.index].plan),
        WorkKind::Undo => (JobKind::Undo, &operation.undo[outstanding.index].plan),
    };
    let step = steps.iter().position(|step| step.plan.id == plan.id)?;
    let runs = kind == JobKind::Run;
    Some(Job {
        kind,
        step: u8::try_from(step).unwrap_or(u8::MAX),
        makes: runs && makes(plan.executor),
        sweeps: runs && plan.executor == Executor::Validate,
        asks: operation.asks_a_third_party(),
        holds: runs && operation.holds(),
    })
}

/// Whether running a step of this executor leaves an artifact, as the executors of the engine do.
pub(crate) fn makes(executor: Executor) -> bool {
    matches!(executor, Executor::Provision | Executor::Package | Executor::Live)
}

impl Job {
    /// No work that anybody could tell from another.
    pub(crate) const NONE: Self =
        Self { kind: JobKind::Run, step: 0, makes: false, sweeps: false, asks: false, holds: false };
}
