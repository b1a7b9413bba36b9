//! Work that is due later than its step explains: the clock by which it was handed out was ahead, and has been put right.

use super::awaited::Awaited;
use super::{Decide, existing};
use crate::decision::Verdict;
use crate::ids::{Micros, Moment, OperationId, PublisherTime};
use crate::offer::Aggregate;
use crate::operation::{Step, Undo, WorkKind};
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
    pub due_at: PublisherTime,
}

impl Decide for Reschedule {
    type Reply = ();

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<()>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        let mut awaited = Awaited::of(course, self.operation, self.attempt)?;
        let delay = awaited.longest_delay();
        if self.due_at <= present.plus(delay).plus(SLACK) {
            return Ok(Verdict::already(Aggregate { offer, course: Some(awaited.into_course()) }, ()));
        }
        let mut transition = Transition::new(offer, now, present);
        transition.finish_work(self.operation, self.attempt);
        awaited.pull_in_deadline(present);
        awaited.reissue(&mut transition, delay);
        Ok(awaited.finish(transition))
    }
}

impl Awaited {
    /// The longest time that can lie between handing the work out and its being due.
    fn longest_delay(&self) -> Micros {
        match self {
            Self::Run(target, step) => longest_of_run(&target.steps[step.index], step.tries),
            Self::Propagate(target, step) => longest_of_propagation(&target.steps[step.index], step.tries),
            Self::OwnUndo(target, _, undo) => longest_of_undo(&target.undo[undo.index], undo.tries),
            Self::Undo(_, cancellation, undo) => longest_of_undo(&cancellation.undo[undo.index], undo.tries),
        }
    }

    fn pull_in_deadline(&mut self, present: PublisherTime) {
        let (kind, _) = self.kind_and_index();
        let Some((plan, external, _)) = self.third_party() else { return };
        if let Some(webhook) = plan.third_party() {
            let agreed =
                if kind == WorkKind::Undo { webhook.cancel_deadline } else { webhook.answer_deadline };
            external.pull_in(agreed, present);
        }
    }
}

fn longest_of_run(step: &Step, tries: u32) -> Micros {
    let Some(webhook) = step.plan.third_party().filter(|_| step.external.is_some()) else {
        return if tries == 0 { step.plan.duration } else { step.plan.back_off_before(tries) };
    };
    let accepted = step.external.as_ref().is_some_and(|external| external.accepted);
    let asked_again =
        if accepted { webhook.poll_every.unwrap_or(webhook.answer_deadline) } else { Micros::ZERO };
    step.plan.duration.max(back_off(&step.plan, tries)).max(asked_again)
}

fn longest_of_propagation(step: &Step, tries: u32) -> Micros {
    if tries == 0 { step.plan.propagate } else { step.plan.back_off_before(tries) }
}

fn longest_of_undo(undo: &Undo, tries: u32) -> Micros {
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
