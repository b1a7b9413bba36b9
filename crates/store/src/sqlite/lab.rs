//! State of the development mode, and the whole state as one file.

use std::path::Path;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, connect, schema, sql};
use crate::StoreError;
use crate::contract::{Lab, LabKind};

/// Every table; the signing keys first, for they outlive a reset.
const TABLES: [&str; 11] = [
    "signing_key",
    "principal",
    "publisher",
    "member",
    "offer",
    "content",
    "operation",
    "work",
    "outbox",
    "artifact",
    "lab",
];

#[async_trait]
impl Lab for SqliteStore {
    async fn lab(&self, kind: LabKind, publisher: &str, key: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT body FROM lab WHERE publisher_id = ?1 AND kind = ?2 AND key = ?3")
                .and_then(|mut statement| {
                    statement.query_row(params![publisher, kind.as_str(), key], |row| row.get(0)).optional()
                })
                .map_err(sql)
        })
    }

    async fn lab_all(&self, kind: LabKind) -> Result<Vec<(String, String, String)>, StoreError> {
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

    async fn put_lab(
        &self,
        kind: LabKind,
        publisher: &str,
        key: &str,
        body: Option<String>,
    ) -> Result<(), StoreError> {
        let (publisher, key) = (publisher.to_owned(), key.to_owned());
        self.writer()
            .write(move |connection| {
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
            })
            .await
    }

    async fn snapshot(&self, file: &Path) -> Result<(), StoreError> {
        let target = path_text(file)?;
        self.scan(move |connection| connection.execute("VACUUM INTO ?1", [target]).map(|_| ()).map_err(sql))
            .await
    }

    async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        let snapshot = file.to_owned();
        let text = path_text(file)?;
        let (leases, publishers) = (self.inner.leases.clone(), self.inner.publishers.clone());
        self.writer()
            .alone(move |connection| {
                // Opened once on its own: an older snapshot is brought up to date, a newer one refused.
                let mut source = connect(&snapshot).map_err(|error| corrupt(&error))?;
                schema::migrate(&mut source).map_err(|error| corrupt(&error))?;
                drop(source);
                connection.execute("ATTACH ?1 AS snapshot", [text]).map_err(sql)?;
                let replaced = replace_all(connection);
                connection.execute("DETACH snapshot", []).map_err(sql)?;
                if replaced.is_ok() {
                    leases.clear();
                    publishers.clear();
                }
                replaced
            })
            .await
    }

    async fn reset(&self) -> Result<(), StoreError> {
        let (leases, publishers) = (self.inner.leases.clone(), self.inner.publishers.clone());
        let empty = move |connection: &Connection| {
            for table in &TABLES[1..] {
                connection.execute(&format!("DELETE FROM {table}"), []).map_err(sql)?;
            }
            leases.clear();
            Ok(())
        };
        self.writer().write_then(empty, move || publishers.clear()).await
    }
}

fn corrupt(error: &StoreError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn path_text(file: &Path) -> Result<String, StoreError> {
    let text = file.to_str().map(str::to_owned);
    text.ok_or_else(|| StoreError::Unavailable(format!("{} is no UTF-8 path", file.display())))
}

fn replace_all(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction().map_err(sql)?;
    for table in TABLES {
        transaction
            .execute_batch(&format!(
                "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM snapshot.{table};"
            ))
            .map_err(sql)?;
    }
    transaction.commit().map_err(sql)
}
