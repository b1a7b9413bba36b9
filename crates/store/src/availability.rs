//! One line in the log when the store goes away, and one when it is back: whoever meets it in between says nothing.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::StoreError;

/// Whether it is away, as far as this process saw last.
static AWAY: AtomicBool = AtomicBool::new(false);
/// How often it answered since it failed last.
static ANSWERS: AtomicU32 = AtomicU32::new(0);

/// It is back when it answered so often in turn: one that can be read and not written fails in between.
const ENOUGH: u32 = 5;

/// To be called with what the store said to somebody who was served badly for it.
pub fn failed(error: &StoreError) {
    ANSWERS.store(0, Ordering::Relaxed);
    match error {
        StoreError::Unavailable(_) if !AWAY.swap(true, Ordering::Relaxed) => {
            tracing::error!(%error, "the store is away; it is asked on, and the log says when it is back");
        }
        StoreError::Unavailable(_) => tracing::debug!(%error, "the store is still away"),
        StoreError::Corrupt(_) => tracing::error!(%error, "the store failed"),
        StoreError::Stale | StoreError::Fenced => tracing::debug!(%error, "the store refused a change"),
    }
}

/// To be called by who asks the store all the time, when it answers.
pub fn answered() {
    if AWAY.load(Ordering::Relaxed)
        && ANSWERS.fetch_add(1, Ordering::Relaxed) + 1 >= ENOUGH
        && AWAY.swap(false, Ordering::Relaxed)
    {
        tracing::info!("the store is back");
    }
}
