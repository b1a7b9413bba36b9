//! Settings of publishers, which every publish needs.

use signoff_lifecycle::ids::{Micros, Moment};
use signoff_store::StoreError;
use signoff_store::cache::Cache;
use signoff_store::contract::Publisher;

use crate::clock::Ticks;
use crate::engine::Engine;

/// At most so many are kept.
const KEPT: usize = 10_000;

/// Where settings of publishers are read: chosen once, when the engine is made.
pub(crate) enum Publishers {
    /// The store is asked: one of one's own answers at once.
    Asked,
    /// What was looked up counts for a while.
    Kept { known: Cache<String, Known>, counts_for: Micros },
}

#[derive(Clone)]
pub(crate) struct Known {
    publisher: Option<Publisher>,
    /// When it was looked up.
    at: Ticks,
}

impl Publishers {
    /// For a store that other nodes write to, too.
    pub(crate) fn kept(counts_for: std::time::Duration) -> Self {
        let counts_for = Micros(u64::try_from(counts_for.as_micros()).unwrap_or(u64::MAX));
        Self::Kept { known: Cache::new(KEPT), counts_for }
    }

    pub(crate) fn clear(&self) {
        if let Self::Kept { known, .. } = self {
            known.clear();
        }
    }
}

impl Engine {
    /// One publisher, if it exists: as it is, or on a shared store as it was no longer ago than
    /// [`crate::Settings::known_for`].
    pub(crate) async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError> {
        let store = &self.shared.store;
        let Publishers::Kept { known, counts_for } = &self.shared.publishers else {
            return store.publisher(id).await;
        };
        let now = self.shared.clock.ticks();
        match known.get_if(id, |known| now.since(known.at) < *counts_for) {
            Ok(known) => Ok(known.publisher),
            Err(slot) => {
                let publisher = store.publisher(id).await?;
                slot.fill(Known { publisher: publisher.clone(), at: now });
                Ok(publisher)
            }
        }
    }

    /// How old what was looked up of the directory may be; `None`: nobody else changes it.
    pub fn directory_counts_for(&self) -> Option<Micros> {
        match &self.shared.publishers {
            Publishers::Asked => None,
            Publishers::Kept { counts_for, .. } => Some(*counts_for),
        }
    }

    /// To be called when the directory was changed here.
    pub fn forget_publishers(&self) {
        self.shared.publishers.clear();
    }
}
