//! Which path leads where, and what surrounds every call.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use signoff_text::{ErrorText, Lang};
use signoff_wire::ErrorCode;
use std::sync::Arc;
use tower_http::normalize_path::NormalizePath;

use crate::app::App;
use crate::call_log::{Call, End, Injected, Line};
use crate::context::authenticate;
use crate::error::ApiError;
use crate::serve::{REQUEST_ID, harden};
use crate::{api, identity, lab, ops, repeat};

/// Everything a server answers, ready to be served on any number of listeners.
pub type Routes = Router;

/// The server's routes.
pub fn router(app: App) -> Routes {
    let mut routes = Router::new().merge(publishing()).merge(ops::routes());
    if app.settings().dev {
        routes = routes.merge(lab::routes());
    }
    let mut inner =
        routes.fallback(nothing_here).method_not_allowed_fallback(not_that_way).with_state(app.clone());
    if let Some(issuer) = &app.inner.issuer {
        inner = inner.merge(identity::login_router(issuer.clone()));
    }
    if app.settings().dev {
        inner = inner.layer(middleware::from_fn_with_state(app.clone(), lab::faults::apply));
        inner = inner.layer(middleware::from_fn_with_state(app.clone(), lab::refresh));
        inner = inner.layer(middleware::from_fn_with_state(app.clone(), lab::guard));
    }
    let inner = inner.layer(middleware::from_fn_with_state(app, envelope));
    // A trailing slash means the same path.
    Router::new().fallback_service(NormalizePath::trim_trailing_slash(inner))
}

/// The publishing API (contract, "Endpoints").
fn publishing() -> Router<App> {
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

/// A path that leads nowhere.
async fn nothing_here(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().chars().take(200).collect();
    unanswered(&app, &parts, ApiError::new(ErrorCode::NotFound, ErrorText::PathNotFound { path })).await
}

/// A path that does not take the method.
async fn not_that_way(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().chars().take(200).collect();
    let text = ErrorText::MethodNotAllowed { method: parts.method.to_string(), path };
    unanswered(&app, &parts, ApiError::new(ErrorCode::MethodNotAllowed, text)).await
}

/// Says so, below `/api` only to who is let in.
async fn unanswered(app: &App, request: &Parts, error: ApiError) -> Response {
    let path = request.uri.path();
    app.note_unknown(&request.method, path);
    if !path.starts_with("/api/") {
        return error.into_response();
    }
    let refused = authenticate(app, request).await.err();
    refused.unwrap_or(error).into_response()
}

/// What every reply has: a request id, and an error in the reader's language.
async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let call = Call::new(app.engine().clock().new_id().to_string());
    let line = Line::of(&app, call.clone(), &request);
    let accept_language = request.headers().get(header::ACCEPT_LANGUAGE).cloned();
    let closes = app.is_draining();
    let (method, repeat) = (request.method().clone(), repeat::Wanted::by(&request));
    request.extensions_mut().insert(call.clone());
    let mut response = next.run(request).await;
    let mut end = End { injected: response.extensions_mut().remove::<Injected>(), ..End::default() };
    let mut repeatability = repeat.result(None);
    if let Some(mut error) = response.extensions_mut().remove::<Arc<ApiError>>() {
        repeatability = repeat.result(Some(&error));
        end.code = Some(error.code.as_str());
        if error.code == ErrorCode::InternalError {
            let request_id = call.id();
            Arc::make_mut(&mut error).text = ErrorText::Internal { request_id: request_id.to_owned() };
            if end.injected.is_none() {
                tracing::error!(request_id, ?error, "a call failed inside the server");
            }
        }
        let lang = Lang::negotiate(accept_language.as_ref().and_then(|value| value.to_str().ok()));
        response = error.finish(lang, app.settings().retry_after);
    }
    if let Some(result) = repeatability {
        response.headers_mut().insert(signoff_wire::repeatability::RESULT, result);
    }
    ops::count(&method, response.status());
    if let Ok(id) = HeaderValue::from_str(call.id()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    harden(response.headers_mut());
    if closes {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE
        && !response.headers().contains_key(header::RETRY_AFTER)
    {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(app.settings().retry_after));
    }
    line.end(End { status: response.status(), ..end });
    response
}
