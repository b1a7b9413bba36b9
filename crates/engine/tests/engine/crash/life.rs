//! One life of a server: an engine at work over a store with faults, in a runtime that ends with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use signoff_engine::{Engine, Settings};
use signoff_store::Store;
use signoff_store::testing::{Entry, FaultyStore, Plan};
use signoff_store_sqlite::SqliteStore;
use signoff_store_sqlite::testing::{copy_as_killed, faults_of_file};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::client::Client;
use crate::rules;
use crate::world::CONTOSO;

/// No life takes so long; it only turns a hang into a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A store file, whose servers come and go.
pub(super) struct State {
    folder: TempDir,
    generation: u32,
}

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The story was told.
    Told,
    /// The server crashed.
    Crashed,
}

impl State {
    /// A copy of the state in `template`.
    pub(super) fn like(template: &Path) -> Self {
        let state = Self { folder: TempDir::new().unwrap(), generation: 0 };
        std::fs::copy(template, state.file()).unwrap();
        state
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join(format!("signoff-{}.db", self.generation))
    }

    /// Runs a server in which calls meet the faults of `plan`, and lets the client tell its story, until its end or
    /// the crash. Answers what was asked of the store, too.
    pub(super) fn live(&mut self, plan: Plan, client: &mut Client) -> (End, Vec<Entry>) {
        let runtime = runtime();
        let inner: Arc<dyn Store> = Arc::new(SqliteStore::open(&self.file()).unwrap());
        let store = FaultyStore::new(inner.clone(), plan);
        let end = runtime.block_on(async {
            tokio::select! {
                biased;
                () = store.crashed() => End::Crashed,
                () = serve(&store, client) => End::Told,
                () = tokio::time::sleep(PATIENCE) => panic!("it hangs: {}", last(&store.log())),
            }
        });
        if end == End::Crashed {
            self.generation += 1;
            // Closing would tidy up, which the next server must not need.
            copy_as_killed(
                &self.folder.path().join(format!("signoff-{}.db", self.generation - 1)),
                &self.file(),
            )
            .unwrap();
        }
        drop(runtime);
        drop(inner);
        (end, store.log())
    }

    /// The file is whole, and what is in it keeps the rules.
    pub(super) fn check(&self, what: &str) {
        let copy = self.folder.path().join("copy.db");
        copy_as_killed(&self.file(), &copy).unwrap();
        assert_eq!(faults_of_file(&copy), [""; 0], "{what}");
        let store = SqliteStore::open(&copy).unwrap();
        runtime().block_on(rules::hold(&store, CONTOSO, "a", what));
        drop(store);
        std::fs::remove_file(copy).unwrap();
    }

    /// Reads from the store, of a server that does nothing.
    pub(super) fn read<T>(&self, read: impl AsyncFnOnce(&dyn Store) -> T) -> T {
        let store = SqliteStore::open(&self.file()).unwrap();
        runtime().block_on(read(&store))
    }
}

pub(super) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn serve(store: &FaultyStore, client: &mut Client) {
    let settings = Settings { lease_for: Duration::from_millis(300), ..Settings::development() };
    let engine = Engine::new(Arc::new(store.clone()), settings);
    // A server that cannot take up its state is started again.
    while engine.recover().await.is_err() {}
    let (stop, stopped) = watch::channel(false);
    let runner = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run(stopped).await }
    });
    client.tell(&engine).await;
    stop.send_replace(true);
    runner.await.unwrap();
}

/// The last calls, for the reader of the failure.
fn last(log: &[Entry]) -> String {
    let lines = log.iter().rev().take(20).rev().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}
