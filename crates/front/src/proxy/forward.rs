//! Plain `http://` addresses, asked of the proxy in absolute form.

use std::net::SocketAddr;

use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::target::{Target, Way};
use super::upstream::Via;
use super::{Shared, reply, tunnel};
use crate::tls::Stop;

const HTTP_PORT: u16 = 80;

/// Headers that concern the one connection they arrive on; they are not passed on.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Answers a portal address from the router, any other from the host itself.
pub(super) async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
    peer: SocketAddr,
    stop: Stop,
) -> Response {
    if request.uri().scheme_str() != Some("http") {
        let text = "this proxy passes on http addresses; for https a client asks it with CONNECT";
        return reply(StatusCode::BAD_REQUEST, text);
    }
    let target = match Target::of(request.uri(), Some(HTTP_PORT)) {
        Ok(target) => target,
        Err(text) => return reply(StatusCode::BAD_REQUEST, &text),
    };
    let (way, request) = match (shared.admit(&target, HTTP_PORT), origin_form(request)) {
        (Ok(way), Ok(request)) => (way, request),
        (Err((status, text)), _) => return reply(status, &text),
        (_, Err(error)) => {
            return reply(StatusCode::BAD_REQUEST, &format!("the address is not valid: {error}"));
        }
    };
    match way {
        Way::Portal => {
            let answered = shared.front.answer_uncounted(peer, stop, request).await;
            answered.unwrap_or_else(|cut| reply(StatusCode::BAD_GATEWAY, &cut.to_string()))
        }
        Way::Through => pass_on(shared, request, &target).await,
    }
}

/// The request as the host itself expects it: path and query only, the host in its header, and nothing that
/// was meant for the proxy.
fn origin_form(mut request: Request<Incoming>) -> Result<Request<Incoming>, http::Error> {
    let host = request.uri().authority().map(|authority| {
        let text = authority.as_str();
        text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned()
    });
    if let Some(host) = host {
        request.headers_mut().insert(header::HOST, HeaderValue::try_from(host)?);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    remove_hop_by_hop(request.headers_mut());
    Ok(request)
}

/// The request as the machine's own proxy expects it: the whole address, and what it wants to know of its caller.
fn address_to_proxy(request: &mut Request<Incoming>, target: &Target, via: &Via) -> Result<(), http::Error> {
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    *request.uri_mut() = Uri::try_from(format!("http://{target}{path}"))?;
    if let Some(credentials) = via.credentials() {
        request.headers_mut().insert(header::PROXY_AUTHORIZATION, credentials);
    }
    Ok(())
}

/// Sends the request over a connection of its own and hands the reply back as it comes.
async fn pass_on(shared: &Shared, mut request: Request<Incoming>, target: &Target) -> Response {
    let via = shared.settings.upstream.of("http", target);
    if let Some(via) = &via
        && let Err(error) = address_to_proxy(&mut request, target, via)
    {
        return reply(StatusCode::BAD_REQUEST, &format!("the address is not valid: {error}"));
    }
    let stream = match tunnel::reach_plain(shared, target, via.as_ref()).await {
        Ok(stream) => stream,
        Err((status, text)) => return reply(status, &text),
    };
    let (stream, traffic) = tunnel::Counted::new(stream);
    request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    let exchange = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let idle = shared.settings.idle_timeout;
        // It ends by itself when the reply is through, or when the client leaves and drops the reply.
        tokio::spawn(async move { tunnel::unless_idle(connection, &traffic, idle).await });
        sender.send_request(request).await
    };
    match exchange.await {
        Ok(mut response) => {
            remove_hop_by_hop(response.headers_mut());
            response.map(Body::new)
        }
        Err(error) => reply(StatusCode::BAD_GATEWAY, &format!("`{target}` gave no proper reply: {error}")),
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}
