//! Offers as commands are decided on, kept in memory: this store has one owner, who knew the state a moment ago.
//!
//! What is kept is never behind the file. From before a commit is handed to the writer until it is durable nothing is
//! kept of its offer; what it wrote is taken in before its caller hears of it, and dropped where there is any doubt.

use std::sync::Arc;

use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::Aggregate;
use signoff_store::cache::{Cache, Changing, Slot};
use signoff_store::contract::{Change, Loaded};

const SHARDS: usize = 16;
/// What a shard keeps weighs at most so many bytes: some 16 MB in all, or five thousand offers of eight steps.
const BYTES: usize = 1 << 20;

/// What was read or written last of offers that are worked on.
pub(super) struct OfferCache(Arc<Cache<OfferKey, Loaded>>);

/// A commit of one offer on its way.
pub(super) struct Committing {
    changing: Changing<'static, OfferKey, Loaded>,
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
            changing: self.0.changing_shared(vec![change.next.offer.key()]),
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
    const PART: usize = 256;
    let state: &Aggregate = &loaded.aggregate;
    let parts = |operation: signoff_lifecycle::operation::OperationRef<'_>| {
        let head = operation.head();
        2 + operation.steps().len() + operation.undo().len() + head.notes.len() + head.emails.len()
    };
    size_of::<Aggregate>() + PART * (1 + state.operations().map(parts).sum::<usize>())
}
