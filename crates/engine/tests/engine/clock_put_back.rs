//! A machine whose clock was two hours ahead, and is put right.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use signoff_engine::clock::{Clock, Source, Ticks};
use signoff_engine::{Engine, Look, Settings};
use signoff_lifecycle::ids::{Moment, OfferKey, OperationId, RealTime};
use signoff_lifecycle::operation::Operation;
use signoff_store_sqlite::SqliteStore;
use tokio::sync::watch;

use signoff_engine::testing::{put_of, sample_definition};
use signoff_engine::{CancelRequest, PublishRequest};

use crate::world::{CONTOSO, started};

const TWO_HOURS: i64 = 2 * 3_600_000_000;

/// The machine's clock, and how wrong it is.
struct Wrong {
    right: Clock,
    ahead: Arc<AtomicI64>,
}

impl Source for Wrong {
    fn now(&self) -> RealTime {
        RealTime(self.right.real().0 + self.ahead.load(Ordering::SeqCst))
    }

    fn ticks(&self) -> Ticks {
        self.right.ticks()
    }

    fn random(&self) -> [u8; 16] {
        self.right.new_id().to_bytes()
    }
}

struct Machine {
    ahead: Arc<AtomicI64>,
    engine: Engine,
}

impl Machine {
    async fn start(folder: &Path, ahead: i64) -> Self {
        let ahead = Arc::new(AtomicI64::new(ahead));
        let clock = Clock::on(Wrong { right: Clock::default(), ahead: ahead.clone() });
        let store = Arc::new(SqliteStore::open(&folder.join("signoff.db")).unwrap());
        let engine = Engine::with_clock(store, Settings::development(), clock);
        engine.recover().await.unwrap();
        Self { ahead, engine }
    }

    async fn publish(&self, offer: &str) -> OperationId {
        self.engine.put(&OfferKey::new(CONTOSO, offer), put_of(&sample_definition())).await.unwrap();
        started(
            &self.engine.publish(&OfferKey::new(CONTOSO, offer), PublishRequest::of("ann")).await.unwrap(),
        )
    }

    /// Lets the runner work until the publish waits for sign-off.
    async fn until_signoff(&self, publish: OperationId) {
        self.until(publish, Operation::waits_for_signoff).await;
    }

    /// Lets the runner work until the publish has ended.
    async fn until_ended(&self, publish: OperationId) {
        self.until(publish, |operation| !operation.is_running()).await;
    }

    async fn until(&self, publish: OperationId, enough: impl Fn(&Operation) -> bool) {
        let (stop, stopped) = watch::channel(false);
        let engine = self.engine.clone();
        let runner = tokio::spawn(async move { engine.run(stopped).await });
        let look = |cached: &signoff_engine::CachedOperation| {
            if enough(&cached.operation) { Look::Enough } else { Look::WhenMoved }
        };
        self.engine.wait_for(CONTOSO, publish, std::future::pending(), look).await.unwrap();
        stop.send_replace(true);
        runner.await.unwrap();
    }
}

#[tokio::test]
async fn what_was_begun_while_it_was_ahead_goes_on_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::start(folder.path(), TWO_HOURS).await;
    let publish = machine.publish("a").await;
    drop(machine);
    let machine = Machine::start(folder.path(), 0).await;
    let due = machine.engine.store().next_due(None, &[]).await.unwrap().unwrap();
    let wait = due.since(machine.engine.clock().now(CONTOSO)).0;
    assert!(wait > 3_600_000_000, "the step is due in {wait} µs");
    // Two hours must not pass for it, nor for a new one of the same offer.
    machine.until_signoff(publish).await;
    let began =
        machine.engine.operation(CONTOSO, publish).await.unwrap().unwrap().operation.head().created_at;
    machine.engine.cancel(&OfferKey::new(CONTOSO, "a"), CancelRequest::of("ann")).await.unwrap();
    machine.until_ended(publish).await;
    let again = machine.publish("a").await;
    machine.until_signoff(again).await;
    let operation = machine.engine.operation(CONTOSO, again).await.unwrap().unwrap().operation.clone();
    assert!(operation.head().created_at >= began, "history stays in order");
}

#[tokio::test]
async fn only_what_no_step_explains_is_pulled_in() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::start(folder.path(), TWO_HOURS).await;
    machine.publish("late").await;
    assert_eq!(machine.engine.pull_in(CONTOSO).await.unwrap(), 0, "nobody knows yet");
    machine.ahead.store(0, Ordering::SeqCst);
    machine.publish("right").await;
    assert_eq!(machine.engine.pull_in(CONTOSO).await.unwrap(), 1);
    assert_eq!(machine.engine.pull_in(CONTOSO).await.unwrap(), 0);
}
