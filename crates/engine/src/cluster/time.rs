//! The store's clock is the time of all nodes that share it, however their own are set.

use std::time::Duration;

use signoff_lifecycle::ids::{Micros, Moment};
use signoff_store::{StoreError, availability};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::sleep::sleep_or_stop;

/// How often the store's clock is looked at. Between two looks the machine's ticks go on: they are off by a few
/// milliseconds by then.
const EVERY: Duration = Duration::from_secs(30);
/// So many looks are taken at a time; the fastest one counts, since it is off by half its round trip at most.
const LOOKS: usize = 5;
/// A look that took longer than this is worth less than the one before.
const SLOWEST: Micros = Micros::from_millis(500);

impl Engine {
    /// Takes up the time that nodes share, if there is one.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn take_up_time(&self) -> Result<(), StoreError> {
        if self.shared.cluster.is_some()
            && let Some((_, ahead)) = self.look_at_the_clock().await?
        {
            self.shared.clock.share_time(ahead);
        }
        Ok(())
    }

    /// How long the fastest look took, and by how many microseconds the store's clock is ahead of this machine's ticks.
    async fn look_at_the_clock(&self) -> Result<Option<(Micros, i64)>, StoreError> {
        let (store, clock) = (&self.shared.store, &self.shared.clock);
        let mut fastest: Option<(Micros, i64)> = None;
        for _ in 0..LOOKS {
            let before = clock.ticks();
            let Some(time) = store.time().await? else { return Ok(None) };
            let took = clock.ticks().since(before);
            let look = (took, before.plus(Micros(took.0 / 2)).behind(time));
            if fastest.is_none_or(|(fastest, _)| took < fastest) {
                fastest = Some(look);
            }
        }
        Ok(fastest)
    }

    /// Keeps to the time that nodes share, until `stop` says so.
    pub(super) async fn clock_sync_loop(&self, mut stop: watch::Receiver<bool>) {
        while sleep_or_stop(&mut stop, EVERY).await.is_some() {
            match self.look_at_the_clock().await {
                Ok(Some((took, ahead))) if took <= SLOWEST => self.shared.clock.share_time(ahead),
                Ok(_) => tracing::warn!("the store is too slow to tell the time by"),
                Err(error) => availability::failed(&error),
            }
        }
    }
}
