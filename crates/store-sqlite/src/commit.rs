//! One decision, one short transaction: compare the revision, then write everything that belongs together.

use std::iter;
use std::sync::LazyLock;

use rusqlite::{Connection, named_params, params_from_iter};
use signoff_store::StoreError;
use signoff_store::leases::Leases;
use signoff_store::rows::{Bind, ChangeRows, ContentRow, LetterRow, OfferRow, OperationRow, WorkRow};
use signoff_store::tables::{Cell, Kind};

use super::transfer::bound;
use super::{audit, repeats, sql};

const UPDATE_OFFER: &str = "UPDATE offer SET revision = revision + 1, status = :status, state = :state,
        target = :target, cancellation = :cancellation, display_text = coalesce(:display_text, display_text)
    WHERE publisher_id = :publisher_id AND offer_id = :offer_id AND revision = :expected";

const INSERT_OFFER: &str = "INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status,
        display_text, state, target, cancellation, folded)
    VALUES (:publisher_id, :offer_id, :guid, 1, :offer_type, :status, coalesce(:display_text, ''), :state, :target,
        :cancellation, lower(:offer_id))
    ON CONFLICT DO NOTHING";

static PUT_CONTENT: LazyLock<String> = LazyLock::new(|| {
    insert(
        "content",
        ContentRow::COLUMNS,
        "ON CONFLICT (publisher_id, offer_id, version) DO UPDATE SET changed_at = excluded.changed_at,
             display_text = excluded.display_text, definition = excluded.definition, secrets = excluded.secrets,
             extra = excluded.extra",
    )
});

static PUT_OPERATION: LazyLock<String> = LazyLock::new(|| {
    let is_there = "ON CONFLICT (publisher_id, operation_id) DO UPDATE SET body = excluded.body";
    insert("operation", OperationRow::COLUMNS, is_there)
});

const FINISH_WORK: &str = "DELETE FROM work WHERE publisher_id = ? AND operation_id = ? AND attempt = ?";

static ADD_WORK: LazyLock<String> = LazyLock::new(|| insert("work", WorkRow::COLUMNS, ""));

static ADD_LETTER: LazyLock<String> =
    LazyLock::new(|| insert("outbox", LetterRow::COLUMNS, "ON CONFLICT DO NOTHING"));

/// Writes the rows within the caller's transaction.
pub(super) fn write(connection: &Connection, change: &ChangeRows, leases: &Leases) -> Result<(), StoreError> {
    if let Some(lease) = &change.fence {
        leases.check(lease)?;
    }
    let publisher = &change.publisher;
    write_offer(connection, publisher, change.conditions.revision, &change.offer)?;
    put(connection, &PUT_CONTENT, publisher, &change.content)?;
    put(connection, &PUT_OPERATION, publisher, &change.operations)?;
    put(connection, FINISH_WORK, publisher, &change.finished_work)?;
    put(connection, &ADD_WORK, publisher, &change.work)?;
    put(connection, &ADD_LETTER, publisher, &change.letters)?;
    if let Some(entry) = &change.audit {
        audit::append(connection, publisher, &entry.body)?;
    }
    match &change.reply {
        Some(reply) => repeats::keep(connection, publisher, reply),
        None => Ok(()),
    }
}

fn write_offer(
    connection: &Connection,
    publisher: &str,
    expected: Option<i64>,
    offer: &OfferRow,
) -> Result<(), StoreError> {
    let rows = match expected {
        Some(expected) => connection.prepare_cached(UPDATE_OFFER).and_then(|mut statement| {
            statement.execute(named_params! {
                ":publisher_id": publisher,
                ":offer_id": offer.offer_id,
                ":expected": expected,
                ":status": offer.status,
                ":state": offer.state,
                ":target": offer.target,
                ":cancellation": offer.cancellation,
                ":display_text": offer.display_text,
            })
        }),
        None => connection.prepare_cached(INSERT_OFFER).and_then(|mut statement| {
            statement.execute(named_params! {
                ":publisher_id": publisher,
                ":offer_id": offer.offer_id,
                ":guid": offer.guid,
                ":offer_type": offer.offer_type,
                ":status": offer.status,
                ":state": offer.state,
                ":target": offer.target,
                ":cancellation": offer.cancellation,
                ":display_text": offer.display_text,
            })
        }),
    };
    if rows.map_err(sql)? == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Runs a statement whose parameters are the publisher and the values of a row, once for each row.
fn put<'a, R: Bind + 'a>(
    connection: &Connection,
    text: &str,
    publisher: &str,
    rows: impl IntoIterator<Item = &'a R>,
) -> Result<(), StoreError> {
    for row in rows {
        let values = iter::once(Cell::Text(publisher)).chain(row.cells()).map(bound);
        connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.execute(params_from_iter(values)))
            .map_err(sql)?;
    }
    Ok(())
}

/// The statement that inserts a row; `rest` says what comes of one that is there.
fn insert(table: &str, columns: &[(&str, Kind)], rest: &str) -> String {
    let names: Vec<&str> = iter::once("publisher_id").chain(columns.iter().map(|(name, _)| *name)).collect();
    let places = vec!["?"; names.len()];
    format!("INSERT INTO {table} ({}) VALUES ({}) {rest}", names.join(", "), places.join(", "))
}
