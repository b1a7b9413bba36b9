//! The portal's door: the publishing API below `/api/`.
//!
//! To add an endpoint, see [`ENDPOINTS`].

mod api;
pub mod call_report;
pub mod endpoint;
mod error;
pub mod openapi;
mod query;
mod refusal;
mod view;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::request::Parts;
use http::{Method, StatusCode};
use signoff_front::app::App;
use signoff_front::door::{Door, Refusal, Refused};
use signoff_front::problem::Problem;
use signoff_front::reply;
use signoff_wire::Dialect;

pub use crate::api::ENDPOINTS;
use crate::error::ApiError;
use crate::query::check_api_version;

/// What the handlers of the publishing API need: the front, and the dialect that they speak. Cheap to clone.
#[derive(Clone)]
pub struct Portal {
    app: App,
    dialect: Dialect,
}

impl Portal {
    /// The publishing API of this server.
    pub fn new(app: App, dialect: Dialect) -> Self {
        Self { app, dialect }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }
}

impl Deref for Portal {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl AsRef<App> for Portal {
    fn as_ref(&self) -> &App {
        &self.app
    }
}

/// How the portal refuses, and what it demands of requests.
#[derive(Clone, Copy, Debug)]
pub struct PortalDoor;

impl Door for PortalDoor {
    fn is_at(&self, path: &str) -> bool {
        path.starts_with("/api/")
    }

    fn admit(&self, request: &Parts) -> Result<(), Refused> {
        check_api_version(request.uri.query().unwrap_or_default())
            .map_err(|error| Refused::ByDoor(Arc::new(error)))
    }

    fn is_repeatable(&self, method: &Method, route: &str) -> bool {
        ENDPOINTS.iter().any(|endpoint| endpoint.is_repeatable && endpoint.is_called_by(method, route))
    }

    fn refuse(&self, problem: Problem) -> Arc<dyn Refusal> {
        Arc::new(ApiError::from(problem))
    }
}

/// The publishing API (contract, "Endpoints"), and its description.
pub fn routes(portal: Portal) -> Router<App> {
    publishing().route("/_signoff/openapi.json", get(description)).with_state(portal)
}

async fn description(State(portal): State<Portal>) -> Response {
    reply::bytes(StatusCode::OK, openapi::document(portal.dialect()).into())
}

/// The publishing API (contract, "Endpoints").
fn publishing() -> Router<Portal> {
    ENDPOINTS.iter().fold(Router::new(), |router, endpoint| router.route(endpoint.path, endpoint.handler()))
}

/// The bounds of the publishing API, for the table of limits.
pub mod bounds {
    use crate::api;

    /// Offer types that a publisher lists.
    pub const OFFER_TYPES: usize = api::publisher_put::MOST_TYPES;
    /// Characters of a publisher's name.
    pub const PUBLISHER_NAME: usize = api::publisher_put::LONGEST_NAME;
    /// Bytes of a client's secret.
    pub const SECRET: usize = api::principals::LONGEST_SECRET;
    /// Offers of one call that cancels many.
    pub const CANCEL_MANY: u64 = api::cancel_many::MOST;
    /// Entries in one page of the audit log.
    pub const AUDIT_PAGE: u64 = api::audit::MOST;
    /// Publishers in one page of the operator's list.
    pub const PUBLISHER_PAGE: u64 = api::publishers::MOST;
    /// Entries of a list in one reply.
    pub const LIST: u64 = api::page::LONGEST_LIST;
    /// Bytes of a third party's callback.
    pub const CALLBACK: usize = api::callback::LARGEST;
}
