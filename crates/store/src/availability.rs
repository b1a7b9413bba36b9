//! One line in the log when the store goes away, and one when it is back: whoever meets it in between says nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Store, StoreError};

/// Whether it is away, as far as this process saw last.
static AWAY: AtomicBool = AtomicBool::new(false);

/// To be called with what the store said to somebody who was served badly for it.
pub fn failed(error: &StoreError) {
    match error {
        StoreError::Unavailable(_) if !AWAY.swap(true, Ordering::Relaxed) => {
            tracing::error!(%error, "the store is away; it is asked on, and the log says when it is back");
        }
        StoreError::Unavailable(_) => tracing::debug!(%error, "the store is still away"),
        StoreError::Corrupt(_) => tracing::error!(%error, "the store failed"),
        StoreError::Stale | StoreError::Fenced => tracing::debug!(%error, "the store refused a change"),
    }
}

/// To be called by who asks the store all the time, when it answers: it is back once it takes changes again.
pub async fn answered(store: &dyn Store) {
    if AWAY.load(Ordering::Relaxed) && store.writable().await.is_ok() && AWAY.swap(false, Ordering::Relaxed) {
        tracing::info!("the store is back");
    }
}
