//! What the steps of operations make.

use async_trait::async_trait;
use signoff_lifecycle::ids::OperationId;
use signoff_store::StoreError;
use signoff_store::contract::{Artifacts, Lease};

use super::store::PostgresStore;
use super::values::{column, uuid};
use super::work::held;

#[async_trait]
impl Artifacts for PostgresStore {
    async fn put_artifact(&self, lease: &Lease, step: &str, body: String) -> Result<(), StoreError> {
        let (operation, attempt, token) = held(lease)?;
        // Holding the row keeps the end of the work waiting until the artifact is there for the undo to find.
        let written = self
            .execute(
                "INSERT INTO artifact (publisher_id, operation_id, step, body)
                 SELECT publisher_id, operation_id, $5, $6 FROM work
                 WHERE publisher_id = $1 AND operation_id = $2 AND attempt = $3 AND lease_token = $4
                 FOR SHARE
                 ON CONFLICT (publisher_id, operation_id, step) DO UPDATE SET body = excluded.body",
                &[&lease.publisher, &operation, &attempt, &token, &step, &body],
            )
            .await?;
        if written == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }

    async fn remove_artifact(
        &self,
        publisher: &str,
        operation: OperationId,
        step: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM artifact WHERE publisher_id = $1 AND operation_id = $2 AND step = $3",
            &[&publisher, &uuid(operation.0), &step],
        )
        .await
        .map(|_| ())
    }

    async fn artifacts(
        &self,
        publisher: &str,
        operation: OperationId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self
            .rows(
                "SELECT step, body FROM artifact WHERE publisher_id = $1 AND operation_id = $2 ORDER BY step",
                &[&publisher, &uuid(operation.0)],
            )
            .await?;
        rows.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect()
    }
}
