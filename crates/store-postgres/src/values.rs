//! Values of rows and parameters, between the core's types and those of the driver.

use signoff_lifecycle::ids::{Guid, OperationId};
use signoff_store::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};
use uuid::Uuid;

use super::connect_error::describe;

/// A parameter of a statement.
pub(super) type Parameter<'a> = &'a (dyn ToSql + Sync);

/// A column of the row, or an error that says that the schema is not what this binary expects.
pub(super) fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| StoreError::Corrupt(describe(&error)))
}

pub(super) fn uuid(id: Guid) -> Uuid {
    Uuid::from_u128(id.0)
}

pub(super) fn operation_id(uuid: Uuid) -> OperationId {
    OperationId::of(uuid.as_u128())
}

/// A number that is never negative.
pub(super) fn unsigned<T: TryFrom<i64>>(number: i64) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is no number of this kind")))
}
