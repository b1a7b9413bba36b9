//! A third party speaks of its own accord: how far it is, or that it is done.

use super::external::{took_step, took_undo};
use super::result::{WorkOutcome, step_ended, undo_ended};
use crate::decision::{Reply, Verdict};
use crate::ids::{OperationId, Timestamp};
use crate::offer::Aggregate;
use crate::operation::{Kind, Operation, Outstanding, Phase, StepState, Undo, UndoState, WorkKind};
use crate::plan::Outcome;
use crate::refusal::Refusal;
use crate::transition::Transition;
use crate::webhook::{Answer, Ask, work_key};

/// What the third party says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is at it.
    Progress { progress: Option<u8>, message: Option<String> },
    /// It came to an end.
    Ended(Answer),
}

/// A third party's word on the step that it was asked to do, or to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The operation whose step it is.
    pub operation: OperationId,
    /// The step.
    pub step: String,
    /// The key that the request carried; it says whether the step is done or undone.
    pub key: String,
    /// What is said.
    pub said: Said,
}

impl Callback {
    /// What ended an open step or undo is applied once; the same word again is answered as recorded. Everything else
    /// comes too late or is nobody's business.
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let asked = [Ask::Run, Ask::Cancel]
            .into_iter()
            .find(|ask| self.key == work_key(self.operation, &self.step, *ask));
        match asked {
            Some(Ask::Run) => self.of_run(state, present),
            Some(Ask::Cancel) => self.of_cancel(state, present),
            None => Err(Refusal::NotAwaited { step: self.step }),
        }
    }

    fn of_run(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let target = state.target.as_ref().filter(|target| target.id == self.operation);
        let found = target.and_then(|target| {
            let index = target.steps.iter().position(|step| step.plan.id == self.step)?;
            let external = target.steps[index].external.as_ref()?;
            Some((target, index, external.answered))
        });
        let Some((target, index, answered)) = found else {
            return Err(Refusal::NotAwaited { step: self.step });
        };
        let step = &target.steps[index];
        let waits = matches!(step.state, StepState::InProgress { .. }) && target.phase == Phase::Running;
        let attempt = awaited(target, index, WorkKind::Run).filter(|_| waits);
        let Some(attempt) = attempt else {
            let recorded = match step.state {
                StepState::Complete { .. } => Some(Outcome::Succeed),
                StepState::Blocked { .. } => Some(Outcome::Fail),
                _ => None,
            };
            let recorded = recorded.filter(|_| answered);
            return self.again(state, recorded);
        };
        let mut transition = Transition::new(state, present);
        let now = transition.now;
        match self.said {
            Said::Progress { progress, message } => {
                let step = transition.target().map(|target| &mut target.steps[index]);
                if let Some(step) = step {
                    took_step(step, progress, message, now);
                }
            }
            Said::Ended(answer) => {
                transition.settle(self.operation, attempt);
                step_ended(&mut transition, index, WorkOutcome::Answered(answer));
            }
        }
        Ok(transition.finish(Reply::Recorded))
    }

    fn of_cancel(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let of_cancellation = state.cancellation.is_some();
        let undoing = undoing(&state, self.operation);
        let found = undoing.and_then(|operation| {
            let index = operation.undo.iter().position(|undo| undo.plan.id == self.step)?;
            let external = operation.undo[index].external.as_ref()?;
            Some((operation, index, external.answered))
        });
        let Some((operation, index, answered)) = found else {
            return Err(Refusal::NotAwaited { step: self.step });
        };
        let Some(attempt) = awaited(operation, index, WorkKind::Undo).filter(|_| operation.is_running())
        else {
            let recorded = how_it_ended(&operation.undo[index]).filter(|_| answered);
            return self.again(state, recorded);
        };
        let id = operation.id;
        let mut transition = Transition::new(state, present);
        let now = transition.now;
        match self.said {
            Said::Progress { progress, message } => {
                let operation = if of_cancellation { transition.cancellation() } else { transition.target() };
                if let Some(undo) = operation.map(|operation| &mut operation.undo[index]) {
                    took_undo(undo, progress, message, now);
                }
            }
            Said::Ended(answer) => {
                transition.settle(id, attempt);
                undo_ended(&mut transition, of_cancellation, index, WorkOutcome::Answered(answer));
            }
        }
        Ok(transition.finish(Reply::Recorded))
    }

    /// The matter has ended: `recorded` is what the third party itself said of it.
    fn again(self, state: Aggregate, recorded: Option<Outcome>) -> Result<Verdict, Refusal> {
        match self.said {
            Said::Ended(answer) if recorded == Some(answer.outcome) => {
                Ok(Verdict::already(state, Reply::Recorded))
            }
            Said::Ended(_) | Said::Progress { .. } => Err(Refusal::NotAwaited { step: self.step }),
        }
    }
}

/// The operation that undoes the steps of `operation`: its cancellation, or itself.
fn undoing(state: &Aggregate, operation: OperationId) -> Option<&Operation> {
    match &state.cancellation {
        Some(cancellation) => matches!(cancellation.kind, Kind::Cancel { target, .. } if target == operation)
            .then_some(cancellation),
        None => state.target.as_ref().filter(|target| target.id == operation),
    }
}

fn how_it_ended(undo: &Undo) -> Option<Outcome> {
    match undo.state {
        UndoState::Done { .. } => Some(Outcome::Succeed),
        UndoState::Failed { .. } => Some(Outcome::Fail),
        UndoState::Pending | UndoState::Running { .. } | UndoState::GivenUp { .. } => None,
    }
}

/// The number of the work that the operation waits for, if it is this.
fn awaited(operation: &Operation, index: usize, what: WorkKind) -> Option<u32> {
    let outstanding = operation.outstanding.as_ref()?;
    let Outstanding { attempt, held, .. } = *outstanding;
    (outstanding.index == index && outstanding.what == what && !held).then_some(attempt)
}
