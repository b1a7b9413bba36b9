//! How values of the core are kept in rows, alike in every engine.

mod change;

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::offer::OfferStatus;
use signoff_lifecycle::operation::{Goal, WorkKind};

use crate::StoreError;
use crate::contract::{Delivery, Letter, Mail};
use crate::packed::{pack, unpack};

pub use change::{
    Bind, ChangeRows, Conditions, ContentRow, EntryRow, FinishedWorkRow, LetterRow, OfferRow, OperationRow,
    ReplyRow, WorkRow,
};

/// Reads a stored JSON value.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Writes a value as the JSON that is stored.
pub fn encode<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A number that the stores keep as signed.
pub fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is too large to be stored")))
}

pub fn kind_word(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Run => "run",
        WorkKind::Propagate => "propagate",
        WorkKind::Undo => "undo",
    }
}

pub fn kind_of(word: &str) -> Option<WorkKind> {
    [WorkKind::Run, WorkKind::Propagate, WorkKind::Undo].into_iter().find(|kind| kind_word(*kind) == word)
}

pub fn role_of(word: &str) -> Result<Role, StoreError> {
    word.parse().map_err(|_| StoreError::Corrupt(format!("unknown role {word}")))
}

/// The status that a column `status` holds; [`OfferRow`] says what is written there.
pub fn status_of(word: &str) -> Result<OfferStatus, StoreError> {
    word.parse().map_err(|_| StoreError::Corrupt(format!("unknown status {word}")))
}

/// What the body of a letter holds: what no column of its row says. Letters from before migration 6 say the columns, too.
#[derive(Serialize, Deserialize)]
struct LetterBody<'a> {
    offer: Cow<'a, str>,
    kind: Goal,
    event: Cow<'a, Event>,
    at: PublisherTime,
}

/// The body of a letter.
pub fn letter_body(mail: &Mail) -> Result<Vec<u8>, StoreError> {
    pack(&LetterBody {
        offer: Cow::Borrowed(&mail.offer),
        kind: mail.kind,
        event: Cow::Borrowed(&mail.event),
        at: mail.at,
    })
}

/// The columns of a letter.
pub struct LetterColumns {
    pub id: i64,
    pub publisher: String,
    pub operation: OperationId,
    pub recipient: String,
    pub body: Vec<u8>,
    pub failures: u32,
    pub due_at: Option<i64>,
    pub outcome: String,
    pub last_error: Option<String>,
}

pub fn letter(columns: LetterColumns) -> Result<Letter, StoreError> {
    let id = columns.id;
    let delivery = match columns.outcome.as_str() {
        "due" => Delivery::Due(PublisherTime(columns.due_at.unwrap_or_default())),
        "sent" => Delivery::Sent,
        "abandoned" => Delivery::Abandoned,
        "mailbox" => Delivery::Mailbox,
        other => return Err(StoreError::Corrupt(format!("letter {id} has the unknown outcome {other}"))),
    };
    let told: LetterBody<'_> = unpack(&columns.body)?;
    let mail = Mail {
        publisher: columns.publisher,
        offer: told.offer.into_owned(),
        operation: columns.operation,
        kind: told.kind,
        recipient: columns.recipient,
        event: told.event.into_owned(),
        at: told.at,
        deliver: delivery != Delivery::Mailbox,
    };
    Ok(Letter { id, mail, failures: columns.failures, delivery, last_error: columns.last_error })
}

/// The outcome and the due time under which a letter's delivery is kept.
pub fn delivery_columns(delivery: Delivery) -> (&'static str, Option<i64>) {
    match delivery {
        Delivery::Due(at) => ("due", Some(at.0)),
        Delivery::Sent => ("sent", None),
        Delivery::Abandoned => ("abandoned", None),
        Delivery::Mailbox => ("mailbox", None),
    }
}
