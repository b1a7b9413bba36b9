//! Go live, the slots, and scenarios that hold a step.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::Guard;
use signoff_lifecycle::decision::{Reply, Started, StopReply};
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::{OfferStatus, SlotContent};
use signoff_lifecycle::operation::{Kind, Phase, Slot, StepState, WorkKind};
use signoff_lifecycle::plan::{CancelPolicy, Executor, RETRIES};
use signoff_lifecycle::refusal::Refusal;

use crate::plans::{CERTIFY, LIVE, PACKAGE, PROVISION, SIGNOFF, VALIDATE, vm_plan};
use crate::world::{World, done, fatal, passing};

fn at_signoff() -> World {
    let mut world = World::vm();
    world.publish_to(SIGNOFF);
    world
}

fn live() -> World {
    let mut world = at_signoff();
    world.golive().unwrap();
    world.finish_all();
    world
}

#[test]
fn golive_completes_the_publish_and_is_an_operation_of_its_own() {
    let mut world = at_signoff();
    let publish = world.target().head.id;
    assert_eq!(world.aggregate().status(), OfferStatus::WaitingForPublisherReview);
    let Ok(Reply::Started(Started(reference))) = world.golive() else { panic!() };
    assert_eq!((reference.kind, reference.slot), (Kind::GoLive, Slot::Production));
    let publish = world.operations[&publish].submission().unwrap();
    assert!(matches!(publish.phase, Phase::Completed { .. }));
    assert!(matches!(publish.step(SIGNOFF).unwrap().state, StepState::Complete { .. }));
    let golive = world.target();
    let shown: Vec<_> = golive.steps.iter().map(|step| step.plan.id.as_str()).collect();
    assert_eq!(shown, [VALIDATE, CERTIFY, PROVISION, PACKAGE, SIGNOFF, LIVE], "the same six steps");
    let complete = golive.steps.iter().filter(|step| matches!(step.state, StepState::Inherited { .. }));
    assert_eq!(complete.count(), 5, "five of them complete");
    assert_eq!(
        (golive.head.offer_version, &golive.head.emails),
        (publish.head.offer_version, &publish.head.emails)
    );
    world.finish(LIVE);
    assert_eq!(world.aggregate().status(), OfferStatus::Running, "it propagates");
    world.finish(LIVE);
    assert_eq!(world.aggregate().status(), OfferStatus::Succeeded);
    assert_eq!(world.events(), ["started", "waitingForSignoff", "started", "live"]);
}

/// Where T is, and whether a golive is possible.
#[test]
fn golive_is_possible_at_signoff_or_again_after_one_that_did_not_make_it() {
    type Prepare = fn(&mut World);
    let rows: [(&str, Prepare, Result<(), &str>); 12] = [
        ("never published", |_| (), Err("NotReadyForGoLive")),
        ("provisioning", |world| world.publish_to(PROVISION), Err("OperationInProgress")),
        ("at sign-off", |world| world.publish_to(SIGNOFF), Ok(())),
        ("publish canceled at sign-off", |world| given_up(world, SIGNOFF), Err("NotReadyForGoLive")),
        ("publish canceled", |world| given_up(world, CERTIFY), Err("NotReadyForGoLive")),
        ("golive running", |world| golive_at(world, 0), Err("OperationInProgress")),
        ("golive switched", |world| golive_at(world, 1), Err("OperationInProgress")),
        ("live", |world| golive_at(world, 2), Err("NotReadyForGoLive")),
        ("live, next publish canceled", |world| after_live(world, true), Err("NotReadyForGoLive")),
        ("live, next publish failed", |world| after_live(world, false), Err("NotReadyForGoLive")),
        ("golive canceled", |world| golive_ends(world, true), Ok(())),
        ("golive failed", |world| golive_ends(world, false), Ok(())),
    ];
    for (t, prepare, expected) in rows {
        let mut world = World::vm();
        prepare(&mut world);
        let answer = world.golive();
        match expected {
            Ok(()) => {
                assert!(matches!(answer, Ok(Reply::Started(_))), "{t}: {answer:?}");
                world.finish_all();
                let version = world.offer().production.as_ref().map(|content| content.version);
                assert_eq!(version, Some(1), "{t}");
            }
            Err("NotReadyForGoLive") => {
                let status = world.state.as_ref().unwrap().status();
                assert_eq!(answer, Err(Refusal::NotReadyForGoLive { status }), "{t}");
            }
            Err(_) => assert!(matches!(answer, Err(Refusal::OperationInProgress { .. })), "{t}: {answer:?}"),
        }
    }
}

fn given_up(world: &mut World, at: &str) {
    world.publish_to(at);
    world.cancel().unwrap();
    world.finish_all();
}

fn golive_at(world: &mut World, results: usize) {
    world.publish_to(SIGNOFF);
    world.golive().unwrap();
    (0..results).for_each(|_| world.finish(LIVE));
}

/// The preview of what is live stands, yet it is not this publish that brought it.
fn after_live(world: &mut World, canceled: bool) {
    golive_at(world, 2);
    if canceled {
        return given_up(world, SIGNOFF);
    }
    world.publish_to(PACKAGE);
    world.end(PACKAGE, fatal());
    world.finish_all();
}

fn golive_ends(world: &mut World, canceled: bool) {
    golive_at(world, 0);
    if canceled {
        world.cancel().unwrap();
    } else {
        world.end(LIVE, fatal());
    }
    world.finish_all();
}

#[test]
fn a_canceled_golive_leaves_the_preview_and_the_production_as_they_were() {
    let mut world = at_signoff();
    let preview = world.offer().preview.clone();
    world.golive().unwrap();
    world.cancel().unwrap();
    world.finish_all();
    assert_eq!((&world.offer().preview, &world.offer().production), (&preview, &None));
}

#[test]
fn a_clock_that_goes_back_does_not_turn_back_what_changed() {
    let mut world = World::vm();
    world.publish().unwrap();
    let (changed_at, revision) = (world.target().head.changed_at, world.target().head.revision);
    world.now = PublisherTime(0);
    world.finish(VALIDATE);
    assert_eq!((world.target().head.changed_at, world.target().head.revision), (changed_at, revision + 1));
}

#[test]
fn golive_answers_the_guard_first() {
    let mut world = at_signoff();
    let mut golive = world.a_golive();
    golive.guard = Guard::Newest(vec![9]);
    assert_eq!(world.send(&Command::GoLive(golive)), Err(Refusal::PreconditionFailed));
    let mut golive = world.a_golive();
    golive.guard = Guard::Newest(vec![1]);
    assert!(world.send(&Command::GoLive(golive)).is_ok());
}

#[test]
fn the_preview_is_filled_at_signoff_and_emptied_again_by_a_cancel() {
    let mut world = World::vm();
    world.publish_to(PACKAGE);
    assert_eq!(world.offer().preview, None);
    world.finish(PACKAGE);
    let content = SlotContent { version: 1, operation: world.target().head.id };
    assert_eq!(world.offer().preview, Some(content));
    world.cancel().unwrap();
    assert_eq!(world.offer().preview, None, "in the transaction that records the cancel");
    assert!(world.target().is_running(), "the files follow");
}

#[test]
fn the_preview_that_was_displaced_comes_back() {
    for interrupted in [false, true] {
        let mut world = live();
        let before = world.offer().preview.clone().unwrap();
        if interrupted {
            world = world.policy(PROVISION, CancelPolicy::Interrupt).policy(PACKAGE, CancelPolicy::Interrupt);
        }
        world.put().unwrap();
        world.publish_to(SIGNOFF);
        assert_eq!(world.offer().preview.as_ref().map(|content| content.version), Some(2));
        world.cancel().unwrap();
        assert_eq!(world.offer().preview, Some(before.clone()));
        assert_eq!(world.offer().production, Some(before), "and production never moved");
        assert_eq!(matches!(world.target().phase, Phase::Canceled { .. }), interrupted);
    }
}

#[test]
fn after_the_switch_a_golive_can_only_complete() {
    let mut world = at_signoff();
    world.golive().unwrap();
    world.finish(LIVE);
    assert_eq!(world.work().kind, WorkKind::Propagate);
    let production = world.offer().production.clone();
    assert_eq!(production, world.offer().preview);
    for outcome in [passing(), fatal()].iter().cycle().take(3 * RETRIES as usize) {
        world.end(LIVE, outcome.clone());
        assert_eq!((&world.target().phase, &world.offer().production), (&Phase::Running, &production));
    }
    world.finish(LIVE);
    assert!(matches!(world.target().phase, Phase::Completed { .. }));
}

#[test]
fn a_held_step_waits_for_its_release() {
    let mut world = World::vm().holding(CERTIFY);
    world.publish_to(CERTIFY);
    let held = world.work();
    assert_eq!(world.hold(), Ok(Reply::Recorded));
    assert!(world.pending.is_empty(), "held steps are not due");
    assert!(matches!(world.state_of(CERTIFY), StepState::InProgress { .. }));
    let late = world.result(held.operation, held.attempt, done());
    assert_eq!(late, Err(Refusal::StaleResult), "the work was taken back");
    assert_eq!(world.release(CERTIFY), Ok(Reply::Recorded));
    world.finish(CERTIFY);
    assert!(matches!(world.state_of(PROVISION), StepState::InProgress { .. }));
}

#[test]
fn an_early_release_is_remembered() {
    let mut world = World::vm().holding(CERTIFY);
    world.publish().unwrap();
    assert_eq!(world.release(CERTIFY), Ok(Reply::Recorded));
    assert_eq!(world.release(CERTIFY), Ok(Reply::Recorded), "twice is once");
    world.advance_to(CERTIFY);
    assert!(world.target().released.iter().any(|step| step == CERTIFY));
    assert_eq!(world.hold(), Ok(Reply::Recorded), "a hold that comes after the release");
    world.finish(CERTIFY);
}

#[test]
fn only_the_run_of_a_step_is_held() {
    let mut world = World::vm().holding(PROVISION).holding(LIVE);
    world.publish_to(PROVISION);
    world.end(PROVISION, fatal());
    assert_eq!(world.hold(), Ok(Reply::Recorded));
    world.finish(PROVISION);
    world.publish_to(PROVISION);
    world.cancel().unwrap();
    assert_eq!(world.hold(), Ok(Reply::Recorded));
    world.finish(PROVISION);
    assert!(matches!(world.target().phase, Phase::Canceled { .. }));
    world.publish_to(SIGNOFF);
    world.golive().unwrap();
    world.finish(LIVE);
    assert_eq!(world.hold(), Ok(Reply::Recorded));
    world.finish(LIVE);
    assert!(matches!(world.target().phase, Phase::Completed { .. }));
}

#[test]
fn a_cancel_takes_a_held_step_too_and_a_release_then_finds_nothing() {
    let mut world = World::vm().holding(CERTIFY);
    world.publish_to(CERTIFY);
    world.hold().unwrap();
    assert!(matches!(world.cancel(), Ok(Reply::Stopped(StopReply::Canceled(_)))));
    assert_eq!(world.release(CERTIFY), Err(Refusal::NoRunningOperation));
}

#[test]
fn a_release_names_a_step_of_the_running_operation() {
    let mut world = World::vm();
    assert_eq!(world.release(CERTIFY), Err(Refusal::NoRunningOperation));
    world.publish().unwrap();
    let known = vm_plan().into_iter().map(|step| step.id).collect();
    let missing = Refusal::StepNotFound { step: "no-such".to_owned(), known };
    assert_eq!(world.release("no-such"), Err(missing));
}

#[test]
fn a_scripted_step_asks_nobody() {
    let mut plan = vm_plan();
    plan[1].executor = Executor::Manual;
    let mut world = World::new(plan).holding(CERTIFY).holding(SIGNOFF);
    world.publish_to(CERTIFY);
    world.finish(CERTIFY);
    world.advance_to(SIGNOFF);
    assert!(matches!(world.state_of(SIGNOFF), StepState::InProgress { .. }));
    assert_eq!(world.offer().preview, None);
    world.finish(SIGNOFF);
    assert_eq!(world.aggregate().status(), OfferStatus::WaitingForPublisherReview);
}
