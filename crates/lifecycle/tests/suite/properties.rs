//! Random histories of one offer: whatever comes in whatever order, the rules hold after every step (they are
//! checked inside `World::send`), and everything that was started can be brought to its end.

use proptest::prelude::*;
use signoff_lifecycle::Command;
use signoff_lifecycle::command::{
    Callback, Cancel, CancelTarget, Checked, Guard, Hold, ReviewDecision, StopLevel, WebhookReport,
    WorkOutcome,
};
use signoff_lifecycle::decision::{Reply, StopReply};
use signoff_lifecycle::operation::{
    Cancellation, CancellationRequestState, Operation, Phase, StepState, Submission,
};
use signoff_lifecycle::plan::{CancelPolicy, Executor, Script, StepPlan};
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::webhook::{Ask, OnCancelDeadline, work_key};

use crate::plans::{CERTIFY, LIVE, PACKAGE, PROVISION, SIGNOFF, VALIDATE, step};
use crate::webhook_world::{by_webhook, failed, progress, succeeded, waiting};
use crate::world::{Answer, World, done, fatal, passing};

const IDS: [&str; 6] = [VALIDATE, CERTIFY, PROVISION, PACKAGE, SIGNOFF, LIVE];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Move {
    Put {
        migrated: Option<bool>,
    },
    Publish {
        guard: Tag,
        check: Check,
    },
    GoLive {
        guard: Tag,
    },
    Cancel {
        named: Who,
        guard: Tag,
        level: StopLevel,
    },
    /// The work that is due ends.
    Due(WorkOutcome),
    /// Some work that was issued once ends, again perhaps.
    Any(prop::sample::Index, WorkOutcome),
    /// A third party speaks, asked or not.
    Callback {
        operation: prop::sample::Index,
        step: prop::sample::Index,
        cancel: bool,
        said: WebhookReport,
    },
    Hold(prop::sample::Index),
    Release(prop::sample::Index),
    Review {
        step: prop::sample::Index,
        approve: bool,
    },
    /// The scenario is replaced: later operations find this plan.
    Script(Vec<StepPlan>),
    /// The publisher's clock jumps, back perhaps: by so many microseconds.
    Clock(i32),
}

#[derive(Clone, Copy, Debug)]
enum Tag {
    Absent,
    Fresh,
    Stale,
}

#[derive(Clone, Copy, Debug)]
enum Check {
    Current,
    Outdated,
    Unfit,
}

#[derive(Clone, Debug)]
enum Who {
    Newest,
    Unknown,
    Any(prop::sample::Index),
}

fn a_tag() -> impl Strategy<Value = Tag> {
    prop_oneof![4 => Just(Tag::Absent), 2 => Just(Tag::Fresh), 1 => Just(Tag::Stale)]
}

fn an_outcome() -> impl Strategy<Value = WorkOutcome> {
    prop_oneof![
        6 => Just(done()),
        2 => Just(passing()),
        1 => Just(fatal()),
        3 => Just(waiting()),
        2 => Just(WorkOutcome::Answered(succeeded())),
        1 => Just(WorkOutcome::Answered(failed())),
    ]
}

fn what_is_said() -> impl Strategy<Value = WebhookReport> {
    prop_oneof![
        2 => Just(progress(50, "at it")),
        2 => Just(WebhookReport::Ended(succeeded())),
        1 => Just(WebhookReport::Ended(failed())),
    ]
}

fn a_policy() -> impl Strategy<Value = CancelPolicy> {
    prop_oneof![
        3 => Just(CancelPolicy::Interrupt),
        3 => Just(CancelPolicy::Undo),
        1 => Just(CancelPolicy::Refuse)
    ]
}

/// Six steps in their order, with any policies, some of them scripted, some of them a reviewer's.
fn a_plan() -> impl Strategy<Value = Vec<StepPlan>> {
    let work =
        [Executor::Validate, Executor::Manual, Executor::Simulated, Executor::Provision, Executor::Webhook];
    let one = (prop::sample::select(work.to_vec()), a_policy(), prop::option::weighted(0.3, any::<bool>()));
    prop::collection::vec(one, IDS.len()).prop_map(|choices| {
        let planned = IDS.iter().zip(choices).map(|(id, (executor, cancel, script))| {
            let executor = match *id {
                SIGNOFF => Executor::Signoff,
                LIVE => Executor::Live,
                _ => executor,
            };
            let script = script.map(|hold| Box::new(Script { hold, ..Script::default() }));
            match executor {
                Executor::Webhook => {
                    StepPlan { script, ..by_webhook(id, cancel, OnCancelDeadline::Complete) }
                }
                _ => StepPlan { script, ..step(id, executor, cancel) },
            }
        });
        planned.collect()
    })
}

fn a_move() -> impl Strategy<Value = Move> {
    let index = any::<prop::sample::Index>;
    let check = prop_oneof![8 => Just(Check::Current), 1 => Just(Check::Outdated), 1 => Just(Check::Unfit)];
    let who = prop_oneof![3 => Just(Who::Newest), 1 => Just(Who::Unknown), 3 => index().prop_map(Who::Any)];
    let level =
        prop_oneof![4 => Just(StopLevel::Cancel), 1 => Just(StopLevel::Force), 1 => Just(StopLevel::Kill)];
    prop_oneof![
        1 => any::<Option<bool>>().prop_map(|migrated| Move::Put { migrated }),
        4 => (a_tag(), check).prop_map(|(guard, check)| Move::Publish { guard, check }),
        3 => a_tag().prop_map(|guard| Move::GoLive { guard }),
        4 => (who, a_tag(), level).prop_map(|(named, guard, level)| Move::Cancel { named, guard, level }),
        20 => an_outcome().prop_map(Move::Due),
        3 => (index(), an_outcome()).prop_map(|(which, outcome)| Move::Any(which, outcome)),
        6 => (index(), index(), any::<bool>(), what_is_said()).prop_map(
            |(operation, step, cancel, said)| Move::Callback { operation, step, cancel, said }
        ),
        4 => index().prop_map(Move::Hold),
        3 => index().prop_map(Move::Release),
        4 => (index(), any::<bool>()).prop_map(|(step, approve)| Move::Review { step, approve }),
        1 => a_plan().prop_map(Move::Script),
        2 => any::<i32>().prop_map(Move::Clock),
    ]
}

fn guard(world: &World, tag: Tag) -> Guard {
    let newest = world.offer().publishing_version;
    match tag {
        Tag::Absent => Guard::None,
        Tag::Fresh => Guard::Newest(vec![newest]),
        Tag::Stale => Guard::Newest(vec![newest + 1]),
    }
}

/// Every attempt that was ever handed out, and whether its result is waited for.
fn attempts(world: &World) -> Vec<(signoff_lifecycle::ids::OperationId, u32)> {
    let of = |operation: &Operation| {
        let id = operation.head().id;
        (1..=operation.head().last_attempt).map(move |attempt| (id, attempt))
    };
    world.operations.values().flat_map(of).collect()
}

fn play(world: &mut World, one: Move) {
    match one {
        Move::Put { migrated } => {
            let mut put = world.a_put();
            put.migrated = migrated;
            world.send(&Command::Put(put)).unwrap();
        }
        Move::Publish { guard, check } => play_publish(world, guard, check),
        Move::GoLive { guard: tag } => {
            let mut golive = world.a_golive();
            golive.guard = guard(world, tag);
            let started = world.send(&Command::GoLive(golive)).is_ok();
            assert!(!started || !matches!(tag, Tag::Stale));
        }
        Move::Cancel { named, guard: tag, level } => {
            let mut cancel = Cancel { level, ..world.a_cancel() };
            cancel.guard = guard(world, tag);
            cancel.named = match named {
                Who::Unknown => CancelTarget::Unknown,
                Who::Any(index) if !world.operations.is_empty() => {
                    CancelTarget::Operation(*index.get(&world.operations.keys().copied().collect::<Vec<_>>()))
                }
                Who::Newest | Who::Any(_) => CancelTarget::Newest,
            };
            play_cancel(world, cancel, tag);
        }
        Move::Due(outcome) => {
            if let Some(work) = world.pending.first().cloned() {
                world.result(work.operation, work.attempt, outcome).unwrap();
            }
        }
        Move::Any(which, outcome) => play_any(world, which, outcome),
        Move::Callback { operation, step, cancel, said } => {
            play_callback(world, operation, step, cancel, said);
        }
        Move::Hold(which) => play_hold(world, which),
        Move::Release(which) => drop(world.release(which.get::<&str>(&IDS))),
        Move::Review { step, approve } => {
            if world.aggregate().course.is_some() {
                let decision =
                    if approve { ReviewDecision::Approve } else { ReviewDecision::Reject { reason: None } };
                drop(world.review(step.get::<&str>(&IDS), decision));
            }
        }
        Move::Script(plan) => world.plan = plan,
        Move::Clock(micros) => world.now.0 += i64::from(micros),
    }
}

/// A word that ended something is answered the same a second time, and applied once.
fn play_callback(
    world: &mut World,
    operation: prop::sample::Index,
    step: prop::sample::Index,
    cancel: bool,
    said: WebhookReport,
) {
    if world.operations.is_empty() {
        return;
    }
    let operation = *operation.get(&world.operations.keys().copied().collect::<Vec<_>>());
    let step = (*step.get::<&str>(&IDS)).to_owned();
    let key = work_key(operation, &step, if cancel { Ask::Cancel } else { Ask::Run });
    let ends = matches!(said, WebhookReport::Ended(_));
    let callback = Command::Callback(Callback { operation, step, key, said });
    let answer = world.send(&callback);
    if ends || answer.is_err() {
        let before = world.state.clone();
        assert_eq!(world.send(&callback), answer);
        assert_eq!(world.state, before);
    }
}

/// Nothing starts that was not checked, or whose caller knows an older offer.
fn play_publish(world: &mut World, tag: Tag, check: Check) {
    let mut publish = world.a_publish();
    publish.guard = guard(world, tag);
    publish.checked = match check {
        Check::Current => publish.checked,
        Check::Outdated => Checked::Fit { revision: 0, warnings: Vec::new() },
        Check::Unfit => Checked::Unfit { count: 1 },
    };
    let started = world.send(&Command::Publish(publish)).is_ok();
    assert!(!started || matches!(check, Check::Current) && !matches!(tag, Tag::Stale));
}

/// Only work that is due can be held.
fn play_hold(world: &mut World, which: prop::sample::Index) {
    let issued = attempts(world);
    if issued.is_empty() {
        return;
    }
    let (operation, attempt) = *which.get(&issued);
    let due = is_due(world, operation, attempt);
    let held = world.send(&Command::Hold(Hold { operation, attempt }));
    assert_eq!(held.is_ok(), due);
}

fn is_due(world: &World, operation: signoff_lifecycle::ids::OperationId, attempt: u32) -> bool {
    world.pending.iter().any(|work| (work.operation, work.attempt) == (operation, attempt))
}

/// Promise 7: a result counts exactly while its work is due.
fn play_any(world: &mut World, which: prop::sample::Index, outcome: WorkOutcome) {
    let issued = attempts(world);
    if issued.is_empty() {
        return;
    }
    let (operation, attempt) = *which.get(&issued);
    let due = is_due(world, operation, attempt);
    let answer = world.result(operation, attempt, outcome);
    assert_eq!(answer, if due { Ok(Reply::Recorded) } else { Err(Refusal::StaleResult) });
}

/// Whether a cancel by these means would be accepted, as everybody can see beforehand.
fn is_promised(world: &World, level: StopLevel) -> bool {
    let Some(target) = world.aggregate().target() else { return false };
    match target.cancellation_request_state() {
        CancellationRequestState::CannotCancel => match level {
            StopLevel::Cancel => false,
            StopLevel::Force => matches!(target.phase, Phase::Undoing { .. }),
            StopLevel::Kill => target.is_running(),
        },
        _ => true,
    }
}

/// Promises 5 and 10: what was visible beforehand is what is answered, and the same cancel gets the same answer.
fn play_cancel(world: &mut World, cancel: Cancel, tag: Tag) {
    let before = world.state.clone();
    let (named, level, promised) = (cancel.named, cancel.level, is_promised(world, cancel.level));
    let was_running = world.aggregate().target().is_some_and(Submission::is_running);
    let was_canceling = world.aggregate().cancellation().is_some_and(Cancellation::is_running);
    let answer: Answer = world.send(&Command::Cancel(cancel));
    if named == CancelTarget::Newest && !matches!(tag, Tag::Stale) {
        assert_eq!(answer.is_ok(), promised, "{level:?} {answer:?}");
    }
    let repeated = !was_running || was_canceling && level == StopLevel::Cancel;
    if repeated || answer.is_err() {
        assert_eq!(world.state, before, "a repetition or a refusal changes nothing");
    }
    let Ok(reply) = &answer else { return };
    let accepted = world.state.clone();
    let expected = match reply {
        Reply::Stopped(StopReply::GivenUp(cancellation)) => {
            Err(Refusal::CancellationFailed { cancellation: cancellation.clone() })
        }
        Reply::Stopped(StopReply::Completed(golive)) => {
            Err(Refusal::NoOperationInProgress { newest: Some(golive.clone()) })
        }
        _ => answer.clone(),
    };
    assert_eq!(world.cancel(), expected);
    if !matches!(reply, Reply::Stopped(StopReply::Completed(_))) {
        let mut by_name = world.a_cancel();
        by_name.named = CancelTarget::Operation(world.target().head.id);
        by_name.guard = guard(world, Tag::Stale);
        assert_eq!(world.send(&Command::Cancel(by_name)), expected);
    }
    assert_eq!(world.state, accepted);
}

/// Fair from here on: work goes well, holds are released, people say yes.
fn bring_to_its_end(world: &mut World) {
    for _ in 0..200 {
        let Some(target) = world.aggregate().target().cloned().filter(Submission::is_running) else {
            return assert!(world.pending.is_empty(), "nothing is due any more: {:?}", world.pending);
        };
        let open = target.steps.iter().find(|step| step.is_open());
        if !world.pending.is_empty() {
            world.finish_all();
            continue;
        }
        let step = open.unwrap_or_else(|| panic!("nobody moves it on: {target:?}"));
        match step.state {
            StepState::WaitingForApproval { .. } => {
                world.review(&step.plan.id, ReviewDecision::Approve).unwrap()
            }
            StepState::WaitingForSignoff { .. } => world.golive().unwrap(),
            _ => world.release(&step.plan.id).unwrap(),
        };
    }
    panic!("it does not end: {:?}", world.target());
}

/// Cancel rule 5 in time: the address that a 202 gave is the address that a later cancel gets.
fn the_address_stays(world: &mut World) {
    let Phase::Canceled { .. } = world.target().phase else { return };
    let expected = match world.aggregate().cancellation() {
        Some(cancellation) => Reply::Stopped(StopReply::CancellationEnded(cancellation.into())),
        None => Reply::Stopped(StopReply::Canceled(world.target().into())),
    };
    assert_eq!(world.cancel(), Ok(expected));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_happens(plan in a_plan(), moves in prop::collection::vec(a_move(), 1..80)) {
        let mut world = World::new(plan);
        for one in moves {
            play(&mut world, one);
        }
        bring_to_its_end(&mut world);
        if world.aggregate().course.is_some() {
            the_address_stays(&mut world);
        }
        prop_assert!(world.operations.values().all(|operation| !operation.is_running()));
        prop_assert!(world.publish().is_ok(), "whatever happened, the next publish starts");
    }
}
