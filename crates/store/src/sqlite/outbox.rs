//! The outbox.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, Row, params};
use signoff_lifecycle::ids::Timestamp;

use super::{SqliteStore, decode, sql};
use crate::StoreError;
use crate::contract::{Delivery, Letter, Outbox};

const COLUMNS: &str = "SELECT id, body, failures, due_at, outcome, last_error FROM outbox";

type Columns = (i64, String, u32, Option<i64>, String, Option<String>);

fn read_row(row: &Row<'_>) -> Result<Columns, rusqlite::Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn letter(columns: Columns) -> Result<Letter, StoreError> {
    let (id, body, failures, due_at, outcome, last_error) = columns;
    let delivery = match outcome.as_str() {
        "sent" => Delivery::Sent,
        "abandoned" => Delivery::Abandoned,
        _ => Delivery::Due(Timestamp(due_at.unwrap_or_default())),
    };
    Ok(Letter { id, mail: decode(&body)?, failures, delivery, last_error })
}

#[async_trait]
impl Outbox for SqliteStore {
    async fn due_letters(&self, now: Timestamp, limit: usize) -> Result<Vec<Letter>, StoreError> {
        self.read(|connection| {
            let text =
                format!("{COLUMNS} WHERE outcome = 'due' AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2");
            let mut statement = connection.prepare_cached(&text).map_err(sql)?;
            let rows = statement.query_map(params![now.0, limit], read_row).map_err(sql)?;
            rows.map(|row| letter(row.map_err(sql)?)).collect()
        })
    }

    async fn settle_letter(&self, letter: Letter) -> Result<(), StoreError> {
        let (outcome, due_at) = match letter.delivery {
            Delivery::Due(at) => ("due", Some(at.0)),
            Delivery::Sent => ("sent", None),
            Delivery::Abandoned => ("abandoned", None),
        };
        self.writer()
            .write(move |connection| {
                connection
                    .prepare_cached(
                        "UPDATE outbox SET failures = ?2, outcome = ?3, due_at = ?4, last_error = ?5
                         WHERE id = ?1",
                    )
                    .and_then(|mut statement| {
                        statement.execute(params![
                            letter.id,
                            letter.failures,
                            outcome,
                            due_at,
                            letter.last_error
                        ])
                    })
                    .map(|_| ())
                    .map_err(sql)
            })
            .await
    }

    async fn next_letter_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT due_at FROM outbox WHERE outcome = 'due' ORDER BY due_at LIMIT 1")
                .and_then(|mut statement| statement.query_row([], |row| row.get(0).map(Timestamp)).optional())
                .map_err(sql)
        })
    }

    async fn letters(&self) -> Result<Vec<Letter>, StoreError> {
        self.scan(|connection| {
            let mut statement = connection.prepare_cached(&format!("{COLUMNS} ORDER BY id")).map_err(sql)?;
            let rows = statement.query_map([], read_row).map_err(sql)?;
            rows.map(|row| letter(row.map_err(sql)?)).collect()
        })
        .await
    }
}
