//! `/_signoff/*`: what a development server can do besides. Nothing of it is there otherwise.
//!
//! It has no shapes of its own for refusals: a door renders them.

mod browser_guard;
mod clock;
mod faults;
mod mailbox;
mod scenarios;
mod seed;
mod snapshot_check;
mod state;
mod used_in_dev;

pub use faults::{LONGEST_LATENCY, MOST as FAULT_RULES};
pub use seed::{SAMPLE_OFFER, TENANT, seed};
pub use state::LARGEST_SNAPSHOT;
pub use used_in_dev::trace_of_development;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use futures_util::future::BoxFuture;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use signoff_engine::Engine;
use signoff_front::app::App;
use signoff_front::middleware::{Interceptor, Proceed};
use signoff_front::problem::Problem;
use signoff_front::reply;
use signoff_store::StoreError;
use signoff_wire::json;
use signoff_wire::json::LARGEST_BODY;

use self::faults::Faults;
use self::snapshot_check::refuse_unsound;

/// The development mode of a server. Cheap to clone.
#[derive(Clone)]
pub struct Dev {
    app: App,
    /// Names by which the server is reached, besides those of its own machine.
    allowed_hosts: Arc<[String]>,
    faults: Arc<Faults>,
    /// How many worlds the engine had seen when nothing of an older one was kept here.
    worlds: Arc<AtomicU64>,
}

impl Dev {
    /// That of the server which these doors share.
    pub fn new(app: App, allowed_hosts: Vec<String>) -> Self {
        let allowed_hosts = allowed_hosts.into();
        Self { app, allowed_hosts, faults: Arc::default(), worlds: Arc::default() }
    }

    fn engine(&self) -> &Engine {
        self.app.engine()
    }

    /// Takes up what the store keeps of the development mode.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recover(&self) -> Result<(), StoreError> {
        self.app.recover().await?;
        self.faults.load(self.engine().store().as_ref()).await
    }

    /// Puts the state of a snapshot in the place of the present one.
    ///
    /// # Errors
    /// If the file is no snapshot of this server, is damaged or holds what breaks a rule, or the store fails; the
    /// present state then stays.
    pub async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        refuse_unsound(file).await?;
        self.engine().restore(file).await?;
        self.recover().await
    }

    /// Takes up the state of the development mode as other nodes left it, where there are any.
    async fn refresh(&self) -> Result<(), StoreError> {
        let store = self.engine().store();
        if !store.is_shared() {
            return Ok(());
        }
        self.engine().refresh().await?;
        let worlds = self.engine().state_epoch();
        if self.worlds.swap(worlds, Ordering::SeqCst) != worlds {
            self.app.state_replaced();
        }
        self.faults.load(store.as_ref()).await
    }

    /// The routes of the development mode. They need no token.
    pub fn routes(&self) -> Router<App> {
        let routes = Router::new()
            .route("/_signoff/scenarios/{publisher}/{offer}", put(scenarios::put).get(scenarios::get))
            .route("/_signoff/scenarios/{publisher}/{offer}/release", post(scenarios::release))
            .route("/_signoff/clock/{publisher}", get(clock::get))
            .route("/_signoff/clock/{publisher}/advance", post(clock::advance))
            .route(
                "/_signoff/faults",
                get(faults::list).post(faults::add).put(faults::replace).delete(faults::clear),
            )
            .route("/_signoff/faults/{id}", delete(faults::remove))
            .route("/_signoff/mailbox", get(mailbox::list))
            .route("/_signoff/reset", post(state::reset))
            .route("/_signoff/snapshot", get(state::snapshot).put(state::restore).post(state::restore));
        routes.with_state(self.clone())
    }
}

/// Pages of strangers are kept out, the state is that which other nodes left, and requests go wrong as the rules say.
impl Interceptor for Dev {
    fn lets_pass(&self, request: &Request) -> bool {
        let is_alone = !self.engine().store().is_shared();
        is_alone && !self.faults.any() && browser_guard::check(request, &self.allowed_hosts).is_ok()
    }

    fn answer(&self, request: Request, proceed: Proceed) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            if let Err(refused) = browser_guard::check(&request, &self.allowed_hosts) {
                return refused.into_response();
            }
            match self.refresh().await {
                Ok(()) => faults::apply(self, request, proceed).await,
                Err(error) => Problem::from(error).into_response(),
            }
        })
    }
}

/// Reads JSON of this shape. [`browser_guard::check`] has checked the headers, with the content type.
async fn body<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    json::from_body(&reply::read(&HeaderMap::new(), body, LARGEST_BODY).await?).map_err(reply::invalid_json)
}
