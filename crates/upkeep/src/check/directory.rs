//! Publishers, members, the audit log, kept replies and kept operations.

use signoff_store::StoreError;
use signoff_store::contract::{AuditEntry, Publisher};
use signoff_store::rows::{decode, role_of};
use signoff_store::tables::Kind::{Boolean, Bytes, Guid, Integer, Text};
use signoff_store::tables::Value;

use super::cursor::Cursor;
use super::{Checker, Finding, Findings, Reads, boolean, guid, integer, optional_text, text};

const MEMBERS: &str = "SELECT m.publisher_id, m.tenant, m.client, m.role, p.publisher_id FROM member m
    LEFT JOIN publisher p ON p.publisher_id = m.publisher_id";

const KEPT: &str = "SELECT k.publisher_id, k.offer_id, k.publishing_version, k.operation_id, o.offer_id,
        coalesce(o.publishing_version, 0),
        coalesce((SELECT c.definition <> '' FROM content c WHERE c.publisher_id = k.publisher_id
            AND c.offer_id = k.offer_id AND c.version <= k.offer_version ORDER BY c.version DESC LIMIT 1), FALSE)
    FROM kept k LEFT JOIN operation o ON o.publisher_id = k.publisher_id AND o.operation_id = k.operation_id";

pub(super) async fn check(
    checker: &Checker<'_>,
    findings: &mut Findings,
    read_reply: Reads<'_>,
) -> Result<(), StoreError> {
    publishers(checker, findings).await?;
    members(checker, findings).await?;
    audit(checker, findings).await?;
    replies(checker, findings, read_reply).await?;
    kept(checker, findings).await
}

fn of(publisher: &str, rule: &'static str, what: String) -> Finding {
    Finding { rule, publisher: Some(publisher.to_owned()), what, ..Finding::default() }
}

async fn publishers(checker: &Checker<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let text_of_all = "SELECT publisher_id, body FROM publisher";
    let mut rows = Cursor::new(*checker, "publisher", text_of_all, &[Text, Text], &["publisher_id"]);
    while let Some(row) = rows.next().await? {
        let id = text(&row, 0)?;
        match decode::<Publisher>(text(&row, 1)?) {
            Ok(publisher) if publisher.id == id => {}
            Ok(publisher) => {
                findings.add(of(id, "columns", format!("the publisher calls itself {}", publisher.id)));
            }
            Err(error) => findings.add(of(id, "readable", format!("the publisher cannot be read: {error}"))),
        }
    }
    Ok(())
}

async fn members(checker: &Checker<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let key = ["m.publisher_id", "m.tenant", "m.client"];
    let mut rows = Cursor::new(*checker, "member", MEMBERS, &[Text, Text, Text, Text, Text], &key);
    while let Some(row) = rows.next().await? {
        let (publisher, member) = (text(&row, 0)?, format!("{}/{}", text(&row, 1)?, text(&row, 2)?));
        if role_of(text(&row, 3)?).is_err() {
            findings.add(of(publisher, "readable", format!("the role of {member} is unknown")));
        }
        if optional_text(&row, 4)?.is_none() {
            findings.add(of(
                publisher,
                "reference",
                format!("{member} is a member, and there is no publisher"),
            ));
        }
    }
    Ok(())
}

/// Entries count from 1 without a gap.
async fn audit(checker: &Checker<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let text_of_all = "SELECT publisher_id, entry, body FROM audit";
    let mut rows =
        Cursor::new(*checker, "audit", text_of_all, &[Text, Integer, Text], &["publisher_id", "entry"]);
    let mut last = (String::new(), 0);
    while let Some(row) = rows.next().await? {
        let (publisher, number) = (text(&row, 0)?, integer(&row, 1)?);
        let expected = if last.0 == publisher { last.1 + 1 } else { 1 };
        if number != expected {
            let what = format!("entry {expected} of the audit log is missing, {number} follows");
            findings.add(of(publisher, "audit", what));
        }
        if let Err(error) = decode::<AuditEntry>(text(&row, 2)?) {
            let what = format!("entry {number} of the audit log cannot be read: {error}");
            findings.add(of(publisher, "readable", what));
        }
        last = (publisher.to_owned(), number);
    }
    Ok(())
}

async fn replies(
    checker: &Checker<'_>,
    findings: &mut Findings,
    read_reply: Reads<'_>,
) -> Result<(), StoreError> {
    let text_of_all = "SELECT publisher_id, key, digest, reply FROM repeated";
    let kinds = [Text, Bytes, Bytes, Text];
    let mut rows = Cursor::new(*checker, "repeated", text_of_all, &kinds, &["publisher_id", "key"]);
    while let Some(row) = rows.next().await? {
        let publisher = text(&row, 0)?;
        let whole = |value: &Value| matches!(value, Value::Bytes(bytes) if bytes.len() == 32);
        if !row[1..3].iter().all(whole) {
            findings.add(of(publisher, "readable", "the key of a kept reply is none".to_owned()));
        }
        if let Err(error) = read_reply(text(&row, 3)?) {
            findings.add(of(publisher, "readable", format!("a kept reply cannot be read: {error}")));
        }
    }
    Ok(())
}

/// What stays among forgotten operations is there, with its content.
async fn kept(checker: &Checker<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let kinds = [Text, Text, Integer, Guid, Text, Integer, Boolean];
    let key = ["k.publisher_id", "k.offer_id", "k.publishing_version"];
    let mut rows = Cursor::new(*checker, "kept", KEPT, &kinds, &key);
    while let Some(row) = rows.next().await? {
        let (offer, number) = (text(&row, 1)?, integer(&row, 2)?);
        let about = |rule, what| -> Result<Finding, StoreError> {
            let (offer, operation) = (Some(offer.to_owned()), Some(guid(&row, 3)?.to_string()));
            Ok(Finding { offer, operation, ..of(text(&row, 0)?, rule, what) })
        };
        if (optional_text(&row, 4)?, integer(&row, 5)?) != (Some(offer), number) {
            findings.add(about("reference", format!("it is kept as number {number}, and is not there"))?);
        } else if !boolean(&row, 6)? {
            findings.add(about("content", "it is kept, and its content is not".to_owned())?);
        }
    }
    Ok(())
}
