//! The outbox. Who sends a letter holds its row, on the database's clock.

use std::collections::BTreeMap;

use async_trait::async_trait;
use signoff_lifecycle::ids::{Micros, PublisherTime, RealTime};
use signoff_store::StoreError;
use signoff_store::contract::{Letter, Outbox};
use signoff_store::rows::{LetterColumns, delivery_columns, letter};
use tokio_postgres::Row;

use super::store::PostgresStore;
use super::values::{Parameter, column, operation_id, unsigned, uuid};

const COLUMNS: &str =
    "outbox.id, publisher_id, operation_id, recipient, body, failures, due_at, outcome, last_error";
/// No letter is held for ten minutes: such a row was written by a clock that was ahead.
const FREE: &str = "(held_until IS NULL OR held_until <= statement_timestamp()
    OR held_until > statement_timestamp() + interval '10 minutes')";

/// How long it takes until the first letter may be sent. Those that are due before the first free one are held by
/// somebody, so there are few of them.
fn next_of(whose: &str) -> String {
    format!(
        "WITH free AS (
             SELECT due_at FROM outbox WHERE {whose} AND outcome = 'due' AND {FREE} ORDER BY due_at LIMIT 1
         ), held AS (
             SELECT greatest(due_at - $1,
                 (extract(epoch FROM held_until - statement_timestamp()) * 1000000)::bigint) AS wait
             FROM outbox WHERE {whose} AND outcome = 'due' AND NOT {FREE}
                 AND due_at <= coalesce((SELECT due_at FROM free), 9223372036854775807)
         )
         SELECT min(greatest(wait, 0)) FROM (SELECT due_at - $1 AS wait FROM free UNION ALL SELECT wait FROM held)
             AS waits"
    )
}

fn columns(row: &Row) -> Result<LetterColumns, StoreError> {
    Ok(LetterColumns {
        id: column(row, 0)?,
        publisher: column(row, 1)?,
        operation: operation_id(column(row, 2)?),
        recipient: column(row, 3)?,
        body: column(row, 4)?,
        failures: unsigned(column(row, 5)?)?,
        due_at: column(row, 6)?,
        outcome: column(row, 7)?,
        last_error: column(row, 8)?,
    })
}

#[async_trait]
impl Outbox for PostgresStore {
    async fn due_letters(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        // This look goes over all publishers and locks nothing. Each publisher's are then held by themselves.
        let everybody = format!(
            "SELECT publisher_id, id FROM outbox WHERE outcome = 'due' AND due_at <= $1 AND {FREE}
             ORDER BY due_at LIMIT $2"
        );
        let rows = self.rows(&everybody, &[&now.0, &most]).await?;
        let mut soonest = BTreeMap::<&str, Vec<i64>>::new();
        for row in &rows {
            soonest.entry(column(row, 0)?).or_default().push(column(row, 1)?);
        }
        let mut taken = Vec::new();
        for (publisher, ids) in soonest {
            taken.extend(self.hold_letters("id = ANY ($2)", &[&publisher, &ids, &most]).await?);
        }
        for (publisher, now) in clocks {
            let room = most.saturating_sub(i64::try_from(taken.len()).unwrap_or(i64::MAX));
            if room > 0 {
                taken.extend(self.hold_letters("due_at <= $2", &[publisher, &now.0, &room]).await?);
            }
        }
        taken.sort_by_key(|letter: &Letter| letter.id);
        Ok(taken)
    }

    async fn record_delivery(&self, letter: Letter) -> Result<(), StoreError> {
        let (outcome, due_at) = delivery_columns(letter.delivery);
        // A reset of the development mode may give the number to another letter.
        self.execute(
            "UPDATE outbox SET failures = $3, outcome = $4, due_at = $5, last_error = $6, held_until = NULL
             WHERE publisher_id = $1 AND id = $2 AND outcome = 'due' AND operation_id = $7 AND event = $8
                 AND recipient = $9",
            &[
                &letter.mail.publisher,
                &letter.id,
                &i64::from(letter.failures),
                &outcome,
                &due_at,
                &letter.last_error,
                &uuid(letter.mail.operation.0),
                &letter.mail.event.name(),
                &letter.mail.recipient,
            ],
        )
        .await
        .map(|_| ())
    }

    async fn next_letter_due(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
    ) -> Result<Option<Micros>, StoreError> {
        let mut rows = vec![self.row(&next_of("TRUE"), &[&now.0]).await?];
        let one = next_of("publisher_id = $2");
        for (publisher, now) in clocks {
            rows.push(self.row(&one, &[&now.0, publisher]).await?);
        }
        let mut next = None;
        for row in rows.into_iter().flatten() {
            let wait: Option<i64> = column(&row, 0)?;
            next = next.into_iter().chain(wait).min();
        }
        next.map(|wait| unsigned(wait).map(Micros)).transpose()
    }

    async fn letters(&self) -> Result<Vec<Letter>, StoreError> {
        let rows = self.rows(&format!("SELECT {COLUMNS} FROM outbox ORDER BY id"), &[]).await?;
        rows.iter().map(|row| letter(columns(row)?)).collect()
    }
}

impl PostgresStore {
    /// Holds letters of the publisher, who is the first parameter, of those that `which` tells by the second; the
    /// third is how many at most.
    async fn hold_letters(
        &self,
        which: &str,
        parameters: &[Parameter<'_>; 3],
    ) -> Result<Vec<Letter>, StoreError> {
        let text = format!(
            "WITH wanted AS (
                 SELECT id FROM outbox WHERE publisher_id = $1 AND outcome = 'due' AND {which} AND {FREE}
                 ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
             )
             UPDATE outbox SET held_until = statement_timestamp() + interval '60 seconds'
             FROM wanted WHERE outbox.publisher_id = $1 AND outbox.id = wanted.id
             RETURNING {COLUMNS}"
        );
        let rows = self.changed(&text, parameters).await?;
        let mut letters = Vec::with_capacity(rows.len());
        for row in &rows {
            let columns = columns(row)?;
            let id = columns.id;
            match letter(columns) {
                Ok(letter) => letters.push(letter),
                // It stays held for a while, so that it neither stops the others nor fills the log.
                Err(error) => tracing::error!(letter = id, %error, "a letter cannot be sent"),
            }
        }
        Ok(letters)
    }
}
