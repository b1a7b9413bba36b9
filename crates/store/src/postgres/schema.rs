//! Migrations: numbered like those of the embedded store, embedded, forward only.

use deadpool_postgres::{ClientWrapper, Transaction};

use super::column;
use super::trouble::Trouble;
use crate::StoreError;

/// Every migration in its order; never edited once released.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../migrations/postgres/0001_first.sql"),
    include_str!("../../migrations/postgres/0002_repeated.sql"),
    include_str!("../../migrations/postgres/0003_retention.sql"),
    include_str!("../../migrations/postgres/0004_audit.sql"),
    include_str!("../../migrations/postgres/0005_statistics.sql"),
];

/// Names the lock that a migrating node holds; any number that nobody else uses.
const LOCK: i64 = 0x7369_676e_6f66_6621;

/// Brings the schema up to date. Of several nodes that start together one does, the others wait for it. A schema that
/// is up to date is only read, so that a role that may not create anything can serve.
///
/// # Errors
/// If the schema is newer than this binary.
pub(super) async fn migrate(client: &mut ClientWrapper) -> Result<(), Trouble> {
    let transaction = client.build_transaction().start().await.map_err(of)?;
    let present = "SELECT to_regclass('schema_version') IS NOT NULL";
    let is_there: bool =
        column(&transaction.query_one(present, &[]).await.map_err(of)?, 0).map_err(unreadable)?;
    if is_there && left(version(&transaction).await?)?.is_empty() {
        return transaction.commit().await.map_err(of);
    }
    // A migration may take long, and so may waiting for it.
    transaction
        .batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        .await
        .map_err(of)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(of)?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)")
        .await
        .map_err(of)?;
    run(&transaction, left(version(&transaction).await?)?).await?;
    transaction.commit().await.map_err(of)
}

/// The migrations that a schema of this version lacks.
fn left(version: i64) -> Result<&'static [&'static str], Trouble> {
    usize::try_from(version).ok().and_then(|done| MIGRATIONS.get(done..)).ok_or_else(|| {
        Trouble::lasting(format!(
            "the database has schema {version}, this binary knows up to {}; use a newer signoff",
            MIGRATIONS.len()
        ))
    })
}

async fn version(transaction: &Transaction<'_>) -> Result<i64, Trouble> {
    let row = transaction.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[]).await;
    column(&row.map_err(of)?, 0).map_err(unreadable)
}

async fn run(transaction: &Transaction<'_>, migrations: &[&str]) -> Result<(), Trouble> {
    for migration in migrations {
        transaction.batch_execute(migration).await.map_err(of)?;
    }
    if !migrations.is_empty() {
        let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        transaction.execute("DELETE FROM schema_version", &[]).await.map_err(of)?;
        transaction
            .execute("INSERT INTO schema_version (version) VALUES ($1)", &[&newest])
            .await
            .map_err(of)?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn of(error: tokio_postgres::Error) -> Trouble {
    Trouble::of(&error)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreadable(error: StoreError) -> Trouble {
    Trouble::lasting(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_of_the_future_is_refused() {
        let newest = i64::try_from(MIGRATIONS.len()).unwrap();
        assert_eq!(left(0).unwrap().len(), MIGRATIONS.len());
        assert_eq!(left(newest).unwrap().len(), 0);
        let refused = left(newest + 1).unwrap_err().to_string();
        assert!(refused.contains("use a newer signoff"), "{refused}");
        assert!(left(-1).is_err());
    }
}
