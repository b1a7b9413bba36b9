//! Operations as they were when somebody looked last. Every look asks the store, which tells with one read of one row
//! whether they are still so: what was decoded and rendered is used again then, and nobody is told what is over.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use signoff_lifecycle::ids::OperationId;
use signoff_store::StoreError;
use signoff_store::contract::{Fingerprint, Lookup};

use crate::engine::Engine;
use crate::views::Viewed;

const SHARDS: usize = 16;
/// At most so many operations are kept in each shard.
const KEPT: usize = 1024;

type Known = (Arc<Viewed>, Fingerprint);

/// What is kept; safe to lose.
#[derive(Default)]
pub(crate) struct Looked {
    shards: [Mutex<HashMap<OperationId, Known>>; SHARDS],
    /// Which operation a number is, by publisher, offer and number. Whoever uses it sees by the operation whether it
    /// is right.
    numbers: Mutex<HashMap<(String, String, u64), OperationId>>,
}

impl Looked {
    fn shard(&self, id: OperationId) -> &Mutex<HashMap<OperationId, Known>> {
        // The last bits of an id are random.
        &self.shards[usize::from(id.to_bytes()[15]) % SHARDS]
    }

    fn known(&self, publisher: &str, id: OperationId) -> Option<Known> {
        let known = self.shard(id).lock().get(&id).cloned();
        known.filter(|(viewed, _)| viewed.publisher == publisher)
    }

    fn keep(&self, viewed: &Arc<Viewed>, fingerprint: Fingerprint) {
        let mut shard = self.shard(viewed.operation.id).lock();
        if shard.len() >= KEPT {
            shard.clear();
        }
        shard.insert(viewed.operation.id, (viewed.clone(), fingerprint));
    }

    fn forget(&self, id: OperationId) {
        self.shard(id).lock().remove(&id);
    }

    fn keep_number(&self, number: (String, String, u64), id: OperationId) {
        let mut numbers = self.numbers.lock();
        if numbers.len() >= SHARDS * KEPT {
            numbers.clear();
        }
        numbers.insert(number, id);
    }

    /// Forgets everything: a clock went back, and what was rendered shows a time that is not yet.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.lock().clear();
        }
    }
}

impl Engine {
    /// The operation as the store has it now.
    pub(crate) async fn look(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<Arc<Viewed>>, StoreError> {
        let (looked, store) = (&self.shared.looked, &self.shared.store);
        let known = looked.known(publisher, id);
        let fingerprint = known.as_ref().map(|(_, fingerprint)| fingerprint);
        match store.look(publisher, id, fingerprint).await? {
            Lookup::Gone => {
                looked.forget(id);
                Ok(None)
            }
            Lookup::Same => Ok(known.map(|(viewed, _)| viewed)),
            Lookup::Changed(stored, fingerprint) => {
                let viewed = Arc::new(Viewed::new(publisher, &stored.offer, stored.operation));
                looked.keep(&viewed, fingerprint);
                Ok(Some(viewed))
            }
        }
    }

    /// The operation of the offer with this number.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn numbered_operation(
        &self,
        publisher: &str,
        offer: &str,
        number: u64,
    ) -> Result<Option<Arc<Viewed>>, StoreError> {
        let looked = &self.shared.looked;
        let key = (publisher.to_owned(), offer.to_owned(), number);
        let known = looked.numbers.lock().get(&key).copied();
        if let Some(id) = known {
            let viewed = self.operation(publisher, id).await?;
            let is_it =
                |viewed: &Arc<Viewed>| viewed.offer == offer && viewed.operation.publishing_version == number;
            if let Some(viewed) = viewed.filter(is_it) {
                return Ok(Some(viewed));
            }
        }
        let found = self.shared.store.operation_by_version(publisher, offer, number).await?;
        let Some(id) = found.map(|operation| operation.id) else { return Ok(None) };
        if self.shared.has_peers {
            looked.keep_number(key, id);
        }
        self.operation(publisher, id).await
    }
}
