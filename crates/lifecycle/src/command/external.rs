//! Results of steps and undos that a third party does: it may take its time, yet not beyond its deadline.

use super::result::WorkOutcome;
use crate::ids::{Micros, Moment, PublisherTime};
use crate::note::{Note, NoteAt};
use crate::operation::{Step, StepState, Underway, Undo, UndoState};
use crate::plan::{Outcome, RETRIES, StepPlan};
use crate::transition::Transition;
use crate::webhook::{Answer, Finding, OnCancelDeadline, WebhookProgress};

/// What a step comes to.
pub(super) enum Next {
    /// It ended well.
    Done,
    /// It failed: what is noted, and the reason.
    Failed(Note, String),
    /// The third party is turned to again after this time.
    Again(Micros),
}

/// Takes in what became of asking the third party for a step.
pub(super) fn next_of_step(
    step: &mut Step,
    external: &mut WebhookProgress,
    underway: Underway,
    outcome: WorkOutcome,
    transition: &Transition,
) -> Next {
    let (now, present) = (transition.now, transition.present);
    let Underway { since, tries, .. } = underway;
    let hook = hook_of(&step.plan);
    let overdue = external.is_overdue(present);
    let again = match outcome {
        WorkOutcome::Done { .. } => return Next::Done,
        WorkOutcome::Answered(answer) => {
            external.answered = true;
            return match answered(&mut step.notes, &hook, answer, now) {
                None => Next::Done,
                Some(reason) => failed(reason),
            };
        }
        WorkOutcome::Permanent { reason } => return failed(reason),
        WorkOutcome::Transient { .. } | WorkOutcome::NotReached { .. } if overdue => {
            return unanswered(hook);
        }
        WorkOutcome::Waiting { progress, message, again } => {
            took(external, &mut step.notes, hook.clone(), progress, message, now);
            if overdue {
                return unanswered(hook);
            }
            step.state = StepState::InProgress { since, tries: 0 };
            again
        }
        WorkOutcome::Transient { reason } | WorkOutcome::NotReached { reason } if external.accepted => {
            // It works on it: that it cannot be asked right now says nothing of its answer.
            let tries = tries.saturating_add(1);
            step.state = StepState::InProgress { since, tries };
            renew(&mut step.notes, now, Note::NotReached { hook, reason });
            step.plan.patient_back_off_before(tries)
        }
        WorkOutcome::NotReached { reason } => {
            // An hour of it says as little against the step as a minute.
            renew(&mut step.notes, now, Note::NotReached { hook, reason });
            step.plan.back_off_after(now.since(since))
        }
        WorkOutcome::Transient { reason } if tries >= RETRIES => return failed(reason),
        WorkOutcome::Transient { reason } => {
            step.state = StepState::InProgress { since: now, tries: tries + 1 };
            step.note(now, Note::StepRetry { attempt: tries + 1, of: RETRIES, reason });
            step.plan.back_off_before(tries + 1)
        }
    };
    Next::Again(external.pause(again, present))
}

fn failed(reason: String) -> Next {
    Next::Failed(Note::StepFailed { reason: reason.clone() }, reason)
}

fn unanswered(hook: String) -> Next {
    let reason = format!("the webhook {hook} did not answer in time");
    Next::Failed(Note::StepUnanswered { hook }, reason)
}

/// The third party has the work in hand.
pub(super) fn took(
    external: &mut WebhookProgress,
    notes: &mut Vec<NoteAt>,
    hook: String,
    progress: Option<u8>,
    message: Option<String>,
    now: PublisherTime,
) {
    if !external.accepted {
        external.accepted = true;
        notes.push(NoteAt { at: now, note: Note::Accepted { hook: hook.clone() } });
    }
    // What is not done does not show as done.
    external.progress = progress.map_or(external.progress, |percent| percent.min(99));
    said(notes, hook, message, now);
}

/// What the undo comes to; `Some`: the third party is turned to again after this time.
pub(super) fn undo_after(
    undo: &mut Undo,
    external: &mut WebhookProgress,
    underway: Underway,
    outcome: WorkOutcome,
    transition: &Transition,
) -> Option<Micros> {
    let (now, present) = (transition.now, transition.present);
    let Underway { since, tries, .. } = underway;
    let (hook, step) = (hook_of(&undo.plan), undo.plan.id.clone());
    let overdue = external.is_overdue(present);
    let again = match outcome {
        WorkOutcome::Done { .. } => return undo_done(undo, now),
        WorkOutcome::Answered(answer) => {
            external.answered = true;
            return match answered(&mut undo.notes, &hook, answer, now) {
                None => undo_done(undo, now),
                Some(reason) => undo_failed(undo, reason, now),
            };
        }
        WorkOutcome::Permanent { reason } => return undo_failed(undo, reason, now),
        WorkOutcome::Waiting { progress, message, again } => {
            took(external, &mut undo.notes, hook.clone(), progress, message, now);
            undo.state = UndoState::Running { since, tries: 0 };
            again
        }
        WorkOutcome::Transient { reason } | WorkOutcome::NotReached { reason } => {
            let attempt = tries.saturating_add(1);
            undo.state = UndoState::Running { since, tries: attempt };
            renew(&mut undo.notes, now, Note::UndoRetry { step: step.clone(), attempt, reason });
            undo.plan.patient_back_off_before(attempt)
        }
    };
    if !overdue {
        return Some(external.pause(again, present));
    }
    let policy = undo.plan.third_party().map(|webhook| webhook.on_cancel_deadline).unwrap_or_default();
    match policy {
        OnCancelDeadline::Complete => {
            undo.state = UndoState::Done { at: now };
            undo.note(now, Note::UndoUnanswered { step, hook });
        }
        OnCancelDeadline::Fail => {
            let reason = format!("the webhook {hook} did not answer the cancel in time");
            undo.state = UndoState::Failed { at: now, reason };
            undo.note(now, Note::UndoOverdue { step, hook });
        }
    }
    None
}

fn undo_done(undo: &mut Undo, now: PublisherTime) -> Option<Micros> {
    undo.state = UndoState::Done { at: now };
    undo.note(now, Note::UndoCompleted { step: undo.plan.id.clone() });
    None
}

fn undo_failed(undo: &mut Undo, reason: String, now: PublisherTime) -> Option<Micros> {
    undo.state = UndoState::Failed { at: now, reason: reason.clone() };
    undo.note(now, Note::UndoFailed { step: undo.plan.id.clone(), reason });
    None
}

/// Notes an answer; answers why it is no good one.
fn answered(notes: &mut Vec<NoteAt>, hook: &str, answer: Answer, now: PublisherTime) -> Option<String> {
    let failed = answer.outcome == Outcome::Fail;
    for Finding { code, target, text } in answer.findings {
        let note =
            if failed { Note::Finding { code, target, text } } else { Note::Warning { code, target, text } };
        notes.push(NoteAt { at: now, note });
    }
    if failed {
        return Some(answer.message.unwrap_or_else(|| format!("the webhook {hook} says that it failed")));
    }
    said(notes, hook.to_owned(), answer.message, now);
    None
}

fn said(notes: &mut Vec<NoteAt>, hook: String, message: Option<String>, now: PublisherTime) {
    if let Some(text) = message {
        renew(notes, now, Note::Said { hook, text });
    }
}

/// Adds a note in the place of the last one of its kind: whoever talks much must not make the operation grow.
fn renew(notes: &mut Vec<NoteAt>, at: PublisherTime, note: Note) {
    let kind = std::mem::discriminant(&note);
    notes.retain(|kept| std::mem::discriminant(&kept.note) != kind);
    notes.push(NoteAt { at, note });
}

pub(super) fn hook_of(plan: &StepPlan) -> String {
    plan.webhook.as_ref().map(|webhook| webhook.hook.clone()).unwrap_or_default()
}
