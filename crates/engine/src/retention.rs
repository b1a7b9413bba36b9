//! Operations that ended long ago are forgotten, in small steps beside everything else.
//!
//! A pass goes through a publisher's operations from the oldest on and stops at the first that began too lately. Ids
//! are in the order of time, so that a pass needs no index. The next pass goes on where this one stopped; once in a
//! while one begins anew, for those that had to stay then.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use signoff_lifecycle::ids::{Micros, OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::operation::{Head, Operation};
use signoff_lifecycle::retention::{Fate, fate, needed_versions};
use signoff_store::contract::{Aged, Prune};
use signoff_store::{StoreError, availability};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::sleep::sleep_or_stop;

/// How long finished operations are kept unless a setting says otherwise: 90 days.
pub const RETENTION: Micros = Micros::from_millis(90 * 24 * 3_600_000);

/// At most so many operations are looked at in one go.
const BATCH: usize = 256;
/// Between two of them others have their turn.
const BREATH: Duration = Duration::from_millis(20);
/// From the end of a round through all publishers to the next.
pub(crate) const ROUND_EVERY: Duration = Duration::from_hours(1);
/// Every so many rounds what had to stay is looked at again.
const ANEW_EVERY: u32 = 24;

/// What one go came to.
struct Gone {
    removed: usize,
    /// Up to where operations were looked at that are old enough.
    seen: Option<OperationId>,
    /// Whether those after it are too young.
    last: bool,
}

impl Engine {
    /// Forgets operations as they come of age, until `stop` says so.
    pub async fn forget_with_time(&self, mut stop: watch::Receiver<bool>) {
        let mut seen = HashMap::new();
        let begin_within = self.shared.pace.begin_to_forget;
        if !begin_within.is_zero() && sleep_or_stop(&mut stop, self.some_of(begin_within)).await.is_none() {
            return;
        }
        for round in 0_u32.. {
            if round.is_multiple_of(ANEW_EVERY) {
                seen.clear();
            }
            if let Err(error) = self.round(&mut seen, &mut stop).await {
                // They will be later.
                availability::failed(&error);
            }
            if sleep_or_stop(&mut stop, ROUND_EVERY).await.is_none() {
                return;
            }
        }
    }

    /// A part of the span, at random.
    fn some_of(&self, span: Duration) -> Duration {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.shared.clock.random_below(micros))
    }

    /// Forgets what is old enough of one publisher, from its oldest operation on; answers how many operations went.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn forget_old(&self, publisher: &str) -> Result<usize, StoreError> {
        let Some(retention) = self.shared.settings.retention else { return Ok(0) };
        let (mut after, mut removed) = (None, 0);
        loop {
            let gone = self.forget_step(publisher, retention, after, BATCH).await?;
            removed += gone.removed;
            after = gone.seen.or(after);
            if gone.last {
                return Ok(removed);
            }
        }
    }

    async fn round(
        &self,
        seen: &mut HashMap<String, OperationId>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let Some(retention) = self.shared.settings.retention else { return Ok(()) };
        let mut publisher = None;
        while let Some(next) = self.shared.store.publisher_after(publisher.as_deref()).await? {
            loop {
                let gone = self.forget_step(&next, retention, seen.get(&next).copied(), BATCH).await?;
                if let Some(id) = gone.seen {
                    seen.insert(next.clone(), id);
                }
                if gone.removed > 0 {
                    tracing::info!(publisher = %next, removed = gone.removed, "old operations were forgotten");
                }
                if sleep_or_stop(stop, BREATH).await.is_none() {
                    return Ok(());
                }
                if gone.last {
                    break;
                }
            }
            publisher = Some(next);
        }
        Ok(())
    }

    /// Looks at the next operations of the publisher, `limit` at most, and forgets those that may go.
    async fn forget_step(
        &self,
        publisher: &str,
        retention: Micros,
        after: Option<OperationId>,
        limit: usize,
    ) -> Result<Gone, StoreError> {
        let now = self.shared.clock.now(publisher);
        let before = PublisherTime(now.0.saturating_sub_unsigned(retention.0));
        let found = self.shared.store.operations_after(publisher, after, limit).await?;
        let full = found.len() == limit;
        let mut gone = Gone { removed: 0, seen: None, last: !full };
        let mut by_offer: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
        for stored in found {
            // The clock by which it began was ahead, so that it says nothing of those after it.
            if stored.operation.head().created_at > now {
                gone.seen = Some(stored.operation.head().id);
                continue;
            }
            // Nothing ends before it begins.
            if stored.operation.head().created_at >= before {
                gone.last = true;
                break;
            }
            gone.seen = Some(stored.operation.head().id);
            by_offer.entry(stored.offer).or_default().push(stored.operation);
        }
        for (offer, operations) in by_offer {
            gone.removed += self.forget_of(&OfferKey::new(publisher, offer), operations, before).await?;
        }
        Ok(gone)
    }

    /// Forgets those of these operations of an offer that may go.
    async fn forget_of(
        &self,
        key: &OfferKey,
        operations: Vec<Operation>,
        before: PublisherTime,
    ) -> Result<usize, StoreError> {
        let Some(loaded) = self.shared.store.load(key).await? else { return Ok(0) };
        let state = &loaded.aggregate;
        // Operations of one version follow one another: those of older ones have all been looked at.
        let contents_below =
            operations.iter().map(|operation| operation.head().offer_version).max().unwrap_or(0);
        let (mut over, mut keep) = (Vec::new(), Vec::new());
        for operation in operations {
            match fate(state, &operation, before) {
                Fate::Over => over.push(operation),
                Fate::Kept => keep.push(aged(&operation)),
                Fate::Recent => {}
            }
        }
        let remove: Vec<Aged> = over.iter().map(aged).collect();
        let prune = Prune {
            publisher: key.publisher.to_string(),
            offer: key.offer.to_string(),
            revision: loaded.revision,
            remove,
            keep,
            contents_below,
            versions: needed_versions(state),
        };
        let engine = self.clone();
        // Like a commit it goes on if the caller goes away: nothing is kept in memory of what is gone.
        let pruning = tokio::spawn(async move {
            let _changing = engine.shared.operations.changing(&over);
            engine.shared.store.prune(prune).await
        });
        match pruning.await.map_err(|error| StoreError::Unavailable(error.to_string()))? {
            // It is in use: another time.
            Err(StoreError::Stale) => Ok(0),
            removed => removed,
        }
    }
}

fn aged(operation: &Operation) -> Aged {
    let Head { id, publishing_version, offer_version, .. } = *operation.head();
    Aged { id, publishing_version, offer_version }
}

#[cfg(test)]
mod tests;
