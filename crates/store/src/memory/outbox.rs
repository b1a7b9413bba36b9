//! The outbox.

use std::time::Duration;

use async_trait::async_trait;
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime, RealTime};

use super::tables::{LetterRow, Tables};
use super::{MemoryStore, StoreEvent};
use crate::StoreError;
use crate::contract::{Delivery, Letter, Outbox};

fn letter(id: i64, row: &LetterRow) -> Letter {
    let LetterRow { mut mail, failures, delivery, last_error } = row.clone();
    mail.deliver = delivery != Delivery::Mailbox;
    Letter { id, mail, failures, delivery, last_error }
}

/// Letters that wait, the earliest due first, with the time on their publishers' clocks.
fn waiting<'a>(
    tables: &'a Tables,
    now: RealTime,
    clocks: &[(String, PublisherTime)],
) -> Vec<(i64, PublisherTime, PublisherTime, &'a LetterRow)> {
    let unset = now.on_unset_clock();
    let now_of = |publisher: &str| {
        let of_clock = clocks.iter().find(|(of, _)| of == publisher);
        of_clock.map_or(unset, |(_, ahead)| *ahead.max(&unset))
    };
    let waits = |(id, row): (&i64, &'a LetterRow)| match row.delivery {
        Delivery::Due(at) => Some((*id, at, now_of(&row.mail.publisher), row)),
        Delivery::Sent | Delivery::Abandoned | Delivery::Mailbox => None,
    };
    let mut waiting: Vec<_> = tables.outbox.iter().filter_map(waits).collect();
    waiting.sort_by_key(|(_, at, ..)| *at);
    waiting
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn due_letters(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let tables = self.inner.tables.lock();
        let mut holds = self.inner.leases.letters.lock();
        let mut taken = Vec::new();
        for (id, at, now, row) in waiting(&tables, now, clocks) {
            if taken.len() < limit && at <= now && holds.take(id) {
                taken.push(letter(id, row));
            }
        }
        Ok(taken)
    }

    async fn record_delivery(&self, letter: Letter) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        let name = |mail: &crate::contract::Mail| {
            (mail.publisher.clone(), mail.operation, mail.event.name(), mail.recipient.clone())
        };
        // A reset of the development mode starts the numbers anew: the number alone may be another's.
        let row = tables.outbox.get_mut(&letter.id).filter(|row| name(&row.mail) == name(&letter.mail));
        if let Some(row) = row.filter(|row| matches!(row.delivery, Delivery::Due(_))) {
            row.failures = letter.failures;
            row.delivery = letter.delivery;
            row.last_error.clone_from(&letter.last_error);
            self.inner.tell(StoreEvent::Settled(&letter), &tables);
        }
        self.inner.leases.letters.free(letter.id);
        Ok(())
    }

    async fn next_letter_due(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
    ) -> Result<Option<Micros>, StoreError> {
        let tables = self.inner.tables.lock();
        let holds = self.inner.leases.letters.lock();
        let pause = |(id, at, now, _): (i64, PublisherTime, PublisherTime, &LetterRow)| {
            at.since(now).max(micros(holds.left(id)))
        };
        Ok(waiting(&tables, now, clocks).into_iter().map(pause).min())
    }

    async fn letters(&self) -> Result<Vec<Letter>, StoreError> {
        let tables = self.inner.tables.lock();
        Ok(tables.outbox.iter().map(|(id, row)| letter(*id, row)).collect())
    }
}

fn micros(span: Duration) -> Micros {
    Micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
}
