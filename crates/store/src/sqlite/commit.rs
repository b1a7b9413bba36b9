//! One decision, one short transaction: compare the revision, then write everything that belongs together.

use rusqlite::{Connection, params};
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::WorkKind;

use super::{repeats, sql};
use crate::StoreError;
use crate::contract::{Change, Content, Lease, Repeated};
use crate::leases::Leases;
use crate::packed::pack;
use crate::rows::{encode, kind_word, letter_body};

/// A change as the rows it comes to. Made by the caller, so that the writer's thread only writes.
pub(super) struct Rows {
    publisher: String,
    offer: String,
    expected: Option<u64>,
    guid: [u8; 16],
    offer_type: String,
    status: &'static str,
    state: String,
    target: Option<[u8; 16]>,
    cancellation: Option<[u8; 16]>,
    operations: Vec<OperationRow>,
    work: Vec<(OperationId, u32, WorkKind, i64)>,
    pub(super) settled: Vec<(OperationId, u32)>,
    mail: Vec<MailRow>,
    audit: Option<String>,
    content: Option<Content>,
    repeat: Option<Repeated>,
    pub(super) fence: Option<Lease>,
}

struct OperationRow {
    id: [u8; 16],
    publishing_version: u64,
    previous: Option<[u8; 16]>,
    body: Vec<u8>,
}

struct MailRow {
    operation: [u8; 16],
    event: &'static str,
    recipient: String,
    outcome: &'static str,
    due_at: Option<i64>,
    body: Vec<u8>,
}

impl Rows {
    pub(super) fn of(change: &Change) -> Result<Self, StoreError> {
        let next = &change.next;
        let operations = change.operations.iter().map(|operation| {
            Ok(OperationRow {
                id: operation.id.to_bytes(),
                publishing_version: operation.publishing_version,
                previous: operation.previous.map(OperationId::to_bytes),
                body: pack(operation)?,
            })
        });
        let mail = change.mail.iter().map(|mail| {
            Ok(MailRow {
                operation: mail.operation.to_bytes(),
                event: mail.event.name(),
                recipient: mail.recipient.clone(),
                outcome: if mail.deliver { "due" } else { "mailbox" },
                due_at: mail.deliver.then_some(mail.at.0),
                body: letter_body(mail)?,
            })
        });
        Ok(Self {
            expected: change.expected,
            guid: next.offer.guid.to_bytes(),
            status: next.status().as_str(),
            state: encode(&next.offer)?,
            target: next.target.as_ref().map(|operation| operation.id.to_bytes()),
            cancellation: next.cancellation.as_ref().map(|operation| operation.id.to_bytes()),
            operations: operations.collect::<Result<_, StoreError>>()?,
            work: change
                .work
                .iter()
                .map(|work| (work.operation, work.attempt, work.kind, work.due_at.0))
                .collect(),
            settled: change.settled.clone(),
            mail: mail.collect::<Result<_, StoreError>>()?,
            audit: change.audit.as_ref().map(encode).transpose()?,
            content: change.content.clone(),
            repeat: change.repeat.clone(),
            fence: change.fence.clone(),
            publisher: next.offer.publisher.clone(),
            offer: next.offer.id.clone(),
            offer_type: next.offer.offer_type.clone(),
        })
    }

    /// The publisher whose offer changes.
    pub(super) fn publisher(&self) -> &str {
        &self.publisher
    }

    /// Writes the rows within the caller's transaction.
    pub(super) fn write(&self, connection: &Connection, leases: &Leases) -> Result<(), StoreError> {
        if let Some(lease) = &self.fence {
            leases.check(lease)?;
        }
        self.write_offer(connection)?;
        if let Some(content) = &self.content {
            self.write_content(connection, content)?;
        }
        self.write_operations(connection)?;
        self.write_work(connection)?;
        self.write_mail(connection)?;
        if let Some(body) = &self.audit {
            super::audit::append(connection, &self.publisher, body)?;
        }
        match &self.repeat {
            Some(repeated) => repeats::keep(connection, repeated),
            None => Ok(()),
        }
    }

    fn write_offer(&self, connection: &Connection) -> Result<(), StoreError> {
        let display_text = self.content.as_ref().map(|content| content.display_text.as_str());
        let rows = match self.expected {
            Some(expected) => connection
                .prepare_cached(
                    "UPDATE offer SET revision = revision + 1, status = ?4, state = ?5, target = ?6,
                         cancellation = ?7, display_text = coalesce(?8, display_text)
                     WHERE publisher_id = ?1 AND offer_id = ?2 AND revision = ?3",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        self.publisher,
                        self.offer,
                        expected,
                        self.status,
                        self.state,
                        self.target,
                        self.cancellation,
                        display_text,
                    ])
                }),
            None => connection
                .prepare_cached(
                    "INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state,
                         folded)
                     VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, lower(?2)) ON CONFLICT DO NOTHING",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        self.publisher,
                        self.offer,
                        self.guid,
                        self.offer_type,
                        self.status,
                        display_text.unwrap_or_default(),
                        self.state,
                    ])
                }),
        };
        if rows.map_err(sql)? == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    fn write_content(&self, connection: &Connection, content: &Content) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "INSERT INTO content (publisher_id, offer_id, version, changed_at, display_text, definition, secrets, extra)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (publisher_id, offer_id, version) DO UPDATE SET changed_at = excluded.changed_at,
                     display_text = excluded.display_text, definition = excluded.definition,
                     secrets = excluded.secrets, extra = excluded.extra",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    self.publisher,
                    self.offer,
                    content.version,
                    content.changed_at.0,
                    content.display_text,
                    content.definition,
                    content.secrets,
                    content.extra,
                ])
            })
            .map(|_| ())
            .map_err(sql)
    }

    fn write_operations(&self, connection: &Connection) -> Result<(), StoreError> {
        for operation in &self.operations {
            connection
                .prepare_cached(
                    "INSERT INTO operation (publisher_id, operation_id, offer_id, publishing_version, previous, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (publisher_id, operation_id) DO UPDATE SET body = excluded.body",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        self.publisher,
                        operation.id,
                        self.offer,
                        operation.publishing_version,
                        operation.previous,
                        operation.body,
                    ])
                })
                .map_err(sql)?;
        }
        Ok(())
    }

    fn write_work(&self, connection: &Connection) -> Result<(), StoreError> {
        for (operation, attempt) in &self.settled {
            connection
                .prepare_cached(
                    "DELETE FROM work WHERE publisher_id = ?1 AND operation_id = ?2 AND attempt = ?3",
                )
                .and_then(|mut statement| {
                    statement.execute(params![self.publisher, operation.to_bytes(), attempt])
                })
                .map_err(sql)?;
        }
        for (operation, attempt, kind, due_at) in &self.work {
            connection
                .prepare_cached(
                    "INSERT INTO work (publisher_id, operation_id, attempt, offer_id, kind, due_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        self.publisher,
                        operation.to_bytes(),
                        attempt,
                        self.offer,
                        kind_word(*kind),
                        due_at,
                    ])
                })
                .map_err(sql)?;
        }
        Ok(())
    }

    fn write_mail(&self, connection: &Connection) -> Result<(), StoreError> {
        for mail in &self.mail {
            connection
                .prepare_cached(
                    "INSERT INTO outbox (publisher_id, operation_id, event, recipient, body, outcome, due_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        self.publisher,
                        mail.operation,
                        mail.event,
                        mail.recipient,
                        mail.body,
                        mail.outcome,
                        mail.due_at,
                    ])
                })
                .map_err(sql)?;
        }
        Ok(())
    }
}
