//! A database and the nodes that share it.

use std::sync::Arc;
use std::time::Duration;

use signoff_engine::clock::{Clock, Source};
use signoff_engine::dev::{Scenario, StepScenario};
use signoff_engine::testing::put_of_the_sample;
use signoff_engine::{
    CancelReceipt, CancelRequest, Done, Engine, EngineError, Look, PublishRequest, PutReceipt, Settings,
};
use signoff_lifecycle::decision::Started;
use signoff_lifecycle::ids::{Micros, OfferKey, OperationId, RealTime};
use signoff_lifecycle::operation::Operation;
use signoff_store::testing::{Fault, FaultyStore, Outcome, Plan, Point};
use signoff_store_postgres::testing::database;
use signoff_store_postgres::{PostgresSettings, PostgresStore};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) const CONTOSO: &str = "contoso";
pub(crate) const MINUTE: Micros = Micros::from_millis(60_000);
pub(crate) const HOUR: Micros = Micros::from_millis(3_600_000);

/// Nothing here takes longer, unless it never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A machine whose clock is so many minutes off.
struct Machine {
    right: Clock,
    minutes_ahead: i64,
}

impl Source for Machine {
    fn now(&self) -> RealTime {
        RealTime(self.right.real().0 + self.minutes_ahead * 60_000_000)
    }

    fn random(&self) -> [u8; 16] {
        // Its last bytes are, which is enough.
        self.right.new_id().to_bytes()
    }
}

/// An empty database.
pub(crate) struct Cluster {
    pub(crate) address: String,
}

impl Cluster {
    pub(crate) async fn new() -> Self {
        Self { address: database().await.unwrap() }
    }

    /// The database's name.
    pub(crate) fn database(&self) -> &str {
        let path = self.address.rsplit_once('/').map_or("", |(_, path)| path);
        path.split_once('?').map_or(path, |(name, _)| name)
    }

    /// A node that does no work yet; the clock of its machine is so many minutes off.
    pub(crate) async fn node(&self, minutes_ahead: i64) -> Node {
        self.node_with(Settings::development(), minutes_ahead).await
    }

    async fn store(&self) -> PostgresStore {
        let settings = PostgresSettings::parse(&self.address).unwrap().connections(6);
        PostgresStore::open(&settings).await.unwrap()
    }

    /// A node with nothing between it and the database.
    pub(crate) async fn bare_node(&self, settings: Settings) -> Node {
        let store = Arc::new(self.store().await);
        let engine = Engine::with_clock(store.clone(), settings, Clock::default());
        engine.recover().await.unwrap();
        Node { engine, faults: FaultyStore::new(store, Plan::none()), runner: None }
    }

    pub(crate) async fn node_with(&self, settings: Settings, minutes_ahead: i64) -> Node {
        let store = self.store().await;
        let faults = FaultyStore::new(Arc::new(store), Plan::none());
        let clock = Clock::on(Machine { right: Clock::default(), minutes_ahead });
        let engine = Engine::with_clock(Arc::new(faults.clone()), settings, clock);
        engine.recover().await.unwrap();
        Node { engine, faults, runner: None }
    }
}

pub(crate) struct Node {
    pub(crate) engine: Engine,
    /// Between the engine and the database; without faults unless a test plans some.
    pub(crate) faults: FaultyStore,
    runner: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

impl Node {
    /// Works from now on.
    pub(crate) fn run(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let engine = self.engine.clone();
        self.runner = Some((stop, tokio::spawn(async move { engine.run(stopped).await })));
    }

    /// Ends in the middle of its work.
    pub(crate) fn die(&mut self) {
        self.faults.crash();
        if let Some((_, runner)) = self.runner.take() {
            runner.abort();
        }
    }

    /// Begins to work, and freezes before the result of the first piece of work is recorded; the number of that call.
    pub(crate) async fn freeze_with_a_result(&mut self) -> u64 {
        let next = |method| self.faults.calls_of(method) + 1;
        let frozen = Plan::at(Point::call_of("commit", next("commit")), Fault::Block);
        // It looks for work once, and takes no other.
        let looks = next("claim") + 1..next("claim") + 100;
        let frozen = looks.fold(frozen, |plan, nth| plan.and(Point::call_of("claim", nth), Fault::Block));
        self.faults.set_plan(frozen);
        self.run();
        let commit = || {
            let blocked = self.faults.events().borrow().blocked.clone();
            let log = self.faults.log();
            log.iter()
                .find(|call| call.method == "commit" && blocked.contains(&call.number))
                .map(|call| call.number)
        };
        until("the result", async || commit().is_some()).await;
        commit().expect("it was there a moment ago")
    }

    pub(crate) async fn put(&self, offer: &str) -> Done<PutReceipt> {
        self.engine.put(&OfferKey::new(CONTOSO, offer), put_of_the_sample()).await.unwrap()
    }

    pub(crate) async fn try_publish(&self, offer: &str) -> Result<Done<Started>, EngineError> {
        let emails = vec!["ann@contoso.example".to_owned()];
        let publish = PublishRequest { emails, ..PublishRequest::of("ann") };
        self.engine.publish(&OfferKey::new(CONTOSO, offer), publish).await
    }

    /// Puts the sample and publishes it; answers the publish as it was answered.
    pub(crate) async fn publish(&self, offer: &str) -> Operation {
        self.put(offer).await;
        self.try_publish(offer).await.unwrap().state.target().cloned().expect("it was started").into()
    }

    pub(crate) async fn cancel(&self, offer: &str) -> Result<Done<CancelReceipt>, EngineError> {
        self.engine.cancel(&OfferKey::new(CONTOSO, offer), CancelRequest::of("bob")).await
    }

    /// How many looks at an operation came back.
    pub(crate) fn looks(&self) -> usize {
        let log = self.faults.log();
        log.iter().filter(|entry| entry.method == "look" && entry.outcome == Outcome::Done).count()
    }

    /// The operation as this node shows it.
    pub(crate) async fn operation(&self, id: OperationId) -> Operation {
        self.engine.operation(CONTOSO, id).await.unwrap().expect("it exists").operation.clone()
    }

    /// Waits at this node until the operation is as `wanted`.
    pub(crate) async fn reaches(&self, id: OperationId, wanted: impl Fn(&Operation) -> bool) -> Operation {
        let look = |cached: &signoff_engine::CachedOperation| {
            if wanted(&cached.operation) { Look::Enough } else { Look::WhenMoved }
        };
        let found = self.engine.wait_for(CONTOSO, id, tokio::time::sleep(PATIENCE), look).await.unwrap();
        let operation = found.cached.expect("it exists").operation.clone();
        assert!(wanted(&operation), "it did not get there: {operation:?}");
        operation
    }

    pub(crate) async fn scenario<const N: usize>(&self, offer: &str, steps: [(&str, StepScenario); N]) {
        let steps = steps.into_iter().map(|(step, scenario)| (step.to_owned(), scenario)).collect();
        self.engine.put_scenario(&OfferKey::new(CONTOSO, offer), Scenario { steps }).await.unwrap();
    }

    /// The steps of which the operation left something.
    pub(crate) async fn artifacts(&self, id: OperationId) -> Vec<String> {
        let made = self.engine.store().artifacts(CONTOSO, id).await.unwrap();
        made.into_iter().map(|(step, _)| step).collect()
    }
}

pub(crate) fn lasting(duration: Micros) -> StepScenario {
    StepScenario { duration: Some(duration), undo_duration: Some(duration), ..StepScenario::default() }
}

/// Waits for what must come.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it should have come by now")
}

/// Looks until it is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let looks = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, looks).await.is_ok(), "{what} did not come");
}
