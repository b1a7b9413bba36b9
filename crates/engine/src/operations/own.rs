//! Operations of a store that nobody else writes to: what is kept is right, since each commit takes it in.

use std::sync::Arc;

use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_store::cache::Cache;
use signoff_store::{Store, StoreError};

use super::{CachedOperation, KEPT, SHARDS};

/// What is kept: never behind the store.
pub(crate) struct Own(pub(super) Arc<Cache<OperationId, Arc<CachedOperation>>>);

impl Default for Own {
    fn default() -> Self {
        Self(Arc::new(Cache::sharded(SHARDS, KEPT)))
    }
}

impl Own {
    /// The operation as it is kept, or as the store has it.
    pub(super) async fn get(
        &self,
        store: &dyn Store,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<Arc<CachedOperation>>, StoreError> {
        let slot = match self.0.get_if(&id, |cached| *cached.key.publisher == *publisher) {
            Ok(cached) => return Ok(Some(cached)),
            Err(slot) => slot,
        };
        let Some(stored) = store.operation(publisher, id).await? else { return Ok(None) };
        let cached = Arc::new(CachedOperation::new(OfferKey::new(publisher, stored.offer), stored.operation));
        slot.fill(cached.clone());
        Ok(Some(cached))
    }

    /// The operation of the offer with this number.
    pub(super) async fn numbered(
        &self,
        store: &dyn Store,
        key: &OfferKey,
        number: u64,
    ) -> Result<Option<Arc<CachedOperation>>, StoreError> {
        match store.operation_by_version(key, number).await? {
            Some(operation) => self.get(store, &key.publisher, operation.head().id).await,
            None => Ok(None),
        }
    }
}
