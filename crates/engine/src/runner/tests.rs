//! Pieces of work whose holder is slow, late or dead.

use std::time::Duration;

use signoff_lifecycle::ids::{OfferKey, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::operation::{Operation, Outstanding, Standing, StepState, WorkKind};
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

use super::*;
use crate::testing::put_of_the_sample;
use crate::{CancelRequest, PublishRequest, Settings};

const LONG: Duration = Duration::from_hours(1);
const END: RealTime = RealTime(i64::MAX);

/// An engine without a runner, and a publish whose first step is to be done.
async fn published(lease_for: Duration) -> (TempDir, Engine, OperationId) {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("signoff.db")).unwrap();
    let engine = Engine::new(Arc::new(store), Settings { lease_for, ..Settings::development() });
    engine.put(&OfferKey::new("contoso", "a"), put_of_the_sample()).await.unwrap();
    let done = engine.publish(&OfferKey::new("contoso", "a"), PublishRequest::of("ann")).await.unwrap();
    (folder, engine, done.state.target().unwrap().head.id)
}

async fn claim(engine: &Engine, lease_for: Duration) -> Claimed {
    let claim = Claim { now: END, clocks: Vec::new(), lease_for, limit: 9 };
    let mut claimed = engine.shared.store.claim(claim).await.unwrap();
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

/// A place that no other test uses.
fn place() -> Place {
    let places = Places::new(1);
    Place { held: places.ours.try_acquire_owned().unwrap(), theirs: places.theirs }
}

async fn first_step(engine: &Engine, id: OperationId) -> StepState {
    engine.operation("contoso", id).await.unwrap().unwrap().operation.steps()[0].state.clone()
}

#[tokio::test]
async fn a_lease_lasts_as_long_as_the_work() {
    let (_folder, engine, _) = published(Duration::from_millis(30)).await;
    let lease = claim(&engine, Duration::ZERO).await.lease;
    // It is not held at first. The work ends once it is held.
    assert!(engine.shared.store.next_due(None, &[]).await.unwrap().is_some());
    let until_held = async {
        while engine.shared.store.next_due(None, &[]).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    engine.while_held(&lease, until_held).await.unwrap();
}

#[tokio::test]
async fn work_that_somebody_else_has_is_dropped() {
    let (_folder, engine, _) = published(Duration::from_millis(30)).await;
    let first = claim(&engine, Duration::ZERO).await.lease;
    let _second = claim(&engine, LONG).await;
    let dropped = engine.while_held(&first, std::future::pending::<()>()).await;
    assert!(matches!(dropped, Err(StoreError::Fenced)));
}

#[tokio::test]
async fn a_late_result_is_refused() {
    let (_folder, engine, id) = published(LONG).await;
    let late = claim(&engine, Duration::ZERO).await;
    let present = claim(&engine, LONG).await;
    engine.do_piece(late, &mut place()).await;
    assert!(matches!(first_step(&engine, id).await, StepState::InProgress { .. }));
    engine.do_piece(present, &mut place()).await;
    assert!(matches!(first_step(&engine, id).await, StepState::Complete { .. }));
}

#[tokio::test]
async fn what_a_cancel_recalled_comes_to_nothing() {
    let (_folder, engine, id) = published(LONG).await;
    for _ in 0..2 {
        let piece = claim(&engine, LONG).await;
        engine.do_piece(piece, &mut place()).await;
    }
    let provision = claim(&engine, LONG).await;
    engine.cancel(&OfferKey::new("contoso", "a"), CancelRequest::of("ann")).await.unwrap();
    // The late worker is at it already: it has seen the operation as it was before the cancel.
    let (seen, outstanding) = before_cancel(&engine, id).await;
    engine
        .shared
        .executors
        .execute(&OfferKey::new("contoso", "a"), &seen, outstanding, &provision.lease)
        .await;
    assert_eq!(engine.shared.store.artifacts("contoso", id).await.unwrap(), []);
    engine.do_piece(provision, &mut place()).await;
    assert_eq!(engine.shared.store.artifacts("contoso", id).await.unwrap(), []);
    let undo = claim(&engine, LONG).await;
    engine.do_piece(undo, &mut place()).await;
    let ended = engine.operation("contoso", id).await.unwrap().unwrap();
    assert_eq!(ended.operation.standing(), Standing::Canceled);
}

/// The operation as it was when its third step ran, and the work that it then waited for.
async fn before_cancel(engine: &Engine, id: OperationId) -> (Operation, Outstanding) {
    let operation = engine.operation("contoso", id).await.unwrap().unwrap().operation.clone();
    let Operation::Submission(mut publish) = operation else { panic!("{operation:?}") };
    let outstanding =
        Outstanding { attempt: publish.head.last_attempt, index: 2, what: WorkKind::Run, held: false };
    publish.head.outstanding = Some(outstanding);
    publish.steps[2].state = StepState::InProgress { since: PublisherTime(0), tries: 0 };
    (publish.into(), outstanding)
}

#[tokio::test]
async fn the_work_of_a_dead_holder_is_taken_up() {
    let (_folder, engine, id) = published(Duration::from_millis(200)).await;
    // The worker that claims this never reports.
    let _dead = claim(&engine, Duration::from_millis(200)).await;
    let (stop, stopped) = watch::channel(false);
    let mut finished = engine.shared.finished.subscribe();
    let runner = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run(stopped).await }
    });
    let first_is_done = async {
        while !matches!(first_step(&engine, id).await, StepState::Complete { .. }) {
            finished.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), first_is_done).await.expect("somebody takes it up");
    stop.send_replace(true);
    runner.await.unwrap();
}

#[tokio::test]
async fn a_runner_that_nobody_can_stop_stops() {
    let (_folder, engine, _) = published(LONG).await;
    let (stop, stopped) = watch::channel(false);
    drop(stop);
    engine.run(stopped).await;
}
