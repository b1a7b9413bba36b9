//! HTTP over TLS for a router, straight from a listener or inside a tunnel of the proxy.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::select;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use super::{Stop, listen};

const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How long a connection may stay without a complete request head.
const IDLE_LIMIT: Duration = Duration::from_secs(75);
const HEADER_BYTES: u32 = 64 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Serves `router` over TLS on `listener` until `shutdown` is ready, then lets running requests end (10 s at
/// most). Requests carry [`ConnectInfo`] of the peer's address. Every connection must finish its handshake
/// within 10 s; at most 1024 are open at once.
pub async fn serve_tls<F>(listener: TcpListener, config: Arc<ServerConfig>, router: Router, shutdown: F)
where
    F: Future<Output = ()>,
{
    let acceptor = TlsAcceptor::from(config);
    listen(listener, shutdown, move |stream, peer, stop| {
        let (acceptor, router) = (acceptor.clone(), router.clone());
        async move {
            match handshake(stream, &acceptor, stop.clone()).await {
                Ok(Some(stream)) => serve_http(stream, peer, router, stop).await,
                Ok(None) => {}
                Err(reason) => tracing::debug!(%peer, reason, "the TLS handshake failed"),
            }
        }
    })
    .await;
}

/// The TLS handshake, within its time limit: `Ok(None)` when `stop` came first, an error in words when the
/// client is the reason that there is none.
pub(crate) async fn handshake<I>(
    io: I,
    acceptor: &TlsAcceptor,
    mut stop: Stop,
) -> Result<Option<TlsStream<I>>, String>
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let accepted = select! {
        accepted = timeout(HANDSHAKE_LIMIT, acceptor.accept(io)) => accepted,
        () = stop.requested() => return Ok(None),
    };
    match accepted {
        Ok(Ok(stream)) => Ok(Some(stream)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the client did not finish it within {HANDSHAKE_LIMIT:?}")),
    }
}

/// Answers the requests of one connection in the protocol that its handshake agreed on, until the client ends
/// it, it idles too long, or `stop` asks for its end.
pub(crate) async fn serve_http<I>(stream: TlsStream<I>, peer: SocketAddr, router: Router, mut stop: Stop)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2".as_slice());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let builder = builder(http2);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = select! {
        ended = connection.as_mut() => ended,
        () = stop.requested() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, error, "a connection ended early");
    }
}

fn builder(http2: bool) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_LIMIT)
        .max_buf_size(HEADER_BYTES as usize)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .max_header_list_size(HEADER_BYTES);
    if http2 { builder.http2_only() } else { builder.http1_only() }
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
