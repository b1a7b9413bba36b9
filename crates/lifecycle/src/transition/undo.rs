//! The moves by which operations end without having gone through: fail, undo, give up, end as cancelled.

use super::{Tracked, Transition};
use crate::decision::Event;
use crate::ids::{Micros, OperationId};
use crate::note::Note;
use crate::offer::Leftover;
use crate::operation::{
    Cancellation, CancellationPhase, Failure, Phase, StepFailure, Submission, Undo, UndoState, WorkKind,
};
use crate::webhook::WebhookProgress;

impl Transition {
    /// The target failed: undo what began, then end.
    pub(crate) fn fail(&mut self, target: &mut Submission, failure: StepFailure) {
        self.restore_preview(target);
        let (step, reason) = failure.step_and_reason();
        let note = Note::OperationFailed { step: step.to_owned(), reason: reason.to_owned() };
        target.head.note(self.now, note);
        target.undo = target.undo_of_steps();
        self.undo_next_of_target(target, failure);
    }

    /// Starts the next undo of a target that undoes itself because of `failure`, or ends it.
    pub(crate) fn undo_next_of_target(&mut self, target: &mut Submission, failure: StepFailure) {
        if let Some((index, delay)) = self.begin_next_undo(&mut target.undo) {
            target.phase = Phase::Undoing { failure };
            return self.issue(&mut target.head, index, WorkKind::Undo, delay);
        }
        let left = left_behind(&target.undo);
        for step in &left {
            target.head.note(self.now, Note::LeftBehind { step: step.clone() });
        }
        let findings = findings(target, &failure);
        target.phase = Phase::Failed { at: self.now, failure: Failure::Step(failure) };
        self.record_leftovers(target.head.id, &left);
        self.notify(target, None, Event::Failed { findings, left });
    }

    /// Starts the next undo of the cancellation, or ends both operations: only then is the target touched.
    pub(crate) fn undo_next_of_cancellation(
        &mut self,
        target: &mut Tracked<Submission>,
        cancellation: &mut Cancellation,
    ) {
        let now = self.now;
        if let Some((index, delay)) = self.begin_next_undo(&mut cancellation.undo) {
            return self.issue(&mut cancellation.head, index, WorkKind::Undo, delay);
        }
        if cancellation.left_something() {
            return self.end_both_failed(target, cancellation, None);
        }
        cancellation.phase = CancellationPhase::Completed { at: now };
        // A note tells the reader of the cancel which undos count as done without an answer.
        for note in unanswered_undos(cancellation) {
            self.note_both(target, cancellation, &note);
        }
        cancellation.head.note(now, Note::CancellationCompleted);
        let (by, reason) = (cancellation.head.by.to_string(), cancellation.reason.clone());
        self.end_canceled(target, Some(cancellation), by, reason);
    }

    /// Ends the cancellation and its target as failed, with what is left. A target that had failed by itself keeps
    /// its `failure`.
    pub(crate) fn end_both_failed(
        &mut self,
        target: &mut Submission,
        cancellation: &mut Cancellation,
        failure: Option<StepFailure>,
    ) {
        let now = self.now;
        let id = cancellation.head.id;
        let left = left_behind(&cancellation.undo);
        cancellation.phase = CancellationPhase::Failed { at: now, left: left.clone() };
        target.head.note(now, Note::CancellationFailed { cancellation: id });
        for step in &left {
            self.note_both(target, cancellation, &Note::LeftBehind { step: step.clone() });
        }
        let (failure, event) = match failure {
            Some(failure) => {
                let findings = findings(target, &failure);
                (Failure::Step(failure), Event::Failed { findings, left: left.clone() })
            }
            None => (
                Failure::CancellationFailed { cancellation: id, left: left.clone() },
                Event::CancellationFailed { left: left.clone() },
            ),
        };
        target.phase = Phase::Failed { at: now, failure };
        self.record_leftovers(target.head.id, &left);
        self.notify(target, Some(cancellation), event);
    }

    /// Gives up whatever is not undone yet; names the steps.
    pub(crate) fn give_up(&self, undo: &mut [Undo]) -> Vec<String> {
        let open = undo
            .iter_mut()
            .filter(|undo| matches!(undo.state, UndoState::Pending | UndoState::Running { .. }));
        open.map(|undo| {
            let step = undo.plan.id.clone();
            undo.state = UndoState::GivenUp { at: self.now };
            undo.note(self.now, Note::UndoGivenUp { step: step.clone() });
            step
        })
        .collect()
    }

    /// Adds a message to the target and to its cancellation: who reads one of them need not find the other.
    pub(crate) fn note_both(&self, target: &mut Submission, cancellation: &mut Cancellation, note: &Note) {
        target.head.note(self.now, note.clone());
        cancellation.head.note(self.now, note.clone());
    }

    /// Ends the target as cancelled.
    pub(crate) fn end_canceled(
        &mut self,
        target: &mut Submission,
        cancellation: Option<&Cancellation>,
        by: String,
        reason: Option<String>,
    ) {
        let now = self.now;
        target.phase = Phase::Canceled { at: now, by: by.clone(), reason: reason.clone() };
        target.head.note(now, Note::CanceledBy { by: by.clone(), reason: reason.clone() });
        self.notify(target, cancellation, Event::Canceled { by, reason });
    }

    /// Begins the first undo whose turn has not come; answers its place and when its work is due.
    fn begin_next_undo(&self, undo: &mut [Undo]) -> Option<(usize, Micros)> {
        let index = undo.iter().position(|undo| undo.state == UndoState::Pending)?;
        let undo = &mut undo[index];
        undo.state = UndoState::Running { since: self.now, tries: 0 };
        undo.external = WebhookProgress::of_undo(&undo.plan, self.present);
        Some((index, undo.plan.undo_duration))
    }

    fn record_leftovers(&mut self, operation: OperationId, left: &[String]) {
        let leftovers = left.iter().map(|step| Leftover { operation, step: step.clone() });
        self.offer.leftovers.extend(leftovers);
    }
}

/// The steps of which something is left.
fn left_behind(undo: &[Undo]) -> Vec<String> {
    let left =
        undo.iter().filter(|undo| matches!(undo.state, UndoState::Failed { .. } | UndoState::GivenUp { .. }));
    left.map(|undo| undo.plan.id.clone()).collect()
}

/// What went wrong, for those who are told; with what a third party found in the step.
fn findings(target: &Submission, failure: &StepFailure) -> Vec<String> {
    let (step, reason) = failure.step_and_reason();
    let notes = target.step(step).map(|step| step.notes.as_slice()).unwrap_or_default();
    let found = notes.iter().filter_map(|note| match &note.note {
        Note::Finding { code, target, text } => Some(format!("{step}: {code} ({target}): {text}")),
        _ => None,
    });
    std::iter::once(format!("{step}: {reason}")).chain(found).collect()
}

/// The undos that count as done without an answer.
fn unanswered_undos(cancellation: &Cancellation) -> Vec<Note> {
    let notes = cancellation.undo.iter().flat_map(|undo| &undo.notes).map(|note| &note.note);
    notes.filter(|note| matches!(note, Note::UndoUnanswered { .. })).cloned().collect()
}
