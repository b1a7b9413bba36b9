//! PostgreSQL for the cases: one server a process, or the one that `SIGNOFF_TEST_POSTGRES` names; a database a case.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use signoff_store::Store;
use signoff_store::postgres::PostgresStore;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::fixture::Fixture;
use crate::postgres_server;

/// Connections of one store.
const CONNECTIONS: usize = 8;

fn server() -> String {
    static SERVER: OnceLock<postgres_server::Postgres> = OnceLock::new();
    let start = || postgres_server::Postgres::start().unwrap_or_else(|why| panic!("{why}"));
    std::env::var(postgres_server::VARIABLE).unwrap_or_else(|_| SERVER.get_or_init(start).address.clone())
}

/// A database of one case's own.
pub(crate) struct Postgres {
    address: String,
    open: Mutex<Option<Arc<dyn Store>>>,
    folder: TempDir,
}

impl Postgres {
    async fn open(&self) {
        let store = PostgresStore::open(&self.address, CONNECTIONS).await.unwrap();
        *self.open.lock() = Some(Arc::new(store));
    }
}

impl Fixture for Postgres {
    async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = server();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let database = format!("case_{}_{number}", std::process::id());
        let (client, connection) =
            tokio_postgres::connect(&format!("{server}/postgres?sslmode=disable"), NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&format!("CREATE DATABASE {database} TEMPLATE template0")).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        let address = format!("{server}/{database}?sslmode=disable");
        let fixture = Self { address, open: Mutex::new(None), folder: TempDir::new().unwrap() };
        fixture.open().await;
        fixture
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
