//! Operations as they are read most: kept decoded, and rendered once for many readers.
//!
//! What is kept is never behind the store: a commit puts the new state in before it is answered, and whoever
//! comes with an older state finds that it came too late, be it a reader that loaded before the commit or an
//! earlier commit that was held up.

use std::collections::HashMap;
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
    /// Grows whenever operations are dropped, be they ever so new.
    dropped: u64,
    kept: HashMap<OperationId, Arc<Viewed>>,
}

impl Shard {
    fn insert(&mut self, viewed: Arc<Viewed>) {
        if self.kept.len() >= KEPT {
            self.clear();
        }
        self.kept.insert(viewed.operation.id, viewed);
    }

    fn clear(&mut self) {
        self.generation += 1;
        self.dropped += 1;
        self.kept.clear();
    }
}

#[derive(Default)]
pub(crate) struct Views {
    shards: [Mutex<Shard>; SHARDS],
}

/// Operations that a commit is about to change, as the views stood before.
pub(crate) struct Changing(Vec<(OperationId, u64)>);

impl Views {
    fn shard(&self, id: OperationId) -> &Mutex<Shard> {
        // The last bits of an id are random.
        &self.shards[usize::from(id.to_bytes()[15]) % SHARDS]
    }

    fn get(&self, id: OperationId) -> (Option<Arc<Viewed>>, u64) {
        let shard = self.shard(id).lock();
        (shard.kept.get(&id).cloned(), shard.generation)
    }

    /// Keeps what a reader loaded after [`Views::get`] told it the generation, unless a commit came in between.
    fn loaded(&self, viewed: &Arc<Viewed>, generation: u64) {
        let mut shard = self.shard(viewed.operation.id).lock();
        if generation == shard.generation {
            shard.insert(viewed.clone());
        }
    }

    /// To be called before the commit.
    pub(crate) fn changing(&self, operations: &[Operation]) -> Changing {
        let dropped = |operation: &Operation| (operation.id, self.shard(operation.id).lock().dropped);
        Changing(operations.iter().map(dropped).collect())
    }

    /// Takes in what a commit wrote. Commits end in their order, but their callers may come here in another.
    pub(crate) fn committed(
        &self,
        publisher: &str,
        offer: &str,
        before: Changing,
        operations: Vec<Operation>,
    ) {
        for (operation, (id, dropped)) in operations.into_iter().zip(before.0) {
            let mut shard = self.shard(id).lock();
            shard.generation += 1;
            if shard.dropped != dropped {
                // A newer state may be among what was dropped: the next reader looks it up.
                shard.kept.remove(&id);
            } else if shard.kept.get(&id).is_none_or(|kept| kept.operation.revision < operation.revision) {
                shard.insert(Arc::new(Viewed::new(publisher, offer, operation)));
            }
        }
    }

    /// A commit failed, and nobody knows whether it went through all the same.
    pub(crate) fn uncertain(&self, before: Changing) {
        for (id, _) in before.0 {
            let mut shard = self.shard(id).lock();
            shard.generation += 1;
            shard.dropped += 1;
            shard.kept.remove(&id);
        }
    }

    /// Forgets everything: the store was replaced.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.lock().clear();
        }
    }
}

impl Viewed {
    pub(crate) fn new(publisher: &str, offer: &str, operation: Operation) -> Self {
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
        views.loaded(&viewed, generation);
        Ok(Some(viewed))
    }
}

#[cfg(test)]
mod tests {
    use signoff_lifecycle::operation::{Kind, Phase, Slot};

    use super::*;

    fn operation(revision: u64) -> Operation {
        Operation {
            id: OperationId(1),
            kind: Kind::Publish,
            publishing_version: 1,
            slot: Slot::Preview,
            offer_type: "type".to_owned(),
            offer_version: 1,
            previous: None,
            migrated: false,
            by: "ann".to_owned(),
            emails: Vec::new(),
            created_at: Timestamp(0),
            changed_at: Timestamp(0),
            revision,
            phase: Phase::Running,
            steps: Vec::new(),
            undo: Vec::new(),
            outstanding: None,
            last_attempt: 0,
            released: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn viewed(revision: u64) -> Arc<Viewed> {
        Arc::new(Viewed::new("contoso", "a", operation(revision)))
    }

    fn commit(views: &Views, before: Changing, revision: u64) {
        views.committed("contoso", "a", before, vec![operation(revision)]);
    }

    fn kept(views: &Views) -> Option<u64> {
        views.get(OperationId(1)).0.map(|viewed| viewed.operation.revision)
    }

    #[test]
    fn a_commit_that_is_held_up_puts_nothing_back() {
        let views = Views::default();
        let first = views.changing(&[operation(1)]);
        let second = views.changing(&[operation(2)]);
        commit(&views, second, 2);
        commit(&views, first, 1);
        assert_eq!(kept(&views), Some(2));
    }

    #[test]
    fn nor_does_it_when_the_newer_state_was_dropped_since() {
        let views = Views::default();
        let first = views.changing(&[operation(1)]);
        let second = views.changing(&[operation(2)]);
        commit(&views, second, 2);
        views.clear();
        commit(&views, first, 1);
        assert_eq!(kept(&views), None);
    }

    #[test]
    fn a_reader_that_loaded_before_the_commit_keeps_nothing() {
        let views = Views::default();
        let (_, generation) = views.get(OperationId(1));
        let before = views.changing(&[operation(2)]);
        commit(&views, before, 2);
        views.loaded(&viewed(1), generation);
        assert_eq!(kept(&views), Some(2));
        let (_, generation) = views.get(OperationId(1));
        views.clear();
        views.loaded(&viewed(2), generation);
        assert_eq!(kept(&views), None);
    }

    #[test]
    fn after_a_commit_of_unknown_end_the_store_is_asked() {
        let views = Views::default();
        let before = views.changing(&[operation(1)]);
        commit(&views, before, 1);
        let (_, generation) = views.get(OperationId(1));
        views.uncertain(views.changing(&[operation(2)]));
        assert_eq!(kept(&views), None);
        views.loaded(&viewed(1), generation);
        assert_eq!(kept(&views), None);
    }
}
