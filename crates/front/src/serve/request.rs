//! One request on a connection: from its head to the reply that goes out.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Request, Version, header};
use hyper::body::{Body as _, Incoming};
use signoff_text::ErrorText;
use tower::ServiceExt as _;
use tower_http::normalize_path::NormalizePath;

use super::connection::{Conn, Reserved};
use super::reply::Outgoing;
use super::{Front, address, early_reply, request_body};
use crate::cut_reply::{Cut, unless_cut};
use crate::problem::{Kind, Problem};
use crate::tls::Stop;
use crate::token_hosts::TokenIssued;

/// The paths that are answered even if the server is full.
const HEALTH: [&str; 2] = ["/_signoff/healthz", "/_signoff/readyz"];

/// The connection on which a request came, among the request's extensions.
#[derive(Clone)]
pub(crate) struct On(Arc<Conn>);

impl On {
    /// The request has shown a good token.
    pub(crate) fn good_token(&self) {
        self.0.good_token();
    }
}

/// Answers one request.
pub(super) async fn answer(
    front: Front,
    conn: Arc<Conn>,
    stop: Stop,
    request: Request<Incoming>,
) -> Result<http::Response<Outgoing>, Cut> {
    let (mut parts, body) = request.into_parts();
    conn.begins(!body.is_end_stream());
    let expects_continue = parts.headers.contains_key(header::EXPECT);
    let (body, rest) = if body.is_end_stream() {
        (Body::empty(), None)
    } else {
        let (lent, rest, time) = request_body::lend(body, front.settings().body, &conn, expects_continue);
        parts.extensions.insert(time);
        (Body::new(lent), Some(rest))
    };
    let refused = refusal(&front, &conn, &parts);
    let mut response = match refused {
        Some(problem) => early_reply::reply(front.doors(), problem, parts.uri.path(), &parts.headers),
        None => routed(&front, &conn, stop, parts, body).await,
    };
    if response.extensions().get::<TokenIssued>().is_some() {
        conn.good_token();
    }
    let goes_on = match rest {
        // One of the few places is soon needed again.
        Some(_) if conn.reserved().is_some() => false,
        Some(rest) => rest.read_to_the_end().await,
        None => true,
    };
    if !goes_on {
        conn.linger();
    }
    if !goes_on || conn.reserved().is_some() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    unless_cut(response).map(|response| response.map(|body| Outgoing::new(body, conn)))
}

async fn routed(front: &Front, conn: &Arc<Conn>, stop: Stop, mut parts: Parts, body: Body) -> Response {
    let client = address::client(front.settings(), conn.peer.ip(), &parts.headers);
    parts.extensions.insert(ConnectInfo(SocketAddr::new(client, conn.peer.port())));
    parts.extensions.insert(stop);
    parts.extensions.insert(On(conn.clone()));
    // A trailing slash means the same path.
    let routes = NormalizePath::trim_trailing_slash(front.present());
    match routes.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Why the request gets no further.
fn refusal(front: &Front, conn: &Arc<Conn>, request: &Parts) -> Option<Problem> {
    if !HEALTH.contains(&request.uri.path()) {
        match front.places().promote(conn) {
            None => {}
            Some(Reserved::Address) => {
                let text = ErrorText::TooManyConnections { limit: front.settings().strangers };
                return Some(Problem::new(Kind::TooMany, text));
            }
            Some(Reserved::Server) => {
                return Some(Problem::new(Kind::Unavailable, ErrorText::Unavailable));
            }
        }
    }
    (!has_one_host(request)).then(|| Problem::new(Kind::InvalidHeader, ErrorText::InvalidHost).target("Host"))
}

/// Whether the request names the one host that it is for, as HTTP/1.1 demands (RFC 9112, section 3.2). Two servers
/// that disagree about the host of a request, or read it from different places, are how requests get smuggled.
fn has_one_host(request: &Parts) -> bool {
    let mut hosts = request.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.is_empty() || Authority::try_from(host.as_bytes()).is_ok(),
        (None, None) => request.version < Version::HTTP_11 || request.uri.authority().is_some(),
        _ => false,
    }
}
