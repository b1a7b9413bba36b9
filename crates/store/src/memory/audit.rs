//! The audit log.

use async_trait::async_trait;

use super::MemoryStore;
use super::tables::Tables;
use crate::StoreError;
use crate::contract::{Audit, AuditEntry, AuditRow};

#[async_trait]
impl Audit for MemoryStore {
    async fn audit(
        &self,
        publisher: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let tables = self.inner.tables.lock();
        let key = |number| (publisher.to_owned(), number);
        let older = tables.audit.range(key(0)..key(before.unwrap_or(u64::MAX)));
        let row = |((_, number), entry): (&(String, u64), &AuditEntry)| AuditRow {
            number: *number,
            entry: entry.clone(),
        };
        Ok(older.rev().take(limit).map(row).collect())
    }
}

/// Numbers count from 1 without a gap.
pub(super) fn append(tables: &mut Tables, publisher: &str, entry: Option<AuditEntry>) {
    let Some(entry) = entry else { return };
    let key = |number| (publisher.to_owned(), number);
    let last = tables.audit.range(key(0)..=key(u64::MAX)).next_back().map_or(0, |((_, last), _)| *last);
    tables.audit.insert(key(last + 1), entry);
}
