//! The portal's door: the publishing API below `/api/`.
//!
//! To add an endpoint, write its file under `api/`, route it here, and give it a row in the access test.

mod api;
mod error;
pub mod openapi;
mod query;
mod refusal;
pub mod tally;
mod view;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post, put};
use http::request::Parts;
use http::{Method, StatusCode};
use signoff_wire::Dialect;

use signoff_front::app::App;
use signoff_front::door::{Door, Refusal, Refused};
use signoff_front::reply;

use crate::error::ApiError;
use crate::query::check_api_version;
use signoff_front::problem::Problem;

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

/// The calls that may come again.
const REPEATABLE: [(Method, &str); 5] = [
    (Method::PUT, "/api/publishers/{publisher}/offers/{offer}"),
    (Method::POST, "/api/publishers/{publisher}/offers/{offer}/publish"),
    (Method::POST, "/api/publishers/{publisher}/offers/{offer}/golive"),
    (Method::POST, "/api/publishers/{publisher}/offers/{offer}/cancel"),
    (Method::POST, "/api/publishers/{publisher}/offers/{offer}/kill"),
];

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
        REPEATABLE.iter().any(|(of_call, call)| method == of_call && route == *call)
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
    use api::{
        audit, callback, cancel, cancel_many, golive, kill, me, members, offer_get, offer_list, offer_put,
        offer_status, offer_types, operation_events, operation_get, operation_list, principals, publish,
        publisher_put, publishers, review,
    };
    Router::new()
        .route("/api/me", get(me::handle))
        .route("/api/audit", get(audit::of_the_server))
        .route("/api/publishers", get(publishers::list))
        .route("/api/publishers/{publisher}", get(publishers::one).put(publisher_put::handle))
        .route("/api/publishers/{publisher}/audit", get(audit::list))
        .route("/api/publishers/{publisher}/cancel", post(cancel_many::handle))
        .route("/api/publishers/{publisher}/members", get(members::list))
        .route(
            "/api/publishers/{publisher}/members/{tenant}/{client}",
            put(members::put).delete(members::delete),
        )
        .route("/api/principals/{tenant}/{client}", put(principals::put))
        .route("/api/offerTypes", get(offer_types::handle))
        .route("/api/offerTypes/{offer_type}", get(offer_types::one))
        .route("/api/publishers/{publisher}/offers", get(offer_list::handle))
        .route("/api/publishers/{publisher}/offers/{offer}", get(offer_get::draft).put(offer_put::handle))
        .route("/api/publishers/{publisher}/offers/{offer}/versions/{version}", get(offer_get::version))
        .route("/api/publishers/{publisher}/offers/{offer}/slot/{slot}", get(offer_get::slot))
        .route("/api/publishers/{publisher}/offers/{offer}/status", get(offer_status::handle))
        .route("/api/publishers/{publisher}/offers/{offer}/publish", post(publish::handle))
        .route("/api/publishers/{publisher}/offers/{offer}/golive", post(golive::handle))
        .route("/api/publishers/{publisher}/offers/{offer}/cancel", post(cancel::handle))
        .route("/api/publishers/{publisher}/offers/{offer}/kill", post(kill::handle))
        .route("/api/publishers/{publisher}/offers/{offer}/submissions", get(operation_list::handle))
        .route(
            "/api/publishers/{publisher}/offers/{offer}/submissions/operations/{operation}",
            get(operation_get::by_id),
        )
        .route("/api/publishers/{publisher}/offers/{offer}/operations/{operation}", get(operation_get::by_id))
        .route(
            "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/approve",
            post(review::approve),
        )
        .route(
            "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/reject",
            post(review::reject),
        )
        .route(
            "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/callback",
            post(callback::handle),
        )
        .route("/api/operations/{address}", get(operation_get::by_number))
        .route(
            "/api/publishers/{publisher}/offers/{offer}/submissions/operations/{operation}/events",
            get(operation_events::by_id),
        )
        .route(
            "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/events",
            get(operation_events::by_id),
        )
        .route("/api/operations/{address}/events", get(operation_events::by_number))
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
