//! Operations beside their work, their letters and their artifacts.

use std::cmp::Ordering;

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::invariants;
use signoff_lifecycle::operation::Operation;
use signoff_store::StoreError;
use signoff_store::packed::unpack;
use signoff_store::rows::{LetterColumns, kind_word, letter};
use signoff_store::table_store::Row;
use signoff_store::tables::Kind::{self, Bytes, Guid, Integer, Text};
use signoff_store::tables::Value;

use super::cursor::Cursor;
use super::{Checker, Finding, Findings, bytes, guid, integer, optional_guid, optional_text, text};

const OPERATIONS: &str =
    "SELECT o.publisher_id, o.operation_id, o.offer_id, o.publishing_version, o.previous, o.body,
        f.offer_id, f.target, f.cancellation, p.offer_id, p.publishing_version
    FROM operation o
    LEFT JOIN offer f ON f.publisher_id = o.publisher_id AND f.offer_id = o.offer_id
    LEFT JOIN operation p ON p.publisher_id = o.publisher_id AND p.operation_id = o.previous";

const WORK: &str = "SELECT publisher_id, operation_id, attempt, offer_id, kind FROM work";

const LETTERS: &str =
    "SELECT publisher_id, operation_id, event, recipient, id, body, failures, due_at, outcome, last_error
    FROM outbox";

const ARTIFACTS: &str = "SELECT publisher_id, operation_id, step FROM artifact";

/// Operations that no list shows: neither followed by another one, nor the newest, nor kept among forgotten ones. Each
/// offer has one at which its thread ends.
const ENDS: &str = "SELECT o.publisher_id, o.offer_id, count(*) FROM operation o
    LEFT JOIN operation p ON p.publisher_id = o.publisher_id AND p.operation_id = o.previous
    LEFT JOIN kept k ON k.publisher_id = o.publisher_id AND k.offer_id = o.offer_id
        AND k.publishing_version = o.publishing_version
    WHERE p.operation_id IS NULL AND k.operation_id IS NULL
    GROUP BY o.publisher_id, o.offer_id HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1000";

pub(super) async fn check(checker: &Checker<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let cursor = |table, text, kinds: &[Kind], key: &[&str]| Cursor::new(*checker, table, text, kinds, key);
    let kinds = [Text, Guid, Text, Integer, Guid, Bytes, Text, Guid, Guid, Text, Integer];
    let mut operations = cursor("operation", OPERATIONS, &kinds, &["o.publisher_id", "o.operation_id"]);
    let (publisher, operation) = ("publisher_id", "operation_id");
    let mut work =
        cursor("work", WORK, &[Text, Guid, Integer, Text, Text], &[publisher, operation, "attempt"]);
    let kinds = [Text, Guid, Text, Text, Integer, Bytes, Integer, Integer, Text, Text];
    let mut letters = cursor("outbox", LETTERS, &kinds, &[publisher, operation, "event", "recipient"]);
    let mut artifacts = cursor("artifact", ARTIFACTS, &[Text, Guid, Text], &[publisher, operation, "step"]);
    while let Some(row) = operations.next().await? {
        let key = &row[..2];
        let due = beside(&mut work, key, "work of it is due", findings).await?;
        let told = beside(&mut letters, key, "a letter tells of it", findings).await?;
        beside(&mut artifacts, key, "something was made for it", findings).await?;
        told.iter().try_for_each(|row| check_letter(row, findings))?;
        if let Some(operation) = check_operation(&row, findings)? {
            check_work(&row, &operation, &due, findings)?;
        }
    }
    for (rest, what) in [
        (&mut work, "work of it is due"),
        (&mut letters, "a letter tells of it"),
        (&mut artifacts, "something was made for it"),
    ] {
        while let Some(row) = rest.next().await? {
            findings.add(orphan(&row, what)?);
        }
    }
    for row in checker.store.query(ENDS, &[Text, Text, Integer], &[]).await? {
        findings.add(Finding {
            rule: "thread",
            publisher: Some(text(&row, 0)?.to_owned()),
            offer: Some(text(&row, 1)?.to_owned()),
            operation: None,
            what: format!(
                "the thread through its operations is torn: {} of them come first",
                integer(&row, 2)?
            ),
        });
    }
    Ok(())
}

/// The rows of this operation; those of operations that are missing are told.
async fn beside(
    cursor: &mut Cursor<'_>,
    key: &[Value],
    what: &str,
    findings: &mut Findings,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    while let Some(order) = cursor.against(key).await?.filter(|order| *order != Ordering::Greater) {
        let Some(row) = cursor.next().await? else { break };
        if order == Ordering::Equal {
            rows.push(row);
        } else {
            findings.add(orphan(&row, what)?);
        }
    }
    Ok(rows)
}

fn orphan(row: &[Value], what: &str) -> Result<Finding, StoreError> {
    Ok(Finding {
        rule: "reference",
        publisher: Some(text(row, 0)?.to_owned()),
        offer: None,
        operation: Some(guid(row, 1)?.to_string()),
        what: format!("{what}, and the operation is missing"),
    })
}

fn about(row: &[Value], rule: &'static str, what: String) -> Result<Finding, StoreError> {
    Ok(Finding {
        rule,
        publisher: Some(text(row, 0)?.to_owned()),
        offer: Some(text(row, 2)?.to_owned()),
        operation: Some(guid(row, 1)?.to_string()),
        what,
    })
}

/// The operation, if it can be read.
fn check_operation(row: &Row, findings: &mut Findings) -> Result<Option<Operation>, StoreError> {
    let mut say = |rule, what: String| -> Result<(), StoreError> {
        findings.add(about(row, rule, what)?);
        Ok(())
    };
    if optional_text(row, 6)?.is_none() {
        say("reference", "its offer is missing".to_owned())?;
    }
    let operation: Operation = match unpack(bytes(row, 5)?) {
        Ok(operation) => operation,
        Err(error) => {
            say("readable", format!("it cannot be read: {error}"))?;
            return Ok(None);
        }
    };
    let (id, number) = (OperationId(guid(row, 1)?), integer(row, 3)?);
    let previous = optional_guid(row, 4)?.map(OperationId);
    if (
        operation.head().id,
        i64::try_from(operation.head().publishing_version).ok(),
        operation.head().previous,
    ) != (id, Some(number), previous)
    {
        say("columns", "it is another operation than its row says".to_owned())?;
    }
    if let Some(offer) = optional_text(row, 9)?
        && (offer, integer(row, 10)? + 1) != (text(row, 2)?, number)
    {
        let before = (offer, integer(row, 10)?);
        say(
            "thread",
            format!("it is number {number}, and the one before it number {} of {}", before.1, before.0),
        )?;
    }
    let newest = [optional_guid(row, 7)?, optional_guid(row, 8)?].map(|id| id.map(OperationId));
    if newest.contains(&Some(id)) {
        // The check of its offer reports its violations.
        return Ok(Some(operation));
    }
    if operation.is_running() {
        say("one runs", "it runs, and is not the newest of its offer".to_owned())?;
    }
    for violation in invariants::of_operation(&operation) {
        say("state", violation.what)?;
    }
    Ok(Some(operation))
}

/// The work that is due is that which the operation waits for.
fn check_work(
    row: &Row,
    operation: &Operation,
    due: &[Row],
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let waits_for = operation.head().outstanding.as_ref().filter(|outstanding| !outstanding.held);
    let waits_for =
        waits_for.map(|outstanding| (i64::from(outstanding.attempt), kind_word(outstanding.what)));
    for due in due {
        let (attempt, offer, kind) = (integer(due, 2)?, text(due, 3)?, text(due, 4)?);
        if offer != text(row, 2)? {
            findings.add(about(
                row,
                "work",
                format!("attempt {attempt} is due as work of the offer {offer}"),
            )?);
        }
        if waits_for != Some((attempt, kind)) {
            let state = if operation.is_running() { "it does not wait for that" } else { "it has ended" };
            findings.add(about(row, "work", format!("attempt {attempt} ({kind}) is due, and {state}"))?);
        }
    }
    if let Some((attempt, kind)) = waits_for
        && due.is_empty()
    {
        let what = format!("it waits for attempt {attempt} ({kind}), which is not due at any time");
        findings.add(about(row, "work", what)?);
    }
    Ok(())
}

fn check_letter(row: &Row, findings: &mut Findings) -> Result<(), StoreError> {
    let mut say = |rule, offer: Option<String>, what: String| -> Result<(), StoreError> {
        findings.add(Finding {
            rule,
            publisher: Some(text(row, 0)?.to_owned()),
            offer,
            operation: Some(guid(row, 1)?.to_string()),
            what,
        });
        Ok(())
    };
    let (number, event, outcome) = (integer(row, 4)?, text(row, 2)?, text(row, 8)?);
    let due_at = if row.get(7) == Some(&Value::Null) { None } else { Some(integer(row, 7)?) };
    let columns = LetterColumns {
        id: number,
        publisher: text(row, 0)?.to_owned(),
        operation: OperationId(guid(row, 1)?),
        recipient: text(row, 3)?.to_owned(),
        body: bytes(row, 5)?.to_vec(),
        failures: 0,
        due_at,
        outcome: outcome.to_owned(),
        last_error: None,
    };
    let mail = match letter(columns) {
        Ok(letter) => letter.mail,
        Err(error) => return say("readable", None, format!("letter {number} cannot be read: {error}")),
    };
    let offer = Some(mail.offer.clone());
    if mail.event.name() != event {
        say("columns", offer.clone(), format!("letter {number} is another one than its row says"))?;
    }
    if (outcome == "due") != due_at.is_some() || integer(row, 6)? < 0 {
        say("letter", offer, format!("letter {number} is {outcome}, and its time and failures are others'"))?;
    }
    Ok(())
}
