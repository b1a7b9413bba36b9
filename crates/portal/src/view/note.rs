//! Messages.

use signoff_lifecycle::note::{Level, NoteAt};
use signoff_lifecycle::operation::Head;
use signoff_text::{Lang, Words};
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
        message_html: note.render(Lang::En).into(),
        level: match note.level() {
            Level::Information => words::Level::Information,
            Level::Warning => words::Level::Warning,
            Level::Error => words::Level::Error,
        },
        timestamp: super::time(*at),
    }
}
