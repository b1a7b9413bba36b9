//! A server put together: store, engine, identity, routes. The one place that names a store.

use std::path::Path;
use std::sync::Arc;

use signoff_engine::clock::Clock as EngineClock;
use signoff_engine::{Engine, FollowLimits, PipelineKind, Settings};
use signoff_lifecycle::ids::Micros;
use signoff_mail::{Deliverer, DeliverySettings, MailSettings, SettingsError, Transport};
use signoff_server::identity::{
    ClientPolicy, Clock, DEFAULT_AUDIENCE, ExternalIssuer, ExternalIssuerError, Issuer, IssuerSettings,
    Seeded, Verifier,
};
use signoff_server::{AppSettings, OperatorToken, QuotaSettings, Routes, Server, ServerSettings};
use signoff_settings::{BadSetting, IdentityFile, StoreAddress, StoreSettings};
use signoff_store::{Store, StoreError};
use signoff_store_postgres::{OpenError, PostgresStore};
use signoff_store_sqlite::SqliteStore;
use signoff_webhook::{BadHook, HookSettings, Hooks, HttpTransport};
use signoff_wire::Dialect;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What makes one server different from another.
pub(crate) struct NodeSettings {
    pub(crate) dev: bool,
    pub(crate) compat: Dialect,
    pub(crate) production_pipeline: bool,
    /// Callers and publishers come into being on first use.
    pub(crate) adopt: bool,
    pub(crate) identity: Option<IdentityFile>,
    pub(crate) operator_token: Option<OperatorToken>,
    /// How much callers may do.
    pub(crate) quotas: QuotaSettings,
    /// The mail server; `None`: mail stays in the mailbox.
    pub(crate) mail: Option<MailSettings>,
    /// How long finished operations are kept; `None`: for ever.
    pub(crate) retention: Option<Micros>,
    /// Where the server is reached, for the addresses that discovery gives out and third parties call back to.
    pub(crate) public_base: Option<String>,
    /// Third parties that do steps.
    pub(crate) hooks: Vec<HookSettings>,
    /// How many may follow operations.
    pub(crate) following: FollowLimits,
    /// Names by which a development server is reached.
    pub(crate) allowed_hosts: Vec<String>,
}

impl NodeSettings {
    /// Of a server in development mode that one command starts for itself, whose own addresses begin with `base`.
    pub(crate) fn of_a_private_server(base: &str) -> Self {
        Self {
            dev: true,
            compat: Dialect::Documented,
            production_pipeline: false,
            adopt: false,
            identity: None,
            operator_token: None,
            quotas: QuotaSettings::default(),
            mail: None,
            retention: Some(signoff_engine::RETENTION),
            public_base: Some(base.to_owned()),
            hooks: Vec::new(),
            following: FollowLimits::default(),
            allowed_hosts: Vec::new(),
        }
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeError {
    #[error("store: {0}; --store sqlite:PATH names another file")]
    Open(StoreError),
    #[error("store: {0}")]
    Database(#[from] OpenError),
    #[error("store: {0}")]
    Store(#[from] StoreError),
    #[error(
        "store: {store} was used in development mode: {trace}; production starts on a new store: name one with --store, or \
         move this one away. To go on with this one, serve it with --dev"
    )]
    Development {
        /// Its address.
        store: String,
        /// What tells.
        trace: &'static str,
    },
    #[error("{0}")]
    Identity(#[from] ExternalIssuerError),
    #[error("{0}")]
    Hook(#[from] BadHook),
    #[error("hooks: {0}")]
    HookTransport(String),
    #[error("{0}")]
    Setting(#[from] BadSetting),
    #[error("mail: {0}")]
    Mail(#[from] SettingsError),
}

/// A server, at work but not yet listening.
pub(crate) struct Node {
    pub(crate) server: Server,
    engine: Engine,
    stop: watch::Sender<bool>,
    workers: JoinSet<()>,
}

impl Node {
    /// Opens the store and starts the workers.
    pub(crate) async fn start(store: &StoreSettings, settings: NodeSettings) -> Result<Self, NodeError> {
        let hooks = hooks(&settings)?;
        let address = store;
        let store = open(address).await?;
        take_up(store.as_ref(), address, settings.dev).await?;
        let mut engine_settings = if settings.dev { Settings::development() } else { Settings::production() };
        if settings.production_pipeline {
            engine_settings.pipeline = PipelineKind::Production;
        }
        engine_settings.deliver_mail = settings.mail.is_some();
        engine_settings.retention = settings.retention;
        engine_settings.follow = settings.following;
        let transport = settings.mail.as_ref().map(Transport::new).transpose()?;
        let engine = Engine::with(store.clone(), engine_settings, EngineClock::default(), hooks);
        let clock = seconds(&engine);
        let issuer = own_issuer(&engine, &settings, clock.clone());
        let external = settings.identity.map(external).transpose()?;
        let verifier = Verifier::new(issuer.clone(), external, vec![DEFAULT_AUDIENCE.to_owned()], clock)?;
        let app = AppSettings {
            dev: settings.dev,
            adopt: settings.adopt,
            operator_token: settings.operator_token,
            retry_after: if settings.dev { 1 } else { 30 },
            quotas: settings.quotas,
        };
        let (dialect, allowed_hosts) = (settings.compat, settings.allowed_hosts);
        let server_settings = ServerSettings { dialect, app, allowed_hosts };
        let server = Server::new(engine.clone(), verifier, issuer.clone(), server_settings);
        server.recover().await?;
        if settings.dev {
            signoff_server::seed(&engine).await?;
        }
        if let Some(issuer) = issuer {
            issuer.warm_up();
        }
        let (stop, stopped) = watch::channel(false);
        let mut workers = JoinSet::new();
        if let Some(transport) = transport {
            let (clock, written) = (engine.clock().clone(), engine.mail_written());
            // Another node may die with a letter that it wrote.
            let look_every = store.is_shared().then_some(engine.settings().lease_for);
            let delivery = DeliverySettings { look_every, ..DeliverySettings::default() };
            let deliverer = Deliverer::new(store, clock, Arc::new(transport), delivery, written);
            workers.spawn(deliverer.run(stop_of(&stopped), engine.giving_back()));
        }
        let (forgetful, until) = (engine.clone(), stopped.clone());
        workers.spawn(async move { forgetful.forget_with_time(until).await });
        let runner = engine.clone();
        workers.spawn(async move { runner.run(stopped).await });
        Ok(Self { server, engine, stop, workers })
    }

    /// Puts the state of a snapshot in the place of the present one.
    pub(crate) async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        self.server.restore(file).await
    }

    /// What the server answers.
    pub(crate) fn routes(&self) -> Routes {
        self.server.routes()
    }

    /// Says that the server goes away, and takes no more work.
    pub(crate) fn drain(&self) {
        self.server.app().drain();
        self.stop.send_replace(true);
    }

    /// Stops the workers. They have until `patience` is ready to finish what they began, then they give it back.
    pub(crate) async fn stop(mut self, patience: impl Future<Output = ()>) {
        self.drain();
        tokio::select! {
            biased;
            () = ended(&mut self.workers) => return,
            () = patience => self.engine.release_work(),
        }
        ended(&mut self.workers).await;
    }
}

async fn ended(workers: &mut JoinSet<()>) {
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a worker ended badly");
        }
    }
}

/// Opens the store and brings its schema up to date.
async fn open(settings: &StoreSettings) -> Result<Arc<dyn Store>, NodeError> {
    Ok(match &settings.address {
        StoreAddress::Sqlite(file) => Arc::new(SqliteStore::open(file).map_err(NodeError::Open)?),
        StoreAddress::Postgres(address) => Arc::new(PostgresStore::open(&settings.postgres(address)).await?),
    })
}

/// Keeps production off a store that development mode used: what is in it is known to everybody. Development mode may take
/// any store, and says what that means.
async fn take_up(store: &dyn Store, settings: &StoreSettings, dev: bool) -> Result<(), NodeError> {
    let trace = signoff_server::trace_of_development(store).await?;
    match trace {
        Some(trace) if !dev => Err(NodeError::Development { store: settings.address.to_string(), trace }),
        None if dev && store.publisher_after(None).await?.is_some() => {
            tracing::warn!(
                "{} held the state of a production server; from now on it belongs to the development mode, and production \
                 refuses it",
                settings.address
            );
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The third parties that do steps.
fn hooks(settings: &NodeSettings) -> Result<Hooks, NodeError> {
    if settings.hooks.is_empty() {
        return Ok(Hooks::none());
    }
    let transport = Arc::new(HttpTransport::new().map_err(NodeError::HookTransport)?);
    let base = settings.public_base.as_deref().unwrap_or_default();
    Ok(Hooks::new(settings.hooks.clone(), transport, base)?)
}

/// The server's own token endpoint: in development, and wherever no other issuer is trusted.
fn own_issuer(engine: &Engine, settings: &NodeSettings, clock: Clock) -> Option<Arc<Issuer>> {
    if settings.identity.is_some() && !settings.dev {
        return None;
    }
    let policy = if settings.adopt { ClientPolicy::CreateOnFirstUse } else { ClientPolicy::Strict };
    let settings = IssuerSettings {
        policy,
        seeded: if settings.dev { Seeded::Count } else { Seeded::Unknown },
        public_base: settings.public_base.clone(),
        ..IssuerSettings::default()
    };
    let store = engine.store();
    Some(Arc::new(Issuer::new(store.clone(), store.clone(), clock, settings)))
}

/// The issuer that the settings name.
pub(crate) fn external(identity: IdentityFile) -> Result<ExternalIssuer, BadSetting> {
    let most_age = identity.most_age()?;
    let IdentityFile { issuer, audience, keys_url, .. } = identity;
    Ok(ExternalIssuer { issuer, audience, keys_url, most_age })
}

/// Real time in seconds: tokens do not follow test clocks.
fn seconds(engine: &Engine) -> Clock {
    let clock = engine.clock().clone();
    Arc::new(move || clock.real().0 / 1_000_000)
}

/// Ready when the server is told to stop.
pub(crate) fn stop_of(stopped: &watch::Receiver<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stopped = stopped.clone();
    async move {
        // An error means that the sender is gone, which is a stop as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}
