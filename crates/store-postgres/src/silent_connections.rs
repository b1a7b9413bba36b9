//! What became known of connections that do not answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

/// The server's side of a connection.
#[derive(Clone)]
pub(super) struct Session {
    /// What the server's process is called.
    pub(super) name: String,
    /// What had been found out when it was made.
    pub(super) found: Found,
}

/// How often connections were found not to answer any more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Single ones. Others of their time are not used again: what lost the one may have lost them, too.
    lost: u64,
    /// All, for no server could be asked about them.
    unreached: u64,
}

/// What became known of connections that do not answer.
pub(super) struct Silence {
    /// How long an answer is waited for.
    limit: Duration,
    lost: AtomicU64,
    unreached: AtomicU64,
    asking: Mutex<()>,
}

impl Silence {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, lost: AtomicU64::new(0), unreached: AtomicU64::new(0), asking: Mutex::default() }
    }

    /// How long an answer is waited for.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Waits until nobody else asks whether the server is at work.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.asking.lock().await
    }

    /// A connection does not answer any more.
    pub(super) fn is_lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// No server could be asked about one.
    pub(super) fn no_server_answers(&self) {
        self.unreached.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether no server could be asked since this was found.
    pub(super) fn was_unreached_since(&self, found: Found) -> bool {
        self.found().unreached != found.unreached
    }

    pub(super) fn found(&self) -> Found {
        Found { lost: self.lost.load(Ordering::Relaxed), unreached: self.unreached.load(Ordering::Relaxed) }
    }
}
