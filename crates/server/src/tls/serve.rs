//! HTTP over TLS for a router, straight from a listener or inside a tunnel of the proxy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::select;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Stop, listen};

const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Serves `router` over TLS on `listener` until `shutdown` is ready, then lets running requests end (10 s at
/// most). Requests carry `ConnectInfo` of the peer's address. Every connection must finish its handshake
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

/// Answers the requests of one connection in the protocol that its handshake agreed on.
pub(crate) async fn serve_http<I>(stream: TlsStream<I>, peer: SocketAddr, router: Router, stop: Stop)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2".as_slice());
    crate::serve::serve_http(stream, peer, http2, router.into(), stop).await;
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
