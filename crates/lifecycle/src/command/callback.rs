//! A third party speaks of its own accord: how far it is, or that it is done.

use super::awaited::Awaited;
use super::external::{hook_of, took};
use super::result::WorkOutcome;
use super::{Decide, existing};
use crate::decision::Verdict;
use crate::ids::{OperationId, PublisherTime};
use crate::offer::{Aggregate, Course};
use crate::operation::{Head, Step, StepState, Undo, UndoState, WorkKind};
use crate::plan::Outcome;
use crate::refusal::Refusal;
use crate::transition::Transition;
use crate::webhook::{Answer, Ask, work_key};

/// What the third party says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookReport {
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
    pub said: WebhookReport,
}

/// The step or undo that a third party speaks of.
enum SpokenOf {
    /// The operation waits for it, as for the work of this number.
    Outstanding { operation: OperationId, attempt: u32 },
    /// It does not. `recorded`: what the third party itself said last, if that ended the matter.
    NotOutstanding { recorded: Option<Outcome> },
}

impl Decide for Callback {
    type Reply = ();

    /// What ended an open step or undo is applied once; the same word again is answered as recorded. Everything else
    /// comes too late or has no effect.
    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<()>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        let found = course.as_ref().and_then(|course| self.spoken_of(course));
        let (operation, attempt) = match found {
            Some(SpokenOf::Outstanding { operation, attempt }) => (operation, attempt),
            Some(SpokenOf::NotOutstanding { recorded }) => {
                return self.again(Aggregate { offer, course }, recorded);
            }
            None => return Err(Refusal::NotAwaited { step: self.step }),
        };
        let Ok(mut awaited) = Awaited::of(course, operation, attempt) else {
            return Err(Refusal::NotAwaited { step: self.step });
        };
        let mut transition = Transition::new(offer, now, present);
        match self.said {
            WebhookReport::Progress { progress, message } => {
                let Some((plan, external, notes)) = awaited.third_party() else {
                    return Err(Refusal::NotAwaited { step: self.step });
                };
                took(external, notes, hook_of(plan), progress, message, now);
                Ok(awaited.finish(transition))
            }
            WebhookReport::Ended(answer) => {
                transition.finish_work(operation, attempt);
                Ok(awaited.ended(transition, WorkOutcome::Answered(answer)))
            }
        }
    }
}

impl Callback {
    fn spoken_of(&self, course: &Course) -> Option<SpokenOf> {
        let asked = [Ask::Run, Ask::Cancel]
            .into_iter()
            .find(|ask| self.key == work_key(self.operation, &self.step, *ask))?;
        let target = course.target();
        match (asked, course) {
            (Ask::Run, _) if target.head.id == self.operation => {
                self.spoken_of_step(&target.head, &target.steps)
            }
            (Ask::Cancel, Course::Alone(target)) if target.head.id == self.operation => {
                self.spoken_of_undo(&target.head, &target.undo)
            }
            (Ask::Cancel, Course::Canceling(_, cancellation)) if cancellation.target == self.operation => {
                self.spoken_of_undo(&cancellation.head, &cancellation.undo)
            }
            _ => None,
        }
    }

    fn spoken_of_step(&self, head: &Head, steps: &[Step]) -> Option<SpokenOf> {
        let index = steps.iter().position(|step| step.plan.id == self.step)?;
        let recorded = match steps[index].state {
            StepState::Complete { .. } => Some(Outcome::Succeed),
            StepState::Blocked { .. } => Some(Outcome::Fail),
            _ => None,
        };
        let answered = steps[index].external.as_ref()?.answered;
        Some(outstanding(head, index, WorkKind::Run, recorded.filter(|_| answered)))
    }

    fn spoken_of_undo(&self, head: &Head, undo: &[Undo]) -> Option<SpokenOf> {
        let index = undo.iter().position(|undo| undo.plan.id == self.step)?;
        let recorded = match undo[index].state {
            UndoState::Done { .. } => Some(Outcome::Succeed),
            UndoState::Failed { .. } => Some(Outcome::Fail),
            UndoState::Pending | UndoState::Running { .. } | UndoState::GivenUp { .. } => None,
        };
        let answered = undo[index].external.as_ref()?.answered;
        Some(outstanding(head, index, WorkKind::Undo, recorded.filter(|_| answered)))
    }

    /// The matter has ended: `recorded` is what the third party itself said of it.
    fn again(self, state: Aggregate, recorded: Option<Outcome>) -> Result<Verdict<()>, Refusal> {
        match self.said {
            WebhookReport::Ended(answer) if recorded == Some(answer.outcome) => {
                Ok(Verdict::already(state, ()))
            }
            WebhookReport::Ended(_) | WebhookReport::Progress { .. } => {
                Err(Refusal::NotAwaited { step: self.step })
            }
        }
    }
}

/// Whether the operation waits for this work; `recorded` is what the third party said of it, if it has ended.
fn outstanding(head: &Head, index: usize, what: WorkKind, recorded: Option<Outcome>) -> SpokenOf {
    match head.outstanding {
        Some(work) if work.index == index && work.what == what && !work.held => {
            SpokenOf::Outstanding { operation: head.id, attempt: work.attempt }
        }
        _ => SpokenOf::NotOutstanding { recorded },
    }
}
