//! A whole state as a file of the embedded store: written row by row for another engine's snapshot, and read back.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Params, params_from_iter};
use signoff_store::tables::{Cell, Kind, Table, Value};
use signoff_store::{StoreError, files};

use super::{connect, dev, schema, sql, unavailable};

/// A new file that rows are put into.
pub struct NewFile {
    connection: Connection,
}

impl NewFile {
    /// Creates the file.
    ///
    /// # Errors
    /// If there is one already, or it cannot be written.
    pub fn create(file: &Path) -> Result<Self, StoreError> {
        files::create_new(file).map_err(|error| unavailable(file, &error))?;
        let mut connection = connect(file)?;
        schema::migrate(&mut connection)?;
        connection.execute_batch("BEGIN IMMEDIATE").map_err(sql)?;
        Ok(Self { connection })
    }

    /// Puts rows into one table.
    pub fn put(&self, table: &Table, rows: &[Vec<Value>]) -> Result<(), StoreError> {
        put(&self.connection, table, rows)
    }

    /// Makes the file complete: one file, without a log beside it.
    pub fn finish(self) -> Result<(), StoreError> {
        self.connection.execute_batch("COMMIT").map_err(sql)?;
        self.connection.pragma_update(None, "journal_mode", "DELETE").map_err(sql)?;
        self.connection.close().map_err(|(_, error)| sql(error))
    }
}

/// Puts rows into one table within the caller's transaction.
pub(super) fn put(connection: &Connection, table: &Table, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    let places: Vec<String> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
    let text = format!("INSERT INTO {} ({}) VALUES ({})", table.name, table.names(), places.join(", "));
    let mut statement = connection.prepare_cached(&text).map_err(sql)?;
    for row in rows {
        statement.execute(parameters(row)).map_err(sql)?;
    }
    Ok(())
}

/// A snapshot that is read.
pub struct Snapshot {
    connection: Connection,
}

impl Snapshot {
    /// Opens a snapshot and brings an older one up to date.
    ///
    /// # Errors
    /// If the file is none.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        dev::prepare_snapshot(file)?;
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        Ok(Self { connection: connection.map_err(|error| unavailable(file, &error))? })
    }

    /// Hands out the table's rows, in groups.
    pub fn rows(
        &self,
        table: &Table,
        group: usize,
        mut take: impl FnMut(Vec<Vec<Value>>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let text = format!("SELECT {} FROM {}", table.names(), table.name);
        let mut statement = self.connection.prepare(&text).map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        let mut waiting = Vec::new();
        while let Some(row) = rows.next().map_err(sql)? {
            let values = table.columns.iter().enumerate();
            let values = values.map(|(place, (_, kind))| read(row.get_ref(place).map_err(sql)?, *kind));
            waiting.push(values.collect::<Result<Vec<_>, _>>()?);
            if waiting.len() == group {
                take(std::mem::take(&mut waiting))?;
            }
        }
        if waiting.is_empty() { Ok(()) } else { take(waiting) }
    }
}

/// A column of the kind as a value.
pub(super) fn read(value: ValueRef<'_>, kind: Kind) -> Result<Value, StoreError> {
    let strange = || StoreError::Corrupt(format!("a column of the kind {kind:?} holds something else"));
    Ok(match (value, kind) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Text(text), Kind::Text) => {
            Value::Text(String::from_utf8(text.to_vec()).map_err(|_| strange())?)
        }
        (ValueRef::Integer(number), Kind::Integer) => Value::Integer(number),
        (ValueRef::Integer(number), Kind::Boolean) => Value::Boolean(number != 0),
        (ValueRef::Blob(bytes), Kind::Bytes) => Value::Bytes(bytes.to_vec()),
        (ValueRef::Blob(bytes), Kind::Guid) => Value::Guid(bytes.try_into().map_err(|_| strange())?),
        _ => return Err(strange()),
    })
}

/// A value as SQLite takes it.
pub(super) fn bound(cell: Cell<'_>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match cell {
        Cell::Null => ValueRef::Null,
        Cell::Text(text) => ValueRef::Text(text.as_bytes()),
        Cell::Integer(number) => ValueRef::Integer(number),
        Cell::Boolean(flag) => ValueRef::Integer(flag.into()),
        Cell::Guid(guid) => ValueRef::Blob(guid),
        Cell::Bytes(bytes) => ValueRef::Blob(bytes),
    })
}

/// Values as the parameters of a statement.
pub(super) fn parameters(values: &[Value]) -> impl Params {
    params_from_iter(values.iter().map(|value| bound(value.cell())))
}
