//! What is thrown away because its time is over.

use std::time::Duration;

use signoff_store::{StoreError, availability};
use tokio::sync::watch;

use crate::engine::Engine;

/// How often is looked for what is over.
const EVERY: Duration = Duration::from_mins(1);
/// At most so many rows are removed in one transaction: others wait for it.
const AT_ONCE: usize = 1000;

impl Engine {
    /// Removes the replies that nobody may ask for any more; answers how many.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn prune_repeated(&self) -> Result<usize, StoreError> {
        let mut removed = 0;
        loop {
            let batch = self.shared.store.prune_repeated(self.shared.clock.real(), AT_ONCE).await?;
            removed += batch;
            if batch < AT_ONCE {
                return Ok(removed);
            }
            // Between two batches other writers have a turn.
            tokio::task::yield_now().await;
        }
    }

    /// Throws away what is over, until `stop` says so.
    pub(crate) async fn prune_loop(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow_and_update() {
            match self.prune_repeated().await {
                Ok(0) => {}
                Ok(removed) => tracing::debug!(removed, "replies to repeatable requests were removed"),
                Err(error) => availability::failed(&error),
            }
            tokio::select! {
                biased;
                () = tokio::time::sleep(EVERY) => {}
                told = stop.changed() => if told.is_err() { break },
            }
        }
    }
}
