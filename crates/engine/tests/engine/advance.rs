//! The test clock.

use signoff_engine::dev::{AdvanceError, StepScenario};
use signoff_lifecycle::ids::{Micros, Moment, OperationId};
use signoff_lifecycle::operation::{Standing, StepState};

use crate::world::{CONTOSO, DAY, HOUR, MILLISECOND, STEPS, World, step};

#[tokio::test]
async fn each_event_happens_at_its_own_time() {
    let world = World::start().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    let end = world.advance(DAY).await;
    let operation = world.operation(publish).await;
    assert!(operation.waits_for_signoff(), "{operation:?}");
    let mut due = operation.head().created_at;
    for id in &STEPS[..4] {
        due = due.plus(HOUR);
        assert_eq!(*step(&operation, id), StepState::Complete { at: due }, "{id}");
    }
    assert_eq!(*step(&operation, "publisher-signoff"), StepState::WaitingForSignoff { since: due });
    // The clock shows the whole day, and goes on from there.
    assert!(end >= operation.head().created_at.plus(DAY));
    assert!(world.engine.clock().now(CONTOSO) >= end);
}

/// The first steps of these offers end a millisecond after one another.
async fn close_together(world: &World) -> Vec<(OperationId, Micros)> {
    let mut publishes = Vec::new();
    for number in 0..5 {
        let offer = format!("offer-{number}");
        let duration = Micros(HOUR.0 + (5 - number) * MILLISECOND.0);
        let scenario = StepScenario { duration: Some(duration), ..StepScenario::default() };
        world.scenario(&offer, [("displaydummycertify", scenario)]).await;
        publishes.push((world.publish(&offer).await, duration));
    }
    publishes
}

#[tokio::test]
async fn events_of_different_offers_happen_in_their_order() {
    let world = World::start().await;
    let publishes = close_together(&world).await;
    world.advance(DAY).await;
    for (publish, duration) in publishes {
        let operation = world.operation(publish).await;
        let at = operation.head().created_at.plus(duration);
        assert_eq!(*step(&operation, "displaydummycertify"), StepState::Complete { at });
    }
}

#[tokio::test]
async fn advances_of_one_publisher_take_turns() {
    let world = World::start().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    let before = world.engine.clock().now(CONTOSO);
    let (first, second, third) = tokio::join!(world.advance(HOUR), world.advance(HOUR), world.advance(HOUR));
    assert!(first < second && second < third, "{first:?} {second:?} {third:?}");
    assert!(third >= before.plus(Micros(3 * HOUR.0)));
    let operation = world.operation(publish).await;
    let at = operation.head().created_at.plus(Micros(3 * HOUR.0));
    assert_eq!(*step(&operation, "displayprovision"), StepState::Complete { at });
}

#[tokio::test]
async fn a_cancel_in_between_does_not_hold_the_advance_up() {
    // Nobody does the work: only the cancel can end the wait for it.
    let world = World::without_runner().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    let due = world.operation(publish).await.head().created_at.plus(HOUR);
    let engine = world.engine.clone();
    let advance = tokio::spawn(async move { engine.advance(CONTOSO, DAY).await });
    while world.engine.clock().now(CONTOSO) < due {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.engine.clock().now(CONTOSO), due, "the clock stands still until it is done");
    world.cancel("a").await.unwrap();
    let end = advance.await.unwrap().unwrap();
    let canceled = world.operation(publish).await;
    assert_eq!((canceled.standing(), canceled.ended_at()), (Standing::Canceled, Some(due)));
    assert!(end >= due.plus(Micros(22 * HOUR.0)));
}

#[tokio::test]
async fn a_clock_has_an_end() {
    let world = World::start().await;
    let before = world.engine.clock().now(CONTOSO);
    for span in [Micros(u64::MAX), Micros(253_402_300_799_000_000)] {
        assert!(matches!(world.engine.advance(CONTOSO, span).await, Err(AdvanceError::TooFar)));
    }
    assert!(world.engine.clock().now(CONTOSO).since(before) < HOUR);
    assert!(world.advance(Micros::ZERO).await >= before);
}

#[tokio::test]
async fn another_publishers_clock_stays() {
    let world = World::start().await;
    world.advance(DAY).await;
    let clock = world.engine.clock();
    assert!(clock.now(CONTOSO).since(clock.now("fabrikam")) > Micros(23 * HOUR.0));
}
