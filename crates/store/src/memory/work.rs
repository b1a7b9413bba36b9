//! Work that is due.

use std::time::Duration;

use async_trait::async_trait;
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{OperationId, PublisherTime};

use super::tables::{Tables, WorkRow};
use super::{MemoryStore, StoreEvent};
use crate::StoreError;
use crate::contract::{Claim, Claimed, Lease, WorkQueue};

type Row<'a> = (&'a (String, OperationId, u32), &'a WorkRow);

/// The rows that are wanted, the earliest due first.
fn by_due_time(tables: &Tables, wanted: impl Fn(&str, &WorkRow) -> bool) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> =
        tables.work.iter().filter(|((publisher, ..), row)| wanted(publisher, row)).collect();
    rows.sort_by_key(|(_, row)| row.due_at);
    rows
}

fn work((key, row): Row<'_>) -> Work {
    Work { operation: key.1, attempt: key.2, kind: row.kind, due_at: row.due_at }
}

#[async_trait]
impl WorkQueue for MemoryStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        let tables = self.inner.tables.lock();
        let of_clock =
            |publisher: &str| claim.clocks.iter().find(|(of, _)| of == publisher).map(|(_, now)| *now);
        let due = |publisher: &str, row: &WorkRow| {
            row.due_at <= of_clock(publisher).unwrap_or(claim.now.on_unset_clock())
        };
        let mut claimed = Vec::new();
        for row in by_due_time(&tables, due) {
            if claimed.len() >= claim.limit {
                break;
            }
            let (publisher, operation, attempt) = row.0;
            if let Some(lease) = self.inner.leases.take(publisher, *operation, *attempt, claim.lease_for) {
                let piece = Claimed { offer: row.1.offer.clone(), work: work(row), lease };
                self.inner.tell(StoreEvent::Claimed(&piece), &tables);
                claimed.push(piece);
            }
        }
        Ok(claimed)
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
        let tables = self.inner.tables.lock();
        let wanted = |of: &str, _: &WorkRow| match publisher {
            Some(publisher) => of == publisher,
            None => !except.iter().any(|name| name == of),
        };
        let free = |row: &Row<'_>| !self.inner.leases.is_held(&row.0.0, row.0.1, row.0.2);
        Ok(by_due_time(&tables, wanted).into_iter().find(free).map(|(_, row)| row.due_at))
    }

    async fn due_by(&self, publisher: &str, until: PublisherTime) -> Result<Vec<(String, Work)>, StoreError> {
        let tables = self.inner.tables.lock();
        let rows = by_due_time(&tables, |of, row| of == publisher && row.due_at <= until);
        Ok(rows.into_iter().map(|row| (row.1.offer.clone(), work(row))).collect())
    }
}
