//! State of the development mode, and the whole state as one file.

use std::path::Path;

use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use signoff_store::contract::{DevKind, DevState};
use signoff_store::tables::{TABLES, Table};
use signoff_store::{StoreError, files};

use super::schema::Belonging;
use super::{SqliteStore, connect, schema, sql, unavailable};

#[async_trait]
impl DevState for SqliteStore {
    async fn dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError> {
        self.read(|connection| get(connection, kind, publisher, key))
    }

    async fn dev_states(&self, kind: DevKind) -> Result<Vec<(String, String, String)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT publisher_id, key, body FROM lab WHERE kind = ?1 ORDER BY publisher_id, key",
                )
                .map_err(sql)?;
            let rows = statement
                .query_map([kind.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .map_err(sql)?;
            rows.map(|row| row.map_err(sql)).collect()
        })
    }

    async fn put_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        body: Option<String>,
    ) -> Result<(), StoreError> {
        let (publisher, key) = (publisher.to_owned(), key.to_owned());
        self.writer().write(move |connection| put(connection, kind, &publisher, &key, body.as_deref())).await
    }

    async fn snapshot(&self, file: &Path) -> Result<(), StoreError> {
        let target = path_text(file)?;
        // SQLite fills a file that is there and empty. It would make one that others can read.
        files::create_new(file).map_err(|error| unavailable(file, &error))?;
        self.scan(move |connection| connection.execute("VACUUM INTO ?1", [target]).map(|_| ()).map_err(sql))
            .await
    }

    async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        let snapshot = file.to_owned();
        let text = path_text(file)?;
        let (leases, publishers, offers) =
            (self.inner.leases.clone(), self.inner.publishers.clone(), self.inner.offers.clone());
        self.writer()
            .alone(move |connection| {
                prepare_snapshot(&snapshot)?;
                connection.execute("ATTACH ?1 AS snapshot", [text]).map_err(sql)?;
                publishers.changing();
                offers.changing();
                let replaced = replace_all(connection);
                publishers.changed();
                offers.changed();
                connection.execute("DETACH snapshot", []).map_err(sql)?;
                if replaced.is_ok() {
                    leases.clear();
                }
                replaced
            })
            .await
    }

    async fn reset(&self) -> Result<(), StoreError> {
        let leases = self.inner.leases.clone();
        let (publishers, offers) = (self.inner.publishers.clone(), self.inner.offers.clone());
        let (changed_publishers, changed_offers) = (publishers.clone(), offers.clone());
        let empty = move |connection: &Connection| {
            publishers.changing();
            offers.changing();
            for Table { name: table, .. } in &TABLES[1..] {
                connection.execute(&format!("DELETE FROM {table}"), []).map_err(sql)?;
            }
            leases.clear();
            Ok(())
        };
        let changed = move |_| {
            changed_publishers.changed();
            changed_offers.changed();
        };
        self.writer().write_then(empty, changed).await
    }
}

/// One entry.
pub(super) fn get(
    connection: &Connection,
    kind: DevKind,
    publisher: &str,
    key: &str,
) -> Result<Option<String>, StoreError> {
    connection
        .prepare_cached("SELECT body FROM lab WHERE publisher_id = ?1 AND kind = ?2 AND key = ?3")
        .and_then(|mut statement| {
            statement.query_row(params![publisher, kind.as_str(), key], |row| row.get(0)).optional()
        })
        .map_err(sql)
}

/// Sets an entry; `None` removes it.
pub(super) fn put(
    connection: &Connection,
    kind: DevKind,
    publisher: &str,
    key: &str,
    body: Option<&str>,
) -> Result<(), StoreError> {
    match body {
        None => connection.execute(
            "DELETE FROM lab WHERE publisher_id = ?1 AND kind = ?2 AND key = ?3",
            params![publisher, kind.as_str(), key],
        ),
        Some(body) => connection.execute(
            "INSERT INTO lab (publisher_id, kind, key, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (publisher_id, kind, key) DO UPDATE SET body = excluded.body",
            params![publisher, kind.as_str(), key, body],
        ),
    }
    .map(|_| ())
    .map_err(sql)
}

/// Makes sure that the file is a snapshot, and brings an older one up to date. Any other file stays as it is.
pub(super) fn prepare_snapshot(file: &Path) -> Result<(), StoreError> {
    let strange = |why: &dyn std::fmt::Display| {
        StoreError::Corrupt(format!("{} is no snapshot of signoff: {why}", file.display()))
    };
    // Read-only: a missing file is an error then, not a new and empty database.
    let open = || Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let mut source = open().map_err(|error| strange(&error))?;
    if let Belonging::Foreign(why) = schema::belonging(&source).map_err(|error| strange(&error))? {
        return Err(strange(&why));
    }
    let version = schema::version(&source).map_err(|error| strange(&error))?;
    if version == 0 {
        return Err(strange(&"it has no schema"));
    }
    schema::refuse_newer(version)?;
    schema::refuse_unfinished_copy(&source).map_err(|error| strange(&error))?;
    if version != schema::newest() {
        let mut older = connect(file)?;
        schema::migrate(&mut older).map_err(|error| strange(&error))?;
        source = older;
    }
    for Table { name: table, .. } in TABLES {
        if !source.table_exists(None, table).map_err(|error| strange(&error))? {
            return Err(strange(&format!("it has no table {table}")));
        }
    }
    // A damaged file may open all the same.
    let found: String =
        source.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| strange(&error))?;
    if found == "ok" { Ok(()) } else { Err(strange(&found)) }
}

fn path_text(file: &Path) -> Result<String, StoreError> {
    let text = file.to_str().map(str::to_owned);
    text.ok_or_else(|| StoreError::Unavailable(format!("{} is no UTF-8 path", file.display())))
}

fn replace_all(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    for Table { name: table, .. } in TABLES {
        transaction
            .execute_batch(&format!(
                "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM snapshot.{table};"
            ))
            .map_err(sql)?;
    }
    transaction.commit().map_err(sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_snapshot_leaves_the_state_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("store")).unwrap();
        let kept = Some("3d".to_owned());
        store.put_dev_state(DevKind::Clock, "contoso", "", kept.clone()).await.unwrap();
        let snapshot = folder.path().join("snapshot");
        store.snapshot(&snapshot).await.unwrap();
        let foreign = folder.path().join("foreign");
        Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE offer (id)").unwrap();
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        let text = folder.path().join("text");
        std::fs::write(&text, "no database at all, however long the file may be").unwrap();

        for file in [empty, foreign, text] {
            let refused = store.restore(&file).await;
            assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{} {refused:?}", file.display());
            assert_eq!(store.dev_state(DevKind::Clock, "contoso", "").await.unwrap(), kept);
        }
        store.put_dev_state(DevKind::Clock, "contoso", "", None).await.unwrap();
        store.restore(&snapshot).await.unwrap();
        assert_eq!(store.dev_state(DevKind::Clock, "contoso", "").await.unwrap(), kept);
    }
}
