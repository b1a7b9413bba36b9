//! How values of the core are kept in rows, alike in every engine.

use signoff_lifecycle::access::Role;
use signoff_lifecycle::ids::Timestamp;
use signoff_lifecycle::operation::WorkKind;

use crate::StoreError;
use crate::contract::{Delivery, Letter, Mail};
use crate::packed::unpack;

/// Reads a stored JSON value.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Writes a value as the JSON that is stored.
pub(crate) fn encode<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn kind_word(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Run => "run",
        WorkKind::Propagate => "propagate",
        WorkKind::Undo => "undo",
    }
}

pub(crate) fn kind_of(word: &str) -> Option<WorkKind> {
    [WorkKind::Run, WorkKind::Propagate, WorkKind::Undo].into_iter().find(|kind| kind_word(*kind) == word)
}

pub(crate) fn role_of(word: &str) -> Result<Role, StoreError> {
    word.parse().map_err(|_| StoreError::Corrupt(format!("unknown role {word}")))
}

/// The columns of a letter: its number, body, failures, due time, outcome and last error.
pub(crate) type LetterColumns = (i64, Vec<u8>, u32, Option<i64>, String, Option<String>);

pub(crate) fn letter(columns: LetterColumns) -> Result<Letter, StoreError> {
    let (id, body, failures, due_at, outcome, last_error) = columns;
    let delivery = match outcome.as_str() {
        "due" => Delivery::Due(Timestamp(due_at.unwrap_or_default())),
        "sent" => Delivery::Sent,
        "abandoned" => Delivery::Abandoned,
        "mailbox" => Delivery::Mailbox,
        other => return Err(StoreError::Corrupt(format!("letter {id} has the unknown outcome {other}"))),
    };
    let mut mail: Mail = unpack(&body)?;
    mail.deliver = delivery != Delivery::Mailbox;
    Ok(Letter { id, mail, failures, delivery, last_error })
}

/// The outcome and the due time under which a letter's delivery is kept.
pub(crate) fn delivery_columns(delivery: Delivery) -> (&'static str, Option<i64>) {
    match delivery {
        Delivery::Due(at) => ("due", Some(at.0)),
        Delivery::Sent => ("sent", None),
        Delivery::Abandoned => ("abandoned", None),
        Delivery::Mailbox => ("mailbox", None),
    }
}
