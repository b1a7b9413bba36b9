//! Ending an operation by force: what is not undone yet is left behind, and both operations end now.

use super::cancel::{Cancel, Means};
use crate::decision::{Reply, Verdict};
use crate::ids::Timestamp;
use crate::note::Note;
use crate::offer::Aggregate;
use crate::operation::{Phase, StepState};
use crate::refusal::Reference;
use crate::transition::Transition;

impl Cancel {
    /// Ends the target and its cancellation, which starts here if there is none: a 202 always has a cancellation
    /// that says what is left (promise 4). A target that failed by itself keeps its failure.
    pub(super) fn give_up(self, state: Aggregate, present: Timestamp) -> Verdict {
        let (by, reason, means) = (self.by.to_string(), self.reason.clone(), self.means);
        let failure = state.target.as_ref().and_then(|target| match &target.phase {
            Phase::Undoing { failure } => Some(failure.clone()),
            _ => None,
        });
        let running = state.cancellation.as_ref().filter(|operation| operation.is_running());
        let running: Option<Reference> = running.map(Into::into);
        let mut transition = Transition::new(state, present);
        let reference = match running {
            Some(reference) => {
                transition.recall_undo();
                transition.also_tell(self.emails);
                Some(reference)
            }
            None => self.begin_cancellation(&mut transition),
        };
        let given_up = transition.give_up_undo();
        let note = match means {
            Means::Kill => Note::Killed { by, reason, given_up },
            Means::Cancel | Means::Force => Note::Forced { by, reason, given_up },
        };
        transition.note_both(&note);
        transition.end_both_failed(failure);
        match reference {
            Some(reference) => transition.finish(Reply::GivenUp(reference)),
            None => transition.finish(Reply::Recorded),
        }
    }

    /// Past the switch a golive can only complete (promise 6): it does so now.
    pub(super) fn complete_at_once(self, state: Aggregate, present: Timestamp) -> Verdict {
        let Some((reference, index)) = switched(&state) else {
            return Verdict::already(state, Reply::Recorded);
        };
        let mut transition = Transition::new(state, present);
        transition.recall_work();
        transition.also_tell(self.emails);
        let now = transition.now;
        if let Some(target) = transition.target() {
            target.note(now, Note::KilledAfterSwitch { by: self.by.to_string(), reason: self.reason });
        }
        transition.complete_step(index);
        transition.begin_next_step();
        transition.finish(Reply::Completed(reference))
    }
}

/// The golive that switched the production slot, and the place of the step that did.
fn switched(state: &Aggregate) -> Option<(Reference, usize)> {
    let target = state.target.as_ref()?;
    let index = target.steps.iter().position(|step| matches!(step.state, StepState::Propagating { .. }))?;
    Some((target.into(), index))
}
