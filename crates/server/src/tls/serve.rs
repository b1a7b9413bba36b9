//! HTTP over TLS, straight from a listener or inside a tunnel of the proxy.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::select;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Stop, listen};
use crate::serve::{Front, Taken, serve_http};

const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Serves `front` over TLS on `listener` until `shutdown` is ready, then lets running requests end (10 s at
/// most). Requests carry `ConnectInfo` of the peer's address. Every connection must finish its handshake
/// within 10 s.
pub async fn serve_tls<F>(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    front: impl Into<Front>,
    shutdown: F,
) where
    F: Future<Output = ()>,
{
    let (acceptor, front) = (TlsAcceptor::from(config), front.into());
    listen(listener, front.accepts(), shutdown, move |stream, peer, stop| {
        let (acceptor, front, place) = (acceptor.clone(), front.clone(), front.admit(peer));
        async move {
            let Some(place) = place else { return };
            let stream = Taken::new(stream, front.settings().write);
            let shaken = select! {
                shaken = handshake(stream, &acceptor, stop.clone()) => shaken,
                () = place.evicted() => return,
            };
            match shaken {
                Ok(Some(stream)) => serve_http(stream, place, front, stop).await,
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

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
