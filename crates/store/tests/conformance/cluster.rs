//! PostgreSQL for the cases: one server a process, or the one that `SIGNOFF_TEST_POSTGRES` names; a database a case.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
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
const START: &str = r#"
set -e
cd "$FOLDER"
initdb --pgdata=data --auth=trust --username=postgres --no-sync >initdb.log 2>&1 || { cat initdb.log; exit 1; }
postgres -D data -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
    -c max_connections=300 -c log_min_messages=fatal >server.log 2>&1 &
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server; cd /; rm -rf "$FOLDER"' EXIT
until pg_isready --quiet --host=127.0.0.1 --port="$PORT"; do
    kill -0 $server 2>/dev/null || { cat server.log; exit 1; }
    sleep 0.05
done
echo ready
read -r _ || true
"#;

/// Where Debian keeps the programs of the newest version, if they are not in the path.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    versions.sort();
    versions.pop().map(|version| version.join("bin"))
}

fn start() -> Server {
    let folder = tempfile::Builder::new().prefix("signoff-postgres-").tempdir().unwrap();
    // Nobody else is told this port; taken meanwhile, the server says so.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(programs().into_iter().chain(std::env::split_paths(&inherited))).unwrap();
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    let mut shell = if is_root {
        // The server refuses to run as root.
        let chown = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
        assert!(chown.success(), "the user postgres is needed: install the Debian package postgresql");
        let mut runuser = Command::new("runuser");
        runuser.args(["-u", "postgres", "--", "bash", "-c", START]);
        runuser
    } else {
        let mut bash = Command::new("bash");
        bash.args(["-c", START]);
        bash
    };
    let shell = shell
        .env("PATH", path)
        .env("FOLDER", folder.path())
        .env("PORT", port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut shell = shell.spawn().expect("bash and runuser are there");
    let mut told = BufReader::new(shell.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut before = Vec::new();
    loop {
        match told.next() {
            Some(line) if line == "ready" => break,
            Some(line) => before.push(line),
            None => {
                panic!("PostgreSQL 13 or newer is needed (Debian package postgresql): {}", before.join("\n"))
            }
        }
    }
    // The shell removes the folder in the end: what is static is never dropped.
    let _folder = folder.keep();
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
