//! Settings of publishers, which every publish needs.

use std::collections::HashMap;

use parking_lot::Mutex;
use signoff_lifecycle::ids::{Micros, Timestamp};
use signoff_store::StoreError;
use signoff_store::contract::Publisher;

use crate::engine::Engine;

/// At most so many are kept.
const KEPT: usize = 10_000;

/// What was looked up, and when; safe to lose. Kept of a shared store alone: of one's own a look costs next to nothing.
#[derive(Default)]
pub(crate) struct Publishers {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Grows whenever what is kept is forgotten: what was looked up before may be over.
    generation: u64,
    by_id: HashMap<String, Known>,
}

#[derive(Clone)]
struct Known {
    publisher: Option<Publisher>,
    /// When it was looked up, in ticks.
    at: i64,
}

impl Publishers {
    pub(crate) fn clear(&self) {
        let mut kept = self.kept.lock();
        kept.generation += 1;
        kept.by_id.clear();
    }

    fn known(&self, id: &str, now: i64, known_for: Micros) -> Option<Known> {
        let kept = self.kept.lock();
        let known = kept.by_id.get(id)?;
        (Timestamp(now).since(Timestamp(known.at)) < known_for).then(|| known.clone())
    }

    fn keep(&self, id: &str, known: Known, generation: u64) {
        let mut kept = self.kept.lock();
        if kept.generation != generation {
            return;
        }
        if kept.by_id.len() >= KEPT {
            kept.by_id.clear();
        }
        kept.by_id.insert(id.to_owned(), known);
    }
}

impl Engine {
    /// One publisher, if it exists: as it is, or on a shared store as it was no longer ago than
    /// [`crate::Settings::known_for`].
    pub(crate) async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError> {
        let (publishers, store) = (&self.shared.publishers, &self.shared.store);
        if !self.shared.has_peers {
            return store.publisher(id).await;
        }
        let now = self.shared.clock.ticks();
        if let Some(known) = publishers.known(id, now, self.known_for()) {
            return Ok(known.publisher);
        }
        let generation = publishers.kept.lock().generation;
        let publisher = store.publisher(id).await?;
        publishers.keep(id, Known { publisher: publisher.clone(), at: now }, generation);
        Ok(publisher)
    }

    /// How long what was looked up of the directory counts, where others may change it.
    fn known_for(&self) -> Micros {
        Micros(u64::try_from(self.shared.settings.known_for.as_micros()).unwrap_or(u64::MAX))
    }

    /// How old what was looked up of the directory may be; `None`: nobody else changes it.
    pub fn directory_counts_for(&self) -> Option<Micros> {
        self.shared.has_peers.then(|| self.known_for())
    }

    /// To be called when the directory was changed here.
    pub fn forget_publishers(&self) {
        self.shared.publishers.clear();
    }
}
