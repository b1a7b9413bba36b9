//! Holding a scripted step before its result, and letting it go on.

use super::result::expected;
use crate::decision::{Reply, Verdict};
use crate::ids::{Micros, OperationId, Timestamp};
use crate::offer::Aggregate;
use crate::operation::{Operation, Outstanding};
use crate::refusal::Refusal;
use crate::transition::Transition;

/// A scripted step reached the point where its scenario holds it. Work that [`Operation::holds`] does not speak of
/// is due again at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The operation.
    pub operation: OperationId,
    /// The number of the work that is held.
    pub attempt: u32,
}

impl Hold {
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let (operation, outstanding) = expected(&state, self.operation, self.attempt)?;
        let holds = operation.holds();
        let of_cancellation = state.cancellation.as_ref().is_some_and(|other| other.id == operation.id);
        let mut transition = Transition::new(state, present);
        transition.settle(self.operation, self.attempt);
        let operation = if of_cancellation { transition.cancellation() } else { transition.target() };
        let Some(operation) = operation else { return Err(Refusal::StaleResult) };
        if holds {
            operation.outstanding = Some(Outstanding { held: true, ..outstanding });
        } else {
            // Released in the meantime, or never to be held: nobody would let it go on.
            let attempt = operation.expect_work(outstanding.index, outstanding.what);
            transition.issue(self.operation, attempt, outstanding.what, Micros::ZERO);
        }
        Ok(transition.finish(Reply::Recorded))
    }
}

/// Lets a held step go on; one that is not held yet will not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The step.
    pub step: String,
}

impl Release {
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let Some(target) = state.target.as_ref().filter(|target| target.is_running()) else {
            return Err(Refusal::NoRunningOperation);
        };
        if target.step(&self.step).is_none() {
            return Err(Refusal::StepNotFound { step: self.step });
        }
        if target.released.contains(&self.step) {
            return Ok(Verdict::already(state, Reply::Recorded));
        }
        let held = held_work(target, &self.step);
        let mut transition = Transition::new(state, present);
        let Some(target) = transition.target() else { return Err(Refusal::NoRunningOperation) };
        target.released.push(self.step);
        if let Some(index) = held {
            let what = target.outstanding.as_ref().map(|outstanding| outstanding.what);
            if let Some(kind) = what {
                let (id, attempt) = (target.id, target.expect_work(index, kind));
                transition.issue(id, attempt, kind, Micros::ZERO);
            }
        }
        Ok(transition.finish(Reply::Recorded))
    }
}

/// The place of the step, if it is the one that is held.
fn held_work(target: &Operation, step: &str) -> Option<usize> {
    let outstanding = target.outstanding.as_ref().filter(|outstanding| outstanding.held)?;
    (target.steps.get(outstanding.index)?.plan.id == step).then_some(outstanding.index)
}
