//! The promises as a check of every decision: written from the promises, not from the code.

use std::collections::BTreeSet;

use signoff_lifecycle::Command;
use signoff_lifecycle::command::WebhookReport;
use signoff_lifecycle::decision::{Decision, Reply, Started, StopReply};
use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::invariants;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{
    CancellationRequestState, Failure, Goal, Head, Operation, OperationRef, Phase, Standing, StepState,
    Submission, WorkKind,
};

use super::{Rule, Taken, force, slots, undo};

/// A rule, and what looks whether a decision breaks it.
pub type Check = (Rule, fn(&Taken<'_>));

/// Every rule that one decision can break by itself, and what sees it: the first that fails names the rule.
pub const CHECKS: &[Check] = &[
    (Rule::EndsOnce, |it| operations_went_on(it.before, it.decision)),
    (Rule::PointOfNoReturn, |it| cannot_cancel_never_turns_back(it.before, it.decision)),
    (Rule::OneRuns, |it| one_operation_runs(it.before, it.decision)),
    (Rule::AnswersLast, |it| changed_is_what_changed(it.before, it.decision)),
    (Rule::CanceledAtOnce, |it| canceled_is_over(&it.decision.next)),
    (Rule::CancellationUndoes, |it| it.decision.next.operations().for_each(undo::run_one_by_one)),
    (Rule::CancellationUndoes, |it| undo::runs_with_its_target(&it.decision.next)),
    (Rule::CancellationUndoes, |it| undo::ends_together(&it.decision.next)),
    (Rule::CancellationUndoes, |it| undo::leftovers_are_recorded(it.before, it.command, &it.decision.next)),
    (Rule::CanceledAtOnce, |it| reply_is_true(it.decision)),
    (Rule::WorkIsFenced, |it| a_callback_was_awaited(it.before, it.command, it.decision)),
    (Rule::PointOfNoReturn, |it| force::check(it.before, it.command, &it.decision.next)),
    (Rule::WorkIsFenced, |it| work_is_accounted_for(it.before, it.decision, it.now)),
    (Rule::SlotsSwitch, |it| slots::check(it.before, it.command, &it.decision.next)),
    (Rule::ToldOnce, |it| told_once_what_happened(it.before, it.decision)),
    (Rule::AnswersLast, |it| assert_eq!(invariants::of_offer(&it.decision.next), [])),
];

/// A third party's word counts while its step is open, or while its part is undone: after a cancel nothing of the
/// step is applied (promises 3 and 7).
fn a_callback_was_awaited(before: Option<&Aggregate>, command: &Command, decision: &Decision) {
    let Command::Callback(callback) = command else { return };
    let before = before.unwrap();
    let target = before.target().unwrap();
    assert_eq!(target.head.id, callback.operation);
    let step = target.step(&callback.step).unwrap();
    if callback.key.ends_with(":run") {
        assert_eq!((&target.phase, step.is_open()), (&Phase::Running, true));
    } else {
        assert!(callback.key.ends_with(":cancel") && !step.is_open());
        assert!(matches!(target.phase, Phase::Canceling { .. } | Phase::Undoing { .. }));
    }
    if let WebhookReport::Progress { .. } = callback.said {
        assert!(decision.work.is_empty() && decision.finished_work.is_empty());
    }
}

/// An operation goes on from where it stood, or is new.
fn operations_went_on(before: Option<&Aggregate>, decision: &Decision) {
    for operation in &decision.changed {
        match before.and_then(|before| before.operation(operation.head().id)) {
            Some(earlier) => went_on(earlier, operation.as_ref()),
            None => began(before, operation, &decision.next),
        }
    }
}

/// Promise 1: nothing is let go while it runs.
fn one_operation_runs(before: Option<&Aggregate>, decision: &Decision) {
    let next = &decision.next;
    for operation in &decision.changed {
        let kept = next.operation(operation.head().id).is_some();
        assert!(kept || !operation.is_running(), "an operation that is let go has ended: {operation:?}");
    }
    for operation in before.into_iter().flat_map(Aggregate::operations).filter(Operation::is_running) {
        let changed = decision.changed.iter().any(|changed| changed.head().id == operation.head().id);
        assert!(
            changed || next.operation(operation.head().id).is_some(),
            "it runs, and another has its place: {operation:?}"
        );
    }
}

fn changed_is_what_changed(before: Option<&Aggregate>, decision: &Decision) {
    for operation in decision.next.operations() {
        let differs = before.and_then(|before| before.operation(operation.head().id)) != Some(operation);
        let listed = decision.changed.iter().filter(|changed| changed.head().id == operation.head().id);
        let listed: Vec<_> = listed.map(Operation::as_ref).collect();
        assert_eq!(listed, if differs { vec![operation] } else { Vec::new() });
    }
}

/// An operation of which there was an earlier state.
fn went_on(earlier: OperationRef<'_>, operation: OperationRef<'_>) {
    assert!(earlier.is_running(), "promise 2: an ended operation does not change: {earlier:?}");
    let fixed = |operation: OperationRef<'_>| {
        let Head { publishing_version, offer_version, previous, migrated, created_at, .. } = operation.head();
        (*publishing_version, operation.slot(), *offer_version, *previous, *migrated, *created_at)
    };
    assert_eq!(fixed(earlier), fixed(operation));
    assert_eq!((earlier.kind(), &earlier.head().by), (operation.kind(), &operation.head().by));
    assert_eq!(earlier.head().emails, operation.head().emails, "the list of a request stays its list");
    assert!(
        operation.head().revision > earlier.head().revision
            && operation.head().changed_at >= earlier.head().changed_at
    );
    for (old, new) in earlier.steps().iter().zip(operation.steps()) {
        let has_ended = old.began() && !old.is_open() || matches!(old.state, StepState::Inherited { .. });
        assert!(!has_ended || old.state == new.state, "an ended step does not change: {old:?} {new:?}");
        assert!(!old.began() || new.began(), "what began has begun");
    }
    let phase = |operation: OperationRef<'_>| operation.submission().map(|target| target.phase.clone());
    if let (Some(Phase::Undoing { failure: why }), Some(Phase::Failed { failure, .. })) =
        (phase(earlier), phase(operation))
    {
        assert_eq!(Failure::Step(why), failure, "what failed by itself keeps its failure");
    }
}

/// Promise 5, and cancel rule 8.
fn cannot_cancel_never_turns_back(before: Option<&Aggregate>, decision: &Decision) {
    for operation in &decision.changed {
        let Some(earlier) = before.and_then(|before| before.operation(operation.head().id)) else { continue };
        if earlier.cancellation_request_state() == CancellationRequestState::CannotCancel {
            let now = operation.cancellation_request_state();
            assert_eq!(now, CancellationRequestState::CannotCancel, "{operation:?}");
        }
    }
}

/// Promise 3: what is canceled has nothing left to do.
fn canceled_is_over(next: &Aggregate) {
    for operation in next.operations() {
        let open = operation.steps().iter().any(signoff_lifecycle::operation::Step::is_open);
        assert!(
            !open || operation.standing() == Standing::Running,
            "only a running operation has an open step"
        );
        let canceled = operation.standing() == Standing::Canceled;
        assert!(
            !canceled || operation.head().outstanding.is_none(),
            "canceled, and its work goes on: {operation:?}"
        );
    }
}

/// An operation that is new.
fn began(before: Option<&Aggregate>, operation: &Operation, next: &Aggregate) {
    let before = &before.unwrap().offer;
    assert_eq!(
        operation.head().publishing_version,
        before.publishing_version + 1,
        "it takes the next number"
    );
    assert_eq!(operation.head().publishing_version, next.offer.publishing_version);
    assert_eq!((operation.head().previous, next.offer.newest), (before.newest, Some(operation.head().id)));
}

/// The work that must be due: that of every operation that waits for some, unless it is held.
pub fn work_due(state: &Aggregate) -> BTreeSet<(OperationId, u32, WorkName)> {
    state
        .operations()
        .filter_map(|operation| Some((operation.head().id, operation.head().outstanding?)))
        .filter(|(_, outstanding)| !outstanding.held)
        .map(|(id, outstanding)| (id, outstanding.attempt, name_of(outstanding.what)))
        .collect()
}

/// Orders kinds of work.
pub type WorkName = &'static str;

fn name_of(kind: WorkKind) -> WorkName {
    match kind {
        WorkKind::Run => "run",
        WorkKind::Propagate => "propagate",
        WorkKind::Undo => "undo",
    }
}

/// Promise 7, and that nothing is ever forgotten: issued minus finished is what is waited for.
fn work_is_accounted_for(before: Option<&Aggregate>, decision: &Decision, now: PublisherTime) {
    let mut due = before.map(work_due).unwrap_or_default();
    due.retain(|(operation, attempt, _)| !decision.finished_work.contains(&(*operation, *attempt)));
    for work in &decision.work {
        assert!(work.due_at >= now);
        assert!(due.insert((work.operation, work.attempt, name_of(work.kind))));
        let earlier = before.and_then(|before| before.operation(work.operation));
        assert!(earlier.is_none_or(|earlier| earlier.head().last_attempt < work.attempt), "attempts are new");
    }
    assert_eq!(due, work_due(&decision.next), "work that is due is the work that is waited for");
    for operation in decision.next.operations() {
        let waits_for_a_person = operation.steps().iter().any(|step| {
            matches!(step.state, StepState::WaitingForApproval { .. } | StepState::WaitingForSignoff { .. })
        });
        let waits = operation.standing() == Standing::Running && waits_for_a_person
            || operation.standing() == Standing::Canceling;
        let expected = operation.is_running() && !waits;
        assert_eq!(operation.head().outstanding.is_some(), expected, "somebody moves it on: {operation:?}");
    }
}

/// Promises 3 and 4: what the caller is told is so already.
fn reply_is_true(decision: &Decision) {
    let next = &decision.next;
    let (target, cancellation) = (next.target(), next.cancellation());
    match &decision.reply {
        Reply::Started(Started(reference)) => assert_eq!(target.map(|it| it.head.id), Some(reference.id)),
        Reply::Stopped(StopReply::Canceled(reference)) => {
            let target = target.filter(|target| target.head.id == reference.id).unwrap();
            assert!(matches!(target.phase, Phase::Canceled { .. }) && cancellation.is_none());
        }
        Reply::Stopped(StopReply::Canceling(reference)) => {
            assert!(cancellation.is_some_and(|it| it.head.id == reference.id && it.is_running()));
        }
        Reply::Stopped(StopReply::CancellationEnded(_)) => panic!("a change is never a repetition"),
        Reply::Stopped(StopReply::GivenUp(reference)) => {
            let cancellation = cancellation.filter(|it| it.head.id == reference.id).unwrap();
            assert_eq!(cancellation.standing(), Standing::Failed);
            assert!(matches!(target.unwrap().phase, Phase::Failed { .. }));
        }
        Reply::Stopped(StopReply::Completed(reference)) => {
            let golive = target.filter(|target| target.head.id == reference.id).unwrap();
            assert!(golive.goal == Goal::GoLive && matches!(golive.phase, Phase::Completed { .. }));
        }
        Reply::Put(_) => assert!(decision.changed.is_empty() && decision.work.is_empty()),
        Reply::Recorded => {}
    }
}

/// Promise 9: each transition is told when it happens, of the operation that it happened to.
fn told_once_what_happened(before: Option<&Aggregate>, decision: &Decision) {
    let Some(target) = decision.next.target() else { return };
    let earlier =
        before.and_then(|before| before.target().filter(|earlier| earlier.head.id == target.head.id));
    let mut expected = Vec::new();
    if earlier.is_none() {
        expected.push("started");
    }
    if target.waits_for_signoff() && !earlier.is_some_and(Submission::waits_for_signoff) {
        expected.push("waitingForSignoff");
    }
    if earlier.map(|earlier| &earlier.phase) != Some(&target.phase) {
        match &target.phase {
            Phase::Canceled { .. } => expected.push("canceled"),
            Phase::Failed { failure: Failure::CancellationFailed { .. }, .. } => {
                expected.push("cancellationFailed");
            }
            Phase::Failed { .. } => expected.push("failed"),
            Phase::Completed { .. } => expected.push("live"),
            Phase::Running | Phase::Canceling { .. } | Phase::Undoing { .. } => {}
        }
    }
    let told: Vec<_> = decision.notifications.iter().map(|told| told.event.name()).collect();
    assert_eq!(told, expected);
    assert!(decision.notifications.iter().all(|told| told.operation == target.head.id));
}
