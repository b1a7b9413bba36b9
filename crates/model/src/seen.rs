//! What a run of the model has seen: a check that never meets what it is about says nothing.

use signoff_lifecycle::decision::{Decision, Reply, StopReply};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Kind, Operation, Standing, UndoState};
use signoff_lifecycle::webhook::WebhookProgress;

macro_rules! sights {
    ($($name:ident $bit:literal $words:literal,)*) => {
        $(pub(crate) const $name: u32 = 1 << $bit;)*

        /// Everything that can be seen, in words.
        pub(crate) const ALL: &[(u32, &str)] = &[$(($name, $words),)*];
    };
}

sights! {
    CANCELED_AT_ONCE 0 "a cancel was answered 200",
    CANCELLATION 1 "a cancel was answered 202",
    CANCELLATION_COMPLETED 2 "a cancellation completed",
    CANCELLATION_FAILED 3 "a cancellation failed",
    UNDO_RETRIED 4 "an undo failed in passing and was tried again",
    UNDOING 5 "a step failed and its operation undid itself",
    WENT_LIVE 6 "a golive completed",
    GOLIVE_CANCELED 7 "a golive was canceled",
    PREVIEW_PUT_BACK 8 "the preview slot was put back",
    LEFTOVER_REMOVED 9 "a publish removed what an earlier one had left",
    STALE_COMMIT 10 "a commit was refused as stale",
    LATE_RESULT 11 "a late or repeated result was refused",
    FENCED_RESULT 12 "a result was refused because its lease was over",
    FENCED_ARTIFACT 13 "an artifact was refused because its work was taken back",
    TWO_WORKERS 14 "two workers had the same piece of work",
    CRASH_IN_HAND 15 "a crash lost a load or a result in hand",
    REPLY_LOST 16 "a commit was done and its reply lost",
    REPEATED_CANCEL 17 "a cancel was repeated and got the first answer",
    HELD 18 "a scenario held a step and let it go",
    REJECTED 19 "a reviewer rejected a step",
    FORCED 20 "undoing was given up by force",
    KILLED_AFTER_SWITCH 21 "a kill came after the switch, and completed the golive",
    THIRD_PARTY_TOOK_IT 22 "a third party took a step in hand",
    THIRD_PARTY_ANSWERED 23 "a third party's word ended a step or an undo",
}

/// What `decision` lets be seen.
pub(crate) fn of(before: &Aggregate, decision: &Decision) -> u32 {
    let next = &decision.next;
    let mut seen = match decision.reply {
        Reply::Stopped(StopReply::Canceled(_)) => CANCELED_AT_ONCE,
        Reply::Stopped(StopReply::Canceling(_)) => CANCELLATION,
        Reply::Stopped(StopReply::GivenUp(_)) => FORCED,
        Reply::Stopped(StopReply::Completed(_)) => KILLED_AFTER_SWITCH,
        _ => 0,
    };
    let mut see = |what: u32, is_so: bool| seen |= if is_so { what } else { 0 };
    for operation in &decision.changed {
        let ended = !operation.is_running();
        let is_cancellation = matches!(operation.kind(), Kind::Cancel { .. });
        let completed = operation.standing() == Standing::Completed;
        let canceled = operation.standing() == Standing::Canceled;
        see(CANCELLATION_COMPLETED, is_cancellation && completed);
        see(CANCELLATION_FAILED, is_cancellation && ended && !completed);
        see(UNDO_RETRIED, operation.undo().iter().any(|undo| is_retried(&undo.state)));
        see(UNDOING, operation.standing() == Standing::Undoing);
        see(WENT_LIVE, operation.kind() == Kind::GoLive && completed);
        see(GOLIVE_CANCELED, operation.kind() == Kind::GoLive && canceled);
        see(HELD, operation.head().outstanding.as_ref().is_some_and(|outstanding| outstanding.held));
        see(REJECTED, rejected(operation));
        see(THIRD_PARTY_TOOK_IT, externals(operation).any(|external| external.accepted));
        see(THIRD_PARTY_ANSWERED, externals(operation).any(|external| external.answered));
    }
    let displaced = before.offer.displaced.is_some() && next.offer.displaced.is_none();
    see(PREVIEW_PUT_BACK, displaced && before.offer.preview != next.offer.preview);
    see(LEFTOVER_REMOVED, next.offer.leftovers.len() < before.offer.leftovers.len());
    seen
}

fn externals(operation: &Operation) -> impl Iterator<Item = &WebhookProgress> {
    let steps = operation.steps().iter().filter_map(|step| step.external.as_ref());
    steps.chain(operation.undo().iter().filter_map(|undo| undo.external.as_ref()))
}

fn is_retried(state: &UndoState) -> bool {
    matches!(state, UndoState::Running { tries: 1.., .. })
}

fn rejected(operation: &Operation) -> bool {
    use signoff_lifecycle::operation::StepState;
    operation.steps().iter().any(|step| matches!(step.state, StepState::Rejected { .. }))
}
