//! Offers as commands are decided on, kept in memory: this store has one owner, who knew the state a moment ago.
//!
//! What is kept is never behind the file. From before a commit is handed to the writer until it is durable nothing is
//! kept of its offer; what it wrote is taken in before its caller hears of it, and dropped where there is any doubt.

use std::sync::Arc;

use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::OperationRef;
use signoff_store::cache::{Cache, Changing, Slot};
use signoff_store::contract::{Change, Loaded};

const SHARDS: usize = 16;
/// What a shard keeps weighs at most so many bytes: some 16 MB in all, or five thousand offers of eight steps.
const BYTES: usize = 1 << 20;

/// What was read or written last of offers that are worked on.
pub(super) struct OfferCache(Arc<Cache<OfferKey, Loaded>>);

/// A commit of one offer on its way.
pub(super) struct Committing {
    changing: Changing<OfferKey, Loaded>,
    written: Loaded,
}

impl Default for OfferCache {
    fn default() -> Self {
        Self(Arc::new(Cache::weighed(SHARDS, usize::MAX, BYTES, weight)))
    }
}

impl OfferCache {
    /// The offer, or a slot for what the file says.
    pub(super) fn get(&self, key: &OfferKey) -> Result<Loaded, Slot<'_, OfferKey, Loaded>> {
        self.0.get(key)
    }

    /// A change is about to be committed.
    pub(super) fn committing(&self, change: &Change) -> Committing {
        let revision = change.expected.map_or(1, |expected| expected + 1);
        Committing {
            changing: self.0.changing(vec![change.next.offer.key()]),
            written: Loaded { aggregate: change.next.clone(), revision },
        }
    }

    /// All offers are about to change. Only the writer says so, and it says when that is over.
    pub(super) fn changing(&self) {
        self.0.close();
    }

    /// They have changed, or not.
    pub(super) fn changed(&self) {
        self.0.open();
    }
}

impl Committing {
    /// What was written is durable. Dropped instead, the file is asked from then on.
    pub(super) fn written_durably(self) {
        self.changing.committed([self.written]);
    }
}

/// The bytes that an offer takes in memory, about.
fn weight(loaded: &Loaded) -> usize {
    /// A step, an undo, a note or an address with its texts.
    const PART: usize = 256;
    let parts = |operation: OperationRef<'_>| {
        let head = operation.head();
        2 + operation.steps().len() + operation.undo().len() + head.notes.len() + head.emails.len()
    };
    size_of::<Aggregate>() + PART * (1 + loaded.aggregate.operations().map(parts).sum::<usize>())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use signoff_store::StoreError;
    use signoff_store::conformance::world::{CONTOSO, apply, bare, cancel, decided, done, id, publish, put};
    use signoff_store::contract::{DevState, Offers as _};
    use tempfile::TempDir;

    use super::*;
    use crate::SqliteStore;

    fn key() -> OfferKey {
        OfferKey::new(CONTOSO, "a")
    }

    fn open() -> (TempDir, SqliteStore) {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("signoff.db")).unwrap();
        (folder, store)
    }

    /// What is kept of the offer; nothing is read from the file.
    fn kept(store: &SqliteStore) -> Option<Loaded> {
        store.inner.offers.get(&key()).ok()
    }

    /// What the file says of it, whatever is kept.
    async fn stored(store: &SqliteStore) -> Option<Loaded> {
        store.inner.offers.changing();
        store.inner.offers.changed();
        store.load(&key()).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_kept_after_each_commit_is_what_the_file_says() {
        let (_folder, store) = open();
        let put = || put(CONTOSO, "a");
        for command in [put(), publish(id(1), 1), put(), done(id(1), 1), cancel(id(2)), put()] {
            apply(&store, CONTOSO, "a", command).await;
            let kept = kept(&store).expect("a commit takes in what it wrote");
            assert_eq!(stored(&store).await, Some(kept));
        }
    }

    #[tokio::test]
    async fn a_stale_commit_leaves_nothing_that_is_behind_the_file() {
        let (_folder, store) = open();
        apply(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        let late = decided(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        apply(&store, CONTOSO, "a", publish(id(1), 1)).await;
        assert!(matches!(store.commit(&late).await, Err(StoreError::Stale)));
        assert_eq!(kept(&store), None, "in doubt the file is asked");
        let loaded = store.load(&key()).await.unwrap();
        assert_eq!(kept(&store), loaded);
        assert_eq!(loaded, stored(&store).await);
        assert_eq!(loaded.unwrap().revision, 2);
    }

    #[tokio::test]
    async fn of_commits_that_wait_together_the_last_one_counts() {
        let (_folder, store) = open();
        apply(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        let mut changes = Vec::new();
        for expected in 1..40 {
            let change = bare(&store, CONTOSO, "a").await;
            changes.push(Change { expected: Some(expected), ..change });
        }
        let commits = changes.iter().map(|change| store.commit(change));
        let committed = futures_util::future::join_all(commits).await;
        assert!(committed.iter().all(Result::is_ok), "they come one after the other: {committed:?}");
        let loaded = store.load(&key()).await.unwrap().unwrap();
        assert_eq!(loaded.revision, 40);
        assert_eq!(stored(&store).await, Some(loaded));
    }

    #[tokio::test]
    async fn a_state_that_was_replaced_is_forgotten() {
        let (folder, store) = open();
        apply(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        apply(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        let snapshot = folder.path().join("snapshot");
        store.snapshot(&snapshot).await.unwrap();
        let before = store.load(&key()).await.unwrap();
        store.reset().await.unwrap();
        assert_eq!(store.load(&key()).await.unwrap(), None);
        apply(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        apply(&store, CONTOSO, "a", publish(id(1), 1)).await;
        let after = kept(&store).unwrap();
        assert_eq!(after.revision, before.as_ref().unwrap().revision);
        assert_ne!(Some(after), before, "the same revision of another state");
        store.restore(&snapshot).await.unwrap();
        assert_eq!(kept(&store), None);
        assert_eq!(store.load(&key()).await.unwrap(), before);
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_leaves_nothing_that_is_behind_the_file() {
        let (_folder, store) = open();
        apply(&store, CONTOSO, "a", put(CONTOSO, "a")).await;
        let change = decided(&store, CONTOSO, "a", publish(id(1), 1)).await;
        let mut commit = Box::pin(store.commit(&change));
        let polled = poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await;
        drop(commit);
        assert!(polled.is_pending());
        // The writer goes by the order in which changes come.
        apply(&store, CONTOSO, "b", put(CONTOSO, "b")).await;
        let loaded = store.load(&key()).await.unwrap();
        assert_eq!(loaded.as_ref().unwrap().revision, 2);
        assert_eq!(loaded, stored(&store).await);
    }
}
