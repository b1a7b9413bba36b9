//! The embedded store: one file, one writer thread that commits many waiting changes at once, readers beside it.

mod artifacts;
mod audit;
mod checkpoint;
mod commit;
mod dev;
mod directory;
mod offer_cache;
mod offers;
mod outbox;
#[cfg(test)]
mod plan_tests;
mod publishers;
mod readers;
mod repeats;
mod retention;
mod schema;
mod sharing;
mod store_file;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transfer;
pub mod upkeep;
mod work;
mod writer;

use std::fmt::Display;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use signoff_store::leases::Leases;
use signoff_store::{StoreError, files};

use offer_cache::OfferCache;
use publishers::Publishers;
use readers::Readers;
use store_file::{READ_WRITE, Taken};
use writer::Writer;

pub use schema::MIGRATIONS;

/// A store in one SQLite file.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    readers: Readers,
    leases: Arc<Leases>,
    publishers: Arc<Publishers>,
    offers: Arc<OfferCache>,
    _lock: File,
}

impl SqliteStore {
    /// Opens the file, creating it and its folder where they are missing, and brings its schema up to date. Only its owner
    /// can read it from then on.
    ///
    /// # Errors
    /// If the file cannot be opened or written, is no database or somebody else's, has a newer schema or a second name,
    /// others can read it all the same, or another server has it open.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::create_folder(folder).map_err(|error| unavailable(path, &error))?;
        }
        let Taken { path, lock } = store_file::take(path)?;
        let path = path.as_path();
        let mut connection = connect(path)?;
        schema::refuse_unfinished_copy(&connection)?;
        schema::migrate(&mut connection)?;
        schema::stamp(&connection).map_err(|error| unwritable(path, &error))?;
        let leases = Arc::new(Leases::on_real_time());
        Ok(Self {
            inner: Arc::new(Inner {
                writer: Writer::start(connection, path)?,
                readers: Readers::new(path),
                leases,
                publishers: Arc::default(),
                offers: Arc::default(),
                _lock: lock,
            }),
        })
    }

    fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    /// Reads on this thread: for reads of a few rows, which take microseconds.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.inner.readers.with(read)
    }

    /// Reads on a thread for blocking work: for reads whose size grows with the data.
    async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read(read))
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

/// A connection with the settings that the store's promises rest on, to a file that is there.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, READ_WRITE).map_err(|error| unavailable(path, &error))?;
    if connection.is_readonly("main").map_err(sql)? {
        return Err(unwritable(path, &"it is read-only"));
    }
    connection.set_prepared_statement_cache_capacity(128);
    // Otherwise SQLite may plan a statement anew for each value that is bound to it, which costs more than running it.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| unavailable(path, &error))?;
    connection
        .execute_batch(
            "PRAGMA busy_timeout = 10000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 0;
             PRAGMA journal_size_limit = 268435456;
             PRAGMA cache_size = -4096;
             PRAGMA temp_store = MEMORY;",
        )
        .map_err(|error| unavailable(path, &error))?;
    #[cfg(test)]
    let connection = {
        let mut connection = connection;
        plan_tests::listen(&mut connection, path);
        connection
    };
    Ok(connection)
}

fn unavailable(path: &Path, error: &dyn Display) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

/// Why the file cannot be used, and what helps.
fn unwritable(path: &Path, why: &dyn Display) -> StoreError {
    let name = path.display();
    StoreError::Unavailable(format!(
        "{name} cannot be written: {why}; let this user write the file and its folder, and see that there is room on the disk"
    ))
}

/// What a failed statement means to the caller.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn sql(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
