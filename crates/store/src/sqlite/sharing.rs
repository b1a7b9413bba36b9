//! The file is one server's own: nobody else writes to it, and the machine's clock counts.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};
use signoff_lifecycle::ids::{OperationId, Timestamp};

use super::{SqliteStore, sql};
use crate::StoreError;
use crate::contract::{Imprint, LabKind, Look, Sharing, StoredOperation};
use crate::rows::decode;

#[async_trait]
impl Sharing for SqliteStore {
    fn is_shared(&self) -> bool {
        false
    }

    async fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    async fn look(
        &self,
        publisher: &str,
        id: OperationId,
        known: Option<&Imprint>,
    ) -> Result<Look, StoreError> {
        self.read(|connection| {
            let row: Option<(String, String)> = connection
                .prepare_cached(
                    "SELECT offer_id, body FROM operation WHERE publisher_id = ?1 AND operation_id = ?2",
                )
                .and_then(|mut statement| {
                    statement
                        .query_row(params![publisher, id.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                        .optional()
                })
                .map_err(sql)?;
            let Some((offer, body)) = row else { return Ok(Look::Gone) };
            if known.is_some_and(|known| known.is_of(&body)) {
                return Ok(Look::Same);
            }
            let stored = StoredOperation { offer, operation: decode(&body)? };
            Ok(Look::Changed(Box::new(stored), Imprint::new(&body)))
        })
    }

    async fn revisions(&self, publisher: &str, offers: &[String]) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT revision FROM offer WHERE publisher_id = ?1 AND offer_id = ?2")
                .map_err(sql)?;
            let mut found = Vec::with_capacity(offers.len());
            for offer in offers {
                let revision = statement
                    .query_row(params![publisher, offer], |row| row.get(0))
                    .optional()
                    .map_err(sql)?;
                found.extend(revision.map(|revision| (offer.clone(), revision)));
            }
            found.sort();
            Ok(found)
        })
    }

    async fn swap_lab(
        &self,
        kind: LabKind,
        publisher: &str,
        key: &str,
        present: Option<&str>,
        next: Option<String>,
    ) -> Result<bool, StoreError> {
        let (publisher, key) = (publisher.to_owned(), key.to_owned());
        let present = present.map(str::to_owned);
        self.writer()
            .write(move |connection| {
                let stored: Option<String> = connection
                    .query_row(
                        "SELECT body FROM lab WHERE publisher_id = ?1 AND kind = ?2 AND key = ?3",
                        params![publisher, kind.as_str(), key],
                        |row| row.get(0),
                    )
                    .optional()
                    .map_err(sql)?;
                if stored != present {
                    return Ok(false);
                }
                match &next {
                    None => connection.execute(
                        "DELETE FROM lab WHERE publisher_id = ?1 AND kind = ?2 AND key = ?3",
                        params![publisher, kind.as_str(), key],
                    ),
                    Some(next) => connection.execute(
                        "INSERT INTO lab (publisher_id, kind, key, body) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (publisher_id, kind, key) DO UPDATE SET body = excluded.body",
                        params![publisher, kind.as_str(), key, next],
                    ),
                }
                .map(|_| true)
                .map_err(sql)
            })
            .await
    }
}
