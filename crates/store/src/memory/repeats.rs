//! Replies to repeatable requests.

use async_trait::async_trait;
use signoff_lifecycle::ids::RealTime;

use super::MemoryStore;
use super::tables::Tables;
use crate::StoreError;
use crate::contract::{Repeated, Repeats};

#[async_trait]
impl Repeats for MemoryStore {
    async fn repeated(&self, publisher: &str, key: [u8; 32]) -> Result<Option<Repeated>, StoreError> {
        Ok(self.inner.tables.lock().repeated.get(&(publisher.to_owned(), key)).cloned())
    }

    async fn keep_reply(&self, repeated: Repeated) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        check(&tables, &repeated)?;
        keep(&mut tables, repeated);
        Ok(())
    }

    async fn prune_repeated(&self, now: RealTime, limit: usize) -> Result<usize, StoreError> {
        let mut tables = self.inner.tables.lock();
        let expired = tables.repeated.iter().filter(|(_, kept)| kept.expires_at <= now);
        let mut expired: Vec<_> = expired.map(|(key, kept)| (kept.expires_at, key.clone())).collect();
        expired.sort_unstable();
        expired.truncate(limit);
        for (_, key) in &expired {
            tables.repeated.remove(key);
        }
        Ok(expired.len())
    }
}

/// The second caller has to look at the reply that is there.
pub(super) fn check(tables: &Tables, repeated: &Repeated) -> Result<(), StoreError> {
    let taken = tables.repeated.contains_key(&(repeated.publisher.clone(), repeated.key));
    if taken { Err(StoreError::Stale) } else { Ok(()) }
}

pub(super) fn keep(tables: &mut Tables, repeated: Repeated) {
    tables.repeated.insert((repeated.publisher.clone(), repeated.key), repeated);
}
