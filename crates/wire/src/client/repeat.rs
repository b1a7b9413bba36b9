//! When a request is sent again, and whether that is safe.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::send::LONGEST_PAUSE;
use super::{Client, Retries};
use crate::repeatability::{REQUEST_ID, Repeatability};

/// How often a request may still be repeated, and after which pause.
pub(super) struct Patience {
    left: u32,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(retries: Retries) -> Self {
        Self { left: retries.most, pause: retries.first_pause }
    }

    /// Waits before a repetition, as long as the server asks for if it does; says no if there were enough.
    pub(super) async fn pause(&mut self, asked_for: Option<Duration>) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        tokio::time::sleep(asked_for.unwrap_or(self.pause)).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

impl Client {
    /// A mark for one thing that the caller wants done.
    pub(super) fn mark(&self) -> Option<Repeatability> {
        self.marks.as_ref().map(|new| new())
    }

    /// Whether the server carries out a marked request once, however often it comes. One that has not said so in a
    /// reply is asked for its description: the marks mean nothing to other servers of this API, which would do
    /// everything twice.
    pub(super) async fn repeats(&self, patience: &mut Patience) -> bool {
        loop {
            if self.repeats.load(Ordering::Relaxed) {
                return true;
            }
            if let Some(reply) = self.look(&["_signoff", "openapi.json"]).await {
                let known = reply.status == 200 && reply.text.contains(REQUEST_ID);
                self.repeats.store(known, Ordering::Relaxed);
                return known;
            }
            if !patience.pause(None).await {
                return false;
            }
        }
    }
}
