//! CONNECT: a tunnel to the private server or to another host.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use hyper::Request;
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::select;

use super::target::{Target, Way};
use super::upstream::Stream;
use super::{Event, Shared, reply, tunnel};
use crate::serve::{Taken, serve_http};
use crate::tls::{Broken, Stop, handshake};

const PORTAL_PORT: u16 = 443;

/// What a connection turns into once the reply to its CONNECT is out.
#[derive(Clone, Default)]
pub(super) struct Handover(Arc<Mutex<Option<(OnUpgrade, Target, Next)>>>);

enum Next {
    Portal,
    Through(Stream),
}

impl Handover {
    /// Carries on with what the last CONNECT asked for, if there was one, until it ends.
    pub(super) async fn proceed(&self, shared: &Shared, peer: SocketAddr, mut stop: Stop) {
        let Some((upgrade, target, next)) = self.0.lock().take() else { return };
        let io = match upgrade.await {
            Ok(upgraded) => TokioIo::new(upgraded),
            Err(error) => {
                tracing::debug!(%peer, %error, "the client left before its tunnel was there");
                return;
            }
        };
        match next {
            Next::Portal => portal(shared, io, &target, peer, stop).await,
            Next::Through(other) => select! {
                () = tunnel::join(io, other, shared.settings.idle_timeout) => {}
                () = stop.requested() => {}
            },
        }
    }
}

/// Serves the portal at this end of the tunnel, and puts on record what a client did not like.
async fn portal<I>(shared: &Shared, io: I, target: &Target, peer: SocketAddr, stop: Stop)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = Taken::new(io, shared.front.settings().write);
    let stream = match handshake(io, &shared.acceptor, stop.clone()).await {
        Ok(Some(stream)) => stream,
        Ok(None) => return,
        Err(Broken::Distrust(reason)) => return shared.log.record(Event::Distrusted, target, Some(reason)),
        Err(Broken::Otherwise(reason)) => {
            return shared.log.record(Event::HandshakeFailed, target, Some(reason));
        }
    };
    let used = serve_http(stream, shared.front.uncounted(peer), shared.front.clone(), stop.clone()).await;
    if !used && !stop.is_requested() {
        shared.log.record(Event::Unused, target, None);
    }
}

/// Answers a CONNECT. A host is reached before the client hears that it was: 200 is never premature.
pub(super) async fn answer(shared: &Shared, mut request: Request<Incoming>, handover: &Handover) -> Response {
    let target = match Target::of(request.uri(), None) {
        Ok(target) => target,
        Err(text) => return reply(StatusCode::BAD_REQUEST, &text),
    };
    let next = match shared.admit(&target, PORTAL_PORT) {
        Ok(Way::Portal) => Next::Portal,
        Ok(Way::Through) => match tunnel::reach(shared, &target).await {
            Ok(stream) => Next::Through(stream),
            Err((status, text)) => return reply(status, &text),
        },
        Err((status, text)) => return reply(status, &text),
    };
    *handover.0.lock() = Some((hyper::upgrade::on(&mut request), target, next));
    let mut established = Response::new(Body::empty());
    established.extensions_mut().insert(ReasonPhrase::from_static(b"Connection established"));
    established
}
