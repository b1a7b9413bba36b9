//! A store in memory: what simulations and tests of the layers above run on. It passes the conformance suite.
//!
//! It is always built, without a feature: it is small, needs nothing that SQLite does not, and no binary keeps it.

mod artifacts;
mod audit;
mod dev;
mod directory;
mod offers;
mod outbox;
mod repeats;
mod retention;
mod sharing;
mod tables;
mod work;

use std::sync::Arc;

use parking_lot::Mutex;

use signoff_lifecycle::ids::OperationId;

use crate::contract::{Change, Claimed, Lease, Letter};
use crate::leases::{Elapsed, Leases};

pub use tables::Tables;

/// Something that the store did, for a test that watches it.
#[derive(Clone, Copy, Debug)]
pub enum StoreEvent<'a> {
    /// A change was committed.
    Committed(&'a Change),
    /// Work was leased.
    Claimed(&'a Claimed),
    /// A step made something.
    Made { lease: &'a Lease, step: &'a str },
    /// What a step made is gone.
    Removed { publisher: &'a str, operation: OperationId, step: &'a str },
    /// What became of a letter was recorded.
    Settled(&'a Letter),
}

/// Told of every event in the order in which they are done, with the tables as they then are.
pub type Watcher = Arc<dyn Fn(StoreEvent<'_>, &Tables) + Send + Sync>;

/// A store in memory. Cheap to clone; clones share the state.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Inner>,
}

struct Inner {
    tables: Mutex<Tables>,
    /// What dies with the server: who holds which work and which letter.
    leases: Leases,
    elapsed: Elapsed,
    watcher: Option<Watcher>,
}

impl MemoryStore {
    /// An empty store. Leases run on `passed`.
    pub fn new(elapsed: Elapsed) -> Self {
        Self::on(Tables::default(), elapsed)
    }

    /// A store that begins with these tables.
    pub fn on(tables: Tables, elapsed: Elapsed) -> Self {
        Self::watched(tables, elapsed, None)
    }

    /// The same, with somebody who is told of all that is done.
    pub fn watched(tables: Tables, elapsed: Elapsed, watcher: Option<Watcher>) -> Self {
        let leases = Leases::on(elapsed.clone());
        Self { inner: Arc::new(Inner { tables: Mutex::new(tables), leases, elapsed, watcher }) }
    }

    /// A copy of everything that is durable.
    pub fn durable(&self) -> Tables {
        self.inner.tables.lock().clone()
    }

    /// The store as it is found after a crash: what is durable, without leases. A task that still has the old
    /// store changes nothing in the new one.
    #[must_use]
    pub fn reopen(&self) -> Self {
        self.reopen_with(self.durable())
    }

    /// The same, with other tables in the place of its own.
    #[must_use]
    pub fn reopen_with(&self, tables: Tables) -> Self {
        Self::watched(tables, self.inner.elapsed.clone(), self.inner.watcher.clone())
    }

    /// What `look` sees in the tables. For checks beside the store's contract.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.inner.tables.lock())
    }
}

impl Inner {
    fn tell(&self, event: StoreEvent<'_>, tables: &Tables) {
        if let Some(watcher) = &self.watcher {
            watcher(event, tables);
        }
    }
}
