//! Work that is due later than its step explains: the clock by which it was handed out was ahead, and has been put right.

use super::result::expected;
use crate::decision::{Reply, Verdict};
use crate::ids::{Micros, OperationId, Timestamp};
use crate::offer::Aggregate;
use crate::operation::{Operation, Outstanding, Step, StepState, Undo, UndoState, WorkKind};
use crate::refusal::Refusal;
use crate::transition::Transition;

/// Clocks that agree may differ by so much.
const SLACK: Micros = Micros::from_millis(10_000);

/// Has work that is due too late handed out anew, as if that happened now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reschedule {
    /// The operation that waits for it.
    pub operation: OperationId,
    /// Its number.
    pub attempt: u32,
    /// When it is due.
    pub due_at: Timestamp,
}

impl Reschedule {
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let (operation, outstanding) = expected(&state, self.operation, self.attempt)?;
        let delay = operation.longest_delay(&outstanding);
        if self.due_at <= present.plus(delay).plus(SLACK) {
            return Ok(Verdict::already(state, Reply::Recorded));
        }
        let of_cancellation = state.cancellation.as_ref().is_some_and(|other| other.id == operation.id);
        let mut transition = Transition::new(state, present);
        transition.settle(self.operation, self.attempt);
        let operation = if of_cancellation { transition.cancellation() } else { transition.target() };
        let Some(operation) = operation else { return Err(Refusal::StaleResult) };
        operation.pull_in_deadline(&outstanding, present);
        let attempt = operation.expect_work(outstanding.index, outstanding.what);
        transition.issue(self.operation, attempt, outstanding.what, delay);
        Ok(transition.finish(Reply::Recorded))
    }
}

impl Operation {
    /// The longest time that can lie between handing the work out and its being due.
    fn longest_delay(&self, outstanding: &Outstanding) -> Micros {
        let Outstanding { index, what, .. } = *outstanding;
        let delay = match what {
            WorkKind::Run => self.steps.get(index).map(longest_of_run),
            WorkKind::Propagate => self.steps.get(index).map(longest_of_propagation),
            WorkKind::Undo => self.undo.get(index).map(longest_of_undo),
        };
        delay.unwrap_or(Micros::ZERO)
    }

    fn pull_in_deadline(&mut self, outstanding: &Outstanding, present: Timestamp) {
        let Outstanding { index, what, .. } = *outstanding;
        let (plan, external) = match what {
            WorkKind::Run => match self.steps.get_mut(index) {
                Some(Step { plan, external: Some(external), .. }) => (plan, external),
                _ => return,
            },
            WorkKind::Undo => match self.undo.get_mut(index) {
                Some(Undo { plan, external: Some(external), .. }) => (plan, external),
                _ => return,
            },
            WorkKind::Propagate => return,
        };
        let agreed = plan.third_party().map(|webhook| match what {
            WorkKind::Undo => webhook.cancel_deadline,
            WorkKind::Run | WorkKind::Propagate => webhook.answer_deadline,
        });
        if let Some(agreed) = agreed {
            external.pull_in(agreed, present);
        }
    }
}

fn longest_of_run(step: &Step) -> Micros {
    let StepState::InProgress { tries, .. } = step.state else { return Micros::ZERO };
    let Some(webhook) = step.plan.third_party().filter(|_| step.external.is_some()) else {
        return if tries == 0 { step.plan.duration } else { step.plan.back_off_before(tries) };
    };
    let accepted = step.external.as_ref().is_some_and(|external| external.accepted);
    let asked_again =
        if accepted { webhook.poll_every.unwrap_or(webhook.answer_deadline) } else { Micros::ZERO };
    step.plan.duration.max(back_off(&step.plan, tries)).max(asked_again)
}

fn longest_of_propagation(step: &Step) -> Micros {
    match step.state {
        StepState::Propagating { tries: 0, .. } => step.plan.propagate,
        StepState::Propagating { tries, .. } => step.plan.back_off_before(tries),
        _ => Micros::ZERO,
    }
}

fn longest_of_undo(undo: &Undo) -> Micros {
    let UndoState::Running { tries, .. } = undo.state else { return Micros::ZERO };
    let Some(webhook) = undo.plan.third_party().filter(|_| undo.external.is_some()) else {
        return if tries == 0 { undo.plan.undo_duration } else { undo.plan.back_off_before(tries) };
    };
    let accepted = undo.external.as_ref().is_some_and(|external| external.accepted);
    let asked_again =
        if accepted { webhook.poll_every.unwrap_or(webhook.cancel_deadline) } else { Micros::ZERO };
    undo.plan.undo_duration.max(back_off(&undo.plan, tries)).max(asked_again)
}

/// Before a third party is asked again that could not be asked.
fn back_off(plan: &crate::plan::StepPlan, tries: u32) -> Micros {
    if tries == 0 {
        Micros::ZERO
    } else {
        plan.back_off_before(tries).max(plan.patient_back_off_before(tries))
    }
}
