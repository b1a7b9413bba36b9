//! Messages.

use signoff_lifecycle::note::{Level, Note, NoteAt};
use signoff_lifecycle::operation::Head;
use signoff_text::{Lang, Note as Text};
use signoff_wire::operation::MessageView;
use signoff_wire::words;

/// Messages in their order. They are English whatever the reader speaks: they are part of the record.
pub(super) fn messages(notes: &[NoteAt]) -> Vec<MessageView<'static>> {
    notes.iter().map(message).collect()
}

/// What an operation as a whole has to say.
pub(crate) fn operation_messages(head: &Head) -> Vec<MessageView<'static>> {
    messages(&head.notes)
}

fn message(NoteAt { at, note }: &NoteAt) -> MessageView<'static> {
    MessageView {
        message_html: text(note).render(Lang::En).into(),
        level: match note.level() {
            Level::Information => words::Level::Information,
            Level::Warning => words::Level::Warning,
            Level::Error => words::Level::Error,
        },
        timestamp: super::time(*at),
    }
}

fn text(note: &Note) -> Text {
    match note.clone() {
        Note::StepCompleted => Text::StepCompleted,
        Note::StepRetry { attempt, of, reason } => Text::StepRetry { attempt, of, reason },
        Note::StepFailed { reason } => Text::StepFailed { reason },
        Note::StepRejected { by, reason } => {
            Text::StepRejected { by, reason: reason.unwrap_or_else(|| "-".to_owned()) }
        }
        Note::StepApproved { by } => Text::StepApproved { by },
        Note::StepStopped => Text::StepStopped,
        Note::WaitingForApproval => Text::WaitingForApproval,
        Note::WaitingForSignoff => Text::WaitingForSignoff,
        Note::SignedOff { by } => Text::SignedOff { by },
        Note::PreviewFilled { version } => Text::PreviewFilled { version },
        Note::PreviewRestored => Text::PreviewRestored,
        Note::ProductionSwitched { version } => Text::ProductionSwitched { version },
        Note::UndoRetry { step, attempt, reason } => Text::UndoRetry { step, attempt, reason },
        Note::UndoCompleted { step } => Text::UndoCompleted { step },
        Note::UndoFailed { step, reason } => Text::UndoFailed { step, reason },
        Note::UndoGivenUp { step } => Text::UndoGivenUp { step },
        Note::Forced { by, reason, given_up } => Text::Forced { by, reason, given_up: given_up.join(", ") },
        Note::Killed { by, reason, given_up } => Text::Killed { by, reason, given_up: given_up.join(", ") },
        Note::KilledAfterSwitch { by, reason } => Text::KilledAfterSwitch { by, reason },
        Note::LeftBehind { step } => Text::LeftBehind { what: format!("what {step} had made"), step },
        Note::LeftoverRemoved { step } => Text::LeftoverRemoved { step },
        Note::CancelRequested { by, reason } => Text::CancelRequested { by, reason },
        Note::CanceledBy { by, reason } => Text::CanceledBy { by, reason },
        Note::CancellationCompleted => Text::CancellationCompleted,
        Note::CancellationFailed { .. } => Text::CancellationFailed,
        Note::OperationFailed { step, reason } => Text::OperationFailed { step, reason },
        Note::Accepted { hook } => Text::Accepted { hook },
        Note::Said { hook, text } => Text::Said { hook, text },
        Note::NotReached { hook, reason } => Text::NotReached { hook, reason },
        Note::StepUnanswered { hook } => Text::StepUnanswered { hook },
        Note::UndoUnanswered { step, hook } => Text::UndoUnanswered { step, hook },
        Note::UndoOverdue { step, hook } => Text::UndoOverdue { step, hook },
        Note::Finding { code, target, text } => Text::Finding { code, target, text },
        Note::Warning { code, target, text } => {
            Text::ValidationWarning { text: format!("{code} ({target}): {text}") }
        }
    }
}
