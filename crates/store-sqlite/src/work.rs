//! Work that is due.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_store::StoreError;
use signoff_store::contract::{Claim, Claimed, Lease, WorkQueue};
use signoff_store::leases::Leases;
use signoff_store::rows::kind_of;

use super::{SqliteStore, sql};

/// A row of the work table: publisher, offer, work.
type WorkRow = (String, String, Work);

fn read_row(row: &Row<'_>) -> Result<WorkRow, rusqlite::Error> {
    let kind: String = row.get(4)?;
    let kind = kind_of(&kind).ok_or(rusqlite::Error::InvalidQuery)?;
    let work = Work {
        operation: OperationId::from_bytes(row.get(2)?),
        attempt: row.get(3)?,
        kind,
        due_at: PublisherTime(row.get(5)?),
    };
    Ok((row.get(0)?, row.get(1)?, work))
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT publisher_id, offer_id, operation_id, attempt, kind, due_at FROM work ", $rest)
    };
}

const DUE: &str = select!("WHERE due_at <= ?1 ORDER BY due_at");
const DUE_OF_PUBLISHER: &str = select!("WHERE publisher_id = ?1 AND due_at <= ?2 ORDER BY due_at");
const NEXT: &str = select!("ORDER BY due_at");
const NEXT_OF_PUBLISHER: &str = select!("WHERE publisher_id = ?1 ORDER BY due_at");
const PUBLISHER_AFTER: &str =
    "SELECT publisher_id FROM work WHERE publisher_id > ?1 ORDER BY publisher_id LIMIT 1";

#[async_trait]
impl WorkQueue for SqliteStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        let leases = &self.inner.leases;
        self.read(|connection| {
            let mut claimed = Vec::new();
            let mut statement = connection.prepare_cached(DUE).map_err(sql)?;
            let rows = statement.query_map(params![claim.now.0], read_row).map_err(sql)?;
            // A clock that is set is never behind for long, so hardly a row is read in vain.
            let is_due = |publisher: &String, due_at| {
                let clock = claim.clocks.iter().find(|(of_clock, _)| of_clock == publisher);
                clock.is_none_or(|(_, now)| due_at <= *now)
            };
            take(leases, rows, &claim, is_due, &mut claimed)?;
            for (publisher, now) in &claim.clocks {
                let mut statement = connection.prepare_cached(DUE_OF_PUBLISHER).map_err(sql)?;
                let rows = statement.query_map(params![publisher, now.0], read_row).map_err(sql)?;
                take(leases, rows, &claim, |_, _| true, &mut claimed)?;
            }
            Ok(claimed)
        })
    }

    async fn renew(&self, lease: &Lease, lease_for: Duration) -> Result<(), StoreError> {
        self.inner.leases.renew(lease, lease_for)
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.inner.leases.release(lease);
        Ok(())
    }

    async fn next_due(
        &self,
        publisher: Option<&str>,
        except: &[String],
    ) -> Result<Option<PublisherTime>, StoreError> {
        let leases = &self.inner.leases;
        self.read(|connection| match publisher {
            Some(publisher) => first_free(connection, NEXT_OF_PUBLISHER, [publisher], leases),
            None if except.is_empty() => first_free(connection, NEXT, [], leases),
            // From publisher to publisher: those that are left out may have any amount of work.
            None => {
                let mut next = None;
                let mut after = String::new();
                while let Some(publisher) = publisher_after(connection, &after)? {
                    if !except.contains(&publisher) {
                        let first = first_free(connection, NEXT_OF_PUBLISHER, [&publisher], leases)?;
                        next = [next, first].into_iter().flatten().min();
                    }
                    after = publisher;
                }
                Ok(next)
            }
        })
    }

    async fn due_by(&self, publisher: &str, until: PublisherTime) -> Result<Vec<(String, Work)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(DUE_OF_PUBLISHER).map_err(sql)?;
            let rows = statement.query_map(params![publisher, until.0], read_row).map_err(sql)?;
            rows.map(|row| row.map(|(_, offer, work)| (offer, work)).map_err(sql)).collect()
        })
    }
}

/// Leases what the rows name, as long as there is room; rows are read no further than that.
fn take(
    leases: &Leases,
    rows: impl Iterator<Item = Result<WorkRow, rusqlite::Error>>,
    claim: &Claim,
    wanted: impl Fn(&String, PublisherTime) -> bool,
    claimed: &mut Vec<Claimed>,
) -> Result<(), StoreError> {
    for row in rows {
        if claimed.len() >= claim.limit {
            break;
        }
        let (publisher, offer, work) = row.map_err(sql)?;
        if !wanted(&publisher, work.due_at) {
            continue;
        }
        if let Some(lease) = leases.take(&publisher, work.operation, work.attempt, claim.lease_for) {
            claimed.push(Claimed { offer, work, lease });
        }
    }
    Ok(())
}

/// When the first of the rows is due that nobody holds; few are held at a time.
fn first_free(
    connection: &Connection,
    text: &str,
    parameters: impl rusqlite::Params,
    leases: &Leases,
) -> Result<Option<PublisherTime>, StoreError> {
    let mut statement = connection.prepare_cached(text).map_err(sql)?;
    for row in statement.query_map(parameters, read_row).map_err(sql)? {
        let (publisher, _, work) = row.map_err(sql)?;
        if !leases.is_held(&publisher, work.operation, work.attempt) {
            return Ok(Some(work.due_at));
        }
    }
    Ok(None)
}

/// The next publisher that has work, in the order of their ids.
fn publisher_after(connection: &Connection, after: &str) -> Result<Option<String>, StoreError> {
    connection
        .prepare_cached(PUBLISHER_AFTER)
        .and_then(|mut statement| statement.query_row([after], |row| row.get(0)).optional())
        .map_err(sql)
}
