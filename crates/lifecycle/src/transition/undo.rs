//! The moves by which operations end without having gone through: fail, undo, give up, end as cancelled.

use super::Transition;
use crate::decision::Event;
use crate::ids::{Micros, Timestamp};
use crate::note::Note;
use crate::offer::Leftover;
use crate::operation::{Failure, Kind, Operation, Phase, Step, Undo, UndoState, WorkKind};
use crate::webhook::External;

impl Transition {
    /// The target failed: undo what began, then end.
    pub(crate) fn fail(&mut self, failure: Failure) {
        let now = self.now;
        self.restore_preview();
        let Some(target) = self.target() else { return };
        let (Failure::StepFailed { step, reason } | Failure::StepRejected { step, reason }) = &failure else {
            return;
        };
        let note = Note::OperationFailed { step: step.clone(), reason: reason.clone() };
        target.note(now, note);
        target.undo = undo_of(target);
        target.phase = Phase::Undoing { failure };
        self.undo_next_of_target();
    }

    /// Starts the next undo of a target that undoes itself, or ends it.
    pub(crate) fn undo_next_of_target(&mut self) {
        let (now, present) = (self.now, self.present);
        let Some(target) = self.target() else { return };
        if let Some((index, delay)) = next_undo(target, now, present) {
            let (id, attempt) = (target.id, target.expect_work(index, WorkKind::Undo));
            self.issue(id, attempt, WorkKind::Undo, delay);
            return;
        }
        let Phase::Undoing { failure } = &target.phase else { return };
        let failure = failure.clone();
        let left = left_behind(target);
        for step in &left {
            target.note(now, Note::LeftBehind { step: step.clone() });
        }
        target.phase = Phase::Failed { at: now, failure: failure.clone() };
        let findings = findings(target, failure);
        self.record_leftovers(&left);
        self.notify(Event::Failed { findings, left });
    }

    /// Starts the next undo of the cancellation, or ends both operations.
    pub(crate) fn undo_next_of_cancellation(&mut self) {
        let (now, present) = (self.now, self.present);
        let Some(cancellation) = self.cancellation() else { return };
        if let Some((index, delay)) = next_undo(cancellation, now, present) {
            let (id, attempt) = (cancellation.id, cancellation.expect_work(index, WorkKind::Undo));
            self.issue(id, attempt, WorkKind::Undo, delay);
            return;
        }
        if cancellation.undo.iter().any(|undo| matches!(undo.state, UndoState::Failed { .. })) {
            return self.end_both_failed(None);
        }
        let by = cancellation.by.to_string();
        let Kind::Cancel { reason, .. } = cancellation.kind.clone() else { return };
        cancellation.phase = Phase::Completed { at: now };
        // What counts as undone although nobody said so is told to whoever reads of the cancel.
        for note in unanswered_undos(cancellation) {
            self.note_both(&note);
        }
        if let Some(cancellation) = self.cancellation() {
            cancellation.note(now, Note::CancellationCompleted);
        }
        self.end_canceled(by, reason);
    }

    /// Ends the cancellation and its target as failed, with what is left. A target that had failed by itself keeps
    /// its `failure`.
    pub(crate) fn end_both_failed(&mut self, failure: Option<Failure>) {
        let now = self.now;
        let Some(cancellation) = self.cancellation() else { return };
        let id = cancellation.id;
        let left = left_behind(cancellation);
        let of_cancellation = Failure::CancellationFailed { cancellation: id, left: left.clone() };
        cancellation.phase = Phase::Failed { at: now, failure: of_cancellation.clone() };
        for step in &left {
            cancellation.note(now, Note::LeftBehind { step: step.clone() });
        }
        let Some(target) = self.target() else { return };
        target.note(now, Note::CancellationFailed { cancellation: id });
        for step in &left {
            target.note(now, Note::LeftBehind { step: step.clone() });
        }
        target.phase = Phase::Failed { at: now, failure: failure.clone().unwrap_or(of_cancellation) };
        let findings = failure.map(|failure| findings(target, failure));
        self.record_leftovers(&left);
        self.notify(match findings {
            Some(findings) => Event::Failed { findings, left },
            None => Event::CancellationFailed { left },
        });
    }

    /// Gives up whatever of the cancellation, or of a target that undoes itself, is not undone yet; names the steps.
    pub(crate) fn give_up_undo(&mut self) -> Vec<String> {
        let now = self.now;
        if let Some(target) = self.target() {
            give_up(target, now);
        }
        self.cancellation().map(|cancellation| give_up(cancellation, now)).unwrap_or_default()
    }

    /// Adds a message to the target and to its cancellation: who reads one of them need not find the other.
    pub(crate) fn note_both(&mut self, note: &Note) {
        let now = self.now;
        if let Some(target) = self.target() {
            target.note(now, note.clone());
        }
        if let Some(cancellation) = self.cancellation() {
            cancellation.note(now, note.clone());
        }
    }

    /// Ends the target as cancelled.
    pub(crate) fn end_canceled(&mut self, by: String, reason: Option<String>) {
        let now = self.now;
        let Some(target) = self.target() else { return };
        target.phase = Phase::Canceled { at: now, by: by.clone(), reason: reason.clone() };
        target.note(now, Note::CanceledBy { by: by.clone(), reason: reason.clone() });
        self.notify(Event::Canceled { by, reason });
    }

    fn record_leftovers(&mut self, left: &[String]) {
        let Some(operation) = self.state.target.as_ref().map(|target| target.id) else { return };
        let leftovers = left.iter().map(|step| Leftover { operation, step: step.clone() });
        self.state.offer.leftovers.extend(leftovers);
    }
}

/// The undos that stopping `operation` now takes, in their order.
pub(crate) fn undo_of(operation: &Operation) -> Vec<Undo> {
    let undo = |step: &Step| Undo {
        plan: step.plan.clone(),
        state: UndoState::Pending,
        external: None,
        notes: Vec::new(),
    };
    operation.to_undo().map(undo).collect()
}

fn next_undo(operation: &mut Operation, now: Timestamp, present: Timestamp) -> Option<(usize, Micros)> {
    let index = operation.undo.iter().position(|undo| undo.state == UndoState::Pending)?;
    let undo = &mut operation.undo[index];
    undo.state = UndoState::Running { since: now, tries: 0 };
    undo.external = External::of_undo(&undo.plan, present);
    Some((index, undo.plan.undo_duration))
}

/// The steps of which something is left.
fn left_behind(operation: &Operation) -> Vec<String> {
    let left = operation
        .undo
        .iter()
        .filter(|undo| matches!(undo.state, UndoState::Failed { .. } | UndoState::GivenUp { .. }));
    left.map(|undo| undo.plan.id.clone()).collect()
}

fn give_up(operation: &mut Operation, now: Timestamp) -> Vec<String> {
    let open = operation
        .undo
        .iter_mut()
        .filter(|undo| matches!(undo.state, UndoState::Pending | UndoState::Running { .. }));
    open.map(|undo| {
        let step = undo.plan.id.clone();
        undo.state = UndoState::GivenUp { at: now };
        undo.note(now, Note::UndoGivenUp { step: step.clone() });
        step
    })
    .collect()
}

/// What went wrong, for those who are told; with what a third party found in the step.
fn findings(operation: &Operation, failure: Failure) -> Vec<String> {
    let (Failure::StepFailed { step, reason } | Failure::StepRejected { step, reason }) = failure else {
        return Vec::new();
    };
    let notes = operation.step(&step).map(|step| step.notes.as_slice()).unwrap_or_default();
    let found = notes.iter().filter_map(|note| match &note.note {
        Note::Finding { code, target, text } => Some(format!("{step}: {code} ({target}): {text}")),
        _ => None,
    });
    std::iter::once(format!("{step}: {reason}")).chain(found).collect()
}

/// The undos that count as done although nobody said so.
fn unanswered_undos(operation: &Operation) -> Vec<Note> {
    let notes = operation.undo.iter().flat_map(|undo| &undo.notes).map(|note| &note.note);
    notes.filter(|note| matches!(note, Note::UndoUnanswered { .. })).cloned().collect()
}
