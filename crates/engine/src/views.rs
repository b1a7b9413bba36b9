//! Operations as they are read most: kept decoded, and rendered once for many readers.
//!
//! What is kept is never behind the store: a commit puts the new state in before it is answered, and a reader
//! that loaded before the commit finds that it came too late.

use std::sync::Arc;

use parking_lot::Mutex;
use signoff_lifecycle::ids::{OperationId, Timestamp};
use signoff_lifecycle::operation::Operation;
use signoff_store::StoreError;

use crate::engine::Engine;

/// An operation as it stands, and room for what was rendered of it.
pub struct Viewed {
    /// The publisher.
    pub publisher: String,
    /// The offer.
    pub offer: String,
    /// The operation.
    pub operation: Operation,
    rendered: Mutex<Option<Rendered>>,
}

/// What a reader gets, and until when it is so.
#[derive(Clone)]
pub struct Rendered {
    /// The body of the reply.
    pub body: Arc<[u8]>,
    /// The entity tag of these bytes.
    pub tag: Arc<str>,
    /// From this moment on (on the publisher's clock) it has to be rendered anew: progress shows.
    pub until: Timestamp,
}

impl Viewed {
    /// What was rendered last, or what `render` makes of the operation now.
    pub fn rendered(&self, now: Timestamp, render: impl FnOnce(&Self) -> Rendered) -> Rendered {
        let mut kept = self.rendered.lock();
        if let Some(rendered) = kept.as_ref().filter(|rendered| now < rendered.until) {
            return rendered.clone();
        }
        let rendered = render(self);
        *kept = Some(rendered.clone());
        rendered
    }
}

const SHARDS: usize = 16;
/// At most so many operations are kept in each shard.
const KEPT: usize = 1024;

#[derive(Default)]
struct Shard {
    /// Grows with every commit that touches the shard.
    generation: u64,
    kept: std::collections::HashMap<OperationId, Arc<Viewed>>,
}

#[derive(Default)]
pub(crate) struct Views {
    shards: [Mutex<Shard>; SHARDS],
}

impl Views {
    fn shard(&self, id: OperationId) -> &Mutex<Shard> {
        // The last bits of an id are random.
        &self.shards[usize::from(id.to_bytes()[15]) % SHARDS]
    }

    fn get(&self, id: OperationId) -> (Option<Arc<Viewed>>, u64) {
        let shard = self.shard(id).lock();
        (shard.kept.get(&id).cloned(), shard.generation)
    }

    fn keep(&self, viewed: &Arc<Viewed>, generation: Option<u64>) {
        let mut shard = self.shard(viewed.operation.id).lock();
        match generation {
            Some(generation) if generation != shard.generation => return,
            Some(_) => {}
            None => shard.generation += 1,
        }
        // Commits are durable in one order and may arrive here in another.
        let revision = viewed.operation.revision;
        if shard.kept.get(&viewed.operation.id).is_some_and(|kept| kept.operation.revision > revision) {
            return;
        }
        if shard.kept.len() >= KEPT {
            shard.kept.clear();
        }
        shard.kept.insert(viewed.operation.id, viewed.clone());
    }

    /// Takes in what a commit wrote.
    pub(crate) fn committed(&self, publisher: &str, offer: &str, operation: Operation) {
        self.keep(&Arc::new(Viewed::new(publisher, offer, operation)), None);
    }

    /// Forgets everything: the store was replaced.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.generation += 1;
            shard.kept.clear();
        }
    }
}

impl Viewed {
    fn new(publisher: &str, offer: &str, operation: Operation) -> Self {
        Self {
            publisher: publisher.to_owned(),
            offer: offer.to_owned(),
            operation,
            rendered: Mutex::new(None),
        }
    }
}

impl Engine {
    /// One operation of the publisher.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<Arc<Viewed>>, StoreError> {
        let views = &self.shared.views;
        let (kept, generation) = views.get(id);
        if let Some(viewed) = kept.filter(|viewed| viewed.publisher == publisher) {
            return Ok(Some(viewed));
        }
        let Some(stored) = self.shared.store.operation(publisher, id).await? else { return Ok(None) };
        let viewed = Arc::new(Viewed::new(publisher, &stored.offer, stored.operation));
        views.keep(&viewed, Some(generation));
        Ok(Some(viewed))
    }
}

#[cfg(test)]
mod tests {
    use signoff_lifecycle::command::{Guard, PutGuard};
    use signoff_store::sqlite::SqliteStore;

    use super::*;
    use crate::catalogue::sample_vm_offer;
    use crate::{PublishRequest, PutRequest, Settings};

    #[tokio::test]
    async fn a_commit_that_arrives_late_puts_nothing_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("signoff.db")).unwrap();
        let engine = Engine::new(Arc::new(store), Settings::development());
        let sample: serde_json::Value = serde_json::from_str(sample_vm_offer()).unwrap();
        let put = PutRequest {
            offer_type: sample["offerTypeId"].as_str().map(str::to_owned),
            definition: sample["definition"].to_string(),
            extra: None,
            migrated: Some(true),
            guard: PutGuard::Any { creates: true },
        };
        engine.put("contoso", "vm", put).await.unwrap();
        let publish = PublishRequest { by: "me".to_owned(), emails: Vec::new(), guard: Guard::None };
        let done = engine.publish("contoso", "vm", publish).await.unwrap();

        let early = done.state.target.unwrap();
        let mut late = early.clone();
        late.revision += 1;
        engine.shared.views.committed("contoso", "vm", late.clone());
        engine.shared.views.committed("contoso", "vm", early);
        let viewed = engine.operation("contoso", late.id).await.unwrap().unwrap();
        assert_eq!(viewed.operation.revision, late.revision);
    }
}
