//! PostgreSQL for the cases: a database each.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use signoff_store::Store;
use signoff_store::conformance::Fixture;
use signoff_store_postgres::testing;
use signoff_store_postgres::{PostgresSettings, PostgresStore};
use tempfile::TempDir;

/// Connections of one store.
const CONNECTIONS: usize = 8;

/// A database of one case's own.
pub(crate) struct Postgres {
    address: String,
    open: Mutex<Option<Arc<dyn Store>>>,
    folder: TempDir,
}

impl Postgres {
    /// The store in the database at this address.
    pub(crate) async fn at(address: String) -> Self {
        let fixture = Self { address, open: Mutex::new(None), folder: TempDir::new().unwrap() };
        fixture.open().await;
        fixture
    }

    async fn open(&self) {
        let settings = PostgresSettings::parse(&self.address).unwrap().connections(CONNECTIONS);
        let store = PostgresStore::open(&settings).await.unwrap();
        *self.open.lock() = Some(Arc::new(store));
    }
}

impl Fixture for Postgres {
    async fn new() -> Self {
        Self::at(testing::database().await.unwrap()).await
    }

    fn store(&self) -> Arc<dyn Store> {
        self.open.lock().clone().expect("it is open")
    }

    fn reopen(&self) {
        let store = self.open.lock().take().expect("it is open");
        assert_eq!(Arc::strong_count(&store), 1, "the case still has the store open");
        drop(store);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(self.open()));
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}
