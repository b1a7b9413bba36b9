//! What scenarios change.

use signoff_engine::dev::StepScenario;
use signoff_engine::{EngineError, ReviewRequest};
use signoff_lifecycle::command::ReviewDecision;
use signoff_lifecycle::ids::{Micros, Moment, OfferKey};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::operation::{Failure, Phase, Standing, StepFailure, StepState};
use signoff_lifecycle::plan::{CancelPolicy, Outcome};
use signoff_lifecycle::refusal::Refusal;

use crate::world::{CONTOSO, DAY, HOUR, MILLISECOND, MINUTE, World, notes, started, step};

fn failing(times: u32) -> StepScenario {
    StepScenario {
        duration: Some(MINUTE),
        fail_times: Some(times),
        message: Some("the queue is full".to_owned()),
        ..StepScenario::default()
    }
}

#[tokio::test]
async fn a_passing_error_is_tried_again_with_longer_and_longer_pauses() {
    let world = World::start().await;
    world.scenario("a", [("displaypackage", failing(3))]).await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    let operation = world.operation(publish).await;
    assert!(operation.waits_for_signoff(), "{operation:?}");
    let notes = notes(&operation, "displaypackage");
    let first = notes[0].0;
    let retry = |attempt| Note::StepRetry { attempt, of: 5, reason: "the queue is full".to_owned() };
    let after = |pause: u64| first.plus(Micros(pause * MILLISECOND.0));
    let expected = [
        (first, retry(1)),
        (after(20), retry(2)),
        (after(20 + 40), retry(3)),
        (after(20 + 40 + 80), Note::StepCompleted),
    ];
    assert_eq!(notes, expected);
}

#[tokio::test]
async fn too_many_passing_errors_fail_the_step_and_undo_what_began() {
    let world = World::start().await;
    world.scenario("a", [("displaypackage", failing(6))]).await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    let operation = world.operation(publish).await;
    let reason = "the queue is full".to_owned();
    let failure = Failure::Step(StepFailure::Failed { step: "displaypackage".to_owned(), reason });
    let target = operation.submission().unwrap();
    assert!(matches!(&target.phase, Phase::Failed { failure: found, .. } if *found == failure));
    assert!(matches!(step(&operation, "displaypackage"), StepState::Blocked { .. }));
    assert_eq!(world.artifacts(publish).await, [""; 0]);
    assert_eq!(world.state("a").await.offer.leftovers, []);
    let refused = world.golive("a").await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::NotReadyForGoLive { .. }))));
}

#[tokio::test]
async fn a_held_step_waits_for_its_release() {
    let world = World::start().await;
    world.scenario("a", [("displaycertify", StepScenario { hold: true, ..StepScenario::default() })]).await;
    let publish = world.publish("a").await;
    world.advance(DAY).await;
    let held = world.operation(publish).await;
    assert!(matches!(step(&held, "displaycertify"), StepState::InProgress { .. }));
    assert!(held.head().outstanding.as_ref().unwrap().held);
    world.advance(DAY).await;
    assert_eq!(world.operation(publish).await, held);
    world.release("a", "displaycertify").await;
    world.advance(MINUTE).await;
    assert!(world.operation(publish).await.waits_for_signoff());
}

#[tokio::test]
async fn a_step_that_is_released_beforehand_is_not_held() {
    let world = World::start().await;
    let held = StepScenario { hold: true, ..StepScenario::default() };
    world.scenario("a", [("displaypackage", held.clone()), ("displaycertify", held)]).await;
    let publish = world.publish("a").await;
    world.advance(MINUTE).await;
    world.release("a", "displaypackage").await;
    world.release("a", "displaycertify").await;
    world.advance(MINUTE).await;
    assert!(world.operation(publish).await.waits_for_signoff());
}

#[tokio::test]
async fn a_held_step_can_be_cancelled() {
    let world = World::start().await;
    world.scenario("a", [("displayprovision", StepScenario { hold: true, ..StepScenario::default() })]).await;
    let publish = world.publish("a").await;
    world.advance(MINUTE).await;
    started(&world.cancel("a").await.unwrap());
    world.advance(MINUTE).await;
    assert_eq!(world.operation(publish).await.standing(), Standing::Canceled);
}

#[tokio::test]
async fn the_next_publish_removes_what_a_failed_undo_left() {
    let world = World::start().await;
    let sticky = StepScenario { undo_outcome: Outcome::Fail, ..StepScenario::default() };
    world.scenario("a", [("displayprovision", sticky.clone())]).await;
    let first = world.publish("a").await;
    world.advance(HOUR).await;
    let cancellation = started(&world.cancel("a").await.unwrap());
    world.advance(HOUR).await;
    let left = vec!["displayprovision".to_owned()];
    let failure = Failure::CancellationFailed { cancellation, left };
    let target = world.operation(first).await;
    let target = target.submission().unwrap();
    assert!(matches!(&target.phase, Phase::Failed { failure: found, .. } if *found == failure), "{target:?}");
    assert_eq!(world.operation(cancellation).await.standing(), Standing::Failed);
    assert_eq!(world.artifacts(first).await, ["displayprovision"]);
    assert_eq!(world.state("a").await.offer.leftovers.len(), 1);
    let refused = world.cancel("a").await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::CancellationFailed { .. }))));

    // As long as it cannot be removed, no publish gets beyond its first step.
    let second = world.publish("a").await;
    world.advance(HOUR).await;
    let blocked = world.operation(second).await;
    assert!(matches!(step(&blocked, "displaydummycertify"), StepState::Blocked { .. }), "{blocked:?}");
    assert_eq!(world.state("a").await.offer.leftovers.len(), 1);

    world.scenario("a", []).await;
    let third = world.publish("a").await;
    world.advance(HOUR).await;
    let operation = world.operation(third).await;
    assert!(operation.waits_for_signoff());
    let removed = Note::LeftoverRemoved { step: "displayprovision".to_owned() };
    assert!(notes(&operation, "displaydummycertify").iter().any(|(_, note)| *note == removed));
    assert_eq!(world.artifacts(first).await, [""; 0]);
    assert_eq!(world.state("a").await.offer.leftovers, []);
}

#[tokio::test]
async fn a_step_may_be_a_point_of_no_return() {
    let world = World::start().await;
    let refusing =
        StepScenario { cancel: Some(CancelPolicy::Refuse), duration: Some(HOUR), ..StepScenario::default() };
    world.scenario("a", [("displaycertify", refusing)]).await;
    let publish = world.publish("a").await;
    world.advance(MINUTE).await;
    for span in [MINUTE, DAY] {
        let refused = world.cancel("a").await;
        assert!(matches!(refused, Err(EngineError::Refused(Refusal::PastPointOfNoReturn { .. }))));
        world.advance(span).await;
    }
    assert!(world.operation(publish).await.waits_for_signoff());
}

/// Where a cancel finds nothing to undo, nothing may be left that an undo would have to remove.
#[tokio::test]
async fn a_step_that_is_stopped_on_the_spot_makes_nothing() {
    let world = World::start().await;
    let stopped = StepScenario { cancel: Some(CancelPolicy::Interrupt), ..StepScenario::default() };
    world.scenario("a", [("displayprovision", stopped.clone()), ("displaypackage", stopped)]).await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    assert!(world.operation(publish).await.waits_for_signoff());
    world.cancel("a").await.unwrap();
    assert_eq!(world.operation(publish).await.standing(), Standing::Canceled);
    assert_eq!(world.artifacts(publish).await, [""; 0]);
}

#[tokio::test]
async fn a_reviewer_lets_it_pass_or_not() {
    for passes in [true, false] {
        let world = World::start().await;
        let manual = StepScenario { manual: true, ..StepScenario::default() };
        world.scenario("a", [("displaycertify", manual)]).await;
        let publish = world.publish("a").await;
        world.advance(DAY).await;
        let waiting = world.operation(publish).await;
        assert!(matches!(step(&waiting, "displaycertify"), StepState::WaitingForApproval { .. }));
        let reject = ReviewDecision::Reject { reason: Some("no icon".to_owned()) };
        let decision = if passes { ReviewDecision::Approve } else { reject };
        let by = "rita".into();
        let review = ReviewRequest { by, operation: publish, step: "displaycertify".to_owned(), decision };
        world.engine.review(&OfferKey::new(CONTOSO, "a"), review.clone()).await.unwrap();
        let twice = world.engine.review(&OfferKey::new(CONTOSO, "a"), review).await;
        assert!(matches!(twice, Err(EngineError::Refused(Refusal::StepNotWaiting { .. }))));
        world.advance(DAY).await;
        let operation = world.operation(publish).await;
        assert_eq!(operation.waits_for_signoff(), passes);
        assert_eq!(operation.standing() == Standing::Failed, !passes);
    }
}
