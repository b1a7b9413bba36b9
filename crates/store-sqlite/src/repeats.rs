//! Replies to repeatable requests.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use signoff_lifecycle::ids::RealTime;
use signoff_store::StoreError;
use signoff_store::contract::{Repeated, Repeats};
use signoff_store::rows::ReplyRow;

use super::{SqliteStore, sql};

#[async_trait]
impl Repeats for SqliteStore {
    async fn repeated(&self, publisher: &str, key: [u8; 32]) -> Result<Option<Repeated>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT digest, expires_at, reply FROM repeated WHERE publisher_id = ?1 AND key = ?2",
                )
                .and_then(|mut statement| {
                    let read = statement.query_row(params![publisher, key], |row| {
                        Ok(Repeated {
                            publisher: publisher.to_owned(),
                            key,
                            digest: row.get(0)?,
                            expires_at: RealTime(row.get(1)?),
                            reply: row.get(2)?,
                        })
                    });
                    read.optional()
                })
                .map_err(sql)
        })
    }

    async fn keep_reply(&self, repeated: Repeated) -> Result<(), StoreError> {
        self.writer()
            .write(move |connection| keep(connection, &repeated.publisher, &ReplyRow::of(&repeated)))
            .await
    }

    async fn prune_repeated(&self, now: RealTime, limit: usize) -> Result<usize, StoreError> {
        self.writer()
            .write(move |connection| {
                connection
                    .prepare_cached(
                        "DELETE FROM repeated WHERE rowid IN (SELECT rowid FROM repeated INDEXED BY repeated_expiry
                             WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
                    )
                    .and_then(|mut statement| statement.execute(params![now.0, limit]))
                    .map_err(sql)
            })
            .await
    }
}

/// Keeps a reply within the caller's transaction.
///
/// # Errors
/// [`StoreError::Stale`] if there is one with this key: the second caller has to look at it.
pub(super) fn keep(connection: &Connection, publisher: &str, reply: &ReplyRow) -> Result<(), StoreError> {
    let rows = connection
        .prepare_cached(
            "INSERT INTO repeated (publisher_id, key, digest, expires_at, reply) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
        )
        .and_then(|mut statement| {
            statement.execute(params![publisher, reply.key, reply.digest, reply.expires_at, reply.reply])
        });
    if rows.map_err(sql)? == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
