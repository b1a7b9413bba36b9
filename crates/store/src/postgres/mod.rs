//! The store for many nodes: PostgreSQL. Any number of nodes share it; there is no leader, and what a node keeps in
//! memory is safe to lose.

mod address;
mod artifacts;
mod audit;
mod batch;
mod carry;
mod committer;
mod connect;
mod directory;
mod gather;
mod lab;
mod lists;
mod offers;
mod opening;
mod outbox;
mod pool;
mod repeats;
mod retention;
pub(crate) mod schema;
mod settings;
mod sharing;
mod statement;
mod tls;
pub(crate) mod trouble;
mod unanswered;
pub(crate) mod upkeep;
mod work;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::StoreError;
use committer::Committer;
use gather::Gather;
use pool::Pool;
use signoff_lifecycle::ids::OperationId;
use trouble::{describe, failed};
use unanswered::{Asked, unanswered, until, within};

pub use address::{Address, BadAddress};
pub use opening::OpenError;
pub use settings::{PasswordSource, PostgresSettings};

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
    /// Bounds the changes beside those of the committer.
    changes: Arc<Semaphore>,
    /// How long an answer is waited for.
    answer: Duration,
}

/// A parameter of a statement.
type Parameter<'a> = &'a (dyn ToSql + Sync);

impl PostgresStore {
    /// Connects, waits for a server that takes writes if there is none, and brings the schema up to date.
    ///
    /// # Errors
    /// If a setting cannot be used, no server that takes writes is found in time, the database refuses, or the schema
    /// is newer than this binary.
    pub async fn open(settings: &PostgresSettings) -> Result<Self, OpenError> {
        let pool = pool::pool(settings)?;
        // Boxed: it is large, and awaited once.
        Box::pin(opening::prepare(&pool, settings)).await?;
        let inner = Inner {
            committer: Committer::start(&pool, settings),
            changes: Arc::new(Semaphore::new(settings.changes())),
            answer: settings.answer,
            loads: Gather::start(&pool, settings, offers::LOAD),
            operations: Gather::start(&pool, settings, offers::OPERATION),
            pool,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// When an answer must be there that is asked for now.
    fn until(&self) -> Instant {
        until(self.inner.answer)
    }

    /// A connection for a read.
    async fn to_read(&self, until: Instant) -> Result<Asked, StoreError> {
        Ok(Asked::new(pool::take(&self.inner.pool).await?, None, until))
    }

    /// A connection for a change. Changes may wait for a standby for long; reads keep connections of their own.
    async fn to_change(&self, until: Instant) -> Result<Asked, StoreError> {
        let room = self.inner.changes.clone().acquire_owned().await.map_err(|_| unanswered())?;
        Ok(Asked::new(pool::take(&self.inner.pool).await?, Some(room), until))
    }

    async fn rows(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let until = self.until();
        within(until, async { found(self.to_read(until).await?, text, parameters).await }).await
    }

    async fn row(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(text, parameters).await?.pop())
    }

    /// The rows that the statement changed.
    async fn changed(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let until = self.until();
        within(until, async { found(self.to_change(until).await?, text, parameters).await }).await
    }

    /// The number of rows that the statement changed.
    async fn execute(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        let until = self.until();
        let work = async {
            let client = self.to_change(until).await?;
            let asked = async {
                let statement = client.prepare_cached(text).await?;
                client.execute(&statement, parameters).await
            };
            let count = asked.await;
            client.answered();
            count.map_err(failed)
        };
        within(until, work).await
    }
}

/// The rows that the statement finds. The connection is free again when it has answered.
async fn found(client: Asked, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
    let asked = async {
        let statement = client.prepare_cached(text).await?;
        client.query(&statement, parameters).await
    };
    let rows = asked.await;
    client.answered();
    rows.map_err(failed)
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

/// A number that is never negative.
fn unsigned<T: TryFrom<i64>>(number: i64) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is no number of this kind")))
}
