//! What operators do with a whole store: copy it to another engine, back it up, check it, migrate it. None of it decides
//! anything about offers; the rules that are checked stand in `signoff_lifecycle::invariants`.

mod backup;
mod check;
mod copy;
mod digest;
mod migrate;
#[cfg(feature = "testing")]
pub mod testing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use signoff_store::table_store::TableStore;
use signoff_store_postgres as postgres;
use signoff_store_postgres::PostgresSettings;
use signoff_store_postgres::upkeep::Session;
use signoff_store_sqlite::upkeep as sqlite;

pub use backup::{BackupReport, backup};
pub use check::{CheckReport, Finding, Reads, check};
pub use copy::{CopyReport, TableReport, copy};
pub use migrate::{Migrations, migrate, migrations};
pub use signoff_store::table_store::UpkeepError;

/// Where a store is, and how it is called where people read it: without passwords.
#[derive(Clone)]
pub struct Place {
    name: String,
    engine: Address,
}

#[derive(Clone)]
enum Address {
    Sqlite(PathBuf),
    Postgres(Box<PostgresSettings>),
}

impl Place {
    /// The store in this file.
    pub fn sqlite(file: &Path) -> Self {
        // The same file has one name, wherever somebody stands.
        let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        Self { name: format!("sqlite:{}", whole.display()), engine: Address::Sqlite(file.to_owned()) }
    }

    /// The store in a database.
    pub fn postgres(address: &postgres::Address) -> Self {
        let settings = PostgresSettings::new(address.clone());
        Self { name: address.to_string(), engine: Address::Postgres(Box::new(settings)) }
    }

    /// The same, waiting so long for a database that cannot be reached.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        if let Address::Postgres(settings) = &mut self.engine {
            settings.patience = patience;
        }
        self
    }

    /// Whether both are one store, as far as their addresses tell.
    fn is(&self, other: &Self) -> bool {
        match (&self.engine, &other.engine) {
            (Address::Sqlite(one), Address::Sqlite(another)) => sqlite::are_one(one, another),
            _ => self.name == other.name,
        }
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens it to read one state of it. `alone`: nobody may change it meanwhile, if the engine has one server.
    async fn read(&self, alone: bool) -> Result<Box<dyn TableStore>, UpkeepError> {
        Ok(match &self.engine {
            Address::Sqlite(file) => Box::new(sqlite::File::read(file, alone)?),
            Address::Postgres(settings) => Box::new(Session::read(settings).await?),
        })
    }

    /// Opens it to fill it.
    async fn fill(&self) -> Result<Box<dyn TableStore>, UpkeepError> {
        Ok(match &self.engine {
            Address::Sqlite(file) => Box::new(sqlite::File::fill(file)?),
            Address::Postgres(settings) => Box::new(Session::fill(settings).await?),
        })
    }
}

/// How far something is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is done with the rows.
    pub stage: Stage,
    /// The table.
    pub table: &'static str,
    /// Rows of all tables that are done,
    pub rows: u64,
    /// of so many.
    pub of: u64,
    /// Bytes of their values.
    pub bytes: u64,
}

/// What is done with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// They are written, or found to be there already.
    Copying,
    /// They are read back from both sides and compared.
    Verifying,
    /// They are held against the rules.
    Checking,
}

/// Hears how far something is.
pub type Watcher<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Counts rows and reports them to the watcher.
struct Tally<'a> {
    stage: Stage,
    of: u64,
    rows: AtomicU64,
    bytes: AtomicU64,
    watcher: Watcher<'a>,
}

impl<'a> Tally<'a> {
    fn new(stage: Stage, of: u64, watcher: Watcher<'a>) -> Self {
        Self { stage, of, rows: AtomicU64::new(0), bytes: AtomicU64::new(0), watcher }
    }

    fn add(&self, table: &'static str, rows: u64, bytes: u64) {
        let rows = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (self.watcher)(Progress { stage: self.stage, table, rows, of: self.of.max(rows), bytes });
    }
}
