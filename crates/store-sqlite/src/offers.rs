//! Offers and operations: reads, and the way of a commit to the writer.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use signoff_lifecycle::ids::{OfferGuid, OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, OfferStatus};
use signoff_lifecycle::operation::Operation;
use signoff_store::StoreError;
use signoff_store::contract::{
    Change, Content, Loaded, OfferFilter, OfferSummary, Offers, Place, StoredOperation,
};
use signoff_store::packed::unpack;
use signoff_store::rows::{ChangeRows, decode, status_of};

use super::{SqliteStore, commit, sql};

#[async_trait]
impl Offers for SqliteStore {
    async fn load(&self, key: &OfferKey) -> Result<Option<Loaded>, StoreError> {
        let slot = match self.inner.offers.get(key) {
            Ok(loaded) => return Ok(Some(loaded)),
            Err(slot) => slot,
        };
        let loaded = self.read(|connection| load(connection, key))?;
        if let Some(loaded) = &loaded {
            slot.fill(loaded.clone());
        }
        Ok(loaded)
    }

    async fn commit(&self, change: &Change) -> Result<(), StoreError> {
        let rows = ChangeRows::of(change)?;
        let leases = self.inner.leases.clone();
        let take_in = {
            let (publisher, finished_work, leases) =
                (rows.publisher.clone(), change.finished_work.clone(), leases.clone());
            let committing = self.inner.offers.committing(change);
            move |durable: bool| {
                if !durable {
                    return;
                }
                for (operation, attempt) in &finished_work {
                    leases.forget(&publisher, *operation, *attempt);
                }
                committing.written_durably();
            }
        };
        self.writer().write_then(move |connection| commit::write(connection, &rows, &leases), take_in).await
    }

    async fn offer_by_guid(&self, publisher: &str, guid: OfferGuid) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT offer_id FROM offer WHERE publisher_id = ?1 AND guid = ?2")
                .and_then(|mut statement| {
                    statement.query_row(params![publisher, guid.to_bytes()], |row| row.get(0)).optional()
                })
                .map_err(sql)
        })
    }

    async fn offer_spelled(&self, key: &OfferKey) -> Result<Option<String>, StoreError> {
        let (publisher, offer) = key.texts();
        self.read(|connection| {
            connection
                .prepare_cached("SELECT offer_id FROM offer WHERE publisher_id = ?1 AND folded = lower(?2)")
                .and_then(|mut statement| {
                    statement.query_row(params![publisher, offer], |row| row.get(0)).optional()
                })
                .map_err(sql)
        })
    }

    async fn list(&self, publisher: &str, filter: OfferFilter) -> Result<Vec<OfferSummary>, StoreError> {
        let publisher = publisher.to_owned();
        self.scan(move |connection| list(connection, &publisher, &filter)).await
    }

    async fn content(&self, key: &OfferKey, version: u32) -> Result<Option<Content>, StoreError> {
        self.read(|connection| content(connection, key, version))
    }

    async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<StoredOperation>, StoreError> {
        self.read(|connection| {
            let row = operation(connection, publisher, id)?;
            row.map(|(offer, body)| Ok(StoredOperation { offer, operation: unpack(&body)? })).transpose()
        })
    }

    async fn operations_before(
        &self,
        key: &OfferKey,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Operation>, StoreError> {
        let key = key.clone();
        self.scan(move |connection| {
            let (publisher, offer) = key.texts();
            // Both queries see the same state.
            let reading = connection.unchecked_transaction().map_err(sql)?;
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut operations = match before {
                None => bodies(&reading, &page(NEWEST), params![publisher, offer, most])?,
                Some(place) => {
                    let from = place.operation.to_bytes();
                    bodies(&reading, &page(BEFORE), params![publisher, offer, most, from])?
                }
            };
            let last = operations.last();
            if operations.len() < limit && last.is_none_or(|last| last.head().previous.is_some()) {
                // Beyond what was forgotten there may be some that stay.
                let before = last.map(Place::of).or(before);
                let before = before.and_then(|place| i64::try_from(place.publishing_version).ok());
                let before = before.unwrap_or(i64::MAX);
                let most = i64::try_from(limit - operations.len()).unwrap_or(i64::MAX);
                let older = format!(
                    "{KEPT} AND kept.publishing_version < ?3 ORDER BY kept.publishing_version DESC LIMIT ?4"
                );
                operations.extend(bodies(&reading, &older, params![publisher, offer, before, most])?);
            }
            Ok(operations)
        })
        .await
    }

    async fn operation_by_version(
        &self,
        key: &OfferKey,
        publishing_version: u64,
    ) -> Result<Option<Operation>, StoreError> {
        let (publisher, offer) = key.texts();
        // What cannot be stored is not there.
        let Ok(publishing_version) = i64::try_from(publishing_version) else { return Ok(None) };
        self.read(|connection| {
            let thread = thread(NEWEST);
            let sql_text = format!("{thread} SELECT body FROM thread WHERE publishing_version = ?3 LIMIT 1");
            let body: Option<Vec<u8>> = connection
                .prepare_cached(&sql_text)
                .and_then(|mut statement| {
                    statement
                        .query_row(params![publisher, offer, publishing_version], |row| row.get(0))
                        .optional()
                })
                .map_err(sql)?;
            if let Some(body) = body {
                return unpack(&body).map(Some);
            }
            let kept = format!("{KEPT} AND kept.publishing_version = ?3");
            Ok(bodies(connection, &kept, params![publisher, offer, publishing_version])?.pop())
        })
    }
}

/// The operations whose bodies the query finds.
fn bodies(
    connection: &Connection,
    query: &str,
    parameters: impl Params,
) -> Result<Vec<Operation>, StoreError> {
    let mut statement = connection.prepare_cached(query).map_err(sql)?;
    let rows = statement.query_map(parameters, |row| row.get::<_, Vec<u8>>(0)).map_err(sql)?;
    rows.map(|row| unpack(&row.map_err(sql)?)).collect()
}

/// Operations of an offer that stay although their neighbours were forgotten.
const KEPT: &str =
    "SELECT operation.body FROM kept JOIN operation ON operation.publisher_id = kept.publisher_id
        AND operation.operation_id = kept.operation_id
    WHERE kept.publisher_id = ?1 AND kept.offer_id = ?2";

/// An offer's newest operation. A cancellation is newer than its target, even if their ids say otherwise: a cancel may
/// have drawn its id first.
const NEWEST: &str = "SELECT coalesce(offer.cancellation, offer.target) FROM offer
    WHERE offer.publisher_id = ?1 AND offer.offer_id = ?2";

/// The operation before the one that a page goes on behind.
const BEFORE: &str = "SELECT behind.previous FROM operation AS behind
    WHERE behind.publisher_id = ?1 AND behind.operation_id = ?4 AND behind.offer_id = ?2";

/// Follows an offer's operations from the `first` one to the oldest, or to where older ones were forgotten.
fn thread(first: &str) -> String {
    format!(
        "WITH RECURSIVE thread (publishing_version, previous, body) AS (
            SELECT operation.publishing_version, operation.previous, operation.body FROM operation
            WHERE operation.publisher_id = ?1 AND operation.operation_id = ({first})
            UNION ALL
            SELECT operation.publishing_version, operation.previous, operation.body
            FROM thread JOIN operation ON operation.publisher_id = ?1 AND operation.operation_id = thread.previous
        )"
    )
}

/// A page of the thread, which is followed no further.
fn page(first: &str) -> String {
    format!("{} SELECT body FROM thread LIMIT ?3", thread(first))
}

/// The offer of an operation, and the operation as it is stored.
pub(super) fn operation(
    connection: &Connection,
    publisher: &str,
    id: OperationId,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    connection
        .prepare_cached("SELECT offer_id, body FROM operation WHERE publisher_id = ?1 AND operation_id = ?2")
        .and_then(|mut statement| {
            statement
                .query_row(params![publisher, id.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(sql)
}

fn load(connection: &Connection, key: &OfferKey) -> Result<Option<Loaded>, StoreError> {
    type Columns = (u64, String, Option<Vec<u8>>, Option<Vec<u8>>);
    let (publisher, offer) = key.texts();
    let row: Option<Columns> = connection
        .prepare_cached(
            "SELECT offer.revision, offer.state, target.body, cancellation.body FROM offer
             LEFT JOIN operation target ON target.publisher_id = offer.publisher_id
                 AND target.operation_id = offer.target
             LEFT JOIN operation cancellation ON cancellation.publisher_id = offer.publisher_id
                 AND cancellation.operation_id = offer.cancellation
             WHERE offer.publisher_id = ?1 AND offer.offer_id = ?2",
        )
        .and_then(|mut statement| {
            statement
                .query_row(params![publisher, offer], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })
                .optional()
        })
        .map_err(sql)?;
    let Some((revision, state, target, cancellation)) = row else { return Ok(None) };
    let [target, cancellation] =
        [target, cancellation].map(|body| body.map(|body| unpack(&body)).transpose());
    let aggregate = Aggregate::of_stored(decode(&state)?, target?, cancellation?)?;
    Ok(Some(Loaded { aggregate: aggregate.into(), revision }))
}

fn list(
    connection: &Connection,
    publisher: &str,
    filter: &OfferFilter,
) -> Result<Vec<OfferSummary>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT state, status, display_text FROM offer WHERE publisher_id = ?1
                 AND offer_type = coalesce(?2, offer_type) AND status = coalesce(?3, status)
                 AND offer_id > ?4 ORDER BY offer_id LIMIT ?5",
        )
        .map_err(sql)?;
    let after = filter.after.as_deref().unwrap_or_default();
    let limit = filter.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
    let status = filter.status.map(OfferStatus::as_str);
    let rows = statement
        .query_map(params![publisher, filter.offer_type, status, after, limit], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?))
        })
        .map_err(sql)?;
    rows.map(|row| {
        let (state, status, display_text) = row.map_err(sql)?;
        Ok(OfferSummary { offer: decode(&state)?, status: status_of(&status)?, display_text })
    })
    .collect()
}

fn content(connection: &Connection, key: &OfferKey, version: u32) -> Result<Option<Content>, StoreError> {
    let (publisher, offer) = key.texts();
    let read = |row: &Row<'_>| {
        Ok(Content {
            version: row.get(0)?,
            changed_at: PublisherTime(row.get(1)?),
            display_text: row.get(2)?,
            definition: row.get(3)?,
            secrets: row.get(4)?,
            extra: row.get(5)?,
        })
    };
    connection
        .prepare_cached(
            "SELECT version, changed_at, display_text, definition, secrets, extra FROM content
             WHERE publisher_id = ?1 AND offer_id = ?2 AND version <= ?3 ORDER BY version DESC LIMIT 1",
        )
        .and_then(|mut statement| statement.query_row(params![publisher, offer, version], read).optional())
        // What was forgotten leaves an empty text.
        .map(|content| content.filter(|content: &Content| !content.definition.is_empty()))
        .map_err(sql)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::schema;

    #[test]
    fn a_cancellation_is_the_newest_even_if_its_id_is_older_than_its_targets() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO operation (publisher_id, operation_id, offer_id, publishing_version, previous, body)
                     VALUES ('contoso', x'01', 'vm', 1, NULL, x''), ('contoso', x'03', 'vm', 2, x'01', x''),
                         ('contoso', x'02', 'vm', 3, x'03', x'');
                 INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state,
                     target, cancellation) VALUES ('contoso', 'vm', x'00', 1, '', '', '', '', x'03', x'02');",
            )
            .unwrap();
        let text = format!("{} SELECT publishing_version FROM thread", thread(NEWEST));
        let mut statement = connection.prepare(&text).unwrap();
        let versions = statement.query_map(["contoso", "vm"], |row| row.get(0)).unwrap();
        assert_eq!(versions.collect::<Result<Vec<u64>, _>>().unwrap(), [3, 2, 1]);
    }

    /// What it takes to read 10 operations behind number `behind`, in steps of SQLite's machine. There are those numbers,
    /// each with the one before it.
    fn steps(operations: impl Iterator<Item = (u64, Option<u64>)>, behind: u64) -> i32 {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let id = |number: u64| OperationId::of(number.into()).to_bytes();
        for (number, previous) in operations {
            connection
                .execute(
                    "INSERT INTO operation (publisher_id, operation_id, offer_id, publishing_version, previous, body)
                     VALUES ('contoso', ?1, 'vm', ?2, ?3, x'00')",
                    params![id(number), number, previous.map(id)],
                )
                .unwrap();
        }
        let mut statement = connection.prepare(&page(BEFORE)).unwrap();
        let rows = statement.query_map(params!["contoso", "vm", 10, id(behind)], |_| Ok(())).unwrap();
        assert_eq!(rows.count(), 10);
        statement.get_status(StatementStatus::VmStep)
    }

    #[test]
    fn an_old_page_costs_what_it_holds() {
        let thread = |count: u64| (1..=count).map(|number| (number, (number > 1).then(|| number - 1)));
        let (few, many) = (steps(thread(50), 11), steps(thread(100), 11));
        assert_eq!(few, many);
        // And one from the middle likewise: no older ones are read.
        assert_eq!(steps(thread(50), 40), steps(thread(100), 80));
    }

    #[test]
    fn a_page_is_followed_no_further_than_it_goes() {
        // These two would be followed for ever.
        steps([(1, Some(2)), (2, Some(1))].into_iter(), 1);
    }
}
