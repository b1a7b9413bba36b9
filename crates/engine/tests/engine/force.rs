//! Force and kill: undoing is given up, what is left is named, and the next publish removes it.

use signoff_engine::EngineError;
use signoff_engine::dev::StepScenario;
use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::decision::{Event, StopReply};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::SlotContent;
use signoff_lifecycle::operation::{CancellationPhase, Failure, Phase, Standing, StepState};
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::refusal::Refusal;

use crate::world::{DAY, HOUR, MINUTE, World, hour, notes, started, step, stopped};

#[tokio::test]
async fn force_leaves_what_the_next_publish_removes() {
    let world = World::start().await;
    let forced = world.publish("a").await;
    world.advance(HOUR).await;
    assert_eq!(world.artifacts(forced).await, ["displaypackage", "displayprovision"]);
    let cancellation = started(&world.stop("a", StopLevel::Force).await.unwrap());
    let left = vec!["displaypackage".to_owned(), "displayprovision".to_owned()];
    let failure = Failure::CancellationFailed { cancellation, left: left.clone() };
    let (target, ended) = (world.operation(forced).await, world.operation(cancellation).await);
    let target = target.submission().unwrap();
    assert!(matches!(&target.phase, Phase::Failed { failure: found, .. } if *found == failure));
    let ended = ended.cancellation().unwrap();
    assert!(matches!(&ended.phase, CancellationPhase::Failed { left: found, .. } if *found == left));
    world.advance(DAY).await;
    assert_eq!(world.artifacts(forced).await, ["displaypackage", "displayprovision"], "nobody undoes it");
    assert_eq!(world.state("a").await.offer.preview, None);
    let letters = world.engine.store().letters().await.unwrap();
    let told =
        letters.iter().filter(|letter| letter.mail.event == Event::CancellationFailed { left: left.clone() });
    assert_eq!(told.count(), 1);

    let next = world.publish("a").await;
    world.advance(HOUR).await;
    assert_eq!(world.artifacts(forced).await, [""; 0]);
    assert_eq!(world.state("a").await.offer.leftovers, []);
    let removed = notes(&world.operation(next).await, "displaydummycertify");
    for step in left {
        assert!(removed.iter().any(|(_, note)| *note == Note::LeftoverRemoved { step: step.clone() }));
    }
}

#[tokio::test]
async fn force_ends_a_cancellation_whose_undo_takes_too_long() {
    let world = World::start().await;
    world.scenario("a", [("displayprovision", hour())]).await;
    let publish = world.publish("a").await;
    world.advance(MINUTE).await;
    let cancellation = started(&world.cancel("a").await.unwrap());
    world.advance(MINUTE).await;
    assert!(world.operation(cancellation).await.is_running());
    assert_eq!(started(&world.stop("a", StopLevel::Force).await.unwrap()), cancellation);
    let ended = [world.operation(publish).await, world.operation(cancellation).await];
    assert!(ended.iter().all(|operation| operation.standing() == Standing::Failed));
    // Its undo would have ended meanwhile; nothing changes any more.
    world.advance(DAY).await;
    assert_eq!([world.operation(publish).await, world.operation(cancellation).await], ended);
    let repeated = world.stop("a", StopLevel::Force).await;
    assert!(matches!(repeated, Err(EngineError::Refused(Refusal::CancellationFailed { .. }))));
}

#[tokio::test]
async fn the_operator_gets_past_a_point_of_no_return_and_force_does_not() {
    let world = World::start().await;
    let refusing = StepScenario { cancel: Some(CancelPolicy::Refuse), ..hour() };
    world.scenario("a", [("displaycertify", refusing)]).await;
    let publish = world.publish("a").await;
    world.advance(MINUTE).await;
    let refused = world.stop("a", StopLevel::Force).await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::PastPointOfNoReturn { forced: true, .. }))));
    started(&world.stop("a", StopLevel::Kill).await.unwrap());
    assert_eq!(world.operation(publish).await.standing(), Standing::Failed);
    world.scenario("a", []).await;
    let next = world.publish("a").await;
    world.advance(HOUR).await;
    assert!(world.operation(next).await.waits_for_signoff());
}

#[tokio::test]
async fn a_kill_after_the_switch_completes_the_golive() {
    let world = World::start().await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    let live = StepScenario { propagate_duration: Some(HOUR), ..hour() };
    world.scenario("a", [("live", live)]).await;
    let golive = started(&world.golive("a").await.unwrap());
    world.advance(HOUR).await;
    assert!(matches!(step(&world.operation(golive).await, "live"), StepState::Propagating { .. }));
    for level in [StopLevel::Cancel, StopLevel::Force] {
        let refused = world.stop("a", level).await;
        let Err(EngineError::Refused(Refusal::PastPointOfNoReturn { switched: true, .. })) = refused else {
            panic!("{refused:?}")
        };
    }
    let killed = world.stop("a", StopLevel::Kill).await.unwrap();
    assert!(matches!(stopped(killed), StopReply::Completed(reference) if reference.id == golive));
    let completed = world.operation(golive).await;
    assert_eq!(completed.standing(), Standing::Completed);
    assert_eq!(world.state("a").await.offer.production.unwrap().operation, publish);
    world.advance(DAY).await;
    assert_eq!(world.operation(golive).await, completed);
}

#[tokio::test]
async fn a_golive_that_is_stopped_leaves_production_as_it_was_and_may_be_tried_again() {
    for level in [StopLevel::Cancel, StopLevel::Force, StopLevel::Kill] {
        let world = World::start().await;
        let first = world.publish("a").await;
        world.advance(HOUR).await;
        world.golive("a").await.unwrap();
        world.advance(HOUR).await;
        let second = world.publish("a").await;
        world.advance(HOUR).await;
        world.an_hour_each("a").await;
        let golive = started(&world.golive("a").await.unwrap());
        world.advance(MINUTE).await;
        world.stop("a", level).await.unwrap();
        world.advance(DAY).await;
        assert!(!world.operation(golive).await.is_running(), "{level:?}");
        let slots = world.state("a").await.offer;
        let of = |slot: Option<SlotContent>| slot.unwrap().operation;
        assert_eq!((of(slots.production), of(slots.preview)), (first, second), "{level:?}");
        world.golive("a").await.unwrap();
        world.advance(DAY).await;
        assert_eq!(of(world.state("a").await.offer.production), second, "{level:?}");
    }
}
