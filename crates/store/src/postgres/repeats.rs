//! Replies to repeatable requests.

use async_trait::async_trait;
use signoff_lifecycle::ids::Timestamp;
use tokio_postgres::Row;

use super::{PostgresStore, column};
use crate::StoreError;
use crate::contract::{Repeated, Repeats};

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
                expires_at: Timestamp(column(&row, 1)?),
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

    async fn prune_repeated(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let pruned = self
            .execute(
                "DELETE FROM repeated WHERE (publisher_id, key) IN (
                     SELECT publisher_id, key FROM repeated WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
                     FOR UPDATE SKIP LOCKED)",
                &[&now.0, &limit],
            )
            .await?;
        Ok(usize::try_from(pruned).unwrap_or(usize::MAX))
    }
}
