//! HTTP/1.1 on a connection, plain or inside TLS.
//!
//! HTTP/2 is not offered: the clients that this server is for lose replies over it which come before the request was
//! sent to its end, and see a broken connection where HTTP/1.1 has a refusal to read. Where it is wanted, a reverse
//! proxy speaks it in front.

mod address;
mod connection;
mod connection_places;
mod early_reply;
mod guarded_stream;
mod reply;
mod request;
mod request_body;
mod settings;
mod stalled_peer;
#[cfg(test)]
pub(crate) mod testing;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::select;

use crate::cut_reply::Cut;
use crate::door::Doors;
use crate::ops;
use crate::tls::{Stop, listen};
pub(crate) use connection_places::Place;
use connection_places::Places;
pub(crate) use early_reply::{REQUEST_ID, harden, reply as early_reply};
use guarded_stream::Guarded;
pub(crate) use request::On;
pub(crate) use request_body::BodyError;
pub use request_body::{BodyTime, READ_TO_THE_END};
pub use settings::{
    BODY_TIME, CONNECTIONS, HEAD_TIME, IDLE_TIME, RESERVE, STRANGERS, ServeSettings, WRITE_TIME,
};
pub(crate) use stalled_peer::Taken;

/// The largest first line and headers of a request together, in bytes.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Longer than any limit on a head.
const NEVER: Duration = Duration::from_hours(24);
/// The most headers of a request.
pub const MOST_HEADERS: usize = 100;

/// What a server answers, and the doors that its routes lead to.
#[derive(Clone)]
pub struct Routes {
    /// The routes, with all that surrounds them.
    pub router: Router,
    /// The doors, which say what is refused before any route is reached.
    pub doors: Doors,
}

/// What listeners answer: that the server is starting, until it has its routes. Cheap to clone; the clones share their
/// connections' bounds.
#[derive(Clone)]
pub struct Front {
    starting: Router,
    doors: Doors,
    routes: Arc<OnceLock<Router>>,
    places: Arc<Places>,
}

impl Front {
    /// A front within these bounds, before these doors.
    pub fn new(settings: ServeSettings, doors: Doors) -> Self {
        let starting = ops::starting(doors.clone());
        Self { starting, doors, routes: Arc::default(), places: Arc::new(Places::new(settings)) }
    }

    /// Answers with `routes` from now on. A second call changes nothing.
    pub fn open(&self, routes: Router) {
        // It holds routes already; the first ones count.
        let _ = self.routes.set(routes);
    }

    pub(crate) fn doors(&self) -> &Doors {
        &self.doors
    }

    /// The routes, or what is answered before there are any.
    pub(crate) fn present(&self) -> Router {
        self.routes.get().unwrap_or(&self.starting).clone()
    }

    fn places(&self) -> &Arc<Places> {
        &self.places
    }

    pub(crate) fn settings(&self) -> &ServeSettings {
        &self.places.settings
    }

    /// A place for a connection; `None`: it is to be closed at once.
    pub(crate) fn admit(&self, peer: SocketAddr) -> Option<Place> {
        self.places.admit(peer)
    }

    /// A place for a connection that is counted elsewhere.
    pub(crate) fn uncounted(&self, peer: SocketAddr) -> Place {
        self.places.uncounted(peer)
    }

    /// Answers a request that came on a connection of somebody else's.
    pub(crate) async fn answer_uncounted(
        &self,
        peer: SocketAddr,
        stop: Stop,
        request: Request<Incoming>,
    ) -> Result<Response, Cut> {
        let place = self.uncounted(peer);
        let response = request::answer(self.clone(), place.conn().clone(), stop, request).await?;
        Ok(response.map(Body::new))
    }

    /// How many connections a listener accepts: those that are told to make room may take a moment to go.
    pub(crate) fn accepts(&self) -> usize {
        let ServeSettings { connections, reserve, .. } = self.settings();
        connections + 2 * reserve
    }
}

impl From<Routes> for Front {
    /// A front within the usual bounds.
    fn from(Routes { router, doors }: Routes) -> Self {
        let front = Self::new(ServeSettings::default(), doors);
        front.open(router);
        front
    }
}

/// Serves `front` without TLS on `listener` until `shutdown` is ready, then lets running requests end (10 s at
/// most).
pub async fn serve_plain<F>(listener: TcpListener, front: impl Into<Front>, shutdown: F)
where
    F: Future<Output = ()>,
{
    let front = front.into();
    listen(listener, front.accepts(), shutdown, move |stream, peer, stop| {
        let (front, place) = (front.clone(), front.admit(peer));
        async move {
            let Some(place) = place else { return };
            let stream = Taken::new(stream, front.settings().write);
            serve_http(stream, place, front, stop).await;
        }
    })
    .await;
}

/// Answers the requests of one connection until the client ends it, it takes too long, has to make room for others, or
/// `stop` asks for its end. Answers whether any request came.
pub(crate) async fn serve_http<I>(stream: I, place: Place, front: Front, mut stop: Stop) -> bool
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (conn, told) = (place.conn().clone(), stop.clone());
    let used = AtomicBool::new(false);
    let service = service_fn(|request| {
        used.store(true, Ordering::Relaxed);
        request::answer(front.clone(), conn.clone(), told.clone(), request)
    });
    let io = TokioIo::new(Guarded::new(stream, conn.clone(), front.doors.clone()));
    let mut connection = pin!(builder().serve_connection(io, service));
    let served = async {
        select! {
            ended = connection.as_mut() => ended,
            () = stop.requested() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    select! {
        ended = served => if let Err(error) = ended {
            tracing::debug!(peer = %conn.peer, %error, "a connection ended early");
        },
        () = conn.evicted() => tracing::debug!(peer = %conn.peer, "a silent connection makes room"),
    }
    used.load(Ordering::Relaxed)
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        // The stream sees to it, which knows whom it waits for; but only with a limit of its own does the library look
        // at the stream at once when a reply is out.
        .header_read_timeout(NEVER)
        .max_headers(MOST_HEADERS)
        .max_header_size(HEAD_BYTES)
        // Larger, so that the bound above is what counts.
        .max_buf_size(2 * HEAD_BYTES);
    builder
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::RETRY_AFTER;
    use tower::ServiceExt as _;

    use super::*;
    use crate::testing;

    /// The status, `Retry-After` and the body.
    async fn asked(front: &Front, path: &str) -> (u16, Option<String>, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let Ok(response) = front.present().oneshot(request).await;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
        (status, retry_after, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn before_it_has_routes_a_server_says_that_it_starts() {
        let front = Front::new(ServeSettings::default(), testing::doors());
        let connection = front.clone();
        assert_eq!(asked(&connection, "/_signoff/healthz").await.0, 200);
        let soon = Some("1".to_owned());
        let reply = asked(&connection, "/_signoff/readyz").await;
        assert_eq!(reply, (503, soon.clone(), r#"{"status":"starting"}"#.to_owned()));
        for path in ["/api/publishers", "/api", "/t/oauth2/token"] {
            let (status, retry_after, body) = asked(&connection, path).await;
            assert_eq!((status, &retry_after), (503, &soon), "{path}");
            assert!(
                body.starts_with(r#"{"error":{"code":"Unavailable","message":"The server is starting"#),
                "{body}"
            );
        }
        front.open(Router::new().fallback(async || "the routes"));
        assert_eq!(asked(&connection, "/_signoff/readyz").await, (200, None, "the routes".to_owned()));
    }
}
