//! One decision as the values of the rows it comes to.

use signoff_lifecycle::ids::OperationId;
use uuid::Uuid;

use super::work::held;
use super::{signed, uuid};
use crate::StoreError;
use crate::contract::{Change, Content, Repeated};
use crate::packed::pack;
use crate::rows::{encode, kind_word, letter_body};

/// A change, ready to be written. Made by the caller, so that the committer only sends.
pub(super) struct Rows {
    pub(super) publisher: String,
    pub(super) offer: String,
    pub(super) expected: Option<i64>,
    pub(super) guid: Uuid,
    pub(super) offer_type: String,
    pub(super) status: &'static str,
    pub(super) state: String,
    pub(super) target: Option<Uuid>,
    pub(super) cancellation: Option<Uuid>,
    pub(super) fence: Option<Fence>,
    pub(super) operations: Vec<OperationRow>,
    pub(super) settled: Vec<(Uuid, i64)>,
    pub(super) work: Vec<(Uuid, i64, &'static str, i64)>,
    pub(super) mail: Vec<MailRow>,
    pub(super) content: Option<Content>,
    pub(super) repeat: Option<Repeated>,
    /// The body of its entry in the audit log.
    pub(super) audit: Option<String>,
}

/// The lease that must still hold.
pub(super) struct Fence {
    pub(super) operation: Uuid,
    pub(super) attempt: i64,
    pub(super) token: i64,
}

pub(super) struct OperationRow {
    pub(super) id: Uuid,
    pub(super) publishing_version: i64,
    pub(super) previous: Option<Uuid>,
    pub(super) body: Vec<u8>,
}

pub(super) struct MailRow {
    pub(super) operation: Uuid,
    pub(super) event: &'static str,
    pub(super) recipient: String,
    pub(super) body: Vec<u8>,
    pub(super) outcome: &'static str,
    pub(super) due_at: Option<i64>,
}

impl Rows {
    pub(super) fn of(change: &Change) -> Result<Self, StoreError> {
        let next = &change.next;
        let id_of = |operation: &signoff_lifecycle::operation::Operation| uuid(operation.id);
        let fence = change.fence.as_ref().map(|lease| {
            let (operation, attempt, token) = held(lease)?;
            Ok::<_, StoreError>(Fence { operation, attempt, token })
        });
        let settled = |(operation, attempt): &(OperationId, u32)| (uuid(*operation), i64::from(*attempt));
        Ok(Self {
            expected: change.expected.map(signed).transpose()?,
            guid: uuid(next.offer.guid),
            status: next.status().as_str(),
            state: encode(&next.offer)?,
            target: next.target.as_ref().map(id_of),
            cancellation: next.cancellation.as_ref().map(id_of),
            fence: fence.transpose()?,
            operations: operations(change)?,
            settled: change.settled.iter().map(settled).collect(),
            work: change
                .work
                .iter()
                .map(|work| (uuid(work.operation), work.attempt.into(), kind_word(work.kind), work.due_at.0))
                .collect(),
            mail: mail(change)?,
            content: change.content.clone(),
            repeat: change.repeat.clone(),
            audit: change.audit.as_ref().map(encode).transpose()?,
            publisher: next.offer.publisher.clone(),
            offer: next.offer.id.clone(),
            offer_type: next.offer.offer_type.clone(),
        })
    }
}

fn operations(change: &Change) -> Result<Vec<OperationRow>, StoreError> {
    let row = |operation: &signoff_lifecycle::operation::Operation| {
        Ok(OperationRow {
            id: uuid(operation.id),
            publishing_version: signed(operation.publishing_version)?,
            previous: operation.previous.map(uuid),
            body: pack(operation)?,
        })
    };
    change.operations.iter().map(row).collect()
}

fn mail(change: &Change) -> Result<Vec<MailRow>, StoreError> {
    let row = |mail: &crate::contract::Mail| {
        Ok(MailRow {
            operation: uuid(mail.operation),
            event: mail.event.name(),
            recipient: mail.recipient.clone(),
            body: letter_body(mail)?,
            outcome: if mail.deliver { "due" } else { "mailbox" },
            due_at: mail.deliver.then_some(mail.at.0),
        })
    };
    change.mail.iter().map(row).collect()
}
