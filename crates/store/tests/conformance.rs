//! The conformance suite on the store in memory.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use signoff_store::conformance::Fixture;
use signoff_store::memory::MemoryStore;
use signoff_store::{Store, suite};
use tempfile::TempDir;

/// The store in memory. No time passes for its leases, so none runs out by itself.
struct Memory {
    open: Mutex<MemoryStore>,
    folder: TempDir,
}

impl Fixture for Memory {
    async fn new() -> Self {
        let store = MemoryStore::new(Arc::new(|| Duration::ZERO));
        Self { open: Mutex::new(store), folder: TempDir::new().unwrap() }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.open.lock().clone())
    }

    fn reopen(&self) {
        let mut open = self.open.lock();
        *open = open.reopen();
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

suite!(memory, crate::Memory);
