//! Reaching another host, and carrying bytes to and fro.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::select;
use tokio::time::{sleep, timeout};

use super::target::Target;
use super::upstream::{Stream, Via};
use super::{Event, Shared};

/// Reaches `target` for a tunnel, through the machine's own proxy where it has one, and puts on record whether that
/// worked; a failure comes with status and text for the client.
pub(super) async fn reach(shared: &Shared, target: &Target) -> Result<Stream, (StatusCode, String)> {
    let via = shared.settings.upstream.of("https", target);
    let reached = async {
        match &via {
            Some(via) => via.tunnel(via.connect().await?, target).await,
            None => Ok(Box::new(directly(target).await?) as Stream),
        }
    };
    on_record(shared, target, reached).await
}

/// Reaches `target` for a request over plain http: the host itself, or the proxy `via` which is asked for it.
pub(super) async fn reach_plain(
    shared: &Shared,
    target: &Target,
    via: Option<&Via>,
) -> Result<TcpStream, (StatusCode, String)> {
    let reached = async {
        match via {
            Some(via) => via.connect().await,
            None => directly(target).await,
        }
    };
    on_record(shared, target, reached).await
}

async fn directly(target: &Target) -> Result<TcpStream, String> {
    let connected = if target.is_loopback() && target.host.parse::<IpAddr>().is_err() {
        // Names of this machine mean this machine, even if a resolver says otherwise.
        let port = target.port;
        let own: [SocketAddr; 2] = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
        TcpStream::connect(&own[..]).await
    } else {
        TcpStream::connect((target.host.as_str(), target.port)).await
    };
    let stream = connected.map_err(|error| error.to_string())?;
    // The bytes are passed on as they come; holding them back only delays the client.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

async fn on_record<S>(
    shared: &Shared,
    target: &Target,
    reached: impl Future<Output = Result<S, String>>,
) -> Result<S, (StatusCode, String)> {
    let limit = shared.settings.connect_timeout;
    let (status, why) = match timeout(limit, reached).await {
        Ok(Ok(stream)) => {
            if !shared.settings.own.iter().any(|own| target.is(*own)) {
                shared.log.record(Event::Tunnelled, target, None);
            }
            return Ok(stream);
        }
        Ok(Err(why)) => (StatusCode::BAD_GATEWAY, why),
        Err(_) => (StatusCode::GATEWAY_TIMEOUT, format!("no answer within {limit:?}")),
    };
    shared.log.record(Event::Unreachable, target, Some(why.clone()));
    Err((status, format!("cannot reach `{target}`: {why}")))
}

/// Carries bytes both ways until both ends are done, one fails, or neither sent any for as long as `idle`.
pub(super) async fn join<C>(mut client: C, other: Stream, idle: Duration)
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    let (mut other, traffic) = Counted::new(other);
    let carried = async { copy_bidirectional(&mut client, &mut other).await.map(drop) };
    if let Some(Err(error)) = unless_idle(carried, &traffic, idle).await {
        tracing::debug!(%error, "a tunnel broke");
    }
}

/// The result of `work`, or `None` once a whole `idle` has passed in which `traffic` did not change.
pub(super) async fn unless_idle<T>(
    work: impl Future<Output = T>,
    traffic: &Traffic,
    idle: Duration,
) -> Option<T> {
    let silence = async {
        let mut before = traffic.count();
        loop {
            sleep(idle).await;
            let now = traffic.count();
            if now == before {
                return;
            }
            before = now;
        }
    };
    select! {
        done = work => Some(done),
        () = silence => None,
    }
}

/// Grows with every read and write of a [`Counted`] stream.
#[derive(Clone, Default)]
pub(super) struct Traffic(Arc<AtomicU64>);

impl Traffic {
    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn note<T>(&self, polled: Poll<T>) -> Poll<T> {
        if polled.is_ready() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }
}

/// A stream that tells when it was last in use.
pub(super) struct Counted<S> {
    stream: S,
    traffic: Traffic,
}

impl<S> Counted<S> {
    pub(super) fn new(stream: S) -> (Self, Traffic) {
        let traffic = Traffic::default();
        (Self { stream, traffic: traffic.clone() }, traffic)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.traffic.note(polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.traffic.note(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
