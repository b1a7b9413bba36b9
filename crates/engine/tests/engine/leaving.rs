//! A node that leaves finishes what it holds, or gives it back for another one to take up at once.

use std::time::Duration;

use signoff_engine::Settings;
use signoff_engine::dev::AdvanceError;
use signoff_lifecycle::ids::OperationId;
use signoff_store::testing::Outcome;
use tempfile::TempDir;

use crate::certifier::{Certifier, says};
use crate::world::{CONTOSO, MINUTE, World};

/// Nothing here takes this long, and a lease lasts longer.
const PATIENCE: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_hours(1);

/// A world in which a certifier is asked and takes its time over the reply.
async fn asking(certifier: &std::sync::Arc<Certifier>) -> (World, OperationId) {
    let settings = Settings { lease_for: LEASE, ..Settings::development() };
    let mut world = World::open(TempDir::new().unwrap(), settings, Some(certifier.clone())).await;
    certifier.hold();
    world.run();
    let id = world.publish("a").await;
    (world, id)
}

fn releases(world: &World) -> usize {
    let log = world.faults.log();
    log.iter().filter(|entry| entry.method == "release" && entry.outcome == Outcome::Done).count()
}

#[tokio::test]
async fn what_cannot_be_finished_is_given_back() {
    let certifier = Certifier::new(|_| says("succeeded"));
    let (mut world, id) = asking(&certifier).await;
    let engine = world.engine.clone();
    let advance = tokio::spawn(async move { engine.advance(CONTOSO, MINUTE).await });
    certifier.holds(1).await;
    let left = world.leave();
    // This node is leaving, so it does not wait until it has happened.
    let advanced = tokio::time::timeout(PATIENCE, advance).await.expect("it is told at once").unwrap();
    let after = world.engine.clock().now(CONTOSO);
    assert!(matches!(advanced, Err(AdvanceError::Leaving { now }) if now <= after), "{advanced:?}");
    assert_eq!((releases(&world), left.is_finished()), (0, false), "it is still being finished");

    world.engine.release_work();
    tokio::time::timeout(PATIENCE, left).await.expect("it waits for nobody").unwrap();
    assert_eq!(releases(&world), 1);

    // The next node has the work long before the lease would have run out, under the same key.
    world.run();
    certifier.holds(2).await;
    certifier.let_go();
    world.advance(MINUTE).await;
    let asked = certifier.asked();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(asked[0].idempotency_key, asked[1].idempotency_key);
    assert!(world.operation(id).await.waits_for_signoff());
}

#[tokio::test]
async fn what_can_be_finished_is_finished_and_nothing_else_begun() {
    let certifier = Certifier::new(|_| says("succeeded"));
    let (mut world, id) = asking(&certifier).await;
    let engine = world.engine.clone();
    let advance = tokio::spawn(async move { engine.advance(CONTOSO, MINUTE).await });
    certifier.holds(1).await;
    let left = world.leave();
    certifier.let_go();
    tokio::time::timeout(PATIENCE, left).await.expect("it is finished").unwrap();
    let advanced = advance.await.unwrap();
    assert!(matches!(advanced, Err(AdvanceError::Leaving { .. })), "{advanced:?}");
    assert_eq!(releases(&world), 0);
    // The step is over, and the next one is everybody's.
    assert!(!world.operation(id).await.waits_for_signoff());
    let world = world.restart().await;
    world.advance(MINUTE).await;
    assert_eq!(certifier.asked().len(), 1);
    assert!(world.operation(id).await.waits_for_signoff());
}
