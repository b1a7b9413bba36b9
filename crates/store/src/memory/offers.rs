//! Offers and operations, and the commit of a decision.

use async_trait::async_trait;
use signoff_lifecycle::ids::{OfferGuid, OfferKey, OperationId};
use signoff_lifecycle::operation::Operation;

use super::tables::{LetterRow, OfferRow, OperationRow, Tables, WorkRow};
use super::{MemoryStore, StoreEvent, audit, repeats};
use crate::StoreError;
use crate::contract::{
    Change, Content, Delivery, Loaded, Mail, OfferFilter, OfferSummary, Offers, Place, StoredOperation,
};

#[async_trait]
impl Offers for MemoryStore {
    async fn load(&self, key: &OfferKey) -> Result<Option<Loaded>, StoreError> {
        let (publisher, offer) = key.texts();
        Ok(self.inner.tables.lock().load(publisher, offer))
    }

    async fn commit(&self, change: &Change) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        if let Some(lease) = &change.fence {
            self.inner.leases.check(lease)?;
        }
        let publisher = &change.next.offer.publisher;
        check_revision(&tables, change)?;
        check_work(&tables, change)?;
        change.repeat.as_ref().map_or(Ok(()), |repeated| repeats::check(&tables, repeated))?;
        write_offer(&mut tables, change);
        write_operations(&mut tables, change);
        write_work(&mut tables, change);
        for mail in &change.mail {
            write_mail(&mut tables, mail);
        }
        audit::append(&mut tables, publisher, change.audit.clone());
        if let Some(repeated) = &change.repeat {
            repeats::keep(&mut tables, repeated.clone());
        }
        for (operation, attempt) in &change.finished_work {
            self.inner.leases.forget(publisher, *operation, *attempt);
        }
        self.inner.tell(StoreEvent::Committed(change), &tables);
        Ok(())
    }

    async fn offer_by_guid(&self, publisher: &str, guid: OfferGuid) -> Result<Option<String>, StoreError> {
        let tables = self.inner.tables.lock();
        let mut of_publisher = tables.offers.values().filter(|row| row.offer.publisher == publisher);
        Ok(of_publisher.find(|row| row.offer.guid == guid).map(|row| row.offer.id.clone()))
    }

    async fn offer_spelled(&self, key: &OfferKey) -> Result<Option<String>, StoreError> {
        let (publisher, offer) = key.texts();
        let tables = self.inner.tables.lock();
        let mut of_publisher = tables.offers.values().filter(|row| row.offer.publisher == publisher);
        let found = of_publisher.find(|row| row.offer.id.eq_ignore_ascii_case(offer));
        Ok(found.map(|row| row.offer.id.clone()))
    }

    async fn list(&self, publisher: &str, filter: OfferFilter) -> Result<Vec<OfferSummary>, StoreError> {
        let tables = self.inner.tables.lock();
        let wanted = |row: &&OfferRow| {
            row.offer.publisher == publisher
                && filter.offer_type.as_ref().is_none_or(|wanted| *wanted == row.offer.offer_type)
                && filter.status.is_none_or(|wanted| wanted == row.status)
                && filter.after.as_ref().is_none_or(|after| row.offer.id > *after)
        };
        let summary = |row: &OfferRow| OfferSummary {
            offer: row.offer.clone(),
            status: row.status,
            display_text: row.display_text.clone(),
        };
        let limit = filter.limit.unwrap_or(usize::MAX);
        Ok(tables.offers.values().filter(wanted).take(limit).map(summary).collect())
    }

    async fn content(&self, key: &OfferKey, version: u32) -> Result<Option<Content>, StoreError> {
        let (publisher, offer) = key.texts();
        let tables = self.inner.tables.lock();
        let key = |version| (publisher.to_owned(), offer.to_owned(), version);
        let found =
            tables.contents.range(key(0)..=key(version)).next_back().map(|(_, content)| content.clone());
        // What was forgotten leaves an empty text.
        Ok(found.filter(|content| !content.definition.is_empty()))
    }

    async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<StoredOperation>, StoreError> {
        let tables = self.inner.tables.lock();
        let row = tables.operations.get(&(publisher.to_owned(), id));
        Ok(row.map(|row| StoredOperation { offer: row.offer.clone(), operation: row.operation.clone() }))
    }

    async fn operations_before(
        &self,
        key: &OfferKey,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Operation>, StoreError> {
        let (publisher, offer) = key.texts();
        let tables = self.inner.tables.lock();
        let first = match before {
            None => newest(&tables, publisher, offer),
            Some(place) => tables
                .operations
                .get(&(publisher.to_owned(), place.operation))
                .filter(|row| row.offer == offer)
                .and_then(|row| tables.operation(publisher, row.operation.head().previous?)),
        };
        let mut listed: Vec<&Operation> = thread(&tables, publisher, first).take(limit).collect();
        // Beyond what was forgotten there may be some that stay.
        let last = listed.last().map(|last| Place::of(last)).or(before);
        let last = last.map_or(u64::MAX, |place| place.publishing_version);
        listed.extend(kept(&tables, publisher, offer, last).take(limit - listed.len()));
        Ok(listed.into_iter().cloned().collect())
    }

    async fn operation_by_version(
        &self,
        key: &OfferKey,
        publishing_version: u64,
    ) -> Result<Option<Operation>, StoreError> {
        let (publisher, offer) = key.texts();
        let tables = self.inner.tables.lock();
        let thread = thread(&tables, publisher, newest(&tables, publisher, offer));
        let mut all = thread.chain(kept(&tables, publisher, offer, u64::MAX));
        Ok(all.find(|operation| operation.head().publishing_version == publishing_version).cloned())
    }
}

/// Old operations of the offer that stay, the newest first, of those with a lower number than this.
fn kept<'a>(
    tables: &'a Tables,
    publisher: &'a str,
    offer: &str,
    before: u64,
) -> impl Iterator<Item = &'a Operation> + use<'a> {
    let key = |number| (publisher.to_owned(), offer.to_owned(), number);
    let kept = tables.kept.range(key(0)..key(before)).rev();
    kept.filter_map(move |(_, kept)| tables.operation(publisher, kept.id))
}

/// The offer's newest operation.
fn newest<'a>(tables: &'a Tables, publisher: &str, offer: &str) -> Option<&'a Operation> {
    let row = tables.offers.get(&(publisher.to_owned(), offer.to_owned()))?;
    tables.operation(publisher, row.cancellation.or(row.target)?)
}

/// The operations from the `first` one to the oldest, or to where older ones were forgotten.
fn thread<'a>(
    tables: &'a Tables,
    publisher: &'a str,
    first: Option<&'a Operation>,
) -> impl Iterator<Item = &'a Operation> + use<'a> {
    std::iter::successors(first, move |operation| tables.operation(publisher, operation.head().previous?))
}

fn key(change: &Change) -> (String, String) {
    (change.next.offer.publisher.clone(), change.next.offer.id.clone())
}

fn check_revision(tables: &Tables, change: &Change) -> Result<(), StoreError> {
    let present = tables.offers.get(&key(change)).map(|row| row.revision);
    let offer = &change.next.offer;
    let of_another = |row: &OfferRow| {
        row.offer.publisher == offer.publisher
            && (row.offer.guid == offer.guid || row.offer.id.eq_ignore_ascii_case(&offer.id))
    };
    let is_taken = change.expected.is_none() && tables.offers.values().any(of_another);
    if present == change.expected && !is_taken { Ok(()) } else { Err(StoreError::Stale) }
}

/// A piece of work is handed out once.
fn check_work(tables: &Tables, change: &Change) -> Result<(), StoreError> {
    let publisher = &change.next.offer.publisher;
    for (index, work) in change.work.iter().enumerate() {
        let name = (work.operation, work.attempt);
        let stored = tables.work.contains_key(&(publisher.clone(), name.0, name.1));
        let twice = change.work[..index].iter().any(|other| (other.operation, other.attempt) == name);
        if twice || stored && !change.finished_work.contains(&name) {
            let what = format!("attempt {} of {} is work already", name.1, name.0);
            return Err(StoreError::Unavailable(what));
        }
    }
    Ok(())
}

fn write_offer(tables: &mut Tables, change: &Change) {
    let next = &change.next;
    let key = key(change);
    if let Some(content) = &change.content {
        tables.contents.insert((key.0.clone(), key.1.clone(), content.version), content.clone());
    }
    let shown = change.content.as_ref().map(|content| content.display_text.clone());
    let kept = tables.offers.get(&key).map(|row| row.display_text.clone());
    let row = OfferRow {
        revision: change.expected.unwrap_or(0) + 1,
        offer: next.offer.clone(),
        status: next.status(),
        display_text: shown.or(kept).unwrap_or_default(),
        target: next.target().map(|target| target.head.id),
        cancellation: next.cancellation().map(|cancellation| cancellation.head.id),
    };
    tables.offers.insert(key, row);
}

fn write_operations(tables: &mut Tables, change: &Change) {
    let (publisher, offer) = key(change);
    for operation in &change.operations {
        let row = OperationRow { offer: offer.clone(), operation: operation.clone() };
        tables.operations.insert((publisher.clone(), operation.head().id), row);
    }
}

fn write_work(tables: &mut Tables, change: &Change) {
    let (publisher, offer) = key(change);
    for (operation, attempt) in &change.finished_work {
        tables.work.remove(&(publisher.clone(), *operation, *attempt));
    }
    for work in &change.work {
        let row = WorkRow { offer: offer.clone(), kind: work.kind, due_at: work.due_at };
        tables.work.insert((publisher.clone(), work.operation, work.attempt), row);
    }
}

/// One letter a recipient and event, however often it is written.
fn write_mail(tables: &mut Tables, mail: &Mail) {
    let same = |row: &LetterRow| {
        let written = &row.mail;
        (&written.publisher, written.operation, written.event.name(), &written.recipient)
            == (&mail.publisher, mail.operation, mail.event.name(), &mail.recipient)
    };
    if tables.outbox.values().any(same) {
        return;
    }
    let id = tables.outbox.last_key_value().map_or(1, |(last, _)| last + 1);
    let delivery = if mail.deliver { Delivery::Due(mail.at) } else { Delivery::Mailbox };
    let row = LetterRow { mail: mail.clone(), failures: 0, delivery, last_error: None };
    tables.outbox.insert(id, row);
}
