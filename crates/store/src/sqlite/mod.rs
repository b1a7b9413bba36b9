//! The embedded store: one file, one writer thread that commits many waiting changes at once, readers beside it.

mod artifacts;
mod audit;
pub(crate) mod carry;
mod checkpoint;
mod commit;
mod directory;
mod lab;
mod offers;
mod outbox;
#[cfg(test)]
mod plans;
mod publishers;
mod readers;
mod repeats;
mod retention;
pub(crate) mod schema;
mod sharing;
pub(crate) mod upkeep;
mod work;
mod writer;

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::StoreError;
use crate::leases::Leases;
use publishers::Publishers;
use readers::Readers;
use writer::Writer;

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
    /// Held as long as the store is open: two servers on one file would not see each other's leases.
    _lock: File,
}

impl SqliteStore {
    /// Opens the file, creating it and its folder where they are missing, and brings its schema up to date.
    ///
    /// # Errors
    /// If the file cannot be opened, is no database, has a newer schema, or another server has it open.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| unavailable(path, &error))?;
        }
        let lock = lock(path)?;
        let mut connection = connect(path)?;
        schema::refuse_unfinished_copy(&connection)?;
        schema::migrate(&mut connection)?;
        let leases = Arc::new(Leases::on_real_time());
        Ok(Self {
            inner: Arc::new(Inner {
                writer: Writer::start(connection, path)?,
                readers: Readers::new(path),
                leases,
                publishers: Arc::default(),
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

/// A connection with the settings that the store's promises rest on.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(|error| unavailable(path, &error))?;
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
        plans::listen(&mut connection, path);
        connection
    };
    Ok(connection)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::create(Path::new(&name)).map_err(|error| unavailable(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
            "{} is open in another signoff server; stop that one first",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unavailable(path, &error)),
    }
}

fn unavailable(path: &Path, error: &dyn std::error::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

/// What a failed statement means to the caller.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn sql(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
