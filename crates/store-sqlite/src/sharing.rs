//! The file is one server's own: nobody else writes to it, and the machine's clock counts.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};
use signoff_lifecycle::ids::{OperationId, RealTime};
use signoff_store::StoreError;
use signoff_store::contract::{DevKind, Fingerprint, Lookup, Sharing};

use super::offers::operation;
use super::{SqliteStore, dev, schema, sql};

#[async_trait]
impl Sharing for SqliteStore {
    fn is_shared(&self) -> bool {
        false
    }

    /// The file is written if the last change could not be: what made it fail may be over.
    async fn writable(&self) -> Result<(), StoreError> {
        if !self.writer().is_troubled() {
            return Ok(());
        }
        self.writer().write(schema::stamp).await
    }

    async fn time(&self) -> Result<Option<RealTime>, StoreError> {
        Ok(None)
    }

    async fn look(
        &self,
        publisher: &str,
        id: OperationId,
        known: Option<&Fingerprint>,
    ) -> Result<Lookup, StoreError> {
        self.read(|connection| {
            let Some((offer, body)) = operation(connection, publisher, id)? else { return Ok(Lookup::Gone) };
            Lookup::at(&offer, &body, known)
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

    async fn swap_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        present: Option<&str>,
        next: Option<String>,
    ) -> Result<bool, StoreError> {
        let (publisher, key) = (publisher.to_owned(), key.to_owned());
        let present = present.map(str::to_owned);
        self.writer()
            .write(move |connection| {
                let stored = dev::get(connection, kind, &publisher, &key)?;
                if stored != present {
                    return Ok(false);
                }
                dev::put(connection, kind, &publisher, &key, next.as_deref()).map(|()| true)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whether_changes_can_be_written_is_found_out_by_writing() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("signoff.db")).unwrap();
        let read_only = async |on: bool| {
            let set =
                store.writer().alone(move |writer| writer.pragma_update(None, "query_only", on).map_err(sql));
            set.await.unwrap();
        };
        store.writable().await.unwrap();
        read_only(true).await;
        store.writable().await.expect("no change has failed yet");
        store.writer().write(schema::stamp).await.unwrap_err();
        for _ in 0..2 {
            store.writable().await.unwrap_err();
        }
        read_only(false).await;
        store.writable().await.unwrap();
    }
}
