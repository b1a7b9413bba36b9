//! The engines of this crate for the cases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use signoff_store::Store;
use signoff_store::conformance::Fixture;
use signoff_store::testing::{FaultyStore, Plan};
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

/// SQLite in a file, for a database in memory has neither a log nor locks.
pub(crate) struct Sqlite {
    open: Mutex<Option<Arc<dyn Store>>>,
    folder: TempDir,
}

impl Sqlite {
    /// The file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("signoff.db")
    }

    /// Closes the store for good.
    pub(crate) fn close(&self) {
        let store = self.open.lock().take().expect("it is open");
        assert_eq!(Arc::strong_count(&store), 1, "the case still has the store open");
    }
}

impl Fixture for Sqlite {
    async fn new() -> Self {
        let fixture = Self { open: Mutex::new(None), folder: TempDir::new().unwrap() };
        let store = SqliteStore::open(&fixture.file()).unwrap();
        *fixture.open.lock() = Some(Arc::new(store));
        fixture
    }

    fn store(&self) -> Arc<dyn Store> {
        self.open.lock().clone().expect("it is open")
    }

    fn reopen(&self) {
        self.close();
        let store = SqliteStore::open(&self.file()).unwrap();
        *self.open.lock() = Some(Arc::new(store));
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The store for faults, without any: it must be the store behind it.
pub(crate) struct Faultless(Sqlite);

impl Fixture for Faultless {
    async fn new() -> Self {
        Self(Sqlite::new().await)
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(FaultyStore::new(self.0.store(), Plan::none()))
    }

    fn reopen(&self) {
        self.0.reopen();
    }

    fn folder(&self) -> &Path {
        self.0.folder()
    }
}
