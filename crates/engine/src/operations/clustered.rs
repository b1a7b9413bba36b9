//! Operations of a store that other nodes write to, as they were when somebody looked last. Every look asks the store,
//! which tells with one read of one row whether they are still so: what was decoded and rendered is used again then, and
//! nobody is told what is over.

use std::sync::Arc;

use signoff_lifecycle::ids::OperationId;
use signoff_store::cache::Cache;
use signoff_store::contract::{Fingerprint, Lookup};
use signoff_store::{Store, StoreError};

use super::{KEPT, SHARDS, Viewed};

/// An offer's publisher, its id, and the number of an operation.
type Number = (String, String, u64);

/// What is kept.
pub(crate) struct Clustered {
    known: Cache<OperationId, (Arc<Viewed>, Fingerprint)>,
    /// Which operation a number is. Whoever uses it sees by the operation whether it is right.
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
    ) -> Result<Option<Arc<Viewed>>, StoreError> {
        let (known, slot) = self.known.peek(&id);
        let known = known.filter(|(viewed, _)| viewed.publisher == publisher);
        match store.look(publisher, id, known.as_ref().map(|(_, fingerprint)| fingerprint)).await? {
            Lookup::Gone => {
                self.known.forget(&id);
                Ok(None)
            }
            Lookup::Same => Ok(known.map(|(viewed, _)| viewed)),
            Lookup::Changed(stored, fingerprint) => {
                let viewed = Arc::new(Viewed::new(publisher, &stored.offer, stored.operation));
                slot.fill((viewed.clone(), fingerprint));
                Ok(Some(viewed))
            }
        }
    }

    /// The operation of the offer with this number.
    pub(super) async fn numbered(
        &self,
        store: &dyn Store,
        publisher: &str,
        offer: &str,
        number: u64,
    ) -> Result<Option<Arc<Viewed>>, StoreError> {
        let (known, slot) = self.numbers.peek(&(publisher.to_owned(), offer.to_owned(), number));
        if let Some(id) = known {
            let viewed = self.get(store, publisher, id).await?;
            let is_it = |viewed: &Arc<Viewed>| {
                viewed.offer == offer && viewed.operation.head().publishing_version == number
            };
            if let Some(viewed) = viewed.filter(is_it) {
                return Ok(Some(viewed));
            }
        }
        let found = store.operation_by_version(publisher, offer, number).await?;
        let Some(id) = found.map(|operation| operation.head().id) else { return Ok(None) };
        slot.fill(id);
        self.get(store, publisher, id).await
    }

    /// Forgets everything: a clock went back, and what was rendered shows a time that is not yet.
    pub(super) fn clear(&self) {
        self.known.clear();
    }
}
