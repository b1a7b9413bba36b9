//! Ending an operation by force: what is not undone yet is left behind, and both operations end now.

use super::cancel::{Cancel, StopLevel};
use crate::decision::{StopReply, Verdict};
use crate::note::Note;
use crate::operation::{Cancellation, Phase, StepFailure, Submission};
use crate::transition::{Tracked, Transition};

impl Cancel {
    /// Ends the target and a cancellation, which starts here: a 202 always has a cancellation that says what is left
    /// (promise 4). A target that failed by itself keeps its failure.
    pub(super) fn give_up(self, mut transition: Transition, target: Submission) -> Verdict<StopReply> {
        let failure = match &target.phase {
            Phase::Undoing { failure } => Some(failure.clone()),
            _ => None,
        };
        let giving_up = GivingUp { failure, ..GivingUp::of(&self) };
        let (target, cancellation) = self.begin_cancellation(&mut transition, target);
        giving_up.end(transition, target, cancellation)
    }

    /// Ends the target and the cancellation that undoes it.
    pub(super) fn give_up_cancellation(
        self,
        mut transition: Transition,
        target: Submission,
        cancellation: Cancellation,
    ) -> Verdict<StopReply> {
        let giving_up = GivingUp::of(&self);
        let (target, mut cancellation) = (Tracked::unchanged(target), Tracked::unchanged(cancellation));
        transition.recall(&mut cancellation.head);
        transition.also_notify(self.emails);
        giving_up.end(transition, target, cancellation)
    }

    /// Past the switch a golive can only complete (promise 6): it does so now. `switched` is the place of the step that
    /// did it.
    pub(super) fn complete_at_once(
        self,
        mut transition: Transition,
        target: Submission,
        switched: usize,
    ) -> Verdict<StopReply> {
        let reply = StopReply::Completed((&target).into());
        let mut target = Tracked::unchanged(target);
        transition.recall(&mut target.head);
        transition.also_notify(self.emails);
        let note = Note::KilledAfterSwitch { by: self.by.to_string(), reason: self.reason };
        target.head.note(transition.now, note);
        transition.complete_step(&mut target, switched);
        transition.begin_next_step(&mut target);
        transition.finish(target, None, reply)
    }
}

/// What is said of an operation that is ended by force.
struct GivingUp {
    by: String,
    reason: Option<String>,
    level: StopLevel,
    /// Why the target had failed by itself, if it had.
    failure: Option<StepFailure>,
}

impl GivingUp {
    fn of(cancel: &Cancel) -> Self {
        let (by, reason) = (cancel.by.to_string(), cancel.reason.clone());
        Self { by, reason, level: cancel.level, failure: None }
    }

    fn end(
        self,
        mut transition: Transition,
        mut target: Tracked<Submission>,
        mut cancellation: Tracked<Cancellation>,
    ) -> Verdict<StopReply> {
        let Self { by, reason, level, failure } = self;
        let reply = StopReply::GivenUp((&*cancellation).into());
        transition.give_up(&mut target.undo);
        let given_up = transition.give_up(&mut cancellation.undo);
        let note = match level {
            StopLevel::Kill => Note::Killed { by, reason, given_up },
            StopLevel::Cancel | StopLevel::Force => Note::Forced { by, reason, given_up },
        };
        transition.note_both(&mut target, &mut cancellation, &note);
        transition.end_both_failed(&mut target, &mut cancellation, failure);
        transition.finish(target, Some(cancellation), reply)
    }
}
