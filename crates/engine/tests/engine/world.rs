//! An engine at work on a store in a file, and the calls of a publisher.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use signoff_engine::clock::Clock;
use signoff_engine::dev::{Scenario, StepScenario};
use signoff_engine::testing::{put_of, sample_definition};
use signoff_engine::{
    CancelReceipt, CancelRequest, Done, Engine, EngineError, GoLiveRequest, PublishRequest, PutReceipt,
    Settings,
};
use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::decision::{Started, StopReply};
use signoff_lifecycle::ids::{Micros, OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Operation, StepState};
use signoff_store::testing::{FaultyStore, Plan};
use signoff_store_sqlite::SqliteStore;
use signoff_webhook::Hooks;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::certifier::Certifier;

pub(crate) const CONTOSO: &str = "contoso";
pub(crate) const MILLISECOND: Micros = Micros(1000);
pub(crate) const MINUTE: Micros = Micros::from_millis(60_000);
pub(crate) const HOUR: Micros = Micros::from_millis(3_600_000);
pub(crate) const DAY: Micros = Micros::from_millis(24 * 3_600_000);

/// The steps of a virtual machine offer.
pub(crate) const STEPS: [&str; 6] = [
    "displaydummycertify",
    "displaycertify",
    "displayprovision",
    "displaypackage",
    "publisher-signoff",
    "live",
];

pub(crate) struct World {
    pub(crate) engine: Engine,
    /// Between the engine and the file; without faults unless a test plans some.
    pub(crate) faults: FaultyStore,
    store: Arc<SqliteStore>,
    settings: Settings,
    runner: Option<(watch::Sender<bool>, JoinHandle<()>)>,
    folder: TempDir,
    certifier: Option<Arc<Certifier>>,
}

impl World {
    /// An engine at work.
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::development()).await
    }

    /// An engine at work that runs as told.
    pub(crate) async fn start_with(settings: Settings) -> Self {
        let mut world = Self::open(TempDir::new().unwrap(), settings, None).await;
        world.run();
        world
    }

    /// An engine that does no work yet.
    pub(crate) async fn without_runner() -> Self {
        Self::open(TempDir::new().unwrap(), Settings::development(), None).await
    }

    /// An engine at work whose certification is this certifier's.
    pub(crate) async fn with_certifier(certifier: &Arc<Certifier>) -> Self {
        let folder = TempDir::new().unwrap();
        let mut world = Self::open(folder, Settings::development(), Some(certifier.clone())).await;
        world.run();
        world
    }

    pub(crate) async fn open(folder: TempDir, settings: Settings, certifier: Option<Arc<Certifier>>) -> Self {
        let store = Arc::new(SqliteStore::open(&folder.path().join("signoff.db")).unwrap());
        let faults = FaultyStore::new(store.clone(), Plan::none());
        let hooks = certifier.as_ref().map_or_else(Hooks::none, Certifier::hooks);
        let engine = Engine::with(Arc::new(faults.clone()), settings, Clock::default(), hooks);
        engine.recover().await.unwrap();
        Self { engine, faults, store, settings, runner: None, folder, certifier }
    }

    /// Has the engine work from now on.
    pub(crate) fn run(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let engine = self.engine.clone();
        self.runner = Some((stop, tokio::spawn(async move { engine.run(stopped).await })));
    }

    /// Tells the engine's runner to stop; answers what becomes ready when it has.
    pub(crate) fn leave(&mut self) -> JoinHandle<()> {
        let (stop, runner) = self.runner.take().expect("it runs");
        stop.send_replace(true);
        runner
    }

    /// Ends the engine and starts another one on the same file.
    pub(crate) async fn restart(mut self) -> Self {
        if let Some((stop, runner)) = self.runner.take() {
            stop.send_replace(true);
            runner.await.unwrap();
        }
        self.open_again().await
    }

    /// The engine dies, if no fault has killed it yet, and another one starts on the same file.
    pub(crate) async fn crash(mut self) -> Self {
        self.faults.crash();
        if let Some((_, runner)) = self.runner.take() {
            runner.abort();
        }
        self.open_again().await
    }

    async fn open_again(self) -> Self {
        let Self { engine, faults, store, settings, runner: _, folder, certifier } = self;
        drop((engine, faults));
        // The last piece of work says that it ended before it lets go of the engine.
        while Arc::strong_count(&store) > 1 {
            tokio::task::yield_now().await;
        }
        drop(store);
        let mut world = Self::open(folder, settings, certifier).await;
        world.run();
        world
    }

    pub(crate) fn snapshot_file(&self) -> PathBuf {
        self.folder.path().join("snapshot")
    }

    pub(crate) async fn put(&self, offer: &str) -> Done<PutReceipt> {
        self.put_definition(offer, &sample_definition()).await
    }

    pub(crate) async fn put_definition(&self, offer: &str, definition: &Value) -> Done<PutReceipt> {
        self.engine.put(&OfferKey::new(CONTOSO, offer), put_of(definition)).await.unwrap()
    }

    pub(crate) async fn try_publish(&self, offer: &str) -> Result<Done<Started>, EngineError> {
        let emails = vec!["ann@contoso.example".to_owned()];
        let publish = PublishRequest { emails, ..PublishRequest::of("ann") };
        self.engine.publish(&OfferKey::new(CONTOSO, offer), publish).await
    }

    /// Puts the sample and publishes it; answers the publish's id.
    pub(crate) async fn publish(&self, offer: &str) -> OperationId {
        self.put(offer).await;
        started(&self.try_publish(offer).await.unwrap())
    }

    pub(crate) async fn golive(&self, offer: &str) -> Result<Done<Started>, EngineError> {
        self.engine.golive(&OfferKey::new(CONTOSO, offer), GoLiveRequest::of("ann")).await
    }

    pub(crate) async fn cancel(&self, offer: &str) -> Result<Done<CancelReceipt>, EngineError> {
        self.stop(offer, StopLevel::Cancel).await
    }

    /// A cancel by these means.
    pub(crate) async fn stop(
        &self,
        offer: &str,
        level: StopLevel,
    ) -> Result<Done<CancelReceipt>, EngineError> {
        let reason = Some("too early".to_owned());
        let cancel = CancelRequest { reason, level, ..CancelRequest::of("bob") };
        self.engine.cancel(&OfferKey::new(CONTOSO, offer), cancel).await
    }

    pub(crate) async fn advance(&self, span: Micros) -> PublisherTime {
        self.engine.advance(CONTOSO, span).await.unwrap()
    }

    /// Puts a scenario for some steps.
    pub(crate) async fn scenario<const N: usize>(&self, offer: &str, steps: [(&str, StepScenario); N]) {
        let steps = steps.into_iter().map(|(step, scenario)| (step.to_owned(), scenario)).collect();
        self.engine.put_scenario(&OfferKey::new(CONTOSO, offer), Scenario { steps }).await.unwrap();
    }

    /// Each step that works takes an hour, and so does its undoing.
    pub(crate) async fn an_hour_each(&self, offer: &str) {
        let steps = STEPS.iter().filter(|step| **step != "publisher-signoff");
        let scenario = steps.map(|step| ((*step).to_owned(), hour())).collect();
        self.engine.put_scenario(&OfferKey::new(CONTOSO, offer), Scenario { steps: scenario }).await.unwrap();
    }

    pub(crate) async fn operation(&self, id: OperationId) -> Operation {
        self.engine.operation(CONTOSO, id).await.unwrap().expect("it exists").operation.clone()
    }

    pub(crate) async fn state(&self, offer: &str) -> Aggregate {
        let loaded = self.engine.store().load(&OfferKey::new(CONTOSO, offer)).await.unwrap();
        Arc::unwrap_or_clone(loaded.expect("it exists").aggregate)
    }

    /// The steps of which the operation left something.
    pub(crate) async fn artifacts(&self, id: OperationId) -> Vec<String> {
        let made = self.engine.store().artifacts(CONTOSO, id).await.unwrap();
        made.into_iter().map(|(step, _)| step).collect()
    }

    pub(crate) async fn release(&self, offer: &str, step: &str) {
        self.engine.release(&OfferKey::new(CONTOSO, offer), step).await.unwrap();
    }
}

pub(crate) fn hour() -> StepScenario {
    StepScenario { duration: Some(HOUR), undo_duration: Some(HOUR), ..StepScenario::default() }
}

/// A receipt that may name an operation which was started.
pub(crate) trait Starts: std::fmt::Debug {
    fn started(&self) -> Option<OperationId>;
}

impl Starts for Started {
    fn started(&self) -> Option<OperationId> {
        Some(self.0.id)
    }
}

impl Starts for CancelReceipt {
    fn started(&self) -> Option<OperationId> {
        match self {
            Self::Stopped { reply: StopReply::Canceling(it) | StopReply::GivenUp(it), .. } => Some(it.id),
            Self::Stopped { .. } | Self::NothingToCancel(_) => None,
        }
    }
}

/// The operation that a call started.
pub(crate) fn started(done: &Done<impl Starts>) -> OperationId {
    done.receipt.started().unwrap_or_else(|| panic!("nothing was started: {:?}", done.receipt))
}

/// What a cancel came to.
pub(crate) fn stopped(done: Done<CancelReceipt>) -> StopReply {
    match done.receipt {
        CancelReceipt::Stopped { reply, .. } => reply,
        CancelReceipt::NothingToCancel(newest) => panic!("{newest:?} had ended"),
    }
}

pub(crate) fn step<'a>(operation: &'a Operation, id: &str) -> &'a StepState {
    &operation.step(id).expect("the pipeline has it").state
}

/// What the step has to say.
pub(crate) fn notes(operation: &Operation, id: &str) -> Vec<(PublisherTime, Note)> {
    let step = operation.step(id).expect("the pipeline has it");
    step.notes.iter().map(|note| (note.at, note.note.clone())).collect()
}
