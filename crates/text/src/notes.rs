//! The messages of steps and operations: `messageHtml` on the wire (contract, "Shapes").

use crate::{Lang, clean, loader::lookup, message::messages};

messages! {
    /// Something that happened to a step or an operation.
    pub enum Note {
        /// The step began.
        StepStarted => "note-step-started",
        /// The step ended well.
        StepCompleted => "note-step-completed",
        /// An attempt failed and is repeated.
        StepRetry {
            /// The attempt that failed, from 1.
            attempt: u32,
            /// How many there are at most.
            of: u32,
            /// Why it failed.
            reason: String,
        } => "note-step-retry",
        /// The step failed for good.
        StepFailed {
            /// Why.
            reason: String,
        } => "note-step-failed",
        /// A reviewer said no.
        StepRejected {
            /// The reviewer.
            by: String,
            /// Why.
            reason: String,
        } => "note-step-rejected",
        /// A reviewer said yes.
        StepApproved {
            /// The reviewer.
            by: String,
        } => "note-step-approved",
        /// A cancel interrupted the step.
        StepStopped => "note-step-stopped",
        /// The undo of a step began.
        UndoStarted {
            /// The step id.
            step: String,
        } => "note-undo-started",
        /// The undo of a step ended well.
        UndoCompleted {
            /// The step id.
            step: String,
        } => "note-undo-completed",
        /// An attempt to undo failed and is repeated.
        UndoRetry {
            /// The step id.
            step: String,
            /// The attempt that failed, from 1.
            attempt: u32,
            /// Why it failed.
            reason: String,
        } => "note-undo-retry",
        /// The undo of a step failed for good.
        UndoFailed {
            /// The step id.
            step: String,
            /// Why.
            reason: String,
        } => "note-undo-failed",
        /// Undoing a step was given up.
        UndoGivenUp {
            /// The step id.
            step: String,
        } => "note-undo-given-up",
        /// A step was undone since its operation failed.
        UndoneAfterFailure {
            /// The step id.
            step: String,
        } => "note-undone-after-failure",
        /// Something of a step could not be undone and is still there.
        LeftBehind {
            /// The step id.
            step: String,
            /// What is still there.
            what: String,
        } => "note-left-behind",
        /// What an earlier operation had left behind is gone.
        LeftoverRemoved {
            /// The id of the step that left it behind.
            step: String,
        } => "note-leftover-removed",
        /// What an earlier operation had left behind is still there.
        LeftoverStays {
            /// The id of the step that left it behind.
            step: String,
            /// Why it could not be removed.
            reason: String,
        } => "note-leftover-stays",
        /// The step waits for a reviewer.
        WaitingForApproval => "note-waiting-for-approval",
        /// The step waits for the publisher.
        WaitingForSignoff => "note-waiting-for-signoff",
        /// The publisher agreed to the preview.
        SignedOff {
            /// Who did.
            by: String,
        } => "note-signed-off",
        /// The preview slot holds another version now.
        PreviewFilled {
            /// The offer version.
            version: u32,
        } => "note-preview-filled",
        /// The preview slot is as it was before the operation.
        PreviewRestored => "note-preview-restored",
        /// The production slot holds another version now.
        ProductionSwitched {
            /// The offer version.
            version: u32,
        } => "note-production-switched",
        /// A cancel was accepted; a cancellation does the work.
        CancelRequested {
            /// Who asked for it.
            by: String,
            /// `metadata.reason` of the cancel.
            reason: Option<String>,
        } => "note-cancel-requested",
        /// An owner ended the operation by force.
        Forced {
            /// Who did.
            by: String,
            /// `metadata.reason` of the request.
            reason: Option<String>,
            /// The ids of the steps that were not undone.
            given_up: String,
        } => "note-forced",
        /// The operator ended the operation.
        Killed {
            /// Who did.
            by: String,
            /// `metadata.reason` of the request.
            reason: Option<String>,
            /// The ids of the steps that were not undone.
            given_up: String,
        } => "note-killed",
        /// The operator ended the operation when it could only complete.
        KilledAfterSwitch {
            /// Who did.
            by: String,
            /// `metadata.reason` of the request.
            reason: Option<String>,
        } => "note-killed-after-switch",
        /// The operation is canceled.
        CanceledBy {
            /// Who asked for it.
            by: String,
            /// `metadata.reason` of the cancel.
            reason: Option<String>,
        } => "note-canceled-by",
        /// A cancellation began.
        CancellationStarted {
            /// The id of the operation that it cancels.
            target: String,
        } => "note-cancellation-started",
        /// A cancellation ended well.
        CancellationCompleted => "note-cancellation-completed",
        /// A cancellation failed, and its target with it.
        CancellationFailed => "note-cancellation-failed",
        /// A finding that does not keep the offer from being published.
        ValidationWarning {
            /// The finding.
            text: String,
        } => "note-validation-warning",
        /// A third party took the request of a step, or of its undo.
        Accepted {
            /// Its name in the settings.
            hook: String,
        } => "note-accepted",
        /// A third party's own words.
        Said {
            /// Its name in the settings.
            hook: String,
            /// The words.
            text: String,
        } => "note-said",
        /// A third party that was asked gave no answer, and is asked again.
        NotReached {
            /// Its name in the settings.
            hook: String,
            /// Why.
            reason: String,
        } => "note-not-reached",
        /// A third party did not answer in time, and the step failed.
        StepUnanswered {
            /// Its name in the settings.
            hook: String,
        } => "note-step-unanswered",
        /// A third party did not answer in time; its step counts as undone.
        UndoUnanswered {
            /// The step id.
            step: String,
            /// Its name in the settings.
            hook: String,
        } => "note-undo-unanswered",
        /// A third party did not answer in time; undoing its step failed.
        UndoOverdue {
            /// The step id.
            step: String,
            /// Its name in the settings.
            hook: String,
        } => "note-undo-overdue",
        /// What a third party found.
        Finding {
            /// Its code for it.
            code: String,
            /// What it is about.
            target: String,
            /// Its words.
            text: String,
        } => "note-finding",
        /// The operation failed.
        OperationFailed {
            /// The id of the step that failed.
            step: String,
            /// Why.
            reason: String,
        } => "note-operation-failed",
    }
}

impl Note {
    /// The message as HTML text without markup: every argument is escaped.
    pub fn render(&self, lang: Lang) -> String {
        let (key, args) = self.parts(clean::html);
        lookup(lang, key, &args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_escaped_in_every_message() {
        for lang in Lang::ALL {
            for note in Note::samples() {
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
