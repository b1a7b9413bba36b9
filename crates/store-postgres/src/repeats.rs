//! Replies to repeatable requests.

use std::collections::BTreeMap;

use async_trait::async_trait;
use signoff_lifecycle::ids::RealTime;
use signoff_store::StoreError;
use signoff_store::contract::{Repeated, Repeats};
use tokio_postgres::Row;

use super::store::PostgresStore;
use super::values::column;

#[async_trait]
impl Repeats for PostgresStore {
    async fn repeated(&self, publisher: &str, key: [u8; 32]) -> Result<Option<Repeated>, StoreError> {
        let row = self
            .row(
                "SELECT digest, expires_at, reply FROM repeated WHERE publisher_id = $1 AND key = $2",
                &[&publisher, &key.as_slice()],
            )
            .await?;
        let kept = |row: Row| {
            let digest: &[u8] = column(&row, 0)?;
            let digest = digest.try_into();
            Ok(Repeated {
                publisher: publisher.to_owned(),
                key,
                digest: digest.map_err(|_| StoreError::Corrupt("a digest has 32 bytes".to_owned()))?,
                expires_at: RealTime(column(&row, 1)?),
                reply: column(&row, 2)?,
            })
        };
        row.map(kept).transpose()
    }

    async fn keep_reply(&self, repeated: Repeated) -> Result<(), StoreError> {
        let kept = self
            .execute(
                "INSERT INTO repeated (publisher_id, key, digest, expires_at, reply) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
                &[
                    &repeated.publisher,
                    &repeated.key.as_slice(),
                    &repeated.digest.as_slice(),
                    &repeated.expires_at.0,
                    &repeated.reply,
                ],
            )
            .await?;
        if kept == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    async fn prune_repeated(&self, now: RealTime, limit: usize) -> Result<usize, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .rows(
                "SELECT publisher_id, key FROM repeated WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2",
                &[&now.0, &limit],
            )
            .await?;
        let mut by_publisher = BTreeMap::<&str, Vec<&[u8]>>::new();
        for row in &rows {
            by_publisher.entry(column(row, 0)?).or_default().push(column(row, 1)?);
        }
        let mut pruned = 0;
        for (publisher, keys) in by_publisher {
            // What another node is removing is removed by it.
            pruned += self
                .execute(
                    "DELETE FROM repeated WHERE publisher_id = $1 AND key IN (
                         SELECT key FROM repeated WHERE publisher_id = $1 AND key = ANY ($2) AND expires_at <= $3
                         FOR UPDATE SKIP LOCKED)",
                    &[&publisher, &keys, &now.0],
                )
                .await?;
        }
        Ok(usize::try_from(pruned).unwrap_or(usize::MAX))
    }
}
