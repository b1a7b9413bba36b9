//! The audit log.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use signoff_store::StoreError;
use signoff_store::contract::{Audit, AuditEntry, AuditRow};
use signoff_store::rows::{decode, encode};
use tokio_postgres::Row;

use super::connect_error::failed;
use super::store::PostgresStore;
use super::values::{Parameter, column, unsigned};

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

/// Takes the next number. Whoever counts first commits first: numbers have no gaps.
const COUNT: &str = "INSERT INTO audit_counter (publisher_id, last) VALUES ($1, 1)
    ON CONFLICT (publisher_id) DO UPDATE SET last = audit_counter.last + 1";

/// Writes the entry under the number that was taken.
const ENTER: &str = "INSERT INTO audit (publisher_id, entry, body)
    SELECT publisher_id, last, $2 FROM audit_counter WHERE publisher_id = $1";

/// Appends an entry within the caller's transaction.
pub(super) async fn append(
    transaction: &Transaction<'_>,
    publisher: &str,
    entry: Option<&AuditEntry>,
) -> Result<(), StoreError> {
    let Some(entry) = entry else { return Ok(()) };
    let body = encode(entry)?;
    let prepared = tokio::try_join!(transaction.prepare_cached(COUNT), transaction.prepare_cached(ENTER));
    let (count, enter) = prepared.map_err(failed)?;
    let (counter, written): ([Parameter<'_>; 1], [Parameter<'_>; 2]) = ([&publisher], [&publisher, &body]);
    // Sent one behind the other, in this order: one round trip. A sharded database would take them both as they are.
    let (_, entered) = tokio::try_join!(
        biased;
        transaction.execute(&count, &counter),
        transaction.execute(&enter, &written)
    )
    .map_err(failed)?;
    if entered == 1 { Ok(()) } else { Err(StoreError::Corrupt("an audit log has no counter".to_owned())) }
}
