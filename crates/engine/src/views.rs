//! Operations as they are read most: kept decoded, and rendered once for many readers.
//!
//! What is kept is never behind the store: while an operation is being committed nothing is kept of it and
//! readers ask the store, and a reader that loaded before a commit finds that it came too late.

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
    /// Grows with every commit that touches the shard, when it begins and when it ends.
    generation: u64,
    kept: HashMap<OperationId, Arc<Viewed>>,
    /// What is being committed; nothing is kept of it.
    changing: HashMap<OperationId, Commits>,
}

/// The commits of one operation that have not come back.
struct Commits {
    running: usize,
    /// No other commit began before this one came back: what it wrote is what is stored.
    alone: bool,
}

impl Shard {
    fn insert(&mut self, viewed: Arc<Viewed>) {
        if self.kept.len() >= KEPT {
            self.kept.clear();
        }
        self.kept.insert(viewed.operation.id, viewed);
    }

    fn begin(&mut self, id: OperationId) {
        self.generation += 1;
        self.kept.remove(&id);
        let commits = self.changing.entry(id).or_insert(Commits { running: 0, alone: true });
        commits.running += 1;
        commits.alone &= commits.running == 1;
    }

    /// Answers whether what the commit wrote is what is stored.
    fn end(&mut self, id: OperationId) -> bool {
        self.generation += 1;
        let Some(commits) = self.changing.get_mut(&id) else { return false };
        commits.running -= 1;
        let (last, alone) = (commits.running == 0, commits.alone);
        if last {
            self.changing.remove(&id);
        }
        last && alone
    }
}

#[derive(Default)]
pub(crate) struct Views {
    shards: [Mutex<Shard>; SHARDS],
    /// Others write to the store, too, so that nothing is kept here (see `sharing/looked.rs`).
    is_idle: bool,
}

/// Operations that a commit is about to change. It must be given back when the commit comes back.
#[must_use]
pub(crate) struct Changing(Vec<OperationId>);

impl Views {
    pub(crate) fn new(is_shared: bool) -> Self {
        Self { is_idle: is_shared, ..Self::default() }
    }

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
        let id = viewed.operation.id;
        let mut shard = self.shard(id).lock();
        if generation == shard.generation && !shard.changing.contains_key(&id) {
            shard.insert(viewed.clone());
        }
    }

    /// To be called before the commit: from its moment on, which nobody sees, the store alone is right.
    pub(crate) fn changing(&self, operations: &[Operation]) -> Changing {
        if self.is_idle {
            return Changing(Vec::new());
        }
        let ids: Vec<OperationId> = operations.iter().map(|operation| operation.id).collect();
        for id in &ids {
            self.shard(*id).lock().begin(*id);
        }
        Changing(ids)
    }

    /// Takes in what a commit wrote.
    pub(crate) fn committed(
        &self,
        publisher: &str,
        offer: &str,
        changing: Changing,
        operations: Vec<Operation>,
    ) {
        for (id, operation) in changing.0.into_iter().zip(operations) {
            let mut shard = self.shard(id).lock();
            if shard.end(id) {
                shard.insert(Arc::new(Viewed::new(publisher, offer, operation)));
            }
        }
    }

    /// The commit failed, or nobody knows whether it went through all the same.
    pub(crate) fn failed(&self, changing: Changing) {
        for id in changing.0 {
            self.shard(id).lock().end(id);
        }
    }

    /// Forgets everything: the store was replaced.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.generation += 1;
            shard.kept.clear();
            for commits in shard.changing.values_mut() {
                commits.alone = false;
            }
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
        if self.shared.has_peers {
            return self.look(publisher, id).await;
        }
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
            by: "ann".into(),
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
    fn while_a_commit_runs_the_store_is_asked() {
        let views = Views::default();
        let first = views.changing(&[operation(1)]);
        commit(&views, first, 1);
        assert_eq!(kept(&views), Some(1));
        let second = views.changing(&[operation(2)]);
        assert_eq!(kept(&views), None);
        let (_, generation) = views.get(OperationId(1));
        views.loaded(&viewed(1), generation);
        assert_eq!(kept(&views), None);
        commit(&views, second, 2);
        assert_eq!(kept(&views), Some(2));
    }

    #[test]
    fn a_commit_that_is_held_up_puts_nothing_back() {
        let views = Views::default();
        let first = views.changing(&[operation(1)]);
        let second = views.changing(&[operation(2)]);
        commit(&views, second, 2);
        commit(&views, first, 1);
        assert_eq!(kept(&views), None);
        let third = views.changing(&[operation(3)]);
        commit(&views, third, 3);
        assert_eq!(kept(&views), Some(3));
    }

    #[test]
    fn nor_does_one_that_a_restore_overtook() {
        let views = Views::default();
        let first = views.changing(&[operation(1)]);
        views.clear();
        commit(&views, first, 1);
        assert_eq!(kept(&views), None);
    }

    #[test]
    fn a_reader_that_loaded_before_a_commit_or_a_restore_keeps_nothing() {
        let views = Views::default();
        let (_, generation) = views.get(OperationId(1));
        let changing = views.changing(&[operation(2)]);
        commit(&views, changing, 2);
        views.loaded(&viewed(1), generation);
        assert_eq!(kept(&views), Some(2));
        let (_, generation) = views.get(OperationId(1));
        views.clear();
        views.loaded(&viewed(2), generation);
        assert_eq!(kept(&views), None);
    }

    #[test]
    fn after_a_failed_commit_the_store_is_asked() {
        let views = Views::default();
        let first = views.changing(&[operation(1)]);
        commit(&views, first, 1);
        let (_, generation) = views.get(OperationId(1));
        views.failed(views.changing(&[operation(2)]));
        assert_eq!(kept(&views), None);
        views.loaded(&viewed(1), generation);
        assert_eq!(kept(&views), None);
        let (_, generation) = views.get(OperationId(1));
        views.loaded(&viewed(1), generation);
        assert_eq!(kept(&views), Some(1));
    }
}
