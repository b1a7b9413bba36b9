//! Forgetting operations that ended long ago.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use signoff_lifecycle::ids::OperationId;
use signoff_store::StoreError;
use signoff_store::contract::{Aged, Prune, Retention, StoredOperation};
use signoff_store::packed::unpack;

use super::{SqliteStore, sql};

#[async_trait]
impl Retention for SqliteStore {
    async fn publisher_after(&self, publisher: Option<&str>) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT publisher_id FROM operation WHERE publisher_id > ?1 ORDER BY publisher_id LIMIT 1",
                )
                .and_then(|mut statement| {
                    statement.query_row([publisher.unwrap_or_default()], |row| row.get(0)).optional()
                })
                .map_err(sql)
        })
    }

    async fn operations_after(
        &self,
        publisher: &str,
        after: Option<OperationId>,
        limit: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let publisher = publisher.to_owned();
        // An empty key is less than any.
        let after = after.map_or(Vec::new(), |id| id.to_bytes().to_vec());
        self.scan(move |connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT offer_id, body FROM operation WHERE publisher_id = ?1 AND operation_id > ?2
                     ORDER BY operation_id LIMIT ?3",
                )
                .map_err(sql)?;
            let rows = statement
                .query_map(params![publisher, after, limit], |row| {
                    Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
                })
                .map_err(sql)?;
            rows.map(|row| {
                let (offer, body) = row.map_err(sql)?;
                Ok(StoredOperation { offer, operation: unpack(&body)? })
            })
            .collect()
        })
        .await
    }

    async fn prune(&self, prune: Prune) -> Result<usize, StoreError> {
        self.writer().write(move |connection| run(connection, &prune)).await
    }
}

fn run(connection: &Connection, prune: &Prune) -> Result<usize, StoreError> {
    let Prune { publisher, offer, revision, .. } = prune;
    let as_decided = connection
        .prepare_cached("SELECT 1 FROM offer WHERE publisher_id = ?1 AND offer_id = ?2 AND revision = ?3")
        .and_then(|mut statement| statement.exists(params![publisher, offer, revision]))
        .map_err(sql)?;
    if !as_decided {
        return Err(StoreError::Stale);
    }
    for kept in &prune.keep {
        keep(connection, prune, kept)?;
    }
    let mut removed = 0;
    for gone in &prune.remove {
        if has_mail_to_send(connection, publisher, gone.id)? {
            keep(connection, prune, gone)?;
        } else if remove(connection, prune, gone)? {
            removed += 1;
        }
    }
    forget_contents(connection, prune)?;
    Ok(removed)
}

fn keep(connection: &Connection, prune: &Prune, kept: &Aged) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO kept (publisher_id, offer_id, publishing_version, operation_id, offer_version)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                prune.publisher,
                prune.offer,
                kept.publishing_version,
                kept.id.to_bytes(),
                kept.offer_version,
            ])
        })
        .map(|_| ())
        .map_err(sql)
}

fn has_mail_to_send(
    connection: &Connection,
    publisher: &str,
    operation: OperationId,
) -> Result<bool, StoreError> {
    connection
        .prepare_cached(
            "SELECT 1 FROM outbox WHERE publisher_id = ?1 AND operation_id = ?2 AND outcome = 'due'",
        )
        .and_then(|mut statement| statement.exists(params![publisher, operation.to_bytes()]))
        .map_err(sql)
}

/// Removes an operation and what hangs on it; answers whether it was there.
fn remove(connection: &Connection, prune: &Prune, gone: &Aged) -> Result<bool, StoreError> {
    let (publisher, id) = (&prune.publisher, gone.id.to_bytes());
    let delete = |text: &str| {
        connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.execute(params![publisher, id]))
            .map_err(sql)
    };
    let was_there = delete("DELETE FROM operation WHERE publisher_id = ?1 AND operation_id = ?2")? == 1;
    delete("DELETE FROM outbox WHERE publisher_id = ?1 AND operation_id = ?2")?;
    delete("DELETE FROM artifact WHERE publisher_id = ?1 AND operation_id = ?2")?;
    connection
        .prepare_cached(
            "DELETE FROM kept WHERE publisher_id = ?1 AND offer_id = ?2 AND publishing_version = ?3",
        )
        .and_then(|mut statement| statement.execute(params![publisher, prune.offer, gone.publishing_version]))
        .map_err(sql)?;
    Ok(was_there)
}

/// Empties the content of versions that nobody needs. The rows stay as long as there is content before them: a read of
/// a version takes the row of the latest one up to it, and must not take an older one for one that is gone.
fn forget_contents(connection: &Connection, prune: &Prune) -> Result<(), StoreError> {
    let Prune { publisher, offer, .. } = prune;
    let numbers = |text: &str| -> Result<Vec<u32>, StoreError> {
        let mut statement = connection.prepare_cached(text).map_err(sql)?;
        let rows = statement.query_map(params![publisher, offer], |row| row.get(0)).map_err(sql)?;
        rows.map(|row| row.map_err(sql)).collect()
    };
    let mut needed = numbers("SELECT offer_version FROM kept WHERE publisher_id = ?1 AND offer_id = ?2")?;
    needed.extend(&prune.versions);
    let rows =
        numbers("SELECT version FROM content WHERE publisher_id = ?1 AND offer_id = ?2 ORDER BY version")?;
    for (index, version) in rows.iter().enumerate() {
        let next = rows.get(index + 1).copied().unwrap_or(u32::MAX);
        // It is the content of every version up to the next row's.
        if next > prune.contents_below || needed.iter().any(|needed| (*version..next).contains(needed)) {
            continue;
        }
        connection
            .prepare_cached(
                "UPDATE content SET definition = '', secrets = NULL, extra = NULL, display_text = ''
                 WHERE publisher_id = ?1 AND offer_id = ?2 AND version = ?3 AND definition <> ''",
            )
            .and_then(|mut statement| statement.execute(params![publisher, offer, version]))
            .map_err(sql)?;
    }
    connection
        .prepare_cached(
            "DELETE FROM content WHERE publisher_id = ?1 AND offer_id = ?2 AND version < (SELECT min(version)
                 FROM content WHERE publisher_id = ?1 AND offer_id = ?2 AND definition <> '')",
        )
        .and_then(|mut statement| statement.execute(params![publisher, offer]))
        .map(|_| ())
        .map_err(sql)
}
