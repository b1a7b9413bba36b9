### Messages of steps and operations, in English. They are HTML text: no markup here.

note-step-completed = The step is complete.
note-step-retry = Attempt { $attempt } of { $of } failed and will be repeated: { $reason }
note-step-failed = The step failed: { $reason }
note-step-rejected =
    { $reason ->
        [0] { $by } rejected the step: -
       *[other] { $by } rejected the step: { $reason }
    }
note-step-approved = { $by } approved the step.
note-step-stopped = The step was stopped because the operation was canceled.
note-undo-completed = The step '{ $step }' has been undone.
note-undo-retry = Attempt { $attempt } to undo the step '{ $step }' failed and will be repeated: { $reason }
note-undo-failed = The step '{ $step }' could not be undone: { $reason }
note-undo-given-up = The step '{ $step }' was not undone: undoing was given up.
note-left-behind = The step '{ $step }' left this behind, which the next publish will remove first: what { $step } had made
note-leftover-removed = What an earlier operation left behind at the step '{ $step }' has been removed.
note-waiting-for-approval = The step is waiting for a reviewer to approve or reject it.
note-waiting-for-signoff = The preview is ready. Review it, then call golive to sign off, or cancel to withdraw the publish.
note-signed-off = { $by } signed off the preview.
note-preview-filled = The preview slot now holds version { $version } of the offer.
note-preview-restored = The preview slot is again as it was before the operation.
note-production-switched = The production slot now holds version { $version } of the offer.
note-cancel-requested =
    { $reason ->
        [0] { $by } requested the cancellation of the operation.
       *[other] { $by } requested the cancellation of the operation: { $reason }
    }
note-forced =
    { $reason ->
        [0] { $by } ended the operation by force. These steps were not undone: { $given_up }.
       *[other] { $by } ended the operation by force. These steps were not undone: { $given_up }. Reason: { $reason }
    }
note-killed =
    { $reason ->
        [0] The server's operator ({ $by }) ended the operation. These steps were not undone: { $given_up }.
       *[other] The server's operator ({ $by }) ended the operation. These steps were not undone: { $given_up }. Reason: { $reason }
    }
note-killed-after-switch =
    { $reason ->
        [0] The server's operator ({ $by }) ended the operation after the production slot had switched, so it is complete at once.
       *[other] The server's operator ({ $by }) ended the operation after the production slot had switched, so it is complete at once. Reason: { $reason }
    }
note-canceled-by =
    { $reason ->
        [0] { $by } canceled the operation.
       *[other] { $by } canceled the operation: { $reason }
    }
note-cancellation-completed = The cancellation is complete. Nothing of the canceled operation is left.
note-cancellation-failed = The cancellation failed, and the operation ended as failed with it. Other messages say what is left behind.
note-warning = Warning: { $code } ({ $target }): { $text }
note-operation-failed = The operation failed at the step '{ $step }': { $reason }
note-accepted = { $hook } has taken the request and is working on it.
note-said = { $hook } says: { $text }
note-not-reached = { $hook } gave no answer and will be asked again: { $reason }
note-step-unanswered = The step failed because { $hook } did not answer before its deadline.
note-undo-unanswered = { $hook } did not say before its deadline whether the step '{ $step }' has been undone. The step counts as undone, as its settings demand; ask { $hook } whether something is left.
note-undo-overdue = The step '{ $step }' could not be undone: { $hook } did not answer before its deadline.
note-finding = Finding { $code } ({ $target }): { $text }
