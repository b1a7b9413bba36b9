//! Forgetting operations that ended long ago.

use async_trait::async_trait;
use signoff_lifecycle::ids::OperationId;

use super::MemoryStore;
use super::tables::Tables;
use crate::StoreError;
use crate::contract::{Aged, Delivery, Prune, Retention, StoredOperation};

#[async_trait]
impl Retention for MemoryStore {
    async fn publisher_after(&self, publisher: Option<&str>) -> Result<Option<String>, StoreError> {
        let tables = self.inner.tables.lock();
        let mut publishers = tables.operations.keys().map(|(publisher, _)| publisher);
        Ok(publishers.find(|next| publisher.is_none_or(|after| next.as_str() > after)).cloned())
    }

    async fn operations_after(
        &self,
        publisher: &str,
        after: Option<OperationId>,
        limit: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let tables = self.inner.tables.lock();
        let of_publisher = tables.operations.iter().filter(|((of, _), _)| of == publisher);
        let later = of_publisher.filter(|((_, id), _)| after.is_none_or(|after| *id > after));
        Ok(later
            .take(limit)
            .map(|(_, row)| StoredOperation { offer: row.offer.clone(), operation: row.operation.clone() })
            .collect())
    }

    async fn prune(&self, prune: Prune) -> Result<usize, StoreError> {
        let mut tables = self.inner.tables.lock();
        let present = tables.offers.get(&(prune.publisher.clone(), prune.offer.clone()));
        if present.map(|row| row.revision) != Some(prune.revision) {
            return Err(StoreError::Stale);
        }
        let key = |number| (prune.publisher.clone(), prune.offer.clone(), number);
        for kept in &prune.keep {
            tables.kept.entry(key(kept.publishing_version)).or_insert(*kept);
        }
        let mut removed = 0;
        for gone in &prune.remove {
            if has_mail_to_send(&tables, &prune.publisher, gone) {
                tables.kept.entry(key(gone.publishing_version)).or_insert(*gone);
            } else {
                tables.kept.remove(&key(gone.publishing_version));
                removed += usize::from(remove(&mut tables, &prune.publisher, gone.id));
            }
        }
        forget_contents(&mut tables, &prune);
        Ok(removed)
    }
}

fn has_mail_to_send(tables: &Tables, publisher: &str, gone: &Aged) -> bool {
    let mut letters = tables.outbox.values().filter(|row| matches!(row.delivery, Delivery::Due(_)));
    letters.any(|row| row.mail.publisher == publisher && row.mail.operation == gone.id)
}

/// Removes an operation and what hangs on it; answers whether it was there.
fn remove(tables: &mut Tables, publisher: &str, id: OperationId) -> bool {
    tables.outbox.retain(|_, row| row.mail.publisher != publisher || row.mail.operation != id);
    tables.artifacts.retain(|(of, operation, _), _| of != publisher || *operation != id);
    tables.operations.remove(&(publisher.to_owned(), id)).is_some()
}

/// Empties the content of versions that nobody needs; the rows stay as long as there is content before them.
fn forget_contents(tables: &mut Tables, prune: &Prune) {
    let of_offer = |publisher: &str, offer: &str| publisher == prune.publisher && offer == prune.offer;
    let kept = tables.kept.iter().filter(|((publisher, offer, _), _)| of_offer(publisher, offer));
    let mut needed: Vec<u32> = kept.map(|(_, kept)| kept.offer_version).collect();
    needed.extend(&prune.versions);
    let rows = tables.contents.keys().filter(|(publisher, offer, _)| of_offer(publisher, offer));
    let rows: Vec<u32> = rows.map(|(.., version)| *version).collect();
    let key = |version| (prune.publisher.clone(), prune.offer.clone(), version);
    let mut first = true;
    for (index, version) in rows.iter().enumerate() {
        // It is the content of every version up to the next row's.
        let next = rows.get(index + 1).copied().unwrap_or(u32::MAX);
        let Some(content) = tables.contents.get_mut(&key(*version)) else { continue };
        let is_over =
            next <= prune.contents_below && !needed.iter().any(|needed| (*version..next).contains(needed));
        if is_over {
            (content.secrets, content.extra) = (None, None);
            (content.definition, content.display_text) = (String::new(), String::new());
        }
        first &= content.definition.is_empty();
        if first {
            tables.contents.remove(&key(*version));
        }
    }
}
