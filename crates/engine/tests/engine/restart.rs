//! A new engine takes up what the one before left.

use signoff_lifecycle::ids::{Moment, OfferKey};
use signoff_lifecycle::operation::{Standing, StepState};

use crate::world::{CONTOSO, DAY, HOUR, MINUTE, STEPS, World, started, step};

#[tokio::test]
async fn a_publish_goes_on_from_any_step() {
    for (number, id) in STEPS[..4].iter().enumerate() {
        let world = World::start().await;
        world.an_hour_each("a").await;
        let publish = world.publish("a").await;
        for _ in 0..number {
            world.advance(HOUR).await;
        }
        world.advance(MINUTE).await;
        let before = world.engine.clock().now(CONTOSO);
        let world = world.restart().await;
        assert!(world.engine.clock().now(CONTOSO) >= before, "the clock goes on, too");
        let operation = world.operation(publish).await;
        assert!(matches!(step(&operation, id), StepState::InProgress { .. }), "{id}: {operation:?}");
        world.advance(DAY).await;
        let operation = world.operation(publish).await;
        assert!(operation.waits_for_signoff(), "{id}: {operation:?}");
        // The time of the step counts from its start, also over a restart.
        let due = operation.head().created_at.plus(signoff_lifecycle::ids::Micros(4 * HOUR.0));
        assert_eq!(*step(&operation, "displaypackage"), StepState::Complete { at: due });
    }
}

#[tokio::test]
async fn a_publish_waits_for_signoff_across_a_restart() {
    let world = World::start().await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    let world = world.restart().await;
    assert!(world.operation(publish).await.waits_for_signoff());
    let golive = started(&world.golive("a").await.unwrap());
    world.advance(HOUR).await;
    assert_eq!(world.operation(golive).await.standing(), Standing::Completed);
}

#[tokio::test]
async fn a_golive_goes_on_before_and_after_the_switch() {
    for switched in [false, true] {
        let world = World::start().await;
        world.publish("a").await;
        world.advance(HOUR).await;
        world.an_hour_each("a").await;
        let golive = started(&world.golive("a").await.unwrap());
        if switched {
            world.advance(HOUR).await;
        }
        world.advance(MINUTE).await;
        assert_eq!(world.state("a").await.offer.production.is_some(), switched);
        let world = world.restart().await;
        world.advance(DAY).await;
        assert_eq!(world.operation(golive).await.standing(), Standing::Completed);
        assert!(world.state("a").await.offer.production.is_some());
    }
}

#[tokio::test]
async fn a_cancellation_goes_on() {
    let world = World::start().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    for _ in 0..4 {
        world.advance(HOUR).await;
    }
    let cancellation = started(&world.cancel("a").await.unwrap());
    let world = world.restart().await;
    world.advance(HOUR).await;
    world.advance(MINUTE).await;
    assert!(world.operation(cancellation).await.is_running());
    let world = world.restart().await;
    world.advance(HOUR).await;
    assert_eq!(world.operation(cancellation).await.standing(), Standing::Completed);
    assert_eq!(world.operation(publish).await.standing(), Standing::Canceled);
    assert_eq!(world.artifacts(publish).await, [""; 0]);
}

#[tokio::test]
async fn a_snapshot_brings_back_what_ran() {
    let world = World::start().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    let then = world.operation(publish).await;
    world.engine.snapshot(&world.snapshot_file()).await.unwrap();
    world.advance(DAY).await;
    world.golive("a").await.unwrap();
    world.engine.restore(&world.snapshot_file()).await.unwrap();
    assert_eq!(world.operation(publish).await, then);
    world.advance(DAY).await;
    assert!(world.operation(publish).await.waits_for_signoff());
    world.engine.reset().await.unwrap();
    assert!(world.engine.operation(CONTOSO, publish).await.unwrap().is_none());
    assert_eq!(world.engine.scenario(&OfferKey::new(CONTOSO, "a")), None);
}
