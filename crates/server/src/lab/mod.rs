//! `/_signoff/*`: what a development server can do besides. Nothing of it is there otherwise.

pub(crate) mod clock;
pub(crate) mod faults;
mod guard;
pub(crate) mod mailbox;
pub(crate) mod scenarios;
mod sound;
pub(crate) mod state;

pub(crate) use faults::Faults;
pub(crate) use guard::guard;
pub(crate) use sound::refuse_unsound;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use signoff_wire::json;
use signoff_wire::json::LARGEST_BODY;

use crate::app::App;
use crate::error::ApiError;
use crate::reply;

/// The routes of the development mode. They need no token.
pub(crate) fn routes() -> Router<App> {
    Router::new()
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
        .route("/_signoff/snapshot", get(state::snapshot).put(state::restore).post(state::restore))
}

/// Lets every request find the development mode's state as the last one left it, at whichever node that was.
pub(crate) async fn refresh(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.refresh().await {
        Ok(()) => next.run(request).await,
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// Reads JSON; whatever it says it is, it must be JSON of this shape. What its headers must say is seen to by [`guard()`].
async fn body<T: DeserializeOwned>(body: Body) -> Result<T, ApiError> {
    json::from_body(&reply::read(&HeaderMap::new(), body, LARGEST_BODY).await?).map_err(reply::invalid_json)
}
