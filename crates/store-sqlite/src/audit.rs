//! The audit log.

use async_trait::async_trait;
use rusqlite::{Connection, params};
use signoff_store::StoreError;
use signoff_store::contract::{Audit, AuditRow};
use signoff_store::rows::decode;

use super::{SqliteStore, sql};

/// Appends an entry within the caller's transaction. There is one writer, so numbers have no gaps.
pub(super) fn append(connection: &Connection, publisher: &str, body: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO audit (publisher_id, entry, body)
             VALUES (?1, coalesce((SELECT max(entry) FROM audit WHERE publisher_id = ?1), 0) + 1, ?2)",
        )
        .and_then(|mut statement| statement.execute(params![publisher, body]))
        .map(|_| ())
        .map_err(sql)
}

#[async_trait]
impl Audit for SqliteStore {
    async fn audit(
        &self,
        publisher: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let publisher = publisher.to_owned();
        self.scan(move |connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT entry, body FROM audit WHERE publisher_id = ?1 AND entry < ?2
                     ORDER BY entry DESC LIMIT ?3",
                )
                .map_err(sql)?;
            let rows = statement
                .query_map(params![publisher, before, limit], |row| {
                    Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?))
                })
                .map_err(sql)?;
            rows.map(|row| {
                let (number, body) = row.map_err(sql)?;
                Ok(AuditRow { number, entry: decode(&body)? })
            })
            .collect()
        })
        .await
    }
}
