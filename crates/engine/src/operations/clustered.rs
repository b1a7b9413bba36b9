//! Operations of a store that other nodes write to, as they were when somebody looked last. Every look asks the store,
//! which tells with one read of one row whether they are still so: what was decoded and rendered is used again then, and
//! no reader gets a state that is over.

use std::sync::Arc;

use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_store::cache::Cache;
use signoff_store::contract::{Fingerprint, Lookup};
use signoff_store::{Store, StoreError};

use super::{CachedOperation, KEPT, SHARDS};

/// An offer, and the number of one of its operations.
type Number = (OfferKey, u64);

/// What is kept.
pub(crate) struct Clustered {
    known: Cache<OperationId, (Arc<CachedOperation>, Fingerprint)>,
    /// Which operation a number is. A caller sees by the operation whether it is right.
    numbers: Cache<Number, OperationId>,
}

impl Default for Clustered {
    fn default() -> Self {
        Self { known: Cache::sharded(SHARDS, KEPT), numbers: Cache::new(SHARDS * KEPT) }
    }
}

impl Clustered {
    /// The operation as the store has it now.
    pub(super) async fn get(
        &self,
        store: &dyn Store,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<Arc<CachedOperation>>, StoreError> {
        let (known, slot) = self.known.peek(&id);
        let known = known.filter(|(cached, _)| *cached.key.publisher == *publisher);
        match store.look(publisher, id, known.as_ref().map(|(_, fingerprint)| fingerprint)).await? {
            Lookup::Gone => {
                self.known.forget(&id);
                Ok(None)
            }
            Lookup::Same => Ok(known.map(|(cached, _)| cached)),
            Lookup::Changed(stored, fingerprint) => {
                let cached =
                    Arc::new(CachedOperation::new(OfferKey::new(publisher, stored.offer), stored.operation));
                slot.fill((cached.clone(), fingerprint));
                Ok(Some(cached))
            }
        }
    }

    /// The operation of the offer with this number.
    pub(super) async fn numbered(
        &self,
        store: &dyn Store,
        key: &OfferKey,
        number: u64,
    ) -> Result<Option<Arc<CachedOperation>>, StoreError> {
        let (known, slot) = self.numbers.peek(&(key.clone(), number));
        if let Some(id) = known {
            let cached = self.get(store, &key.publisher, id).await?;
            let is_it = |cached: &Arc<CachedOperation>| {
                cached.key == *key && cached.operation.head().publishing_version == number
            };
            if let Some(cached) = cached.filter(is_it) {
                return Ok(Some(cached));
            }
        }
        let found = store.operation_by_version(key, number).await?;
        let Some(id) = found.map(|operation| operation.head().id) else { return Ok(None) };
        slot.fill(id);
        self.get(store, &key.publisher, id).await
    }

    /// Forgets everything: a clock went back, and what was rendered shows a time that is not yet.
    pub(super) fn clear(&self) {
        self.known.clear();
    }
}
