//! The messages of steps and operations: `messageHtml` on the wire (contract, "Shapes").

use signoff_lifecycle::note::Note;

use crate::{
    Lang, clean,
    loader::lookup,
    message::{Words, in_a_row, unsaid, words},
};

words! {
    Note;
    StepCompleted => "note-step-completed",
    StepRetry { attempt, of, reason } => "note-step-retry",
    StepFailed { reason } => "note-step-failed",
    StepRejected { by, reason } => "note-step-rejected",
    StepApproved { by } => "note-step-approved",
    StepStopped => "note-step-stopped",
    WaitingForApproval => "note-waiting-for-approval",
    WaitingForSignoff => "note-waiting-for-signoff",
    SignedOff { by } => "note-signed-off",
    PreviewFilled { version } => "note-preview-filled",
    PreviewRestored => "note-preview-restored",
    ProductionSwitched { version } => "note-production-switched",
    UndoRetry { step, attempt, reason } => "note-undo-retry",
    UndoCompleted { step } => "note-undo-completed",
    UndoFailed { step, reason } => "note-undo-failed",
    UndoGivenUp { step } => "note-undo-given-up",
    LeftBehind { step } => "note-left-behind",
    LeftoverRemoved { step } => "note-leftover-removed",
    CancelRequested { by, reason } => "note-cancel-requested",
    Forced { by, reason, given_up: in_a_row } => "note-forced",
    Killed { by, reason, given_up: in_a_row } => "note-killed",
    KilledAfterSwitch { by, reason } => "note-killed-after-switch",
    CanceledBy { by, reason } => "note-canceled-by",
    CancellationCompleted => "note-cancellation-completed",
    CancellationFailed { cancellation: unsaid } => "note-cancellation-failed",
    OperationFailed { step, reason } => "note-operation-failed",
    Accepted { hook } => "note-accepted",
    Said { hook, text } => "note-said",
    NotReached { hook, reason } => "note-not-reached",
    StepUnanswered { hook } => "note-step-unanswered",
    UndoUnanswered { step, hook } => "note-undo-unanswered",
    UndoOverdue { step, hook } => "note-undo-overdue",
    Finding { code, target, text } => "note-finding",
    Warning { code, target, text } => "note-warning",
}

/// HTML text without markup: every argument is escaped.
impl Words for Note {
    fn render(&self, lang: Lang) -> String {
        let (key, args) = parts(self, clean::html);
        lookup(lang, key, &args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_escaped_in_every_message() {
        for lang in Lang::ALL {
            for note in samples() {
                let text = note.render(lang);
                assert!(!text.contains(['<', '>']), "{lang:?} {note:?}: {text}");
            }
        }
        let note = Note::StepFailed { reason: "<script>alert('&')</script>".to_owned() };
        assert!(note.render(Lang::En).ends_with("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
    }

    #[test]
    fn a_reason_is_told_when_there_is_one() {
        let canceled = |reason: Option<&str>| Note::CanceledBy {
            by: "contoso-owner".to_owned(),
            reason: reason.map(str::to_owned),
        };
        for lang in Lang::ALL {
            let without = canceled(None).render(lang);
            assert!(without.ends_with('.') && without.contains("contoso-owner"), "{without}");
            // What marks an absent reason inside must not swallow a reason that reads the same.
            let with = canceled(Some("0")).render(lang);
            assert!(with.ends_with(": 0") && with.contains("contoso-owner"), "{with}");
        }
    }
}
