//! Migrations: numbered like those of the embedded store, embedded, forward only.

use deadpool_postgres::{ClientWrapper, Transaction};
use signoff_store::tables::{MARK, unfinished};
use signoff_store::{StoreError, migrations};
use tokio_postgres::GenericClient;

use super::connect_error::ConnectError;
use super::values::column;

/// Every migration in its order, with its name.
pub const MIGRATIONS: &[(&str, &str)] = migrations!();

/// Names the lock that a migrating node holds; any number that is not used elsewhere.
const LOCK: i64 = 0x7369_676e_6f66_6621;

/// Brings the schema up to date. Of several nodes that start together one does, the others wait for it. A schema that
/// is up to date is only read, so that a role that may not create anything can serve.
///
/// # Errors
/// If the schema is newer than this binary, or the database holds an unfinished copy.
pub(super) async fn migrate(client: &mut ClientWrapper) -> Result<(), ConnectError> {
    let transaction = client.build_transaction().start().await.map_err(of)?;
    refuse_unfinished_copy(&*transaction).await?;
    if left(version(&*transaction).await?)?.is_empty() {
        return transaction.commit().await.map_err(of);
    }
    lock(&transaction).await?;
    // Somebody may have begun to copy meanwhile.
    refuse_unfinished_copy(&*transaction).await?;
    run(&transaction).await?;
    transaction.commit().await.map_err(of)
}

/// Waits until no other node changes the schema, and keeps others from it until the transaction ends.
pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<(), ConnectError> {
    // A migration may take long, and so may waiting for it.
    transaction
        .batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        .await
        .map_err(of)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map(|_| ()).map_err(of)
}

/// The number of the newest migration that this binary knows.
pub(super) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The migrations that a schema of this version lacks.
pub(super) fn left(version: i64) -> Result<&'static [(&'static str, &'static str)], ConnectError> {
    usize::try_from(version).ok().and_then(|done| MIGRATIONS.get(done..)).ok_or_else(|| {
        ConnectError::lasting(format!(
            "the database has schema {version}, this binary knows up to {}; use a newer signoff",
            MIGRATIONS.len()
        ))
    })
}

/// The number of the newest migration that the database has; zero: it has no schema.
pub(super) async fn version(client: &impl GenericClient) -> Result<i64, ConnectError> {
    if !exists(client, "schema_version").await? {
        return Ok(0);
    }
    let row = client.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[]).await;
    column(&row.map_err(of)?, 0).map_err(unreadable)
}

async fn exists(client: &impl GenericClient, table: &str) -> Result<bool, ConnectError> {
    let row = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]).await;
    column(&row.map_err(of)?, 0).map_err(unreadable)
}

/// Where the copy comes from that the database will be, if it is not finished.
pub(super) async fn unfinished_copy(client: &impl GenericClient) -> Result<Option<String>, ConnectError> {
    if !exists(client, MARK).await? {
        return Ok(None);
    }
    let row = client.query_opt(&format!("SELECT source FROM {MARK}"), &[]).await.map_err(of)?;
    row.map(|row| column(&row, 0).map_err(unreadable)).transpose()
}

async fn refuse_unfinished_copy(client: &impl GenericClient) -> Result<(), ConnectError> {
    let source = unfinished_copy(client).await?;
    source.map_or(Ok(()), |source| Err(ConnectError::lasting(unfinished(&source))))
}

/// Runs what is missing. The caller holds the lock.
pub(super) async fn run(transaction: &Transaction<'_>) -> Result<(), ConnectError> {
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)")
        .await
        .map_err(of)?;
    let migrations = left(version(&**transaction).await?)?;
    for (_, migration) in migrations {
        transaction.batch_execute(migration).await.map_err(of)?;
    }
    if !migrations.is_empty() {
        transaction.execute("DELETE FROM schema_version", &[]).await.map_err(of)?;
        transaction
            .execute("INSERT INTO schema_version (version) VALUES ($1)", &[&newest()])
            .await
            .map_err(of)?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn of(error: tokio_postgres::Error) -> ConnectError {
    ConnectError::of(&error)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreadable(error: StoreError) -> ConnectError {
    ConnectError::lasting(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_of_the_future_is_refused() {
        assert_eq!(left(0).unwrap().len(), MIGRATIONS.len());
        assert_eq!(left(newest()).unwrap().len(), 0);
        let refused = left(newest() + 1).unwrap_err().to_string();
        assert!(refused.contains("use a newer signoff"), "{refused}");
        assert!(left(-1).is_err());
    }
}
