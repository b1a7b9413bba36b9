//! The stream under HTTP: nothing that is waited for takes for ever, a refusal of the library's gets our words, and
//! closing waits for what is still coming where a reply would be lost otherwise.
//!
//! A socket that is closed while bytes are unread is reset, and the peer may lose the reply that it has not read yet. So
//! our side is closed first, and what comes is read and thrown away until the peer is done, within bounds.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::connection::{Conn, Phase, after};
use super::early_reply;
use crate::door::Doors;

/// So many bytes are thrown away before a connection is closed.
const LINGER_BYTES: usize = 64 << 20;
/// So long it may take.
const LINGER_TIME: Duration = Duration::from_secs(30);

/// A connection's stream.
pub(super) struct Guarded<S> {
    stream: S,
    conn: Arc<Conn>,
    doors: Doors,
    /// When reading has taken too long, and in which turn of the connection.
    limit: Option<(u64, Pin<Box<Sleep>>)>,
    /// Our words in the place of the library's refusal, and how many bytes of them are out.
    own: Option<(Vec<u8>, usize)>,
    closing: Closing,
}

enum Closing {
    No,
    /// Our side is closed; so many bytes may come, until then.
    Lingering(usize, Pin<Box<Sleep>>),
    Done,
}

impl<S> Guarded<S> {
    pub(super) fn new(stream: S, conn: Arc<Conn>, doors: Doors) -> Self {
        Self { stream, conn, doors, limit: None, own: None, closing: Closing::No }
    }
}

impl<S: AsyncRead + Unpin> Guarded<S> {
    /// Whether the next bytes have taken too long.
    fn too_slow(&mut self, cx: &mut Context<'_>) -> bool {
        let Some((turn, time)) = self.conn.read_limit() else { return false };
        let (armed, sleeping) = self.limit.get_or_insert_with(|| (turn, Box::pin(sleep(time))));
        if *armed != turn {
            *armed = turn;
            sleeping.as_mut().reset(after(time));
        }
        sleeping.as_mut().poll(cx).is_ready()
    }

    /// Reads what is still coming and throws it away.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Closing::Lingering(left, until) = &mut self.closing else { return Poll::Ready(()) };
        let mut scratch = [0; 8192];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() && *left > buffer.filled().len() => {
                    *left -= buffer.filled().len();
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return until.as_mut().poll(cx),
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> Guarded<S> {
    /// What is written when no request is being answered is the library's refusal of a head. `Some`: ours goes out in
    /// its place.
    fn refusal(&mut self, cx: &mut Context<'_>, bytes: &[u8], all: usize) -> Option<Poll<io::Result<usize>>> {
        if self.own.is_none() {
            if !matches!(self.conn.phase(), Phase::Waiting | Phase::Head) {
                return None;
            }
            self.conn.linger();
            self.own = Some((early_reply::in_place_of(&self.doors, bytes), 0));
        }
        let (own, out) = self.own.as_mut()?;
        while *out < own.len() {
            match Pin::new(&mut self.stream).poll_write(cx, &own[*out..]) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(written)) => *out += written,
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => return Some(Poll::Pending),
            }
        }
        Some(Poll::Ready(Ok(all)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if polled.is_ready() {
            if buffer.filled().len() > before {
                self.conn.heard();
            }
            return polled;
        }
        if self.too_slow(cx) { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.refusal(cx, bytes, bytes.len()) {
            Some(polled) => polled,
            None => Pin::new(&mut self.stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = parts.first().map_or(&[][..], |part| part);
        match self.refusal(cx, first, parts.iter().map(|part| part.len()).sum()) {
            Some(polled) => polled,
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        if let Poll::Ready(Ok(())) = polled {
            self.conn.flushed();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.closing, Closing::No) {
            std::task::ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.closing = if self.conn.lingers() {
                Closing::Lingering(LINGER_BYTES, Box::pin(sleep(LINGER_TIME)))
            } else {
                Closing::Done
            };
        }
        std::task::ready!(self.poll_linger(cx));
        self.closing = Closing::Done;
        Poll::Ready(Ok(()))
    }
}
