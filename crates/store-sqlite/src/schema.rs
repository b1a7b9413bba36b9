//! Migrations: numbered, embedded, forward only.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use signoff_store::tables::{MARK, unfinished};
use signoff_store::{StoreError, migrations};

use super::{sql, unavailable};

/// Every migration in its order, with its name.
pub const MIGRATIONS: &[(&str, &str)] = migrations!();

/// The number of the newest migration that this binary knows.
pub(super) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The number of the newest migration that the file has.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sql)
}

/// Refuses a file that was written by a newer binary.
pub(super) fn refuse_newer(version: i64) -> Result<(), StoreError> {
    if version <= newest() {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!(
        "the file has schema {version}, this binary knows up to {}; use a newer signoff",
        newest()
    )))
}

/// Marks a file as one of ours, in its header: "sign".
const APPLICATION: i32 = 0x7369_676e;

/// Tables that every file of ours has, also one from before files bore the mark.
const FIRST_TABLES: [&str; 7] =
    ["signing_key", "principal", "publisher", "offer", "operation", "work", "outbox"];

/// Whose a file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Belonging {
    /// There is nothing in it.
    Empty,
    /// It holds a store, or a part of one.
    Ours,
    /// It is somebody else's, by this.
    Foreign(String),
}

impl Belonging {
    /// Refuses a file of somebody else's.
    pub(super) fn refuse_foreign(self, path: &Path) -> Result<(), StoreError> {
        match self {
            Self::Empty | Self::Ours => Ok(()),
            Self::Foreign(why) => Err(unavailable(
                path,
                &format_args!(
                    "it is somebody else's database, no store of signoff: {why}; name another file"
                ),
            )),
        }
    }
}

/// Whose the file is. All is read of one state of it: somebody else may be making it a store meanwhile.
pub(super) fn belonging(connection: &Connection) -> Result<Belonging, rusqlite::Error> {
    let reading = connection.unchecked_transaction()?;
    let belonging = read_belonging(&reading)?;
    reading.finish()?;
    Ok(belonging)
}

fn read_belonging(connection: &Connection) -> Result<Belonging, rusqlite::Error> {
    let number = |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0));
    let (application, version): (i32, i32) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION {
        return Ok(Belonging::Ours);
    }
    if application != 0 {
        return Ok(Belonging::Foreign(format!("its application id is {application:#x}")));
    }
    let missing = |table: &&str| connection.table_exists(None, *table).map(|exists| !exists);
    if version == 0 {
        let other = "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name <> ?1";
        let others: i64 = connection.query_row(other, [MARK], |row| row.get(0))?;
        return Ok(match others {
            0 if missing(&MARK)? => Belonging::Empty,
            0 => Belonging::Ours,
            _ => Belonging::Foreign("it has tables of somebody else".to_owned()),
        });
    }
    for table in &FIRST_TABLES {
        if missing(table)? {
            return Ok(Belonging::Foreign(format!("it has no table {table}")));
        }
    }
    Ok(Belonging::Ours)
}

/// Marks the file as ours. It is written each time: what cannot be written is found out so.
pub(super) fn stamp(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "application_id", APPLICATION).map_err(sql)
}

/// Brings the schema up to date. Of several that do so at once one does, and the others wait for it.
///
/// # Errors
/// If the file was written by a newer binary.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let present = version(connection)?;
    refuse_newer(present)?;
    if present == newest() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    // Somebody else may have been faster.
    let present = version(&transaction)?;
    refuse_newer(present)?;
    for (_, migration) in MIGRATIONS.iter().skip(usize::try_from(present).unwrap_or(0)) {
        transaction.execute_batch(migration).map_err(sql)?;
    }
    transaction.pragma_update(None, "user_version", newest()).map_err(sql)?;
    stamp(&transaction)?;
    transaction.commit().map_err(sql)
}

/// Where the copy comes from that the file will be, if it is not finished.
pub(super) fn unfinished_copy(connection: &Connection) -> Result<Option<String>, StoreError> {
    if !connection.table_exists(None, MARK).map_err(sql)? {
        return Ok(None);
    }
    let mark = format!("SELECT source FROM {MARK}");
    connection.query_row(&mark, [], |row| row.get(0)).optional().map_err(sql)
}

/// Refuses a file that holds a part of another store.
pub(super) fn refuse_unfinished_copy(connection: &Connection) -> Result<(), StoreError> {
    unfinished_copy(connection)?.map_or(Ok(()), |source| Err(StoreError::Unavailable(unfinished(&source))))
}
