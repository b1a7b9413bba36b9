//! The forward proxy through which an unmodified client reaches a private server.
//!
//! A client that is told to use it (`HTTPS_PROXY`) asks for `CONNECT cloudpartner.azure.com:443`; for the
//! [`PORTAL_HOSTS`](crate::tls::PORTAL_HOSTS) the proxy is the other end itself: TLS with the private
//! authority's certificate, then the router. Every other host is reached untouched, or refused when
//! [`Settings::offline`]; where the machine has a proxy of its own, they are reached through that
//! ([`Upstream`]). Plain `http://` addresses are answered and passed on alike. What was passed on,
//! refused or went wrong stands in the [`ProxyLog`] for the report at the end.
//!
//! Who can connect can use it to reach any host, so it belongs on a loopback address: see [`bind`].

mod connect;
mod forward;
mod log;
mod target;
mod tunnel;
mod upstream;

pub use log::{Entry, Event, ProxyLog};
pub use upstream::Upstream;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio_rustls::TlsAcceptor;

use crate::serve::Front;
use crate::tls::{Stop, listen};
use connect::Handover;

/// Connections open at once; further ones wait in the system's queue.
const MOST_CONNECTIONS: usize = 1024;
/// The longest request head that the proxy reads, in bytes.
const HEAD_BYTES: usize = 16 * 1024;

/// How the proxy treats what passes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Refuse every host that is neither the portal nor on this machine.
    pub offline: bool,
    /// Addresses that are no other hosts for the log: the plain address of the private server, which a tool
    /// that uses the proxy for everything asks for through it.
    pub own: Vec<SocketAddr>,
    /// The machine's own proxies, through which other hosts are reached.
    pub upstream: Upstream,
    /// How long a client may take to send a complete request head.
    pub head_timeout: Duration,
    /// How long reaching another host may take.
    pub connect_timeout: Duration,
    /// After how long without a byte in either direction a tunnel is cut.
    pub idle_timeout: Duration,
}

impl Default for Settings {
    /// Online and direct, 10 s for a head, 10 s to connect, 10 minutes idle.
    fn default() -> Self {
        Self {
            offline: false,
            own: Vec::new(),
            upstream: Upstream::default(),
            head_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(10),
        }
    }
}

/// Binds the proxy's port on 127.0.0.1; port 0 lets the system choose a free one.
///
/// # Errors
/// What the system says, when the port is taken or not allowed.
pub async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// A proxy that has yet to be given a listener.
pub struct Proxy {
    shared: Arc<Shared>,
}

/// What every connection of the proxy needs.
struct Shared {
    settings: Settings,
    acceptor: TlsAcceptor,
    front: Front,
    log: ProxyLog,
}

impl Proxy {
    /// A proxy that answers the portal's hosts with `front`, over TLS by `config`
    /// ([`Authority::server_config`](crate::tls::Authority::server_config)).
    pub fn new(settings: Settings, config: Arc<ServerConfig>, front: impl Into<Front>) -> Self {
        let acceptor = TlsAcceptor::from(config);
        let front = front.into();
        Self { shared: Arc::new(Shared { settings, acceptor, front, log: ProxyLog::default() }) }
    }

    /// The log, which goes on filling while the proxy runs.
    pub fn log(&self) -> ProxyLog {
        self.shared.log.clone()
    }

    /// Serves `listener` until `shutdown` is ready; requests that run may then end (10 s at most), tunnels are
    /// cut.
    pub async fn serve<F: Future<Output = ()>>(self, listener: TcpListener, shutdown: F) {
        let shared = self.shared;
        listen(listener, MOST_CONNECTIONS, shutdown, move |stream, peer, stop| {
            connection(Arc::clone(&shared), stream, peer, stop)
        })
        .await;
    }
}

/// One client connection: requests to the proxy, of which a successful CONNECT is the last.
async fn connection(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr, mut stop: Stop) {
    let handover = Handover::default();
    let told = stop.clone();
    let service = service_fn(|request: Request<Incoming>| {
        let (shared, handover, told) = (Arc::clone(&shared), handover.clone(), told.clone());
        async move { Ok::<_, Infallible>(answer(&shared, request, peer, told, &handover).await) }
    });
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.settings.head_timeout)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut http = pin!(http);
    let ended = select! {
        ended = http.as_mut() => ended,
        () = stop.requested() => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection to the proxy ended early");
    }
    handover.proceed(&shared, peer, stop).await;
}

async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
    peer: SocketAddr,
    stop: Stop,
    handover: &Handover,
) -> Response {
    if request.method() == Method::CONNECT {
        connect::answer(shared, request, handover).await
    } else if request.uri().scheme().is_some() {
        forward::answer(shared, request, peer, stop).await
    } else {
        let text =
            "this port is a forward proxy: set it as HTTPS_PROXY, and send API calls to the portal's host";
        reply(StatusCode::BAD_REQUEST, text)
    }
}

/// A reply of the proxy itself, in words for people.
fn reply(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod upstream_tests;
