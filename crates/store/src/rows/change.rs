//! A decision as the rows it comes to: made once, in values that every engine can bind.

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::Operation;

use super::{encode, kind_word, letter_body, signed};
use crate::StoreError;
use crate::contract::{Change, Content, Lease, Mail, Repeated};
use crate::packed::pack;
use crate::tables::{Cell, Kind};

/// A row to be written. It lacks the publisher's id, which is the same in all rows of a change.
pub trait Bind {
    /// Its columns and what they hold, in their order.
    const COLUMNS: &'static [(&'static str, Kind)];

    /// Its values, in the order of the columns.
    fn cells(&self) -> impl Iterator<Item = Cell<'_>>;
}

/// What a column of a row can be in memory.
trait Column {
    const KIND: Kind;

    fn cell(&self) -> Cell<'_>;
}

macro_rules! columns {
    ($($of:ty: $kind:ident, $value:ident => $cell:expr;)+) => {
        $(impl Column for $of {
            const KIND: Kind = Kind::$kind;

            fn cell(&self) -> Cell<'_> {
                let $value = self;
                Cell::$kind($cell)
            }
        })+
    };
}

columns! {
    String: Text, text => text;
    &'static str: Text, text => text;
    i64: Integer, number => *number;
    [u8; 16]: Guid, guid => guid;
    Vec<u8>: Bytes, bytes => bytes;
    [u8; 32]: Bytes, bytes => bytes;
}

impl<C: Column> Column for Option<C> {
    const KIND: Kind = C::KIND;

    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, C::cell)
    }
}

/// Makes each list of columns a [`Bind`].
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($column:ident: $of:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug)]
            pub struct $name {
                $(pub $column: $of,)+
            }

            impl Bind for $name {
                const COLUMNS: &'static [(&'static str, Kind)] =
                    &[$((stringify!($column), <$of as Column>::KIND)),+];

                fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
                    [$(self.$column.cell()),+].into_iter()
                }
            }
        )+
    };
}

rows! {
    /// What must hold for a change to be written: the offer has this revision, or is not there without one, and the work
    /// has this lease, if there is one.
    Conditions {
        revision: Option<i64>,
        lease_operation: Option<[u8; 16]>,
        lease_attempt: Option<i64>,
        lease_token: Option<i64>,
    }

    /// A row of `offer`, without the revision. Without a `display_text` the offer keeps the one that it has.
    OfferRow {
        offer_id: String,
        guid: [u8; 16],
        offer_type: String,
        status: &'static str,
        state: String,
        target: Option<[u8; 16]>,
        cancellation: Option<[u8; 16]>,
        display_text: Option<String>,
    }

    /// A row of `content`.
    ContentRow {
        offer_id: String,
        version: i64,
        changed_at: i64,
        display_text: String,
        definition: String,
        secrets: Option<String>,
        extra: Option<String>,
    }

    /// A row of `operation`.
    OperationRow {
        offer_id: String,
        operation_id: [u8; 16],
        publishing_version: i64,
        previous: Option<[u8; 16]>,
        body: Vec<u8>,
    }

    /// The key of a row of `work` that goes.
    FinishedWorkRow { operation_id: [u8; 16], attempt: i64 }

    /// A row of `work`.
    WorkRow { offer_id: String, operation_id: [u8; 16], attempt: i64, kind: &'static str, due_at: i64 }

    /// A row of `outbox`.
    LetterRow {
        operation_id: [u8; 16],
        event: &'static str,
        recipient: String,
        body: Vec<u8>,
        outcome: &'static str,
        due_at: Option<i64>,
    }

    /// A row of `audit`, without its number.
    EntryRow { body: String }

    /// A row of `repeated`.
    ReplyRow { key: [u8; 32], digest: [u8; 32], expires_at: i64, reply: String }
}

/// A change as the rows it comes to. Made by the caller, so that the engine only binds and writes them.
#[derive(Clone, Debug)]
pub struct ChangeRows {
    /// The publisher of all of them.
    pub publisher: String,
    /// What must hold for all of them to be written.
    pub conditions: Conditions,
    /// The lease that is one of the conditions.
    pub fence: Option<Lease>,
    /// The offer as it then is.
    pub offer: OfferRow,
    /// The content of the draft, if it was put.
    pub content: Option<ContentRow>,
    /// Operations that changed or are new.
    pub operations: Vec<OperationRow>,
    /// Work that is no longer wanted.
    pub finished_work: Vec<FinishedWorkRow>,
    /// New work.
    pub work: Vec<WorkRow>,
    /// Mail to be sent.
    pub letters: Vec<LetterRow>,
    /// The entry in the audit log.
    pub audit: Option<EntryRow>,
    /// The reply, if the request may be repeated.
    pub reply: Option<ReplyRow>,
}

impl ChangeRows {
    /// The rows of a change.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a part of it cannot be stored.
    pub fn of(change: &Change) -> Result<Self, StoreError> {
        let offer = change.next.offer.id.as_str();
        let work = change.work.iter().map(|work| WorkRow {
            offer_id: offer.to_owned(),
            operation_id: work.operation.to_bytes(),
            attempt: work.attempt.into(),
            kind: kind_word(work.kind),
            due_at: work.due_at.0,
        });
        let audit = change.audit.as_ref().map(|entry| encode(entry).map(|body| EntryRow { body }));
        Ok(Self {
            publisher: change.next.offer.publisher.clone(),
            conditions: Conditions::of(change)?,
            fence: change.fence.clone(),
            offer: OfferRow::of(change)?,
            content: change.content.as_ref().map(|content| ContentRow::of(offer, content)),
            operations: all(&change.operations, |operation| OperationRow::of(offer, operation))?,
            finished_work: change.finished_work.iter().map(FinishedWorkRow::of).collect(),
            work: work.collect(),
            letters: all(&change.mail, LetterRow::of)?,
            audit: audit.transpose()?,
            reply: change.repeat.as_ref().map(ReplyRow::of),
        })
    }
}

fn all<T, R>(of: &[T], row: impl Fn(&T) -> Result<R, StoreError>) -> Result<Vec<R>, StoreError> {
    of.iter().map(row).collect()
}

impl Conditions {
    fn of(change: &Change) -> Result<Self, StoreError> {
        let lease = change.fence.as_ref();
        Ok(Self {
            revision: change.expected.map(signed).transpose()?,
            lease_operation: lease.map(|lease| lease.operation.to_bytes()),
            lease_attempt: lease.map(|lease| lease.attempt.into()),
            lease_token: lease.map(|lease| signed(lease.token)).transpose()?,
        })
    }
}

impl OfferRow {
    fn of(change: &Change) -> Result<Self, StoreError> {
        let next = &change.next;
        Ok(Self {
            offer_id: next.offer.id.clone(),
            guid: next.offer.guid.to_bytes(),
            offer_type: next.offer.offer_type.clone(),
            status: next.status().as_str(),
            state: encode(&next.offer)?,
            target: next.target().map(|target| target.head.id.to_bytes()),
            cancellation: next.cancellation().map(|cancellation| cancellation.head.id.to_bytes()),
            display_text: change.content.as_ref().map(|content| content.display_text.clone()),
        })
    }
}

impl ContentRow {
    fn of(offer: &str, content: &Content) -> Self {
        Self {
            offer_id: offer.to_owned(),
            version: content.version.into(),
            changed_at: content.changed_at.0,
            display_text: content.display_text.clone(),
            definition: content.definition.clone(),
            secrets: content.secrets.clone(),
            extra: content.extra.clone(),
        }
    }
}

impl OperationRow {
    fn of(offer: &str, operation: &Operation) -> Result<Self, StoreError> {
        Ok(Self {
            offer_id: offer.to_owned(),
            operation_id: operation.head().id.to_bytes(),
            publishing_version: signed(operation.head().publishing_version)?,
            previous: operation.head().previous.map(OperationId::to_bytes),
            body: pack(operation)?,
        })
    }
}

impl FinishedWorkRow {
    fn of((operation, attempt): &(OperationId, u32)) -> Self {
        Self { operation_id: operation.to_bytes(), attempt: (*attempt).into() }
    }
}

impl LetterRow {
    fn of(mail: &Mail) -> Result<Self, StoreError> {
        Ok(Self {
            operation_id: mail.operation.to_bytes(),
            event: mail.event.name(),
            recipient: mail.recipient.clone(),
            body: letter_body(mail)?,
            outcome: if mail.deliver { "due" } else { "mailbox" },
            due_at: mail.deliver.then_some(mail.at.0),
        })
    }
}

impl ReplyRow {
    /// The row of a reply.
    pub fn of(repeated: &Repeated) -> Self {
        Self {
            key: repeated.key,
            digest: repeated.digest,
            expires_at: repeated.expires_at.0,
            reply: repeated.reply.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::TABLES;

    #[test]
    fn every_column_of_a_row_is_one_of_its_table() {
        for (name, columns) in [
            ("offer", OfferRow::COLUMNS),
            ("content", ContentRow::COLUMNS),
            ("operation", OperationRow::COLUMNS),
            ("work", FinishedWorkRow::COLUMNS),
            ("work", WorkRow::COLUMNS),
            ("outbox", LetterRow::COLUMNS),
            ("audit", EntryRow::COLUMNS),
            ("repeated", ReplyRow::COLUMNS),
        ] {
            let table = TABLES.iter().find(|table| table.name == name).expect("there is such a table");
            for column in columns {
                assert!(table.columns.contains(column), "{name}: {column:?}");
            }
        }
    }
}
