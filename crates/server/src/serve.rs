//! HTTP on a connection, plain or inside TLS.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
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
use crate::ops;
use crate::tls::{Stop, listen};

/// How long a connection may stay without a complete request head.
const IDLE_LIMIT: Duration = Duration::from_secs(75);
const HEADER_BYTES: u32 = 64 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// What a listener answers: that the server is starting, until it has its routes. Cheap to clone.
#[derive(Clone)]
pub struct Front {
    starting: Router,
    routes: Arc<OnceLock<Router>>,
}

impl Default for Front {
    fn default() -> Self {
        Self { starting: ops::starting(), routes: Arc::default() }
    }
}

impl Front {
    /// Answers with `routes` from now on. A second call changes nothing.
    pub fn open(&self, routes: Router) {
        // It holds routes already; the first ones count.
        let _ = self.routes.set(routes);
    }

    fn present(&self) -> Router {
        self.routes.get().unwrap_or(&self.starting).clone()
    }
}

impl From<Router> for Front {
    fn from(routes: Router) -> Self {
        let front = Self::default();
        front.open(routes);
        front
    }
}

/// Serves `front` without TLS on `listener` until `shutdown` is ready, then lets running requests end (10 s at
/// most). At most 1024 connections are open at once.
pub async fn serve_plain<F>(listener: TcpListener, front: impl Into<Front>, shutdown: F)
where
    F: Future<Output = ()>,
{
    let front = front.into();
    listen(listener, shutdown, move |stream, peer, stop| {
        serve_http(stream, peer, false, front.clone(), stop)
    })
    .await;
}

/// Answers the requests of one connection until the client ends it, it idles too long, or `stop` asks for its
/// end.
pub(crate) async fn serve_http<I>(stream: I, peer: SocketAddr, http2: bool, front: Front, mut stop: Stop)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let told = stop.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(told.clone());
        let response = front.present().oneshot(request);
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

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    async fn asked(front: &Front, path: &str) -> (u16, String) {
        let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
        let Ok(response) = front.present().oneshot(request).await;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn before_it_has_routes_a_server_says_that_it_starts() {
        let front = Front::default();
        let connection = front.clone();
        assert_eq!(asked(&connection, "/_signoff/healthz").await.0, 200);
        for path in ["/_signoff/readyz", "/api/publishers"] {
            let (status, body) = asked(&connection, path).await;
            assert_eq!((status, body.as_str()), (503, r#"{"status":"starting"}"#), "{path}");
        }
        front.open(Router::new().fallback(async || "the routes"));
        assert_eq!(asked(&connection, "/_signoff/readyz").await, (200, "the routes".to_owned()));
    }
}
