//! Migrations: numbered, embedded, forward only.

use rusqlite::{Connection, TransactionBehavior};

use super::sql;
use crate::StoreError;

/// Every migration in its order; never edited once released.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../migrations/sqlite/0001_first.sql"),
    include_str!("../../migrations/sqlite/0002_repeated.sql"),
    include_str!("../../migrations/sqlite/0003_retention.sql"),
    include_str!("../../migrations/sqlite/0004_audit.sql"),
    include_str!("../../migrations/sqlite/0005_statistics.sql"),
];

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

/// Brings the schema up to date.
///
/// # Errors
/// If the file was written by a newer binary.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let present = version(connection)?;
    refuse_newer(present)?;
    let done = usize::try_from(present).unwrap_or(0);
    if done == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration).map_err(sql)?;
    }
    transaction.pragma_update(None, "user_version", newest()).map_err(sql)?;
    transaction.commit().map_err(sql)
}
