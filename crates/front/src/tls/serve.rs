//! HTTP over TLS, straight from a listener or inside a tunnel of the proxy.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::select;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

use super::{Stop, listen};
use crate::serve::{Front, Taken, serve_http};

const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How long a handshake goes on when the listener is told to stop. It is over at once where the client has gone.
const LAST_WORDS: Duration = Duration::from_secs(1);

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
                Ok(Some(stream)) => drop(serve_http(stream, place, front, stop).await),
                Ok(None) => {}
                Err(reason) => tracing::debug!(%peer, ?reason, "the TLS handshake failed"),
            }
        }
    })
    .await;
}

/// Why there is no TLS session, by the client's doing, in words.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It does not take the certificate: it said so, or left when it had seen it.
    Distrust(String),
    /// Anything else.
    Otherwise(String),
}

/// The TLS handshake, within its time limit: `Ok(None)` when the client left without a word, or when `stop` came first.
/// A client that is gone by then has its say all the same, so that what it thought of the certificate is known.
pub(crate) async fn handshake<I>(
    io: I,
    acceptor: &TlsAcceptor,
    mut stop: Stop,
) -> Result<Option<TlsStream<I>>, Broken>
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let mut accepting = pin!(timeout(HANDSHAKE_LIMIT, accept(io, acceptor)));
    let accepted = select! {
        accepted = &mut accepting => accepted,
        () = stop.requested() => match timeout(LAST_WORDS, accepting).await {
            Ok(accepted) => accepted.map(|accepted| accepted.map(|_| None)),
            Err(_) => return Ok(None),
        },
    };
    accepted.unwrap_or_else(|_| {
        Err(Broken::Otherwise(format!("the client did not finish it within {HANDSHAKE_LIMIT:?}")))
    })
}

async fn accept<I>(io: I, acceptor: &TlsAcceptor) -> Result<Option<TlsStream<I>>, Broken>
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let hello = match LazyConfigAcceptor::new(Acceptor::default(), io).await {
        Ok(hello) => hello,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(Broken::Otherwise(error.to_string())),
    };
    hello.into_stream(Arc::clone(acceptor.config())).await.map(Some).map_err(|error| {
        let text = error.to_string();
        if is_distrust(&error) { Broken::Distrust(text) } else { Broken::Otherwise(text) }
    })
}

/// Whether a handshake that had begun ended because of our certificate.
fn is_distrust(error: &io::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let left = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
    let said = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match said {
        Some(rustls::Error::AlertReceived(alert)) => matches!(
            alert,
            Alert::UnknownCA
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateUnknown
                | Alert::CertificateExpired
                | Alert::CertificateRevoked
        ),
        Some(_) => false,
        None => left.contains(&error.kind()),
    }
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
