//! The rules that an answer can break, refusals and repetitions included.

use signoff_lifecycle::command::{Cancel, Command, Named, StepResult};
use signoff_lifecycle::decision::{Decision, Reply, Verdict};
use signoff_lifecycle::ids::{OperationId, Timestamp};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{CancellationRequestState, Kind, Operation, Phase, StepState};
use signoff_lifecycle::plan::{CancelPolicy, Executor};
use signoff_lifecycle::refusal::Refusal;

use super::decision::operations_of;
use super::{Answered, Rule};

/// Every check of an answer; the first that fails names the rule.
pub const CHECKS: &[(Rule, fn(&Answered<'_>))] = &[
    (Rule::WorkIsFenced, a_stale_result_is_refused),
    (Rule::SameAnswer, the_first_answer_stands),
    (Rule::PointOfNoReturn, no_promise_past_the_point),
    (Rule::PointOfNoReturn, what_was_visible_is_answered),
];

/// Rule 7: a result counts exactly while its work is waited for.
fn a_stale_result_is_refused(it: &Answered<'_>) {
    let Command::StepResult(StepResult { operation, attempt, .. }) = it.command else { return };
    let waits = |candidate: &Operation| {
        let outstanding = candidate.outstanding.as_ref();
        candidate.id == *operation
            && candidate.is_running()
            && outstanding.is_some_and(|outstanding| outstanding.attempt == *attempt && !outstanding.held)
    };
    let waited_for = it.before.is_some_and(|before| operations_of(before).any(waits));
    match it.answer {
        Ok(_) => assert!(waited_for, "a result that nobody waits for counted"),
        Err(refusal) => {
            assert_eq!(refusal, &Refusal::StaleResult);
            assert!(!waited_for, "a result that is waited for was refused");
        }
    }
}

/// What cancels of the target were answered, if one was accepted.
fn first_answer(state: &Aggregate) -> Option<Reply> {
    let target = state.target.as_ref()?;
    let of_target =
        |other: &&Operation| matches!(other.kind, Kind::Cancel { target: of, .. } if of == target.id);
    let cancellation = state.cancellation.as_ref().filter(of_target);
    match (&target.phase, cancellation) {
        (Phase::Canceling { .. }, Some(cancellation)) => Some(Reply::Canceling(cancellation.into())),
        (Phase::Canceled { .. }, Some(cancellation)) => Some(Reply::CancellationEnded(cancellation.into())),
        (Phase::Canceled { .. }, None) => Some(Reply::Canceled(target.into())),
        _ => None,
    }
}

/// Whether nothing but the state decides: no guard that fails, no operation named that is not meant.
fn is_plain(cancel: &Cancel, state: &Aggregate) -> bool {
    use signoff_lifecycle::command::Guard;
    let guard = match &cancel.guard {
        Guard::None => true,
        Guard::Newest(numbers) => numbers.contains(&state.offer.publishing_version),
    };
    let target = state.target.as_ref().map(|target| target.id);
    let named = match cancel.named {
        Named::Newest => true,
        Named::Operation(id) => Some(id) == target,
        Named::Unknown => false,
    };
    guard && named
}

/// Rule 10: a cancel of what is canceled or being canceled repeats the first answer, and a cancel that was accepted
/// is answered the same again.
fn the_first_answer_stands(it: &Answered<'_>) {
    let (Command::Cancel(cancel), Some(before)) = (it.command, it.before) else { return };
    if let Some(first) = first_answer(before).filter(|_| is_plain(cancel, before)) {
        assert_eq!(it.answer, &Ok(Verdict::Already(first)), "a repeated cancel");
    }
    if let Ok(Verdict::Change(decision)) = it.answer {
        repeated_at_once(cancel, decision, it.now);
    }
}

fn repeated_at_once(cancel: &Cancel, decision: &Decision, now: Timestamp) {
    let again = Cancel { id: OperationId(cancel.id.0 + 1), ..cancel.clone() };
    let named = Named::Operation(decision.next.target.as_ref().unwrap().id);
    let guard = signoff_lifecycle::command::Guard::None;
    for again in [Cancel { guard, ..again.clone() }, Cancel { named, ..again }] {
        let answer = signoff_lifecycle::decide(Some(decision.next.clone()), Command::Cancel(again), now);
        assert_eq!(answer, Ok(Verdict::Already(decision.reply.clone())), "the same cancel again");
    }
}

/// Rule 5, by the plan alone: a step that refuses has begun, or the production slot is switched.
fn no_promise_past_the_point(it: &Answered<'_>) {
    let (Command::Cancel(_), Some(before)) = (it.command, it.before) else { return };
    let Some(target) = before.target.as_ref().filter(|target| target.phase == Phase::Running) else { return };
    let begun = target
        .steps
        .iter()
        .filter(|step| !matches!(step.state, StepState::NotStarted | StepState::Inherited { .. }));
    let mut past = begun.filter(|step| {
        let switched = matches!(step.state, StepState::Propagating { .. } | StepState::Complete { .. });
        step.plan.cancel == CancelPolicy::Refuse || step.plan.executor == Executor::Live && switched
    });
    assert!(past.next().is_none() || it.answer.is_err(), "a cancel was accepted past the point of no return");
}

/// Rule 5: what `cancellationRequestState` showed beforehand is what a cancel is told.
fn what_was_visible_is_answered(it: &Answered<'_>) {
    let (Command::Cancel(cancel), Some(before)) = (it.command, it.before) else { return };
    if !is_plain(cancel, before) {
        return;
    }
    let visible = before.target.as_ref().map(Operation::cancellation_request_state);
    let promised = visible.is_some_and(|state| state != CancellationRequestState::CannotCancel);
    assert_eq!(it.answer.is_ok(), promised, "{visible:?}");
}
