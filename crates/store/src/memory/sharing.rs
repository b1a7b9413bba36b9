//! A simulation's store is one node's own.

use async_trait::async_trait;
use signoff_lifecycle::ids::{OperationId, RealTime};

use super::MemoryStore;
use crate::StoreError;
use crate::contract::{DevKind, Fingerprint, Lookup, Sharing};
use crate::packed::pack;

#[async_trait]
impl Sharing for MemoryStore {
    fn is_shared(&self) -> bool {
        false
    }

    async fn time(&self) -> Result<Option<RealTime>, StoreError> {
        Ok(None)
    }

    async fn look(
        &self,
        publisher: &str,
        id: OperationId,
        known: Option<&Fingerprint>,
    ) -> Result<Lookup, StoreError> {
        let tables = self.inner.tables.lock();
        let Some(row) = tables.operations.get(&(publisher.to_owned(), id)) else { return Ok(Lookup::Gone) };
        Lookup::at(&row.offer, &pack(&row.operation)?, known)
    }

    async fn revisions(&self, publisher: &str, offers: &[String]) -> Result<Vec<(String, u64)>, StoreError> {
        let tables = self.inner.tables.lock();
        let revision = |offer: &String| Some((offer.clone(), tables.revision(publisher, offer)?));
        let mut found: Vec<_> = offers.iter().filter_map(revision).collect();
        found.sort();
        Ok(found)
    }

    async fn swap_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        present: Option<&str>,
        next: Option<String>,
    ) -> Result<bool, StoreError> {
        let key = (kind.as_str().to_owned(), publisher.to_owned(), key.to_owned());
        let dev = &mut self.inner.tables.lock().dev;
        if dev.get(&key).map(String::as_str) != present {
            return Ok(false);
        }
        match next {
            Some(next) => dev.insert(key, next),
            None => dev.remove(&key),
        };
        Ok(true)
    }
}
