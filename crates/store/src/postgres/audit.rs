//! The audit log.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::{PostgresStore, column, failed, unsigned};
use crate::StoreError;
use crate::contract::{Audit, AuditEntry, AuditRow};
use crate::rows::{decode, encode};

#[async_trait]
impl Audit for PostgresStore {
    async fn audit(
        &self,
        publisher: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .rows(
                "SELECT entry, body FROM audit WHERE publisher_id = $1 AND entry < $2 ORDER BY entry DESC LIMIT $3",
                &[&publisher, &before, &limit],
            )
            .await?;
        let entry =
            |row: &Row| Ok(AuditRow { number: unsigned(column(row, 0)?)?, entry: decode(column(row, 1)?)? });
        rows.iter().map(entry).collect()
    }
}

/// Appends an entry within the caller's transaction.
pub(super) async fn append(
    transaction: &Transaction<'_>,
    publisher: &str,
    entry: Option<&AuditEntry>,
) -> Result<(), StoreError> {
    let Some(entry) = entry else { return Ok(()) };
    transaction
        .execute(
            "WITH counted AS (
                 INSERT INTO audit_counter (publisher_id, last) VALUES ($1, 1)
                 ON CONFLICT (publisher_id) DO UPDATE SET last = audit_counter.last + 1
                 RETURNING last
             )
             INSERT INTO audit (publisher_id, entry, body) SELECT $1, last, $2 FROM counted",
            &[&publisher, &encode(entry)?],
        )
        .await
        .map(|_| ())
        .map_err(failed)
}
