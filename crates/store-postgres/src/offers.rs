//! Offers and operations: reads, and the way of a commit to the committer.

use async_trait::async_trait;
use signoff_lifecycle::ids::{OfferGuid, OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, OfferStatus};
use signoff_lifecycle::operation::Operation;
use signoff_store::StoreError;
use signoff_store::contract::{
    Change, Content, Loaded, OfferFilter, OfferSummary, Offers, Place, StoredOperation,
};
use signoff_store::packed::unpack;
use signoff_store::rows::{ChangeRows, decode, status_of};
use tokio_postgres::Row;

use super::store::PostgresStore;
use super::values::{column, unsigned, uuid};

#[async_trait]
impl Offers for PostgresStore {
    async fn load(&self, key: &OfferKey) -> Result<Option<Loaded>, StoreError> {
        let (publisher, offer) = key.texts();
        let row = self.inner.loads.row(publisher, offer.to_owned()).await?;
        row.as_deref().map(loaded).transpose()
    }

    /// In one statement; the draft's content is the latest.
    async fn load_with_secrets(
        &self,
        key: &OfferKey,
    ) -> Result<Option<(Loaded, Option<String>)>, StoreError> {
        let (publisher, offer) = key.texts();
        let row = self
            .row(
                "SELECT offer_id, revision, state,
                     (SELECT body FROM operation WHERE publisher_id = $1 AND operation_id = offer.target),
                     (SELECT body FROM operation WHERE publisher_id = $1 AND operation_id = offer.cancellation),
                     (SELECT secrets FROM content WHERE publisher_id = $1 AND offer_id = $2
                      ORDER BY version DESC LIMIT 1)
                 FROM offer WHERE publisher_id = $1 AND offer_id = $2",
                &[&publisher, &offer],
            )
            .await?;
        row.as_ref().map(|row| Ok((loaded(row)?, column(row, 5)?))).transpose()
    }

    async fn commit(&self, change: &Change) -> Result<(), StoreError> {
        self.inner.committer.commit(ChangeRows::of(change)?).await
    }

    async fn offer_by_guid(&self, publisher: &str, guid: OfferGuid) -> Result<Option<String>, StoreError> {
        let row = self
            .row(
                "SELECT offer_id FROM offer WHERE publisher_id = $1 AND guid = $2",
                &[&publisher, &uuid(guid.0)],
            )
            .await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    async fn offer_spelled(&self, key: &OfferKey) -> Result<Option<String>, StoreError> {
        let (publisher, offer) = key.texts();
        let row = self
            .row(
                "SELECT offer_id FROM offer WHERE publisher_id = $1 AND folded = $2",
                &[&publisher, &offer.to_ascii_lowercase()],
            )
            .await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    async fn list(&self, publisher: &str, filter: OfferFilter) -> Result<Vec<OfferSummary>, StoreError> {
        let status = filter.status.map(OfferStatus::as_str);
        let limit = filter.limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self
            .rows(
                "SELECT state, status, display_text FROM offer WHERE publisher_id = $1
                     AND ($2::text IS NULL OR offer_type = $2) AND ($3::text IS NULL OR status = $3)
                     AND ($4::text IS NULL OR offer_id > $4)
                 ORDER BY offer_id LIMIT $5",
                &[&publisher, &filter.offer_type, &status, &filter.after, &limit],
            )
            .await?;
        let summary = |row: &Row| {
            let state: &str = column(row, 0)?;
            Ok(OfferSummary {
                offer: decode(state)?,
                status: status_of(column(row, 1)?)?,
                display_text: column(row, 2)?,
            })
        };
        rows.iter().map(summary).collect()
    }

    async fn content(&self, key: &OfferKey, version: u32) -> Result<Option<Content>, StoreError> {
        let (publisher, offer) = key.texts();
        let row = self
            .row(
                "SELECT version, changed_at, display_text, definition, secrets, extra FROM content
                 WHERE publisher_id = $1 AND offer_id = $2 AND version <= $3 ORDER BY version DESC LIMIT 1",
                &[&publisher, &offer, &i64::from(version)],
            )
            .await?;
        // What was forgotten is an empty row.
        let content = row.as_ref().map(content).transpose()?;
        Ok(content.filter(|content| !content.definition.is_empty()))
    }

    async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<StoredOperation>, StoreError> {
        let row = self.inner.operations.row(publisher, uuid(id.0)).await?;
        let stored = |row: &Row| {
            let body: &[u8] = column(row, 2)?;
            Ok(StoredOperation { offer: column(row, 1)?, operation: unpack(body)? })
        };
        row.as_deref().map(stored).transpose()
    }

    async fn operations_before(
        &self,
        key: &OfferKey,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Operation>, StoreError> {
        let (publisher, offer) = key.texts();
        if limit == 0 {
            return Ok(Vec::new());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let number =
            before.and_then(|place| i64::try_from(place.publishing_version).ok()).unwrap_or(i64::MAX);
        let rows = match before.map(|place| uuid(place.operation.0)) {
            None => self.rows(&page(NEWEST), &[&publisher, &offer, &number, &limit]).await?,
            Some(from) => self.rows(&page(BEFORE), &[&publisher, &offer, &number, &limit, &from]).await?,
        };
        rows.iter().map(|row| unpack(column(row, 0)?)).collect()
    }

    async fn operation_by_version(
        &self,
        key: &OfferKey,
        publishing_version: u64,
    ) -> Result<Option<Operation>, StoreError> {
        let (publisher, offer) = key.texts();
        // What cannot be stored is not there.
        let Ok(publishing_version) = i64::try_from(publishing_version) else { return Ok(None) };
        let thread = thread(NEWEST, "true");
        let text = format!(
            "{thread} SELECT body FROM thread WHERE publishing_version = $3
             UNION ALL
             SELECT operation.body FROM kept JOIN operation
                 ON operation.publisher_id = $1 AND operation.operation_id = kept.operation_id
             WHERE kept.publisher_id = $1 AND kept.offer_id = $2 AND kept.publishing_version = $3
             LIMIT 1"
        );
        let row = self.row(&text, &[&publisher, &offer, &publishing_version]).await?;
        row.map(|row| unpack(column(&row, 0)?)).transpose()
    }
}

/// An offer's newest operation. A cancellation is newer than its target, even if their ids say otherwise: a cancel may
/// have drawn its id first.
const NEWEST: &str = "SELECT coalesce(offer.cancellation, offer.target) FROM offer
    WHERE offer.publisher_id = $1 AND offer.offer_id = $2";

/// The operation before the one that a page goes on behind.
const BEFORE: &str = "SELECT behind.previous FROM operation AS behind
    WHERE behind.publisher_id = $1 AND behind.operation_id = $5 AND behind.offer_id = $2";

/// Follows an offer's operations from the `first` one to the oldest, or to where older ones were forgotten, as long as
/// `goes_on`.
fn thread(first: &str, goes_on: &str) -> String {
    format!(
        "WITH RECURSIVE thread (place, publishing_version, previous, body) AS (
            SELECT 1::bigint, operation.publishing_version, operation.previous, operation.body FROM operation
            WHERE operation.publisher_id = $1 AND operation.operation_id = ({first})
            UNION ALL
            SELECT thread.place + 1, operation.publishing_version, operation.previous, operation.body
            FROM thread JOIN operation ON operation.publisher_id = $1 AND operation.operation_id = thread.previous
            WHERE {goes_on}
        )"
    )
}

/// A page of at most $4 operations, which are all that is read. Beyond what was forgotten there may be some that stay; with
/// none before them they are those before number $3.
fn page(first: &str) -> String {
    let thread = thread(first, "thread.place < $4");
    format!(
        "{thread}, older AS (
             SELECT kept.publishing_version, operation.body FROM kept JOIN operation
                 ON operation.publisher_id = $1 AND operation.operation_id = kept.operation_id
             WHERE kept.publisher_id = $1 AND kept.offer_id = $2
                 AND kept.publishing_version < coalesce((SELECT min(publishing_version) FROM thread), $3)
             ORDER BY kept.publishing_version DESC LIMIT $4 - (SELECT count(*) FROM thread)
         )
         SELECT body FROM (
             SELECT publishing_version, body FROM thread UNION ALL SELECT publishing_version, body FROM older
         ) AS listed ORDER BY publishing_version DESC"
    )
}

fn loaded(row: &Row) -> Result<Loaded, StoreError> {
    let (state, target, cancellation): (&str, Option<&[u8]>, Option<&[u8]>) =
        (column(row, 2)?, column(row, 3)?, column(row, 4)?);
    let (target, cancellation) = (target.map(unpack).transpose()?, cancellation.map(unpack).transpose()?);
    let aggregate = Aggregate::of_stored(decode(state)?, target, cancellation)?;
    Ok(Loaded { aggregate: aggregate.into(), revision: unsigned(column(row, 1)?)? })
}

fn content(row: &Row) -> Result<Content, StoreError> {
    Ok(Content {
        version: unsigned(column(row, 0)?)?,
        changed_at: PublisherTime(column(row, 1)?),
        display_text: column(row, 2)?,
        definition: column(row, 3)?,
        secrets: column(row, 4)?,
        extra: column(row, 5)?,
    })
}
