//! Requests that may be sent again: within which time, and what has to be the same (OASIS "Repeatable Requests" 1.0).
//!
//! The window is about the moment that the sender names, so it is measured on real time: a publisher's clock that
//! the development mode moved says nothing about the sender's.

use crate::ids::{Micros, Moment, RealTime};
use crate::refusal::Refusal;

/// For so long after it was first sent a request may come again.
pub const WINDOW: Micros = Micros::from_millis(24 * 3_600_000);
/// How far the sender's clock may be ahead. So much longer is a reply kept, too: clocks of servers are set back.
pub const AHEAD: Micros = Micros::from_millis(3_600_000);

/// What makes two requests the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Stands for the caller and the id that they gave the request.
    pub key: [u8; 32],
    /// Stands for everything that the request says.
    pub digest: [u8; 32],
    /// When its sender first sent it, as they say.
    pub first_sent: RealTime,
}

impl Repeat {
    /// From this moment on the reply need not be kept: the request is refused since long before.
    pub fn expires_at(&self) -> RealTime {
        self.first_sent.plus(WINDOW).plus(AHEAD)
    }

    /// Whether the request may be given the reply of the earlier one with the same key, whose digest was `earlier`
    /// (`None`: there was none, and it may be carried out).
    ///
    /// # Errors
    /// [`Refusal::FirstSentOutOfRange`] where it is no longer, or not yet, known whether it was carried out, and
    /// [`Refusal::RequestIdReused`] if it is another request.
    pub fn check(&self, earlier: Option<&[u8; 32]>, now: RealTime) -> Result<(), Refusal> {
        if earlier.is_some_and(|earlier| *earlier != self.digest) {
            return Err(Refusal::RequestIdReused);
        }
        if now >= self.first_sent.plus(WINDOW) || self.first_sent > now.plus(AHEAD) {
            return Err(Refusal::FirstSentOutOfRange);
        }
        Ok(())
    }
}
