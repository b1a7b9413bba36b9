//! A reviewer approves or rejects a step that waits for a person.

use super::{Decide, existing};
use crate::actor::Actor;
use crate::decision::Verdict;
use crate::ids::{OperationId, PublisherTime};
use crate::note::Note;
use crate::offer::{Aggregate, Course};
use crate::operation::{Phase, StepFailure, StepState};
use crate::refusal::Refusal;
use crate::transition::{Tracked, Transition};

/// What the reviewer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewDecision {
    /// The operation goes on.
    Approve,
    /// The operation fails.
    Reject { reason: Option<String> },
}

/// A reviewer's word on one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The operation.
    pub operation: OperationId,
    /// The step that waits.
    pub step: String,
    /// Who says so.
    pub by: Actor,
    /// What is said.
    pub decision: ReviewDecision,
    /// Whether who started the operation may approve its steps, as the publisher wants it.
    pub self_review: bool,
}

impl Decide for Review {
    type Reply = ();

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<()>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        let named = course.map(Course::into_parts).filter(|(target, _)| target.head.id == self.operation);
        let Some((target, cancellation)) = named else {
            return Err(Refusal::OperationNotRunning { operation: self.operation });
        };
        let Some(index) = target.steps.iter().position(|step| step.plan.id == self.step) else {
            return Err(Refusal::no_step(self.step, &target.steps));
        };
        let waits = matches!(target.steps[index].state, StepState::WaitingForApproval { .. });
        if !waits || target.phase != Phase::Running {
            let state = target.steps[index].state.clone();
            return Err(Refusal::StepNotWaiting { step: self.step, state });
        }
        if self.decision == ReviewDecision::Approve && !self.self_review && target.head.by.is(&self.by) {
            return Err(Refusal::SelfReview { step: self.step });
        }
        let by = self.by.to_string();
        let mut target = Tracked::unchanged(target);
        let mut transition = Transition::new(offer, now, present);
        let step = &mut target.steps[index];
        match self.decision {
            ReviewDecision::Approve => {
                step.state = StepState::Complete { at: now };
                step.note(now, Note::StepApproved { by });
                transition.begin_next_step(&mut target);
            }
            ReviewDecision::Reject { reason } => {
                step.state = StepState::Rejected { at: now };
                step.note(now, Note::StepRejected { by: by.clone(), reason: reason.clone() });
                let reason = reason.unwrap_or(by);
                transition.fail(&mut target, StepFailure::Rejected { step: self.step, reason });
            }
        }
        Ok(transition.finish(target, cancellation.map(Tracked::unchanged), ()))
    }
}
