//! The piece of work that an offer waits for, found by its number: results, callbacks and scenarios speak of one.

use crate::decision::Verdict;
use crate::ids::OperationId;
use crate::note::NoteAt;
use crate::offer::Course;
use crate::operation::{Cancellation, Head, Phase, Step, StepFailure, Submission, Underway, Undo, WorkKind};
use crate::plan::StepPlan;
use crate::refusal::Refusal;
use crate::transition::{Tracked, Transition};
use crate::webhook::WebhookProgress;

/// The work that is outstanding, with the operations that it can change.
#[expect(clippy::large_enum_variant, reason = "one stands on the stack for as long as a command is decided")]
pub(super) enum Awaited {
    /// An executor runs a step of the target.
    Run(Tracked<Submission>, Underway),
    /// The switch of the target's step propagates.
    Propagate(Tracked<Submission>, Underway),
    /// The target, which failed, undoes one of its steps.
    OwnUndo(Tracked<Submission>, StepFailure, Underway),
    /// The cancellation undoes one of the target's steps.
    Undo(Tracked<Submission>, Tracked<Cancellation>, Underway),
}

impl Awaited {
    /// The work that `operation` waits for under this number, or `StaleResult` (promise 7). Held work was taken back: its
    /// release hands out new work.
    pub(super) fn of(course: Option<Course>, operation: OperationId, attempt: u32) -> Result<Self, Refusal> {
        let is_outstanding = |head: &Head| {
            head.id == operation && head.outstanding.is_some_and(|work| work.attempt == attempt && !work.held)
        };
        let found = match course {
            Some(Course::Alone(target)) if is_outstanding(&target.head) => Self::of_target(target),
            Some(Course::Canceling(target, cancellation)) if is_outstanding(&cancellation.head) => {
                Self::of_cancellation(target, cancellation)
            }
            _ => None,
        };
        found.ok_or(Refusal::StaleResult)
    }

    fn of_target(target: Submission) -> Option<Self> {
        let outstanding = target.head.outstanding?;
        match (outstanding.what, target.phase.clone()) {
            (WorkKind::Run, Phase::Running) => {
                let step = target.step_underway(outstanding.index)?;
                Some(Self::Run(Tracked::unchanged(target), step))
            }
            (WorkKind::Propagate, Phase::Running) => {
                let step = target.propagation_underway(outstanding.index)?;
                Some(Self::Propagate(Tracked::unchanged(target), step))
            }
            (WorkKind::Undo, Phase::Undoing { failure }) => {
                let undo = target.undo.get(outstanding.index)?.underway(outstanding.index)?;
                Some(Self::OwnUndo(Tracked::unchanged(target), failure, undo))
            }
            _ => None,
        }
    }

    fn of_cancellation(target: Submission, cancellation: Cancellation) -> Option<Self> {
        let outstanding = cancellation.head.outstanding?;
        let undo = cancellation.undo.get(outstanding.index)?.underway(outstanding.index)?;
        let (target, cancellation) = (Tracked::unchanged(target), Tracked::unchanged(cancellation));
        Some(Self::Undo(target, cancellation, undo))
    }

    /// The operation that waits, to be changed.
    pub(super) fn head(&mut self) -> &mut Head {
        match self {
            Self::Run(target, _) | Self::Propagate(target, _) | Self::OwnUndo(target, ..) => &mut target.head,
            Self::Undo(_, cancellation, _) => &mut cancellation.head,
        }
    }

    /// What kind of work it is, and its place.
    pub(super) fn kind_and_index(&self) -> (WorkKind, usize) {
        match self {
            Self::Run(_, step) => (WorkKind::Run, step.index),
            Self::Propagate(_, step) => (WorkKind::Propagate, step.index),
            Self::OwnUndo(_, _, undo) | Self::Undo(_, _, undo) => (WorkKind::Undo, undo.index),
        }
    }

    /// Where the third party stands that does it, if one does, and what is noted of it.
    pub(super) fn third_party(&mut self) -> Option<(&StepPlan, &mut WebhookProgress, &mut Vec<NoteAt>)> {
        let (plan, external, notes) = match self {
            Self::Run(target, step) | Self::Propagate(target, step) => {
                let Step { plan, external, notes, .. } = &mut target.steps[step.index];
                (plan, external, notes)
            }
            Self::OwnUndo(target, _, undo) => {
                let Undo { plan, external, notes, .. } = &mut target.undo[undo.index];
                (plan, external, notes)
            }
            Self::Undo(_, cancellation, undo) => {
                let Undo { plan, external, notes, .. } = &mut cancellation.undo[undo.index];
                (plan, external, notes)
            }
        };
        Some((plan, external.as_mut()?, notes))
    }

    /// Hands the work out anew, due after `delay`.
    pub(super) fn reissue(&mut self, transition: &mut Transition, delay: crate::ids::Micros) {
        let (kind, index) = self.kind_and_index();
        transition.issue(self.head(), index, kind, delay);
    }

    /// The operations as they were found, if none was changed.
    pub(super) fn into_course(self) -> Course {
        match self {
            Self::Run(target, _) | Self::Propagate(target, _) | Self::OwnUndo(target, ..) => {
                Course::Alone(target.into_inner())
            }
            Self::Undo(target, cancellation, _) => {
                Course::Canceling(target.into_inner(), cancellation.into_inner())
            }
        }
    }

    /// Closes the books.
    pub(super) fn finish(self, transition: Transition) -> Verdict<()> {
        match self {
            Self::Run(target, _) | Self::Propagate(target, _) | Self::OwnUndo(target, ..) => {
                transition.finish(target, None, ())
            }
            Self::Undo(target, cancellation, _) => transition.finish(target, Some(cancellation), ()),
        }
    }
}
