//! A request's body, lent to the handler. What the handler leaves of it is read to its end before the reply
//! goes out, so that a client which is still sending does not lose the reply.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use parking_lot::Mutex;
use tokio::time::{Sleep, sleep};

use super::connection::{Conn, after};

/// So many bytes that nobody asked for are read before a reply goes out; beyond that the connection is closed after it.
pub const READ_TO_THE_END: usize = 64 * 1024;

/// Why there is no more of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It took too long.
    #[error("the body took too long")]
    TooSlow,
    /// It ended early, or is not framed as it should be.
    #[error("the body ended early or is malformed")]
    Broken,
}

struct Shared {
    body: Option<Incoming>,
    until: Pin<Box<Sleep>>,
    begun: bool,
    ended: Option<Result<(), BodyError>>,
}

/// The body as it is answered from.
pub(super) struct Lent {
    shared: Arc<Mutex<Shared>>,
    conn: Arc<Conn>,
}

/// What is left of the body.
pub(super) struct Rest {
    shared: Arc<Mutex<Shared>>,
    conn: Arc<Conn>,
    expects_continue: bool,
}

/// How long the body may take: among the extensions of a request, for those that take more than usual.
#[derive(Clone)]
pub struct BodyTime(Arc<Mutex<Shared>>);

impl BodyTime {
    /// Gives the body this time from now on.
    pub fn extend(&self, time: Duration) {
        self.0.lock().until.as_mut().reset(after(time));
    }
}

/// Lends a body out.
pub(super) fn lend(
    body: Incoming,
    time: Duration,
    conn: &Arc<Conn>,
    expects_continue: bool,
) -> (Lent, Rest, BodyTime) {
    let shared = Shared { body: Some(body), until: Box::pin(sleep(time)), begun: false, ended: None };
    let shared = Arc::new(Mutex::new(shared));
    let lent = Lent { shared: shared.clone(), conn: conn.clone() };
    let rest = Rest { shared: shared.clone(), conn: conn.clone(), expects_continue };
    (lent, rest, BodyTime(shared))
}

impl Shared {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(ended) = self.ended {
            return Poll::Ready(ended.err().map(Err));
        }
        self.begun = true;
        let Some(body) = &mut self.body else { return Poll::Ready(Some(Err(BodyError::Broken))) };
        let ended = match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => return Poll::Ready(Some(Ok(frame))),
            Poll::Ready(None) => Ok(()),
            Poll::Ready(Some(Err(_))) => Err(BodyError::Broken),
            Poll::Pending if self.until.as_mut().poll(cx).is_ready() => Err(BodyError::TooSlow),
            Poll::Pending => return Poll::Pending,
        };
        self.ended = Some(ended);
        Poll::Ready(ended.err().map(Err))
    }

    fn is_whole(&self) -> bool {
        self.ended == Some(Ok(())) || self.body.as_ref().is_some_and(Body::is_end_stream)
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut shared = self.shared.lock();
        let polled = shared.poll(cx);
        let whole = shared.is_whole();
        drop(shared);
        if whole {
            self.conn.body_whole();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.shared.lock().is_whole()
    }

    fn size_hint(&self) -> SizeHint {
        let shared = self.shared.lock();
        shared.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Rest {
    /// Reads what is left of the body, if it is not too much. Whether the connection can take another request.
    pub(super) async fn read_to_the_end(self) -> bool {
        let mut left = Lent { shared: self.shared, conn: self.conn };
        let (whole, ended, begun) = {
            let shared = left.shared.lock();
            (shared.is_whole(), shared.ended.is_some(), shared.begun)
        };
        if whole || ended {
            return whole;
        }
        // Who asks first whether to send learns from the reply that there is no need to.
        let unasked = self.expects_continue && !begun;
        if unasked || left.size_hint().lower() > READ_TO_THE_END as u64 {
            return false;
        }
        let mut seen = 0;
        while let Some(frame) = left.frame().await {
            let Ok(frame) = frame else { return false };
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > READ_TO_THE_END {
                return false;
            }
        }
        true
    }
}
