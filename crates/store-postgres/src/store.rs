//! The store: what it holds, and how the rest of it asks the database.

use std::sync::Arc;
use std::time::Duration;

use signoff_store::StoreError;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use super::batcher::Batcher;
use super::committer::Committer;
use super::connect_error::failed;
use super::deadline::{BusyClient, unanswered, until, within};
use super::opening::{self, OpenError};
use super::pool::{self, Pool};
use super::settings::PostgresSettings;
use super::values::Parameter;

/// What commands are decided on, of the offers with these names; `offers.rs` reads it.
const LOAD: &str = "SELECT offer_id, revision, state,
        (SELECT body FROM operation WHERE publisher_id = $1 AND operation_id = offer.target),
        (SELECT body FROM operation WHERE publisher_id = $1 AND operation_id = offer.cancellation)
    FROM offer WHERE publisher_id = $1 AND offer_id = ANY ($2)";

/// The operations with these ids, for `offers.rs` and `sharing.rs`.
const OPERATION: &str =
    "SELECT operation_id, offer_id, body FROM operation WHERE publisher_id = $1 AND operation_id = ANY ($2)";

/// A store in a PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub struct PostgresStore {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) pool: Pool,
    pub(super) committer: Committer,
    /// Offers by their names, to decide on.
    pub(super) loads: Batcher<String>,
    /// Operations by their ids.
    pub(super) operations: Batcher<Uuid>,
    /// Bounds the changes beside those of the committer.
    changes: Arc<Semaphore>,
    /// How long an answer is waited for.
    pub(super) answer: Duration,
}

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
            loads: Batcher::start(&pool, settings, LOAD),
            operations: Batcher::start(&pool, settings, OPERATION),
            pool,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// When an answer must be there that is asked for now.
    pub(super) fn until(&self) -> Instant {
        until(self.inner.answer)
    }

    /// A connection for a read.
    pub(super) async fn to_read(&self, until: Instant) -> Result<BusyClient, StoreError> {
        Ok(BusyClient::new(pool::take(&self.inner.pool).await?, None, until))
    }

    /// A connection for a change. Changes may wait for a standby for long; reads keep connections of their own.
    pub(super) async fn to_change(&self, until: Instant) -> Result<BusyClient, StoreError> {
        let room = self.inner.changes.clone().acquire_owned().await.map_err(|_| unanswered())?;
        Ok(BusyClient::new(pool::take(&self.inner.pool).await?, Some(room), until))
    }

    pub(super) async fn rows(
        &self,
        text: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let until = self.until();
        within(until, async { self.to_read(until).await?.rows(text, parameters).await }).await
    }

    pub(super) async fn row(
        &self,
        text: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(text, parameters).await?.pop())
    }

    /// The rows that the statement changed.
    pub(super) async fn changed(
        &self,
        text: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let until = self.until();
        within(until, async { self.to_change(until).await?.rows(text, parameters).await }).await
    }

    /// The number of rows that the statement changed.
    pub(super) async fn execute(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
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
