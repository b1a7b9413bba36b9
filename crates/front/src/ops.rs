//! What operators ask: is it alive, is it ready, what are its numbers.

use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use metrics::Counter;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use signoff_store::{StoreError, availability};
use signoff_text::ErrorText;

use crate::app::App;
use crate::door::Doors;
use crate::problem::{Kind, Problem};
use crate::reply;
use crate::serve::early_reply;

/// The routes that need no token in any mode.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/_signoff/healthz", get(alive))
        .route("/_signoff/readyz", get(ready))
        .route("/_signoff/metrics", get(numbers))
}

async fn alive() -> Response {
    reply::json(StatusCode::OK, &serde_json::json!({ "status": "alive" }))
}

/// How long the store may take to show that it answers.
const STORE_PATIENCE: Duration = Duration::from_secs(2);

/// Ready when the store answers and takes changes, and nobody told the server to stop.
async fn ready(State(app): State<App>) -> Response {
    if app.is_draining() {
        return unready("draining");
    }
    let store = app.engine().store();
    let answers = async {
        store.publisher("").await?;
        store.writable().await
    };
    match tokio::time::timeout(STORE_PATIENCE, answers).await {
        Ok(Ok(())) => reply::json(StatusCode::OK, &serde_json::json!({ "status": "ready" })),
        Ok(Err(error)) => {
            availability::failed(&error);
            unready("the store does not answer")
        }
        Err(_) => {
            let why = format!("no answer within {STORE_PATIENCE:?}");
            availability::failed(&StoreError::Unavailable(why));
            unready("the store does not answer")
        }
    }
}

fn unready(status: &str) -> Response {
    reply::json(StatusCode::SERVICE_UNAVAILABLE, &serde_json::json!({ "status": status }))
}

/// What a server answers before it can answer anything else: it is alive, and not ready.
pub(crate) fn starting(doors: Doors) -> Router {
    Router::new()
        .route("/_signoff/healthz", get(alive))
        .route(
            "/_signoff/readyz",
            get(async || {
                let mut response = unready("starting");
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }),
        )
        .fallback(async move |uri: Uri, headers: HeaderMap| {
            let problem = Problem::new(Kind::Unavailable, ErrorText::Starting);
            early_reply(&doors, problem, uri.path(), &headers)
        })
}

/// The recorder of this process; the first server starts it.
static RECORDER: LazyLock<Option<PrometheusHandle>> =
    LazyLock::new(|| PrometheusBuilder::new().install_recorder().ok());

async fn numbers(State(app): State<App>) -> Response {
    let Some(recorder) = RECORDER.as_ref() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Some(connections) = app.engine().store().connections() {
        let counts = [
            ("most", connections.most),
            ("open", connections.open),
            ("in use", connections.in_use),
            ("waited for", connections.waiting),
        ];
        for (state, count) in counts {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            metrics::gauge!("signoff_store_connections", "state" => state).set(count);
        }
    }
    let mut response = recorder.render().into_response();
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

const METHODS: [&str; 4] = ["GET", "POST", "PUT", "other"];
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// One counter for each method and class of status: looking one up costs more than counting.
static REPLIES: LazyLock<[[Counter; CLASSES.len()]; METHODS.len()]> = LazyLock::new(|| {
    METHODS.map(|method| {
        CLASSES.map(
            |status| metrics::counter!("signoff_http_replies_total", "method" => method, "status" => status),
        )
    })
});

/// Counts a reply.
pub(crate) fn count(method: &Method, status: StatusCode) {
    if RECORDER.is_none() {
        return;
    }
    let class = match status.as_u16() / 100 {
        2 => 0,
        3 => 1,
        4 => 2,
        _ => 3,
    };
    let method = match *method {
        Method::GET => 0,
        Method::POST => 1,
        Method::PUT => 2,
        _ => 3,
    };
    REPLIES[method][class].increment(1);
}
