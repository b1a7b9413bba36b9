//! HTTP on a connection, plain or inside TLS.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::select;
use tower::ServiceExt as _;

use crate::cut::unless_cut;
use crate::tls::{Stop, listen};

/// How long a connection may stay without a complete request head.
const IDLE_LIMIT: Duration = Duration::from_secs(75);
const HEADER_BYTES: u32 = 64 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Serves `router` without TLS on `listener` until `shutdown` is ready, then lets running requests end (10 s at
/// most). At most 1024 connections are open at once.
pub async fn serve_plain<F>(listener: TcpListener, router: Router, shutdown: F)
where
    F: Future<Output = ()>,
{
    listen(listener, shutdown, move |stream, peer, stop| {
        serve_http(stream, peer, false, router.clone(), stop)
    })
    .await;
}

/// Answers the requests of one connection until the client ends it, it idles too long, or `stop` asks for its
/// end.
pub(crate) async fn serve_http<I>(stream: I, peer: SocketAddr, http2: bool, router: Router, mut stop: Stop)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let told = stop.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(told.clone());
        let response = router.clone().oneshot(request);
        async move {
            match response.await {
                Ok(response) => unless_cut(response),
                Err(never) => match never {},
            }
        }
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
