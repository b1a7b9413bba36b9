//! A file as it is copied, checked and backed up: read in one state, or filled while no server has it.

use std::fs::File as LockFile;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use signoff_store::table_store::{Integrity, Row, Select, TableStore, Target, UpkeepError, first_filled};
use signoff_store::tables::{Kind, MARK, Table, Value, unfinished};
use signoff_store::{StoreError, files};

use super::schema::Belonging;
use super::store_file::{self, READ_ONLY, READ_WRITE, Taken};
use super::{connect, schema, sql, transfer, unavailable, unwritable};

/// Damage is told up to so many times.
const DAMAGES: usize = 100;

/// Who migrates waits so often for so long for somebody else who does.
const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// An open file.
#[derive(Clone)]
pub struct File {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    _lock: Option<Arc<LockFile>>,
}

impl File {
    fn new(path: &Path, connection: Connection, lock: Option<LockFile>) -> Self {
        let connection = Arc::new(Mutex::new(connection));
        Self { path: path.to_owned(), connection, _lock: lock.map(Arc::new) }
    }

    /// Opens a store to read one state of it, which a server may go on changing unless `alone` keeps servers away.
    pub fn read(path: &Path, alone: bool) -> Result<Self, UpkeepError> {
        must_exist(path)?;
        let path = store_file::resolve(path).map_err(refused)?;
        let path = path.as_path();
        let connection =
            Connection::open_with_flags(path, READ_WRITE).map_err(|error| unreadable(path, &error))?;
        recognise(path, &connection)?;
        let lock = alone.then(|| lock_of_source(path)).transpose()?;
        // A file may be many times larger than the memory: what is sorted goes to disk.
        let settings = "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA temp_store = FILE;";
        connection.execute_batch(settings).map_err(sql)?;
        let version = schema::version(&connection)?;
        if version == 0 {
            return Err(foreign(path, "it has no schema"));
        }
        schema::refuse_newer(version)?;
        if version != schema::newest() {
            return Err(older(path, version));
        }
        if let Some(source) = schema::unfinished_copy(&connection)? {
            return Err(UpkeepError::Refused(format!("{}: {}", path.display(), unfinished(&source))));
        }
        // The first read fixes what this connection sees.
        connection.execute_batch("BEGIN; SELECT count(*) FROM signing_key;").map_err(sql)?;
        Ok(Self::new(path, connection, lock))
    }

    /// Opens a store to fill it, making it where it is missing.
    pub fn fill(path: &Path) -> Result<Self, UpkeepError> {
        let Taken { path, lock } = store_file::take(path).map_err(refused)?;
        let connection = connect(&path)?;
        schema::stamp(&connection).map_err(|error| unwritable(&path, &error))?;
        connection
            .execute_batch("PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = FILE;")
            .map_err(sql)?;
        Ok(Self::new(&path, connection, Some(lock)))
    }

    /// Makes a new store that is thrown away if it is not finished: nothing is durable before that.
    pub fn scratch(path: &Path) -> Result<Self, StoreError> {
        files::create_new(path).map_err(|error| unavailable(path, &error))?;
        let connection = Connection::open_with_flags(path, READ_WRITE);
        let mut connection = connection.map_err(|error| unavailable(path, &error))?;
        let settings = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;";
        connection.execute_batch(settings).map_err(sql)?;
        schema::migrate(&mut connection)?;
        Ok(Self::new(path, connection, None))
    }

    /// Closes a file that was written, as one without a log beside it.
    pub fn close(self) -> Result<(), StoreError> {
        let busy = || StoreError::Unavailable(format!("{} is still in use", self.path.display()));
        let connection = Arc::into_inner(self.connection).ok_or_else(busy)?.into_inner();
        connection.close().map_err(|(_, error)| sql(error))
    }

    /// Runs on a thread for blocking work.
    async fn with<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.connection.clone();
        tokio::task::spawn_blocking(move || run(&mut connection.lock()))
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    async fn mark(&self, source: &str) -> Result<(), StoreError> {
        let source = source.to_owned();
        self.with(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
            transaction.execute(&format!("CREATE TABLE {MARK} (source TEXT NOT NULL)"), []).map_err(sql)?;
            transaction.execute(&format!("INSERT INTO {MARK} VALUES (?1)"), [&source]).map_err(sql)?;
            transaction.commit().map_err(sql)?;
            schema::migrate(connection)
        })
        .await
    }
}

#[async_trait]
impl TableStore for File {
    fn by_bytes(&self) -> &'static str {
        ""
    }

    async fn query(&self, text: &str, kinds: &[Kind], parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let (text, kinds, parameters) = (text.to_owned(), kinds.to_vec(), parameters.to_vec());
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(&text).map_err(sql)?;
            let mut rows = statement.query(transfer::parameters(&parameters)).map_err(sql)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next().map_err(sql)? {
                let values = kinds.iter().enumerate();
                let values =
                    values.map(|(place, kind)| transfer::read(row.get_ref(place).map_err(sql)?, *kind));
                found.push(values.collect::<Result<Row, _>>()?);
            }
            Ok(found)
        })
        .await
    }

    async fn insert(&self, table: &'static Table, rows: &[Row]) -> Result<(), StoreError> {
        let rows = rows.to_vec();
        self.with(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
            transfer::put(&transaction, table, &rows)?;
            transaction.commit().map_err(sql)
        })
        .await
    }

    async fn cut(&self, table: &'static Table, after: Option<&[Value]>) -> Result<(), StoreError> {
        let after = after.map(<[Value]>::to_vec);
        self.with(move |connection| {
            let condition = match after {
                Some(_) => format!(" WHERE {}", Select::table(table).is_after("")),
                None => String::new(),
            };
            let text = format!("DELETE FROM {}{condition}", table.name);
            let after = after.unwrap_or_default();
            connection.execute(&text, transfer::parameters(&after)).map(|_| ()).map_err(sql)
        })
        .await
    }

    async fn begin_copy(&self, source: &str) -> Result<Target, UpkeepError> {
        let name = self.path.display();
        let (version, begun) = self
            .with(|connection| Ok((schema::version(connection)?, schema::unfinished_copy(connection)?)))
            .await?;
        schema::refuse_newer(version)?;
        match begun {
            Some(begun) if begun == source => {
                self.with(schema::migrate).await?;
                Ok(Target::Begun)
            }
            Some(begun) => Err(UpkeepError::Refused(format!(
                "{name} holds an unfinished copy of {begun}; finish that one, or name another file"
            ))),
            None => {
                if version > 0 && version < schema::newest() {
                    return Err(older(&self.path, version));
                }
                if version > 0
                    && let Some(table) = first_filled(self).await?
                {
                    return Err(UpkeepError::Refused(format!(
                        "{name} is not empty, it has rows in {table}; name a new file"
                    )));
                }
                self.mark(source).await?;
                Ok(Target::Empty)
            }
        }
    }

    async fn finish_copy(&self) -> Result<(), StoreError> {
        self.with(|connection| {
            connection.execute_batch(&format!("DROP TABLE {MARK};")).map_err(sql)?;
            let empty_log = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            empty_log.map_err(sql)
        })
        .await
    }

    async fn integrity(&self) -> Result<Integrity, StoreError> {
        self.with(|connection| {
            let text = format!("PRAGMA integrity_check({DAMAGES})");
            let mut statement = connection.prepare(&text).map_err(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(sql)?;
            let found: Vec<String> = rows.collect::<Result<_, _>>().map_err(sql)?;
            let damage = found.into_iter().filter(|line| line != "ok").collect();
            Ok(Integrity { damage, unchecked: Vec::new() })
        })
        .await
    }
}

/// Whether both are names of one file.
pub fn are_one(one: &Path, another: &Path) -> bool {
    let (one, another) = (store_file::resolve(one), store_file::resolve(another));
    matches!((one, another), (Ok(one), Ok(another)) if one == another)
}

fn must_exist(path: &Path) -> Result<(), UpkeepError> {
    if path.is_file() {
        return Ok(());
    }
    Err(UpkeepError::Refused(format!("{} is no file", path.display())))
}

fn lock_of_source(path: &Path) -> Result<LockFile, UpkeepError> {
    store_file::lock(path).map_err(|error| match error {
        StoreError::Unavailable(why) => UpkeepError::Refused(format!(
            "{why}, or take a copy of the state as it is now with `signoff store backup` and copy that"
        )),
        other => other.into(),
    })
}

/// Refuses what is no store of ours, with the true reason.
fn recognise(path: &Path, connection: &Connection) -> Result<(), UpkeepError> {
    match schema::belonging(connection).map_err(|error| unreadable(path, &error))? {
        Belonging::Empty | Belonging::Ours => Ok(()),
        Belonging::Foreign(why) => Err(foreign(path, &why)),
    }
}

/// Why SQLite cannot read a file that is there.
fn unreadable(path: &Path, error: &rusqlite::Error) -> UpkeepError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => foreign(path, &error.to_string()),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            let name = path.display();
            UpkeepError::Refused(format!(
                "{name} cannot be read: {error}; while SQLite reads a store it keeps the files {name}-wal and {name}-shm \
                 beside it, so let this user write the folder, or copy all of these files to a folder of its own"
            ))
        }
        _ => unavailable(path, error).into(),
    }
}

fn foreign(path: &Path, why: &str) -> UpkeepError {
    UpkeepError::Refused(format!("{} is no store of signoff: {why}", path.display()))
}

fn older(path: &Path, version: i64) -> UpkeepError {
    UpkeepError::Refused(format!(
        "{} has schema {version}, this binary works with {}; run `signoff store migrate` on it first",
        path.display(),
        schema::newest()
    ))
}

/// The number of the newest migration that the file has; zero: there is nothing in it yet.
pub fn version(path: &Path) -> Result<i64, UpkeepError> {
    if !path.exists() {
        return Ok(0);
    }
    let path = store_file::resolve(path).map_err(refused)?;
    let connection = Connection::open_with_flags(&path, READ_ONLY);
    let connection = connection.map_err(|error| unreadable(&path, &error))?;
    recognise(&path, &connection)?;
    let version = schema::version(&connection)?;
    schema::refuse_newer(version)?;
    Ok(version)
}

/// Runs the migrations that wait.
pub async fn migrate(path: &Path) -> Result<(), UpkeepError> {
    let Taken { path, lock: _lock } = take_in_time(path).await?;
    let mut connection = connect(&path)?;
    schema::refuse_unfinished_copy(&connection)?;
    Ok(schema::migrate(&mut connection)?)
}

/// Takes the file. Somebody else who migrates has it for a moment, a server as long as it runs.
async fn take_in_time(path: &Path) -> Result<Taken, UpkeepError> {
    for _ in 0..LOCK_TRIES {
        if let Ok(taken) = store_file::take(path) {
            return Ok(taken);
        }
        tokio::time::sleep(LOCK_PAUSE).await;
    }
    store_file::take(path).map_err(refused)
}

/// Somebody uses the file.
fn refused(error: StoreError) -> UpkeepError {
    match error {
        StoreError::Unavailable(why) => UpkeepError::Refused(why),
        other => other.into(),
    }
}
