//! What surrounds the routes of every door: what answers where none does, and what every reply has.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use signoff_text::{ErrorText, Lang};
use tower::{Layer, Service, ServiceExt as _};

use crate::app::App;
use crate::context::authenticate;
use crate::door::{Reader, Refused};
use crate::problem::{Kind, Problem};
use crate::request_log::{Call, End, Injected, Line};
use crate::serve::{REQUEST_ID, Routes, harden};
use crate::{ops, repeat, token_hosts};

/// The routes of the doors together with those of the front: health, numbers and the token hosts, and what answers
/// where no route does.
pub fn with_own_routes(app: &App, doors: Router<App>) -> Router {
    let routes = doors.merge(ops::routes());
    let routes =
        routes.fallback(nothing_here).method_not_allowed_fallback(not_that_way).with_state(app.clone());
    match app.issuer() {
        Some(issuer) => {
            let failed_sign_ins = app.settings().quotas.failed_sign_ins;
            routes.merge(token_hosts::login_router(issuer.clone(), failed_sign_ins))
        }
        None => routes,
    }
}

/// Everything that a server answers, ready to be served on any number of listeners. `interceptor` stands before all routes.
pub fn surround(app: App, inner: Router, interceptor: Option<Arc<dyn Interceptor>>) -> Routes {
    let doors = app.doors().clone();
    Routes { router: inner.layer(Surround { app, interceptor }), doors }
}

/// What stands before all routes and may answer in their place.
pub trait Interceptor: Send + Sync {
    /// Whether the request goes its way as if nothing stood there. It is asked for each request, so it must be quick.
    fn lets_pass(&self, request: &Request) -> bool;

    /// Answers a request that it does not let pass; `proceed` is the way to its route.
    fn answer(&self, request: Request, proceed: Proceed) -> BoxFuture<'_, Response>;
}

/// The way of a request to its route.
pub type Proceed = Box<dyn FnOnce(Request) -> BoxFuture<'static, Response> + Send>;

/// Puts everything that surrounds a route around it. It is one layer, for each takes memory for every request that waits.
#[derive(Clone)]
struct Surround {
    app: App,
    interceptor: Option<Arc<dyn Interceptor>>,
}

/// A route with everything around it.
#[derive(Clone)]
struct Surrounded<S> {
    around: Surround,
    route: S,
}

impl<S> Layer<S> for Surround {
    type Service = Surrounded<S>;

    fn layer(&self, route: S) -> Surrounded<S> {
        Surrounded { around: self.clone(), route }
    }
}

/// What leads to a route.
trait Leads:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Leads for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S: Leads> Service<Request> for Surrounded<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        self.route.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { around, route } = self.clone();
        Box::pin(async move { Ok(envelope(around, request, route).await) })
    }
}

async fn to_route(route: impl Leads, request: Request) -> Response {
    let Ok(response) = route.oneshot(request).await;
    response
}

/// A path that leads nowhere.
async fn nothing_here(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().chars().take(200).collect();
    unanswered(&app, &parts, Problem::new(Kind::NotFound, ErrorText::PathNotFound { path })).await
}

/// A path that does not take the method.
async fn not_that_way(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().chars().take(200).collect();
    let text = ErrorText::MethodNotAllowed { method: parts.method.to_string(), path };
    unanswered(&app, &parts, Problem::new(Kind::MethodNotAllowed, text)).await
}

/// Says so, at a door only to who is let in.
async fn unanswered(app: &App, request: &Parts, problem: Problem) -> Response {
    let path = request.uri.path();
    app.note_unknown(&request.method, path);
    if app.doors().at(path).is_none() {
        return problem.into_response();
    }
    let refused = authenticate(app, request).await.err();
    refused.unwrap_or(problem.into()).into_response()
}

/// What every reply has: a request id, and a refusal in the reader's language.
async fn envelope(around: Surround, mut request: Request, route: impl Leads) -> Response {
    let Surround { app, interceptor } = around;
    let call = Call::new(app.engine().clock().new_id().to_string());
    let line = Line::of(&app, call.clone(), &request);
    let accept_language = request.headers().get(header::ACCEPT_LANGUAGE).cloned();
    let closes = app.is_draining();
    let (method, repeat) = (request.method().clone(), repeat::Wanted::by(&request, app.doors()));
    request.extensions_mut().insert(call.clone());
    let mut response = match interceptor.filter(|interceptor| !interceptor.lets_pass(&request)) {
        Some(interceptor) => {
            let proceed: Proceed = Box::new(|request| Box::pin(to_route(route, request)));
            interceptor.answer(request, proceed).await
        }
        None => to_route(route, request).await,
    };
    let mut end = End { injected: response.extensions_mut().remove::<Injected>(), ..End::default() };
    let mut repeatability = repeat.result(None);
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        let error = app.doors().shape(line.uri().path(), refused);
        repeatability = repeat.result(Some(error.as_ref()));
        end.code = Some(error.code());
        let request_id = call.id();
        if error.status() == StatusCode::INTERNAL_SERVER_ERROR && end.injected.is_none() {
            tracing::error!(request_id, ?error, "a call failed inside the server");
        }
        let lang = Lang::negotiate(accept_language.as_ref().and_then(|value| value.to_str().ok()));
        let retry_after = app.settings().retry_after;
        response = error.reply(&Reader { lang, request_id, retry_after }).map(Body::from);
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
