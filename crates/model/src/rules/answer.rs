//! The rules that an answer can break, refusals and repetitions included.

use signoff_lifecycle::command::{Cancel, CancelTarget, Command, Guard, StepResult, StopLevel};
use signoff_lifecycle::decision::{Decision, Reply, StopReply, Verdict};
use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{CancellationRequestState, OperationRef, Phase, Step, StepState};
use signoff_lifecycle::plan::{CancelPolicy, Executor};
use signoff_lifecycle::refusal::Refusal;

use super::{Answered, Rule};

/// A rule, and what looks whether an answer breaks it.
pub type Check = (Rule, fn(&Answered<'_>));

/// Every check of an answer; the first that fails names the rule.
pub const CHECKS: &[Check] = &[
    (Rule::WorkIsFenced, a_stale_result_is_refused),
    (Rule::SameAnswer, the_first_answer_stands),
    (Rule::PointOfNoReturn, no_promise_past_the_point),
    (Rule::PointOfNoReturn, what_was_visible_is_answered),
];

/// Promise 7: a result counts exactly while its work is waited for.
fn a_stale_result_is_refused(it: &Answered<'_>) {
    let Command::StepResult(StepResult { operation, attempt, .. }) = it.command else { return };
    let waits = |candidate: OperationRef<'_>| {
        let outstanding = candidate.head().outstanding;
        candidate.head().id == *operation
            && candidate.is_running()
            && outstanding.is_some_and(|outstanding| outstanding.attempt == *attempt && !outstanding.held)
    };
    let waited_for = it.before.is_some_and(|before| before.operations().any(waits));
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
    let target = state.target()?;
    let cancellation = state.cancellation().filter(|cancellation| cancellation.target == target.head.id);
    match (&target.phase, cancellation) {
        (Phase::Canceling { .. }, Some(cancellation)) => {
            Some(Reply::Stopped(StopReply::Canceling(cancellation.into())))
        }
        (Phase::Canceled { .. }, Some(cancellation)) => {
            Some(Reply::Stopped(StopReply::CancellationEnded(cancellation.into())))
        }
        (Phase::Canceled { .. }, None) => Some(Reply::Stopped(StopReply::Canceled(target.into()))),
        _ => None,
    }
}

/// Whether nothing but the state decides: no guard that fails, no operation named that is not meant.
fn is_plain(cancel: &Cancel, state: &Aggregate) -> bool {
    let guard = match &cancel.guard {
        Guard::None => true,
        Guard::Newest(numbers) => numbers.contains(&state.offer.publishing_version),
    };
    let target = state.target().map(|target| target.head.id);
    let named = match cancel.named {
        CancelTarget::Newest => true,
        CancelTarget::Operation(id) => Some(id) == target,
        CancelTarget::Unknown => false,
    };
    guard && named
}

/// Promise 10: a cancel of what is canceled or being canceled repeats the first answer, and a cancel that was accepted
/// is answered the same again. Force has more to do while a cancellation runs.
fn the_first_answer_stands(it: &Answered<'_>) {
    let (Command::Cancel(cancel), Some(before)) = (it.command, it.before) else { return };
    let goes_on = |first: &Reply| {
        cancel.level != StopLevel::Cancel && matches!(first, Reply::Stopped(StopReply::Canceling(_)))
    };
    let first = first_answer(before).filter(|first| is_plain(cancel, before) && !goes_on(first));
    if let Some(first) = first {
        assert_eq!(it.answer, &Ok(already(before, first)), "a repeated cancel");
    }
    if let Ok(Verdict::Change(decision)) = it.answer {
        repeated_at_once(cancel, decision, it.now);
    }
}

/// The answer that changes nothing.
fn already(state: &Aggregate, reply: Reply) -> Verdict {
    Verdict::Already { state: Box::new(state.clone()), reply }
}

fn repeated_at_once(cancel: &Cancel, decision: &Decision, now: PublisherTime) {
    let plain =
        Cancel { id: OperationId::of(cancel.id.value() + 1), level: StopLevel::Cancel, ..cancel.clone() };
    let plain = Cancel { guard: Guard::None, named: CancelTarget::Newest, ..plain };
    let by_name = CancelTarget::Operation(decision.next.target().unwrap().head.id);
    let expected = match &decision.reply {
        Reply::Stopped(StopReply::GivenUp(cancellation)) => {
            Err(Refusal::CancellationFailed { cancellation: cancellation.clone() })
        }
        Reply::Stopped(StopReply::Completed(_)) => return,
        reply => Ok(already(&decision.next, reply.clone())),
    };
    for again in [Cancel { named: by_name, guard: Guard::Newest(Vec::new()), ..plain.clone() }, plain] {
        let answer = signoff_lifecycle::decide(Some(decision.next.clone()), Command::Cancel(again), now);
        assert_eq!(answer, expected, "the same cancel again");
    }
}

/// Promise 5, by the plan alone: a step that refuses has begun, or the production slot is switched. The operator's kill
/// alone goes past it, and past the switch it can only complete.
fn no_promise_past_the_point(it: &Answered<'_>) {
    let (Command::Cancel(cancel), Some(before)) = (it.command, it.before) else { return };
    let Some(target) = before.target().filter(|target| target.phase == Phase::Running) else { return };
    let begun = target
        .steps
        .iter()
        .filter(|step| !matches!(step.state, StepState::NotStarted | StepState::Inherited { .. }));
    let switched = |step: &Step| {
        let state = matches!(step.state, StepState::Propagating { .. } | StepState::Complete { .. });
        step.plan.executor == Executor::Live && state
    };
    let past = begun.clone().any(|step| step.plan.cancel == CancelPolicy::Refuse || switched(step));
    let killed = cancel.level == StopLevel::Kill;
    assert!(!past || killed || it.answer.is_err(), "a cancel was accepted past the point of no return");
    if let (true, Ok(Verdict::Change(decision))) = (begun.clone().any(switched), it.answer) {
        assert!(
            matches!(decision.reply, Reply::Stopped(StopReply::Completed(_))),
            "after the switch it can only complete"
        );
    }
}

/// Promise 5: what `cancellationRequestState` showed beforehand is what a cancel is told. Force also ends what undoes
/// itself, a kill everything that runs.
fn what_was_visible_is_answered(it: &Answered<'_>) {
    let (Command::Cancel(cancel), Some(before)) = (it.command, it.before) else { return };
    if !is_plain(cancel, before) {
        return;
    }
    let promised = before.target().is_some_and(|target| {
        target.cancellation_request_state() != CancellationRequestState::CannotCancel
            || match cancel.level {
                StopLevel::Cancel => false,
                StopLevel::Force => matches!(target.phase, Phase::Undoing { .. }),
                StopLevel::Kill => target.is_running(),
            }
    });
    assert_eq!(it.answer.is_ok(), promised, "{:?}", it.answer);
}
