//! Offers beside their contents.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use signoff_lifecycle::invariants;
use signoff_lifecycle::offer::{Aggregate, Offer};
use signoff_lifecycle::retention::needed_versions;
use signoff_store::StoreError;
use signoff_store::packed::unpack;
use signoff_store::rows::decode;
use signoff_store::table_store::Row;
use signoff_store::tables::Kind::{Bytes, Guid, Integer, Text};

use super::cursor::Cursor;
use super::references::{Named, References};
use super::{Checker, Finding, Findings, guid, integer, optional_bytes, optional_guid, optional_text, text};

const OFFERS: &str =
    "SELECT o.publisher_id, o.offer_id, o.guid, o.revision, o.offer_type, o.status, o.state, o.target,
        o.cancellation, t.body, c.body, p.publisher_id
    FROM offer o
    LEFT JOIN operation t ON t.publisher_id = o.publisher_id AND t.operation_id = o.target
    LEFT JOIN operation c ON c.publisher_id = o.publisher_id AND c.operation_id = o.cancellation
    LEFT JOIN publisher p ON p.publisher_id = o.publisher_id";

const CONTENTS: &str = "SELECT publisher_id, offer_id, version, definition, secrets, extra FROM content";

pub(super) async fn check(checker: &Checker<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let kinds = [Text, Text, Guid, Integer, Text, Text, Text, Guid, Guid, Bytes, Bytes, Text];
    let mut offers = Cursor::new(*checker, "offer", OFFERS, &kinds, &["o.publisher_id", "o.offer_id"]);
    let kinds = [Text, Text, Integer, Text, Text, Text];
    let mut contents =
        Cursor::new(*checker, "content", CONTENTS, &kinds, &["publisher_id", "offer_id", "version"]);
    let mut references = References::default();
    while let Some(row) = offers.next().await? {
        let key = &row[..2];
        let mut versions = Vec::new();
        while let Some(order) = contents.against(key).await?.filter(|order| *order != Ordering::Greater) {
            let Some(content) = contents.next().await? else { break };
            versions.extend(content_of(&content, order == Ordering::Equal, findings)?);
        }
        let state = offer(&row, findings)?;
        let Some(state) = state else { continue };
        for version in needed_versions(&state) {
            // A version without content of its own has that of the version before it.
            let content = versions.iter().rev().find(|(number, _)| *number <= i64::from(version));
            if !content.is_some_and(|(_, is_kept)| *is_kept) {
                findings.add(about(
                    &row,
                    "content",
                    format!("there is no content of its version {version}"),
                )?);
            }
        }
        for named in names(&state) {
            references.add(named, checker, findings).await?;
        }
    }
    while let Some(content) = contents.next().await? {
        content_of(&content, false, findings)?;
    }
    references.ask(checker, findings).await
}

/// The number of the version, and whether its content is still kept.
fn content_of(
    row: &Row,
    has_offer: bool,
    findings: &mut Findings,
) -> Result<Option<(i64, bool)>, StoreError> {
    let version = integer(row, 2)?;
    if !has_offer {
        findings.add(about(row, "content", format!("there is content of version {version}, and no offer"))?);
        return Ok(None);
    }
    let definition = text(row, 3)?;
    let is_object = |text: &str| decode::<Map<String, Value>>(text).is_ok();
    let is_list = |text: &str| decode::<Vec<(String, Value)>>(text).is_ok();
    for (name, reads) in [
        ("definition", definition.is_empty() || is_object(definition)),
        ("secrets", optional_text(row, 4)?.is_none_or(is_object)),
        ("extra", optional_text(row, 5)?.is_none_or(is_list)),
    ] {
        if !reads {
            findings.add(about(row, "readable", format!("the {name} of version {version} cannot be read"))?);
        }
    }
    Ok(Some((version, !definition.is_empty())))
}

/// The offer with what matters for what comes next, if all of it can be read.
fn offer(row: &Row, findings: &mut Findings) -> Result<Option<Aggregate>, StoreError> {
    let mut say = |rule, what: String| -> Result<(), StoreError> {
        findings.add(about(row, rule, what)?);
        Ok(())
    };
    if optional_text(row, 11)?.is_none() {
        say("reference", "its publisher is missing".to_owned())?;
    }
    let offer: Offer = match decode(text(row, 6)?) {
        Ok(offer) => offer,
        Err(error) => {
            say("readable", format!("its state cannot be read: {error}"))?;
            return Ok(None);
        }
    };
    let mut whole = true;
    let mut operations = Vec::new();
    for (name, id, body) in [("target", 7, 9), ("cancellation", 8, 10)] {
        let operation = match (optional_guid(row, id)?, optional_bytes(row, body)?) {
            (None, _) => None,
            (Some(id), None) => {
                say("reference", format!("its {name} {id} is missing"))?;
                whole = false;
                None
            }
            // What cannot be read of an operation is told with the operations.
            (Some(_), Some(body)) => {
                let read = unpack(body).ok();
                whole &= read.is_some();
                read
            }
        };
        operations.push(operation);
    }
    let same = (text(row, 0)?, text(row, 1)?, guid(row, 2)?, text(row, 4)?);
    let said = (&*offer.publisher, &*offer.id, offer.guid.0, &*offer.offer_type);
    if same != said {
        say("columns", "its state is that of another offer than its row".to_owned())?;
    }
    if integer(row, 3)? < 1 {
        say("columns", format!("its revision is {}", integer(row, 3)?))?;
    }
    if !whole {
        return Ok(None);
    }
    let cancellation = operations.pop().flatten();
    let state = match Aggregate::of_stored(offer, operations.pop().flatten(), cancellation) {
        Ok(state) => state,
        Err(misplaced) => {
            say("state", misplaced.to_string())?;
            return Ok(None);
        }
    };
    let status = state.status().as_str();
    if text(row, 5)? != status {
        say("columns", format!("its status is said to be {}, and is {status}", text(row, 5)?))?;
    }
    for violation in invariants::of_offer(&state) {
        let operation = violation.operation.map(|id| id.to_string());
        findings.add(Finding { operation, ..about(row, "state", violation.what)? });
    }
    Ok(Some(state))
}

/// The operations that the offer names, beside its newest.
fn names(state: &Aggregate) -> Vec<Named> {
    let offer = &state.offer;
    let displaced = offer.displaced.as_ref().and_then(|displaced| displaced.content.as_ref());
    let slots = [
        ("its preview slot", offer.preview.as_ref()),
        ("its production slot", offer.production.as_ref()),
        ("what the publish that runs displaced", displaced),
    ];
    let slots = slots.into_iter().filter_map(|(by, content)| Some((by, content?.operation)));
    let leftovers = offer.leftovers.iter().map(|leftover| ("what was left behind", leftover.operation));
    let named = |(by, operation)| Named {
        publisher: offer.publisher.clone(),
        offer: offer.id.clone(),
        operation,
        by,
    };
    slots.chain(leftovers).map(named).collect()
}

/// A finding about the offer whose key the row begins with.
fn about(
    row: &[signoff_store::tables::Value],
    rule: &'static str,
    what: String,
) -> Result<Finding, StoreError> {
    let (publisher, offer) = (Some(text(row, 0)?.to_owned()), Some(text(row, 1)?.to_owned()));
    Ok(Finding { rule, publisher, offer, operation: None, what })
}
