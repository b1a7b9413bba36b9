//! Rows as plain values: read in groups from one consistent state, and written in groups.

use deadpool_postgres::Transaction;
use signoff_store::StoreError;
use signoff_store::tables::{Kind, Table, Value};
use tokio::sync::mpsc;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::connect_error::failed;
use super::values::column;

/// So many rows are read or written at once.
pub(super) const GROUP: i32 = 500;

/// Rows of the table with this place among the tables.
pub(super) type Group = (usize, Vec<Vec<Value>>);

/// Sends the table's rows as the transaction sees them. If the receiver is gone it stops, and that is no error.
pub(super) async fn read(
    transaction: &Transaction<'_>,
    (place, table): (usize, &Table),
    groups: &mpsc::Sender<Group>,
) -> Result<(), StoreError> {
    let text = format!("SELECT {} FROM {}", table.names(), table.name);
    let portal = transaction.bind(&text, &[]).await.map_err(failed)?;
    loop {
        let rows = transaction.query_portal(&portal, GROUP).await.map_err(failed)?;
        if rows.is_empty() {
            return Ok(());
        }
        let kinds: Vec<Kind> = table.columns.iter().map(|(_, kind)| *kind).collect();
        let values = rows.iter().map(|row| values(row, &kinds));
        if groups.send((place, values.collect::<Result<_, _>>()?)).await.is_err() {
            return Ok(());
        }
    }
}

/// The values of a row whose columns hold `kinds`.
pub(super) fn values(row: &Row, kinds: &[Kind]) -> Result<Vec<Value>, StoreError> {
    let value = |(place, kind): (usize, &Kind)| {
        let value = match kind {
            Kind::Text => column::<Option<String>>(row, place)?.map(Value::Text),
            Kind::Integer => column::<Option<i64>>(row, place)?.map(Value::Integer),
            Kind::Boolean => column::<Option<bool>>(row, place)?.map(Value::Boolean),
            Kind::Bytes => column::<Option<Vec<u8>>>(row, place)?.map(Value::Bytes),
            Kind::Guid => column::<Option<Uuid>>(row, place)?.map(|guid| Value::Guid(guid.into_bytes())),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    kinds.iter().enumerate().map(value).collect()
}

/// Makes numbers go on after those of the rows that were written.
pub(super) async fn go_on_counting(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction
        .batch_execute(
            "SELECT setval('letter_id', (SELECT coalesce(max(id), 0) + 1 FROM outbox));
             DELETE FROM audit_counter;
             INSERT INTO audit_counter (publisher_id, last)
                 SELECT publisher_id, max(entry) FROM audit GROUP BY publisher_id;",
        )
        .await
        .map_err(failed)
}

/// Writes rows into the table.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    table: &Table,
    rows: &[Vec<Value>],
) -> Result<(), StoreError> {
    let columns: Vec<Box<dyn ToSql + Sync + Send>> =
        table.columns.iter().enumerate().map(|(place, (_, kind))| list(rows, place, *kind)).collect();
    let lists: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(place, (_, kind))| format!("${}::{}[]", place + 1, type_name(*kind)))
        .collect();
    let text =
        format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", table.name, table.names(), lists.join(", "));
    let parameters: Vec<&(dyn ToSql + Sync)> =
        columns.iter().map(|column| -> &(dyn ToSql + Sync) { column.as_ref() }).collect();
    transaction.execute(&text, &parameters).await.map(|_| ()).map_err(failed)
}

/// One column of the rows.
fn list(rows: &[Vec<Value>], place: usize, kind: Kind) -> Box<dyn ToSql + Sync + Send> {
    macro_rules! list {
        ($variant:ident, $of:expr) => {{
            let of = $of;
            let value = |row: &Vec<Value>| match &row[place] {
                Value::$variant(value) => Some(of(value)),
                _ => None,
            };
            Box::new(rows.iter().map(value).collect::<Vec<_>>())
        }};
    }
    match kind {
        Kind::Text => list!(Text, String::clone),
        Kind::Integer => list!(Integer, |number: &i64| *number),
        Kind::Boolean => list!(Boolean, |flag: &bool| *flag),
        Kind::Bytes => list!(Bytes, Vec::clone),
        Kind::Guid => list!(Guid, |bytes: &[u8; 16]| Uuid::from_bytes(*bytes)),
    }
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "bigint",
        Kind::Boolean => "boolean",
        Kind::Guid => "uuid",
        Kind::Bytes => "bytea",
    }
}
