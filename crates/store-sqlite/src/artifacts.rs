//! What the steps of operations make.

use async_trait::async_trait;
use rusqlite::{Connection, params};
use signoff_lifecycle::ids::OperationId;
use signoff_store::StoreError;
use signoff_store::contract::{Artifacts, Lease};

use super::{SqliteStore, sql};

#[async_trait]
impl Artifacts for SqliteStore {
    async fn put_artifact(&self, lease: &Lease, step: &str, body: String) -> Result<(), StoreError> {
        let (lease, step, leases) = (lease.clone(), step.to_owned(), self.inner.leases.clone());
        self.writer()
            .write(move |connection| {
                leases.check(&lease)?;
                still_wanted(connection, &lease)?;
                connection
                    .prepare_cached(
                        "INSERT INTO artifact (publisher_id, operation_id, step, body) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (publisher_id, operation_id, step) DO UPDATE SET body = excluded.body",
                    )
                    .and_then(|mut statement| {
                        statement.execute(params![lease.publisher, lease.operation.to_bytes(), step, body])
                    })
                    .map(|_| ())
                    .map_err(sql)
            })
            .await
    }

    async fn remove_artifact(
        &self,
        publisher: &str,
        operation: OperationId,
        step: &str,
    ) -> Result<(), StoreError> {
        let (publisher, step) = (publisher.to_owned(), step.to_owned());
        self.writer()
            .write(move |connection| {
                connection
                    .prepare_cached(
                        "DELETE FROM artifact WHERE publisher_id = ?1 AND operation_id = ?2 AND step = ?3",
                    )
                    .and_then(|mut statement| {
                        statement.execute(params![publisher, operation.to_bytes(), step])
                    })
                    .map(|_| ())
                    .map_err(sql)
            })
            .await
    }

    async fn artifacts(
        &self,
        publisher: &str,
        operation: OperationId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT step, body FROM artifact WHERE publisher_id = ?1 AND operation_id = ?2 ORDER BY step",
                )
                .map_err(sql)?;
            let rows = statement
                .query_map(params![publisher, operation.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .map_err(sql)?;
            rows.map(|row| row.map_err(sql)).collect()
        })
    }
}

/// A claim that read the work before it was finished holds a lease on nothing: the row decides.
fn still_wanted(connection: &Connection, lease: &Lease) -> Result<(), StoreError> {
    let wanted = connection
        .prepare_cached("SELECT 1 FROM work WHERE publisher_id = ?1 AND operation_id = ?2 AND attempt = ?3")
        .and_then(|mut statement| {
            statement.exists(params![lease.publisher, lease.operation.to_bytes(), lease.attempt])
        })
        .map_err(sql)?;
    if wanted { Ok(()) } else { Err(StoreError::Fenced) }
}
