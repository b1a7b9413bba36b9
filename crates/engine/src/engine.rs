//! The engine: what the use cases and the workers share.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use parking_lot::Mutex;
use signoff_definition::OfferTypes;
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::ids::Micros;
use signoff_store::Store;
use signoff_webhook::Hooks;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::cluster::{Cluster, Pace};
use crate::dev::Dev;
use crate::executors::Executors;
use crate::follow::{FollowLimits, Followers};
use crate::operations::Operations;
use crate::publishers::Publishers;
use crate::retention::{RETENTION, ROUND_EVERY};
use crate::runner::{LOOKS_A_LEASE, Leaving};
use crate::usecase::Checks;

/// Which of an offer type's two pipelines is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineKind {
    /// Takes milliseconds.
    Development,
    /// Waits for real executors and reviewers.
    Production,
}

/// How the engine runs.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Which pipeline new operations get.
    pub pipeline: PipelineKind,
    /// Whether scenarios and test clocks count (development mode).
    pub dev: bool,
    /// Whether mail leaves for a mail server; without, it stays in the mailbox.
    pub deliver_mail: bool,
    /// How long a piece of work is held without a word from its worker.
    pub lease_for: Duration,
    /// At most so many pieces of work are done at once.
    pub concurrency: usize,
    /// How many may follow operations at a time.
    pub follow: FollowLimits,
    /// How long what was looked up of the directory counts on a store that other nodes write to.
    pub known_for: Duration,
    /// How often other nodes' commits are looked for on such a store, while somebody waits here for an operation.
    pub notice_every: Duration,
    /// How long finished operations are kept, on their publisher's clock; `None`: for ever.
    pub retention: Option<Micros>,
}

impl Settings {
    /// The settings of the development mode.
    pub fn development() -> Self {
        Self {
            pipeline: PipelineKind::Development,
            dev: true,
            deliver_mail: false,
            lease_for: Duration::from_secs(2),
            concurrency: 64,
            follow: FollowLimits::default(),
            known_for: Duration::ZERO,
            notice_every: Duration::from_millis(200),
            retention: Some(RETENTION),
        }
    }

    /// The settings of production.
    pub fn production() -> Self {
        Self {
            pipeline: PipelineKind::Production,
            dev: false,
            deliver_mail: false,
            lease_for: Duration::from_secs(30),
            concurrency: 64,
            follow: FollowLimits::default(),
            known_for: Duration::from_secs(1),
            notice_every: Duration::from_millis(500),
            retention: Some(RETENTION),
        }
    }
}

/// Joins the pure core and the store. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    /// On whose behalf: what they change is written into the audit log.
    pub(crate) audit_actor: Option<Arc<AuditActor>>,
}

/// Who asks for a change, for the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditActor {
    /// Who.
    pub by: Actor,
    /// What they are to the publisher: a role's word, or `operator`.
    pub role: String,
    /// The id of their request.
    pub request: String,
}

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    /// The other nodes that write to the store; `None`: there are none.
    pub(crate) cluster: Option<Cluster>,
    pub(crate) pace: Pace,
    pub(crate) clock: Arc<Clock>,
    pub(crate) settings: Settings,
    pub(crate) executors: Executors,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) checks: Checks,
    pub(crate) operations: Operations,
    pub(crate) publishers: Publishers,
    pub(crate) followers: Arc<Followers>,
    pub(crate) dev: Dev,
    /// Work may have become due.
    pub(crate) work: Notify,
    /// When the runner looks for work of its own accord, in microseconds of real time.
    pub(crate) next_look: AtomicI64,
    /// Mail may have become due.
    pub(crate) mail: Arc<Notify>,
    /// Pieces of work that were finished, one way or the other, or taken back.
    pub(crate) finished: watch::Sender<u64>,
    /// Whether this node goes away.
    pub(crate) leaving: Leaving,
    /// Advancing the clocks of publishers, one at a time each.
    pub(crate) advancing: Mutex<std::collections::HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// The parts of an engine that are otherwise where other nodes write to the store, too. Nothing else asks whether they
/// do.
struct Parts {
    cluster: Option<Cluster>,
    pace: Pace,
    operations: Operations,
    publishers: Publishers,
    dev: Dev,
}

impl Parts {
    fn of_one_node(settings: &Settings) -> Self {
        Self {
            cluster: None,
            pace: Pace { look_for_work: settings.lease_for, begin_to_forget: Duration::ZERO },
            operations: Operations::own(),
            publishers: Publishers::Asked,
            dev: Dev::of_one_node(),
        }
    }

    fn of_a_cluster(settings: &Settings) -> Self {
        Self {
            cluster: Some(Cluster { notice_every: settings.notice_every }),
            pace: Pace { look_for_work: settings.lease_for / LOOKS_A_LEASE, begin_to_forget: ROUND_EVERY },
            operations: Operations::clustered(),
            publishers: Publishers::kept(settings.known_for),
            dev: Dev::of_a_cluster(),
        }
    }
}

impl Engine {
    /// An engine over `store`. Call [`Engine::recover`] before serving, [`Engine::run`] to have work done.
    pub fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        Self::with_clock(store, settings, Clock::default())
    }

    /// The same, with a clock of the caller's: a simulation's history hangs on nothing else then.
    pub fn with_clock(store: Arc<dyn Store>, settings: Settings, clock: Clock) -> Self {
        Self::with(store, settings, clock, Hooks::none())
    }

    /// The same, with third parties that do some of the steps.
    pub fn with(store: Arc<dyn Store>, settings: Settings, clock: Clock, hooks: Hooks) -> Self {
        let (clock, hooks) = (Arc::new(clock), Arc::new(hooks));
        let Parts { cluster, pace, operations, publishers, dev } =
            if store.is_shared() { Parts::of_a_cluster(&settings) } else { Parts::of_one_node(&settings) };
        Self {
            shared: Arc::new(Shared {
                executors: Executors::new(store.clone(), clock.clone(), hooks.clone()),
                hooks,
                store,
                cluster,
                pace,
                clock,
                settings,
                checks: Checks::default(),
                operations,
                publishers,
                followers: Arc::new(Followers::new(settings.follow)),
                dev,
                work: Notify::new(),
                next_look: AtomicI64::new(i64::MAX),
                mail: Arc::new(Notify::new()),
                finished: watch::Sender::new(0),
                leaving: Leaving::default(),
                advancing: Mutex::default(),
            }),
            audit_actor: None,
        }
    }

    /// The same engine at work for `asker`: what is changed through it stands in the audit log.
    #[must_use]
    pub fn on_behalf_of(&self, audit_actor: AuditActor) -> Self {
        Self { shared: self.shared.clone(), audit_actor: Some(Arc::new(audit_actor)) }
    }

    /// The store, for reads.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<Clock> {
        &self.shared.clock
    }

    /// The offer types.
    pub fn offer_types(&self) -> &'static OfferTypes {
        OfferTypes::load()
    }

    /// The third parties that do steps.
    pub fn hooks(&self) -> &Hooks {
        &self.shared.hooks
    }

    /// How the engine runs.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Woken whenever mail was written.
    pub fn mail_written(&self) -> Arc<Notify> {
        self.shared.mail.clone()
    }
}
