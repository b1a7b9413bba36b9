//! Migrations: numbered like those of the embedded store, embedded, forward only.

use deadpool_postgres::{Client, GenericClient, Transaction};

use super::{column, failed};
use crate::StoreError;
use crate::tables::{MARK, unfinished};

/// Every migration in its order, with its name; never edited once released.
pub(crate) const MIGRATIONS: [(&str, &str); 4] = [
    ("0001_first", include_str!("../../migrations/postgres/0001_first.sql")),
    ("0002_repeated", include_str!("../../migrations/postgres/0002_repeated.sql")),
    ("0003_retention", include_str!("../../migrations/postgres/0003_retention.sql")),
    ("0004_audit", include_str!("../../migrations/postgres/0004_audit.sql")),
];

/// The oldest server that is supported, as `server_version_num` counts.
const OLDEST_SERVER: i32 = 13_00_00;

/// Names the lock that a migrating node holds; any number that nobody else uses.
const LOCK: i64 = 0x7369_676e_6f66_6621;

/// Refuses a server that lacks what the statements need.
pub(super) async fn refuse_old_server(client: &Client) -> Result<(), StoreError> {
    let row =
        client.query_one("SELECT current_setting('server_version_num')::int", &[]).await.map_err(failed)?;
    let version: i32 = column(&row, 0)?;
    if version >= OLDEST_SERVER {
        return Ok(());
    }
    Err(StoreError::Unavailable(format!(
        "PostgreSQL {} is too old; signoff needs version {} or newer",
        version / 10_000,
        OLDEST_SERVER / 10_000
    )))
}

/// Brings the schema up to date. Of several nodes that start together one does, the others wait for it. Where nothing
/// is to be done nothing is locked, and no right to change the schema is needed.
///
/// # Errors
/// If the schema is newer than this binary, or the database holds an unfinished copy.
pub(super) async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    if let Some(source) = unfinished_copy(client).await? {
        return Err(StoreError::Unavailable(unfinished(&source)));
    }
    let present = version(client).await?;
    refuse_newer(present)?;
    if present == newest() {
        return Ok(());
    }
    let transaction = client.build_transaction().start().await.map_err(failed)?;
    lock(&transaction).await?;
    if let Some(source) = unfinished_copy(&transaction).await? {
        return Err(StoreError::Unavailable(unfinished(&source)));
    }
    run(&transaction).await?;
    transaction.commit().await.map_err(failed)
}

/// Waits until no other node changes the schema, and keeps others from it until the transaction ends.
pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map(|_| ()).map_err(failed)
}

/// The number of the newest migration that this binary knows.
pub(super) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The number of the newest migration that the database has; zero: it has no schema.
pub(super) async fn version(client: &impl GenericClient) -> Result<i64, StoreError> {
    if !exists(client, "schema_version").await? {
        return Ok(0);
    }
    let row = client.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[]).await;
    column(&row.map_err(failed)?, 0)
}

async fn exists(client: &impl GenericClient, table: &str) -> Result<bool, StoreError> {
    let row = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]).await;
    column(&row.map_err(failed)?, 0)
}

/// Refuses a schema that a newer binary made.
pub(super) fn refuse_newer(version: i64) -> Result<(), StoreError> {
    if version <= newest() {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!(
        "the database has schema {version}, this binary knows up to {}; use a newer signoff",
        newest()
    )))
}

/// Where the copy comes from that the database will be, if it is not finished.
pub(super) async fn unfinished_copy(client: &impl GenericClient) -> Result<Option<String>, StoreError> {
    if !exists(client, MARK).await? {
        return Ok(None);
    }
    let row = client.query_opt(&format!("SELECT source FROM {MARK}"), &[]).await.map_err(failed)?;
    row.map(|row| column(&row, 0)).transpose()
}

/// Runs what is missing. The caller holds the lock.
pub(super) async fn run(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)")
        .await
        .map_err(failed)?;
    let present = version(transaction).await?;
    refuse_newer(present)?;
    if present == newest() {
        return Ok(());
    }
    for (_, migration) in MIGRATIONS.iter().skip(usize::try_from(present).unwrap_or(0)) {
        transaction.batch_execute(migration).await.map_err(failed)?;
    }
    transaction.execute("DELETE FROM schema_version", &[]).await.map_err(failed)?;
    transaction
        .execute("INSERT INTO schema_version (version) VALUES ($1)", &[&newest()])
        .await
        .map(|_| ())
        .map_err(failed)
}
