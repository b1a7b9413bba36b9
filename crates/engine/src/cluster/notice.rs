//! Who waits for an operation that another node moves is woken by a tick: one bounded query for each publisher whose
//! operations are followed here, and none while nobody follows.

use std::collections::HashMap;
use std::time::Duration;

use signoff_store::{StoreError, availability};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::sleep::sleep_or_stop;

/// At most so many offers are asked for in one query.
const AT_ONCE: usize = 1000;

impl Engine {
    /// Wakes those who follow what other nodes commit, until `stop` says so.
    pub(super) async fn notice(&self, every: Duration, mut stop: watch::Receiver<bool>) {
        while sleep_or_stop(&mut stop, every).await.is_some() {
            if let Err(error) = self.notice_once().await {
                // Who waits is told later.
                availability::failed(&error);
            }
        }
    }

    async fn notice_once(&self) -> Result<(), StoreError> {
        let followers = &self.shared.followers;
        for (publisher, offers) in followers.followed_offers() {
            let offers: Vec<String> = offers.into_iter().collect();
            for some in offers.chunks(AT_ONCE) {
                let found = self.shared.store.revisions(&publisher, some).await?;
                let mut revisions: HashMap<String, u64> =
                    some.iter().map(|offer| (offer.clone(), 0)).collect();
                revisions.extend(found);
                followers.noticed(&publisher, &revisions);
            }
        }
        Ok(())
    }
}
