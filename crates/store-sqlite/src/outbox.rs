//! The outbox.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, Params, Row, params};
use signoff_lifecycle::ids::{Micros, Moment, OperationId, PublisherTime, RealTime};
use signoff_store::StoreError;
use signoff_store::contract::{Letter, Outbox};
use signoff_store::leases::Holds;
use signoff_store::rows::{LetterColumns, delivery_columns, letter};

use super::{SqliteStore, sql};

const COLUMNS: &str =
    "SELECT id, publisher_id, operation_id, recipient, body, failures, due_at, outcome, last_error
    FROM outbox";
/// The index over waiting letters alone. It is named in the statements below, for the planner would rather look
/// up a publisher's letters of all times.
const WAITING: &str = "INDEXED BY outbox_due WHERE outcome = 'due'";

fn read_row(row: &Row<'_>) -> Result<LetterColumns, rusqlite::Error> {
    Ok(LetterColumns {
        id: row.get(0)?,
        publisher: row.get(1)?,
        operation: OperationId::from_bytes(row.get(2)?),
        recipient: row.get(3)?,
        body: row.get(4)?,
        failures: row.get(5)?,
        due_at: row.get(6)?,
        outcome: row.get(7)?,
        last_error: row.get(8)?,
    })
}

#[async_trait]
impl Outbox for SqliteStore {
    async fn due_letters(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let holds = &self.inner.leases.letters;
        self.read(|connection| {
            let mut holds = holds.lock();
            let mut taken = Vec::new();
            // Rows that are held come up again: look so much further.
            let look = limit + holds.count();
            let everybody = format!("{COLUMNS} {WAITING} AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2");
            take(connection, &everybody, params![now.0, look], limit, &mut holds, &mut taken)?;
            let one = format!(
                "{COLUMNS} {WAITING} AND due_at <= ?1 AND publisher_id = ?3 ORDER BY due_at, id LIMIT ?2"
            );
            for (publisher, now) in clocks {
                let parameters = params![now.0, look, publisher];
                take(connection, &one, parameters, limit, &mut holds, &mut taken)?;
            }
            Ok(taken)
        })
    }

    async fn record_delivery(&self, letter: Letter) -> Result<(), StoreError> {
        let (outcome, due_at) = delivery_columns(letter.delivery);
        let id = letter.id;
        self.writer()
            .write(move |connection| {
                // A reset of the development mode starts the numbers anew: the number alone may be another's.
                connection
                    .prepare_cached(
                        "UPDATE outbox SET failures = ?2, outcome = ?3, due_at = ?4, last_error = ?5
                         WHERE id = ?1 AND outcome = 'due' AND publisher_id = ?6 AND operation_id = ?7
                             AND event = ?8 AND recipient = ?9",
                    )
                    .and_then(|mut statement| {
                        statement.execute(params![
                            letter.id,
                            letter.failures,
                            outcome,
                            due_at,
                            letter.last_error,
                            letter.mail.publisher,
                            letter.mail.operation.to_bytes(),
                            letter.mail.event.name(),
                            letter.mail.recipient,
                        ])
                    })
                    .map(|_| ())
                    .map_err(sql)
            })
            .await?;
        self.inner.leases.letters.free(id);
        Ok(())
    }

    async fn next_letter_due(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
    ) -> Result<Option<Micros>, StoreError> {
        let holds = &self.inner.leases.letters;
        self.read(|connection| {
            let holds = holds.lock();
            let everybody = format!("SELECT id, due_at FROM outbox {WAITING} ORDER BY due_at");
            let mut next = soonest(connection, &everybody, [], now.on_unset_clock(), &holds)?;
            let one =
                format!("SELECT id, due_at FROM outbox {WAITING} AND publisher_id = ?1 ORDER BY due_at");
            for (publisher, now) in clocks {
                let of_publisher = soonest(connection, &one, [publisher], *now, &holds)?;
                next = [next, of_publisher].into_iter().flatten().min();
            }
            Ok(next)
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

/// Adds the letters that the query finds and nobody holds, until there are `limit`.
fn take(
    connection: &Connection,
    query: &str,
    parameters: impl Params,
    limit: usize,
    holds: &mut Holds<'_>,
    taken: &mut Vec<Letter>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(query).map_err(sql)?;
    for row in statement.query_map(parameters, read_row).map_err(sql)? {
        if taken.len() >= limit {
            break;
        }
        let row = row.map_err(sql)?;
        let id = row.id;
        if !holds.take(id) {
            continue;
        }
        match letter(row) {
            Ok(letter) => taken.push(letter),
            // It stays held, so that it neither stops the others nor fills the log.
            Err(error) => tracing::error!(letter = id, %error, "a letter cannot be sent"),
        }
    }
    Ok(())
}

/// How long it takes until one of the letters that the query finds, in the order of their due times, can be taken.
fn soonest(
    connection: &Connection,
    query: &str,
    parameters: impl Params,
    now: PublisherTime,
    holds: &Holds<'_>,
) -> Result<Option<Micros>, StoreError> {
    let mut soonest = None;
    let mut statement = connection.prepare_cached(query).map_err(sql)?;
    let rows = statement.query_map(parameters, |row| Ok((row.get(0)?, row.get(1).map(PublisherTime)?)));
    for row in rows.map_err(sql)? {
        let (id, due_at) = row.map_err(sql)?;
        let (due_in, held_for) = (due_at.since(now), micros(holds.left(id)));
        soonest = [soonest, Some(due_in.max(held_for))].into_iter().flatten().min();
        // Every later row is due later than this one.
        if held_for <= due_in {
            break;
        }
    }
    Ok(soonest)
}

fn micros(span: Duration) -> Micros {
    Micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
}
