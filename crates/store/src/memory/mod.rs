//! A store in memory: what simulations and tests of the layers above run on. It passes the conformance suite.
//!
//! It is always built, without a feature: it is small, needs nothing that SQLite does not, and no binary keeps it.

mod artifacts;
mod directory;
mod lab;
mod offers;
mod outbox;
mod tables;
mod work;

use std::sync::Arc;

use parking_lot::Mutex;

use crate::leases::{Leases, Passed};

pub use tables::Tables;

/// A store in memory. Cheap to clone; clones share the state.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Inner>,
}

struct Inner {
    tables: Mutex<Tables>,
    /// What dies with the server: who holds which work and which letter.
    leases: Leases,
    passed: Passed,
}

impl MemoryStore {
    /// An empty store. Leases run on `passed`.
    pub fn new(passed: Passed) -> Self {
        Self::on(Tables::default(), passed)
    }

    /// A store that begins with these tables.
    pub fn on(tables: Tables, passed: Passed) -> Self {
        let leases = Leases::on(passed.clone());
        Self { inner: Arc::new(Inner { tables: Mutex::new(tables), leases, passed }) }
    }

    /// A copy of everything that is durable.
    pub fn durable(&self) -> Tables {
        self.inner.tables.lock().clone()
    }

    /// The store as it is found after a crash: what is durable, and nobody holds anything. Whoever still has the old
    /// store changes nothing in the new one.
    #[must_use]
    pub fn reopen(&self) -> Self {
        Self::on(self.durable(), self.inner.passed.clone())
    }

    /// What `look` sees in the tables. For checks beside the store's contract.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.inner.tables.lock())
    }
}
