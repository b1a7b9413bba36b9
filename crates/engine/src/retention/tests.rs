//! Steps that stop halfway, and the task that takes them.

use std::sync::Arc;

use signoff_lifecycle::ids::OfferKey;
use signoff_store::contract::{Offers as _, Outbox as _};
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

use super::*;
use crate::testing::put_of_the_sample;
use crate::{CancelRequest, PublishRequest, Settings};

const DAY: Micros = Micros::from_millis(24 * 3_600_000);

struct World {
    store: Arc<SqliteStore>,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("signoff.db")).unwrap());
        Self { store, _folder: folder }
    }

    /// An engine that nobody runs; a publish goes nowhere and a cancel stops it on the spot.
    async fn engine(&self, retention: Option<Micros>) -> Engine {
        let settings = Settings { retention, ..Settings::development() };
        let engine = Engine::new(self.store.clone(), settings);
        engine.recover().await.unwrap();
        engine
    }

    /// Publishes and cancels `a` so often.
    async fn published_and_canceled(&self, engine: &Engine, times: usize) {
        for _ in 0..times {
            engine.put(&OfferKey::new("contoso", "a"), put_of_the_sample()).await.unwrap();
            let emails = vec!["ann@contoso.example".to_owned()];
            let publish = PublishRequest { emails, ..PublishRequest::of("ann") };
            engine.publish(&OfferKey::new("contoso", "a"), publish).await.unwrap();
            engine.cancel(&OfferKey::new("contoso", "a"), CancelRequest::of("ann")).await.unwrap();
        }
    }

    async fn numbers(&self) -> Vec<u64> {
        let operations = self.store.operations(&OfferKey::new("contoso", "a")).await.unwrap();
        operations.iter().map(|operation| operation.head().publishing_version).collect()
    }
}

#[tokio::test]
async fn steps_are_small_and_a_crash_between_them_is_harmless() {
    let world = World::new();
    let engine = world.engine(None).await;
    world.published_and_canceled(&engine, 6).await;
    engine.advance("contoso", Micros(91 * DAY.0)).await.unwrap();
    let mut after = None;
    for left in [vec![6, 5, 4, 3], vec![6, 5]] {
        let step = engine.forget_step("contoso", RETENTION, after, 2).await.unwrap();
        assert_eq!((step.removed, step.last), (2, false));
        assert_eq!(world.numbers().await, left);
        after = step.seen;
    }
    drop(engine);
    // The next pass knows nothing of it and begins with the oldest that is left.
    let engine = world.engine(Some(RETENTION)).await;
    let step = engine.forget_step("contoso", RETENTION, None, 2).await.unwrap();
    assert_eq!((step.removed, world.numbers().await), (1, vec![6]));
    // What has to stay is looked at once in a pass.
    let step = engine.forget_step("contoso", RETENTION, step.seen, 2).await.unwrap();
    assert!(step.last && step.seen.is_none());
    assert_eq!(engine.forget_old("contoso").await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_too_young_ends_a_pass() {
    let world = World::new();
    let engine = world.engine(Some(RETENTION)).await;
    world.published_and_canceled(&engine, 2).await;
    engine.advance("contoso", Micros(89 * DAY.0)).await.unwrap();
    world.published_and_canceled(&engine, 2).await;
    assert_eq!(world.numbers().await, [4, 3, 2, 1]);
    engine.advance("contoso", Micros(2 * DAY.0)).await.unwrap();
    assert_eq!(world.numbers().await, [4, 3]);
    let step = engine.forget_step("contoso", RETENTION, None, 9).await.unwrap();
    assert!(step.last && step.seen.is_none(), "nothing that is left is old enough to be looked at");
}

#[tokio::test]
async fn the_task_forgets_of_every_publisher_and_stops_when_told() {
    let world = World::new();
    let engine = world.engine(None).await;
    world.published_and_canceled(&engine, 3).await;
    engine.advance("contoso", Micros(91 * DAY.0)).await.unwrap();
    assert_eq!(world.numbers().await, [3, 2, 1], "without the setting everything stays");
    let engine = world.engine(Some(RETENTION)).await;
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(async move { engine.forget_with_time(stopped).await });
    while world.numbers().await != [3] {
        tokio::task::yield_now().await;
    }
    stop.send_replace(true);
    task.await.unwrap();
}

#[tokio::test]
async fn what_was_read_before_is_not_kept_in_memory() {
    let world = World::new();
    let engine = world.engine(Some(RETENTION)).await;
    world.published_and_canceled(&engine, 2).await;
    let first =
        world.store.operations(&OfferKey::new("contoso", "a")).await.unwrap().pop().unwrap().head().id;
    assert!(engine.operation("contoso", first).await.unwrap().is_some());
    engine.advance("contoso", Micros(91 * DAY.0)).await.unwrap();
    assert!(engine.operation("contoso", first).await.unwrap().is_none());
    assert!(world.store.letters().await.unwrap().iter().all(|letter| letter.mail.operation != first));
}
