//! PostgreSQL for the cases: one server a process, or the one that `SIGNOFF_TEST_POSTGRES` names; a database a case.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use signoff_store::Store;
use signoff_store::postgres::PostgresStore;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::fixture::Fixture;

/// The address of a server where this user may create databases, e.g. `postgres://postgres@127.0.0.1:5432`.
const ADDRESS: &str = "SIGNOFF_TEST_POSTGRES";
/// Connections of one store.
const CONNECTIONS: usize = 8;

/// A server of this process. It ends when the process does, however that ends: its shell waits for our end of the pipe.
struct Server {
    address: String,
    _shell: Child,
}

/// Starts a server on a new data directory, not as root, and waits until it answers.
const SCRIPT: &str = include_str!("cluster.sh");

fn start() -> Server {
    // Nobody else is told this port; taken meanwhile, the server says so.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let shell = Command::new("bash")
        .args(["-c", SCRIPT])
        .env("SCRIPT", SCRIPT)
        .env("PORT", port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut shell = shell.expect("bash is there");
    let mut told = BufReader::new(shell.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut before = Vec::new();
    loop {
        match told.next() {
            Some(line) if line == "ready" => break,
            Some(line) => before.push(line),
            None => panic!("the cases need PostgreSQL 13 or newer: {}", before.join("\n")),
        }
    }
    Server { address: format!("postgres://postgres@127.0.0.1:{port}"), _shell: shell }
}

fn server() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    std::env::var(ADDRESS).unwrap_or_else(|_| SERVER.get_or_init(start).address.clone())
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
