//! Work that is due.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{OperationId, Timestamp};
use signoff_lifecycle::operation::WorkKind;

use super::{SqliteStore, sql};
use crate::StoreError;
use crate::contract::{Claim, Claimed, Lease, WorkQueue};
use crate::leases::Leases;

/// A row of the work table: publisher, offer, work.
type WorkRow = (String, String, Work);

pub(super) fn kind_word(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Run => "run",
        WorkKind::Propagate => "propagate",
        WorkKind::Undo => "undo",
    }
}

fn kind_of(word: &str) -> Option<WorkKind> {
    [WorkKind::Run, WorkKind::Propagate, WorkKind::Undo].into_iter().find(|kind| kind_word(*kind) == word)
}

fn read_row(row: &Row<'_>) -> Result<WorkRow, rusqlite::Error> {
    let kind: String = row.get(4)?;
    let kind = kind_of(&kind).ok_or(rusqlite::Error::InvalidQuery)?;
    let work = Work {
        operation: OperationId::from_bytes(row.get(2)?),
        attempt: row.get(3)?,
        kind,
        due_at: Timestamp(row.get(5)?),
    };
    Ok((row.get(0)?, row.get(1)?, work))
}

const COLUMNS: &str = "SELECT publisher_id, offer_id, operation_id, attempt, kind, due_at FROM work";

#[async_trait]
impl WorkQueue for SqliteStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        let leases = &self.inner.leases;
        self.read(|connection| {
            let mut claimed = Vec::new();
            let everybody = format!("{COLUMNS} WHERE due_at <= ?1 ORDER BY due_at");
            let mut statement = connection.prepare_cached(&everybody).map_err(sql)?;
            let rows = statement.query_map(params![claim.now.0], read_row).map_err(sql)?;
            let has_clock =
                |publisher: &String| claim.clocks.iter().any(|(of_clock, _)| of_clock == publisher);
            take(leases, rows, &claim, |publisher| !has_clock(publisher), &mut claimed)?;
            let one = format!("{COLUMNS} WHERE publisher_id = ?2 AND due_at <= ?1 ORDER BY due_at");
            for (publisher, now) in &claim.clocks {
                let mut statement = connection.prepare_cached(&one).map_err(sql)?;
                let rows = statement.query_map(params![now.0, publisher], read_row).map_err(sql)?;
                take(leases, rows, &claim, |_| true, &mut claimed)?;
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
    ) -> Result<Option<Timestamp>, StoreError> {
        let leases = &self.inner.leases;
        let free = |row: &WorkRow| {
            !leases.is_held(&row.0, row.2.operation, row.2.attempt) && !except.contains(&row.0)
        };
        self.read(|connection| match publisher {
            Some(publisher) => {
                let text = format!("{COLUMNS} WHERE publisher_id = ?1 ORDER BY due_at");
                first(connection, &text, [publisher], free)
            }
            None => first(connection, &format!("{COLUMNS} ORDER BY due_at"), [], free),
        })
    }

    async fn due_by(&self, publisher: &str, until: Timestamp) -> Result<Vec<(String, Work)>, StoreError> {
        self.read(|connection| {
            let text = format!("{COLUMNS} WHERE publisher_id = ?1 AND due_at <= ?2 ORDER BY due_at");
            let mut statement = connection.prepare_cached(&text).map_err(sql)?;
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
    wanted: impl Fn(&String) -> bool,
    claimed: &mut Vec<Claimed>,
) -> Result<(), StoreError> {
    for row in rows {
        if claimed.len() >= claim.limit {
            break;
        }
        let (publisher, offer, work) = row.map_err(sql)?;
        if !wanted(&publisher) {
            continue;
        }
        if let Some(lease) = leases.take(&publisher, work.operation, work.attempt, claim.lease_for) {
            claimed.push(Claimed { offer, work, lease });
        }
    }
    Ok(())
}

fn first(
    connection: &Connection,
    text: &str,
    parameters: impl rusqlite::Params,
    wanted: impl Fn(&WorkRow) -> bool,
) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = connection.prepare_cached(text).map_err(sql)?;
    for row in statement.query_map(parameters, read_row).map_err(sql)? {
        let row = row.map_err(sql)?;
        if wanted(&row) {
            return Ok(Some(row.2.due_at));
        }
    }
    Ok(None)
}
