//! Migrations: numbered like those of the embedded store, embedded, forward only.

use deadpool_postgres::{Client, Transaction};

use super::{column, failed};
use crate::StoreError;

/// Every migration in its order; never edited once released.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../migrations/postgres/0001_first.sql"),
    include_str!("../../migrations/postgres/0002_repeated.sql"),
    include_str!("../../migrations/postgres/0003_retention.sql"),
    include_str!("../../migrations/postgres/0004_audit.sql"),
    include_str!("../../migrations/postgres/0005_statistics.sql"),
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

/// Brings the schema up to date. Of several nodes that start together one does, the others wait for it.
///
/// # Errors
/// If the schema is newer than this binary.
pub(super) async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let transaction = client.build_transaction().start().await.map_err(failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(failed)?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)")
        .await
        .map_err(failed)?;
    let present = version(&transaction).await?;
    let done = usize::try_from(present).unwrap_or(0);
    if done > MIGRATIONS.len() {
        return Err(StoreError::Corrupt(format!(
            "the database has schema {present}, this binary knows up to {}; use a newer signoff",
            MIGRATIONS.len()
        )));
    }
    run(&transaction, done).await?;
    transaction.commit().await.map_err(failed)
}

async fn version(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let row = transaction.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[]).await;
    column(&row.map_err(failed)?, 0)
}

async fn run(transaction: &Transaction<'_>, done: usize) -> Result<(), StoreError> {
    for migration in &MIGRATIONS[done..] {
        transaction.batch_execute(migration).await.map_err(failed)?;
    }
    if done < MIGRATIONS.len() {
        let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        transaction.execute("DELETE FROM schema_version", &[]).await.map_err(failed)?;
        transaction
            .execute("INSERT INTO schema_version (version) VALUES ($1)", &[&newest])
            .await
            .map_err(failed)?;
    }
    Ok(())
}
