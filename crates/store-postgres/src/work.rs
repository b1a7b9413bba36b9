//! Work that is due. A lease stands in the row of its work and ends on the database's clock.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::PublisherTime;
use signoff_store::StoreError;
use signoff_store::contract::{Claim, Claimed, Lease, WorkQueue};
use signoff_store::rows::{kind_of, signed};
use tokio_postgres::Row;
use uuid::Uuid;

use super::store::PostgresStore;
use super::values::{column, operation_id, unsigned, uuid};

const COLUMNS: &str = "publisher_id, offer_id, operation_id, attempt, kind, due_at";
/// No lease is as long as 90 minutes: what says so was written by a clock that was ahead.
const FREE: &str = "(lease_until IS NULL OR lease_until <= statement_timestamp()
    OR lease_until > statement_timestamp() + interval '90 minutes')";
/// Greater than every token that the row ever had, and than those of a row that was there before it: no sequence is
/// needed that all of a cluster would share.
const NEXT_TOKEN: &str = "greatest(coalesce(work.lease_token, 0) + 1,
    (extract(epoch FROM statement_timestamp()) * 1000000)::bigint)";

/// A row of the work table: publisher, offer, work.
type WorkRow = (String, String, Work);

fn read_row(row: &Row) -> Result<WorkRow, StoreError> {
    let kind: &str = column(row, 4)?;
    let kind = kind_of(kind).ok_or_else(|| StoreError::Corrupt(format!("unknown kind of work {kind}")))?;
    let work = Work {
        operation: operation_id(column(row, 2)?),
        attempt: unsigned(column(row, 3)?)?,
        kind,
        due_at: PublisherTime(column(row, 5)?),
    };
    Ok((column(row, 0)?, column(row, 1)?, work))
}

#[async_trait]
impl WorkQueue for PostgresStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        let mut free = self.free_work(&claim).await?;
        free.sort_by_key(|(.., work)| work.due_at);
        free.truncate(claim.limit);
        // Each publisher's in a transaction of its own.
        let mut by_publisher = BTreeMap::<&str, (Vec<Uuid>, Vec<i64>)>::new();
        for (publisher, _, work) in &free {
            let (operations, attempts) = by_publisher.entry(publisher).or_default();
            operations.push(uuid(work.operation.0));
            attempts.push(work.attempt.into());
        }
        let mut claimed = Vec::with_capacity(free.len());
        for (publisher, (operations, attempts)) in by_publisher {
            claimed.extend(self.lease(publisher, &operations, &attempts, claim.lease_for).await?);
        }
        claimed.sort_by_key(|piece| piece.work.due_at);
        Ok(claimed)
    }

    async fn renew(&self, lease: &Lease, lease_for: Duration) -> Result<(), StoreError> {
        let (operation, attempt, token) = held(lease)?;
        let changed = self
            .execute(
                "UPDATE work SET lease_until = statement_timestamp() + make_interval(secs => $5)
                 WHERE publisher_id = $1 AND operation_id = $2 AND attempt = $3 AND lease_token = $4",
                &[&lease.publisher, &operation, &attempt, &token, &lease_for.as_secs_f64()],
            )
            .await?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let (operation, attempt, token) = held(lease)?;
        self.execute(
            "UPDATE work SET lease_until = NULL, lease_token = lease_token + 1
             WHERE publisher_id = $1 AND operation_id = $2 AND attempt = $3 AND lease_token = $4",
            &[&lease.publisher, &operation, &attempt, &token],
        )
        .await
        .map(|_| ())
    }

    async fn next_due(
        &self,
        publisher: Option<&str>,
        except: &[String],
    ) -> Result<Option<PublisherTime>, StoreError> {
        let row = if let Some(publisher) = publisher {
            let text = format!(
                "SELECT due_at FROM work WHERE publisher_id = $1 AND publisher_id <> ALL ($2) AND {FREE}
                 ORDER BY due_at LIMIT 1"
            );
            self.row(&text, &[&publisher, &except]).await?
        } else {
            let text = format!(
                "SELECT due_at FROM work WHERE publisher_id <> ALL ($1) AND {FREE} ORDER BY due_at LIMIT 1"
            );
            self.row(&text, &[&except]).await?
        };
        row.map(|row| column(&row, 0).map(PublisherTime)).transpose()
    }

    async fn due_by(&self, publisher: &str, until: PublisherTime) -> Result<Vec<(String, Work)>, StoreError> {
        let text =
            format!("SELECT {COLUMNS} FROM work WHERE publisher_id = $1 AND due_at <= $2 ORDER BY due_at");
        let rows = self.rows(&text, &[&publisher, &until.0]).await?;
        rows.iter().map(|row| read_row(row).map(|(_, offer, work)| (offer, work))).collect()
    }
}

impl PostgresStore {
    /// Work that is due and that nobody holds: of everybody by the node's time, of publishers whose clock is set by
    /// theirs. This look goes over all publishers and locks nothing.
    async fn free_work(&self, claim: &Claim) -> Result<Vec<WorkRow>, StoreError> {
        let set: Vec<&str> = claim.clocks.iter().map(|(publisher, _)| publisher.as_str()).collect();
        let limit = i64::try_from(claim.limit).unwrap_or(i64::MAX);
        let everybody = format!(
            "SELECT {COLUMNS} FROM work WHERE due_at <= $1 AND publisher_id <> ALL ($2) AND {FREE}
             ORDER BY due_at LIMIT $3"
        );
        let mut rows = self.rows(&everybody, &[&claim.now.0, &set, &limit]).await?;
        let one = format!(
            "SELECT {COLUMNS} FROM work WHERE publisher_id = $1 AND due_at <= $2 AND {FREE} ORDER BY due_at LIMIT $3"
        );
        for (publisher, now) in &claim.clocks {
            rows.extend(self.rows(&one, &[publisher, &now.0, &limit]).await?);
        }
        rows.iter().map(read_row).collect()
    }

    /// Leases those of the pieces that nobody took meanwhile.
    async fn lease(
        &self,
        publisher: &str,
        operations: &[Uuid],
        attempts: &[i64],
        lease_for: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        let text = format!(
            "WITH wanted AS (
                 SELECT work.operation_id, work.attempt FROM work
                 JOIN unnest($2::uuid[], $3::bigint[]) AS row (operation_id, attempt)
                     ON work.operation_id = row.operation_id AND work.attempt = row.attempt
                 WHERE work.publisher_id = $1 AND {FREE}
                 FOR UPDATE OF work SKIP LOCKED
             )
             UPDATE work SET lease_token = {NEXT_TOKEN},
                 lease_until = statement_timestamp() + make_interval(secs => $4)
             FROM wanted WHERE work.publisher_id = $1 AND work.operation_id = wanted.operation_id
                 AND work.attempt = wanted.attempt
             RETURNING work.publisher_id, work.offer_id, work.operation_id, work.attempt, work.kind, work.due_at,
                 work.lease_token"
        );
        let rows =
            self.changed(&text, &[&publisher, &operations, &attempts, &lease_for.as_secs_f64()]).await?;
        let claimed = |row: &Row| {
            let (publisher, offer, work) = read_row(row)?;
            let token = unsigned(column(row, 6)?)?;
            let lease = Lease { publisher, operation: work.operation, attempt: work.attempt, token };
            Ok(Claimed { offer, work, lease })
        };
        rows.iter().map(claimed).collect()
    }
}

/// The piece of work that a lease is on, and the token that it must carry.
pub(super) fn held(lease: &Lease) -> Result<(Uuid, i64, i64), StoreError> {
    Ok((uuid(lease.operation.0), lease.attempt.into(), signed(lease.token)?))
}
