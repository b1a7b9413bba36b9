//! The store for many nodes: PostgreSQL. Any number of nodes share it; there is no leader, and what a node keeps in
//! memory is safe to lose.

mod artifacts;
mod audit;
mod batch;
mod carry;
mod commit;
mod committer;
mod connect;
mod directory;
mod gather;
mod lab;
mod offers;
mod outbox;
mod repeats;
mod retention;
mod schema;
mod sharing;
mod statement;
mod work;

use std::sync::Arc;

use deadpool_postgres::{Client, Pool};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::StoreError;
use committer::Committer;
use gather::Gather;
use signoff_lifecycle::ids::OperationId;

/// A store in a PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    committer: Committer,
    /// Offers by their names, to decide on.
    loads: Gather<String>,
    /// Operations by their ids.
    operations: Gather<Uuid>,
}

/// A parameter of a statement.
type Parameter<'a> = &'a (dyn ToSql + Sync);

impl PostgresStore {
    /// Connects, refuses a server that is too old, and brings the schema up to date. `connections` bounds how many
    /// connections this node holds.
    ///
    /// # Errors
    /// If the address cannot be read, the server cannot be reached or is older than version 13, or the schema is
    /// newer than this binary.
    pub async fn open(address: &str, connections: usize) -> Result<Self, StoreError> {
        let pool = connect::pool(address, connections)?;
        let mut client = pool.get().await.map_err(unreachable)?;
        schema::refuse_old_server(&client).await?;
        schema::migrate(&mut client).await?;
        drop(client);
        let committer = Committer::start(&pool, connections);
        let readers = connections / 4;
        let loads = Gather::start(&pool, readers, offers::LOAD);
        let operations = Gather::start(&pool, readers, offers::OPERATION);
        Ok(Self { inner: Arc::new(Inner { pool, committer, loads, operations }) })
    }

    async fn client(&self) -> Result<Client, StoreError> {
        self.inner.pool.get().await.map_err(unreachable)
    }

    async fn rows(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(text).await.map_err(failed)?;
        client.query(&statement, parameters).await.map_err(failed)
    }

    async fn row(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, StoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(text).await.map_err(failed)?;
        client.query_opt(&statement, parameters).await.map_err(failed)
    }

    /// The number of rows that the statement changed.
    async fn execute(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(text).await.map_err(failed)?;
        client.execute(&statement, parameters).await.map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreachable(error: deadpool_postgres::PoolError) -> StoreError {
    StoreError::Unavailable(describe(&error))
}

/// What a failed statement means to the caller.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn failed(error: tokio_postgres::Error) -> StoreError {
    StoreError::Unavailable(describe(&error))
}

/// The error with its causes: the outermost says little.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}

/// A column of the row, or an error that says that the schema is not what this binary expects.
fn column<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| StoreError::Corrupt(describe(&error)))
}

fn uuid(id: OperationId) -> Uuid {
    Uuid::from_u128(id.0)
}

fn operation_id(uuid: Uuid) -> OperationId {
    OperationId(uuid.as_u128())
}

/// A number that the database keeps as signed.
fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is too large to be stored")))
}

/// A number that is never negative.
fn unsigned<T: TryFrom<i64>>(number: i64) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is no number of this kind")))
}
