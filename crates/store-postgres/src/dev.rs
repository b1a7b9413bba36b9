//! State of the development mode, and the whole state as one file: that of the embedded store, good in both engines.

use std::path::Path;

use async_trait::async_trait;
use signoff_store::StoreError;
use signoff_store::contract::{DevKind, DevState};
use signoff_store::tables::{TABLES, Table};
use signoff_store_sqlite::transfer::{NewFile, Snapshot};
use tokio::sync::mpsc;
use tokio_postgres::{IsolationLevel, Row};

use super::connect_error::failed;
use super::deadline::{until, within};
use super::store::PostgresStore;
use super::transfer::{self, Group};
use super::values::column;

/// The whole state may take as long as so many answers. No request but those of the development mode waits for it.
const ANSWERS: u32 = 40;
/// At most so many groups of rows wait between the database and the file.
const WAITING: usize = 4;

#[async_trait]
impl DevState for PostgresStore {
    async fn dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = self
            .row(
                "SELECT body FROM lab WHERE publisher_id = $1 AND kind = $2 AND key = $3",
                &[&publisher, &kind.as_str(), &key],
            )
            .await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    async fn dev_states(&self, kind: DevKind) -> Result<Vec<(String, String, String)>, StoreError> {
        let rows = self
            .rows(
                "SELECT publisher_id, key, body FROM lab WHERE kind = $1 ORDER BY publisher_id, key",
                &[&kind.as_str()],
            )
            .await?;
        let entry = |row: &Row| Ok((column(row, 0)?, column(row, 1)?, column(row, 2)?));
        rows.iter().map(entry).collect()
    }

    async fn put_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        body: Option<String>,
    ) -> Result<(), StoreError> {
        let changed = match body {
            None => {
                self.execute(
                    "DELETE FROM lab WHERE publisher_id = $1 AND kind = $2 AND key = $3",
                    &[&publisher, &kind.as_str(), &key],
                )
                .await
            }
            Some(body) => {
                self.execute(
                    "INSERT INTO lab (publisher_id, kind, key, body) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (publisher_id, kind, key) DO UPDATE SET body = excluded.body",
                    &[&publisher, &kind.as_str(), &key, &body],
                )
                .await
            }
        };
        changed.map(|_| ())
    }

    async fn snapshot(&self, file: &Path) -> Result<(), StoreError> {
        let until = until(self.inner.answer * ANSWERS);
        within(until, async {
            let mut client = self.to_read(until).await?;
            let transaction = client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()
                .await
                .map_err(failed)?;
            let (groups, mut waiting) = mpsc::channel::<Group>(WAITING);
            let path = file.to_owned();
            let writer = tokio::task::spawn_blocking(move || {
                let file = NewFile::create(&path)?;
                while let Some((place, rows)) = waiting.blocking_recv() {
                    file.put(&TABLES[place], &rows)?;
                }
                file.finish()
            });
            for (place, table) in TABLES.iter().enumerate() {
                transfer::read(&transaction, (place, table), &groups).await?;
            }
            drop(groups);
            transaction.commit().await.map_err(failed)?;
            client.answered();
            writer.await.map_err(|error| StoreError::Unavailable(error.to_string()))?
        })
        .await
    }

    async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        let (groups, mut waiting) = mpsc::channel::<Group>(WAITING);
        let path = file.to_owned();
        let reader = tokio::task::spawn_blocking(move || {
            let snapshot = Snapshot::open(&path)?;
            for (place, table) in TABLES.iter().enumerate() {
                let gone = || StoreError::Unavailable("the database took no more rows".to_owned());
                let group = usize::try_from(transfer::GROUP).unwrap_or(1);
                snapshot
                    .rows(table, group, |rows| groups.blocking_send((place, rows)).map_err(|_| gone()))?;
            }
            Ok::<_, StoreError>(())
        });
        let until = until(self.inner.answer * ANSWERS);
        within(until, async {
            let mut client = self.to_change(until).await?;
            let transaction = client.transaction().await.map_err(failed)?;
            let all: Vec<&Table> = TABLES.iter().collect();
            empty(&transaction, &all).await?;
            let mut taken = Ok(());
            while let Some((place, rows)) = waiting.recv().await {
                taken = transfer::write(&transaction, &TABLES[place], &rows).await;
                if taken.is_err() {
                    break;
                }
            }
            drop(waiting);
            // What the database says is the cause when both failed.
            taken?;
            reader.await.map_err(|error| StoreError::Unavailable(error.to_string()))??;
            transfer::go_on_counting(&transaction).await?;
            transaction.commit().await.map_err(failed)?;
            client.answered();
            Ok(())
        })
        .await
    }

    async fn reset(&self) -> Result<(), StoreError> {
        let until = until(self.inner.answer * ANSWERS);
        within(until, async {
            let mut client = self.to_change(until).await?;
            let transaction = client.transaction().await.map_err(failed)?;
            let but_the_keys: Vec<&Table> = TABLES.iter().skip(1).collect();
            empty(&transaction, &but_the_keys).await?;
            transaction.batch_execute("DELETE FROM audit_counter").await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            client.answered();
            Ok(())
        })
        .await
    }
}

/// Removes every row. Deleting rather than truncating lets readers go on meanwhile.
async fn empty(
    transaction: &deadpool_postgres::Transaction<'_>,
    tables: &[&Table],
) -> Result<(), StoreError> {
    for table in tables {
        transaction.execute(&format!("DELETE FROM {}", table.name), &[]).await.map_err(failed)?;
    }
    Ok(())
}
