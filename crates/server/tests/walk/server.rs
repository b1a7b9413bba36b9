//! A server of the test's own on loopback: it stops by itself and can start again on the same store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use signoff_engine::clock::Clock as EngineClock;
use signoff_engine::{Engine, FollowLimits, Settings};
use signoff_lifecycle::ids::OfferKey;
use signoff_server::identity::{Clock, DEFAULT_AUDIENCE, Issuer, IssuerSettings, Seeded, Verifier};
use signoff_server::{
    AppSettings, OperatorToken, QuotaSettings, Routes, ServeSettings, Server, ServerSettings, TENANT, front,
    seed, serve_plain,
};
use signoff_store::Store;
use signoff_store::testing::{FaultyStore, Plan};
use signoff_store_postgres::testing::database;
use signoff_store_postgres::{PostgresSettings, PostgresStore};
use signoff_store_sqlite::SqliteStore;
use signoff_webhook::{HookSettings, Hooks, HttpTransport};
use signoff_wire::Dialect;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::call::{Call, Client};
use crate::reply::Reply;

/// How often a state that must come is looked for, 5 ms apart.
const LOOKS: usize = 4000;

/// What the operator proves himself with.
const OPERATOR: &str = "the-operator-of-the-tests";

pub(crate) struct TestServer {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    /// Between the server and its file; without faults unless a test plans some.
    pub(crate) faults: FaultyStore,
    pub(crate) engine: Engine,
    pub(crate) routes: Routes,
    settings: ServerSettings,
    place: Place,
    /// Seconds that the clock of tokens is ahead.
    ahead: Arc<AtomicI64>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    hooks: Vec<HookSettings>,
}

fn settings(dialect: Dialect, dev: bool, operator_token: Option<OperatorToken>) -> ServerSettings {
    let quotas = QuotaSettings::default();
    let app = AppSettings { dev, adopt: false, operator_token, retry_after: 1, quotas };
    ServerSettings { dialect, app, allowed_hosts: Vec::new() }
}

/// The bounds of a server.
#[derive(Default)]
struct Bounds {
    follow: FollowLimits,
    serve: ServeSettings,
}

/// Where a server keeps its state.
enum Place {
    /// In a file of its own.
    Folder(TempDir),
    /// In a database at this address, which others may use, too.
    Database(String),
}

impl Place {
    fn new() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Folder(folder) => Arc::new(SqliteStore::open(&folder.path().join("store.db")).unwrap()),
            Self::Database(address) => Arc::new(
                PostgresStore::open(&PostgresSettings::parse(address).unwrap().connections(6)).await.unwrap(),
            ),
        }
    }
}

impl TestServer {
    /// Three nodes on one empty database, which start at the same time.
    pub(crate) async fn three(dev: bool) -> [Self; 3] {
        let address = database().await.unwrap();
        let node = async || {
            let operator_token = Some(OperatorToken::new(OPERATOR));
            let dialect = Dialect::Documented;
            let settings = settings(dialect, dev, operator_token);
            let place = Place::Database(address.clone());
            Self::on(place, settings, Arc::default(), Bounds::default(), Vec::new()).await
        };
        let nodes = [0, 1, 2].map(|_| Box::pin(node()));
        let nodes = futures_util::future::join_all(nodes).await;
        nodes.try_into().unwrap_or_else(|_| panic!("three were started"))
    }

    /// A development server in the documented dialect, freshly seeded.
    pub(crate) async fn start() -> Self {
        Self::with(Dialect::Documented, true).await
    }

    /// The same in the observed dialect.
    pub(crate) async fn observed() -> Self {
        Self::with(Dialect::Observed, true).await
    }

    /// A server without the powers of the development mode; it has no principals yet.
    pub(crate) async fn production() -> Self {
        Self::with(Dialect::Documented, false).await
    }

    async fn with(dialect: Dialect, dev: bool) -> Self {
        Self::with_quotas(dialect, dev, QuotaSettings::default()).await
    }

    /// A server on which callers may do so much.
    pub(crate) async fn with_quotas(dialect: Dialect, dev: bool, quotas: QuotaSettings) -> Self {
        let operator_token = Some(OperatorToken::new(OPERATOR));
        let mut settings = settings(dialect, dev, operator_token);
        settings.app.quotas = quotas;
        Self::on(Place::new(), settings, Arc::default(), Bounds::default(), Vec::new()).await
    }

    /// A development server some of whose steps are a third party's.
    pub(crate) async fn with_hook(hook: HookSettings) -> Self {
        let dialect = Dialect::Documented;
        let settings = settings(dialect, true, None);
        Self::on(Place::new(), settings, Arc::default(), Bounds::default(), vec![hook]).await
    }

    /// A development server on which only so many may follow operations.
    pub(crate) async fn with_limits(limits: FollowLimits) -> Self {
        let dialect = Dialect::Documented;
        let settings = settings(dialect, true, None);
        Self::on(
            Place::new(),
            settings,
            Arc::default(),
            Bounds { follow: limits, ..Bounds::default() },
            Vec::new(),
        )
        .await
    }

    /// A development server with these bounds on connections.
    pub(crate) async fn serving(serve: ServeSettings) -> Self {
        let settings = settings(Dialect::Documented, true, Some(OperatorToken::new(OPERATOR)));
        Self::on(Place::new(), settings, Arc::default(), Bounds { serve, ..Bounds::default() }, Vec::new())
            .await
    }

    async fn on(
        place: Place,
        settings: ServerSettings,
        ahead: Arc<AtomicI64>,
        bounds: Bounds,
        hooks: Vec<HookSettings>,
    ) -> Self {
        // Only the first server of the process has to say so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let faults = FaultyStore::new(place.open().await, Plan::none());
        let store: Arc<dyn Store> = Arc::new(faults.clone());
        let engine_settings = if settings.app.dev { Settings::development() } else { Settings::production() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Hooks::new(hooks.clone(), Arc::new(HttpTransport::new().unwrap()), &base).unwrap();
        let engine_settings = Settings { follow: bounds.follow, ..engine_settings };
        let engine = Engine::with(store.clone(), engine_settings, EngineClock::default(), asked);
        let clock: Clock = {
            let (clock, ahead) = (engine.clock().clone(), ahead.clone());
            Arc::new(move || clock.real().0 / 1_000_000 + ahead.load(Ordering::SeqCst))
        };
        let issuing = IssuerSettings { seeded: Seeded::Count, ..IssuerSettings::default() };
        let issuer = Arc::new(Issuer::new(store.clone(), store, clock.clone(), issuing));
        let verifier =
            Verifier::new(Some(issuer.clone()), None, vec![DEFAULT_AUDIENCE.to_owned()], clock).unwrap();
        let server = Server::new(engine.clone(), verifier, Some(issuer), settings.clone());
        server.recover().await.unwrap();
        if settings.app.dev {
            seed(&engine).await.unwrap();
        }
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let worker = engine.clone();
        let mut serving = stopped.clone();
        tasks.spawn(async move { worker.run(stopped).await });
        let routes = server.routes();
        let front = front(bounds.serve);
        front.open(routes.router.clone());
        tasks.spawn(serve_plain(listener, front, async move {
            let _ = serving.wait_for(|stopped| *stopped).await;
        }));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { base, http, faults, engine, routes, settings, place, ahead, stop, tasks, hooks }
    }

    /// The real time, in microseconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        self.engine.clock().real().0
    }

    pub(crate) fn is_observed(&self) -> bool {
        self.settings.dialect == Dialect::Observed
    }

    /// Stops the server and starts another on what it left in its store.
    pub(crate) async fn restart(self) -> Self {
        let Self { place, settings, ahead, stop, mut tasks, faults, engine, routes, http, hooks, .. } = self;
        drop((faults, engine, routes, http));
        stop.send_replace(true);
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        Self::on(place, settings, ahead, Bounds::default(), hooks).await
    }

    /// Lets an hour and a minute pass for tokens: those issued before are over.
    pub(crate) fn let_tokens_expire(&self) {
        self.ahead.fetch_add(3660, Ordering::SeqCst);
    }

    pub(crate) async fn owner(&self) -> Client {
        self.client("contoso", "contoso-owner", "contoso-secret").await
    }

    pub(crate) async fn reader(&self) -> Client {
        self.client("contoso", "contoso-reader", "contoso-secret").await
    }

    /// The owner of the publisher whose offers are not migrated.
    pub(crate) async fn fabrikam(&self) -> Client {
        self.client("fabrikam", "fabrikam-owner", "fabrikam-secret").await
    }

    /// A new member of contoso, in this role.
    pub(crate) async fn member(&self, role: &str) -> Client {
        let (name, owner) = (format!("contoso-{role}-too"), self.owner().await);
        let principal = format!("/api/principals/{TENANT}/{name}");
        owner.put(&principal, &json!({ "secret": "a-long-enough-secret" })).await.succeeded();
        let member = format!("/api/publishers/contoso/members/{TENANT}/{name}");
        owner.put(&member, &json!({ "role": role })).await.expect(200);
        self.client("contoso", &name, "a-long-enough-secret").await
    }

    /// The operator of the server, who works for contoso here.
    pub(crate) fn operator(&self) -> Client {
        self.bearing(OPERATOR)
    }

    /// Somebody who sends no token.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(self, "contoso", None)
    }

    pub(crate) fn bearing(&self, token: &str) -> Client {
        Client::new(self, "contoso", Some(token.to_owned()))
    }

    async fn client(&self, publisher: &str, id: &str, secret: &str) -> Client {
        let token = self.token(id, secret, DEFAULT_AUDIENCE).await;
        Client::new(self, publisher, Some(token))
    }

    pub(crate) async fn token(&self, id: &str, secret: &str, resource: &str) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
            ("resource", resource),
        ];
        let address = format!("{}/{TENANT}/oauth2/token", self.base);
        let reply = self.http.post(address).form(&form).send().await.unwrap();
        let body: Value = reply.json().await.unwrap();
        body["access_token"].as_str().unwrap_or_else(|| panic!("no token for {id}: {body}")).to_owned()
    }

    /// A call below `/_signoff`, which needs no token.
    pub(crate) fn dev(&self, method: &str, path: &str) -> Call {
        self.nobody().call(method, &format!("/_signoff{path}"))
    }

    pub(crate) async fn scenario(&self, offer: &str, steps: Value) -> Reply {
        let path = if offer.contains('/') { offer.to_owned() } else { format!("contoso/{offer}") };
        self.dev("PUT", &format!("/scenarios/{path}")).json(&json!({ "steps": steps })).await
    }

    pub(crate) async fn release(&self, offer: &str, step: &str) -> Reply {
        let path = if offer.contains('/') { offer.to_owned() } else { format!("contoso/{offer}") };
        self.dev("POST", &format!("/scenarios/{path}/release")).json(&json!({ "step": step })).await
    }

    pub(crate) async fn advance(&self, publisher: &str, by: &str) -> Reply {
        self.dev("POST", &format!("/clock/{publisher}/advance")).json(&json!({ "by": by })).await
    }

    pub(crate) async fn mailbox(&self) -> Vec<Value> {
        let letters = self.dev("GET", "/mailbox").await.expect(200).json();
        letters.as_array().unwrap().clone()
    }

    /// The whole state as one file.
    pub(crate) async fn snapshot(&self) -> Vec<u8> {
        let reply = self.http.get(format!("{}/_signoff/snapshot", self.base)).send().await.unwrap();
        reply.error_for_status().unwrap().bytes().await.unwrap().to_vec()
    }

    pub(crate) async fn restore(&self, snapshot: &[u8]) -> Reply {
        self.dev("PUT", "/snapshot").bytes(snapshot.to_vec()).await
    }

    /// The GUID under which an offer is known besides its slug.
    pub(crate) async fn guid_of(&self, publisher: &str, offer: &str) -> String {
        let loaded = self.engine.store().load(&OfferKey::new(publisher, offer)).await.unwrap().unwrap();
        loaded.aggregate.offer.guid.to_string()
    }
}

impl TestServer {
    /// Waits until so many follow operations.
    pub(crate) async fn followed_by(&self, count: usize) {
        for _ in 0..LOOKS {
            if self.engine.followers() == count {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{} follow operations, not {count}", self.engine.followers());
    }
}

impl TestServer {
    /// Waits until the scenario holds contoso's offer: nothing moves any more, until its step is released.
    pub(crate) async fn holds(&self, offer: &str) {
        for _ in 0..LOOKS {
            let state =
                self.engine.store().load(&OfferKey::new("contoso", offer)).await.unwrap().unwrap().aggregate;
            let outstanding = state.target().and_then(|target| target.head.outstanding);
            if outstanding.is_some_and(|outstanding| outstanding.held) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{offer} is not held");
    }
}

/// Waits for a state that must come: asks again until `wanted` holds of the reply.
pub(crate) async fn eventually(
    what: &str,
    ask: impl AsyncFn() -> Reply,
    wanted: impl Fn(&Value) -> bool,
) -> Reply {
    let mut last = None;
    for _ in 0..LOOKS {
        let reply = ask().await.expect(200);
        if wanted(&reply.json()) {
            return reply;
        }
        last = Some(reply);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{what} did not come; at last: {}", last.map(|reply| reply.text).unwrap_or_default());
}
