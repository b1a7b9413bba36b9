//! Tables for people, as pure functions from shapes to text.

use std::borrow::Cow;

use serde_json::Value;
use signoff_wire::audit::AuditEntry;
use signoff_wire::bulk::CancelResult;
use signoff_wire::diff::OfferDiff;
use signoff_wire::me::Me;
use signoff_wire::offer::OfferSummary;
use signoff_wire::operation::{
    MessageView, OperationDetail, OperationItem, StatusReply, StepView, Validation,
};
use signoff_wire::publisher::{Member, Publisher};

use super::{Cell, Column, Document, Look, Text, clean};

/// The least that is left of a name that is cut.
const NAME: usize = 12;

/// Columns under their names, two blanks apart: fit for `awk`, and on a terminal the last one is wrapped and others cut
/// where there is no room.
pub(crate) fn of_rows<const N: usize>(
    names: [&'static str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Document {
    let mut columns = names.map(|name| Column::cut(name, NAME));
    if let Some(last) = columns.last_mut() {
        *last = Column::wrapped(names[N - 1]);
    }
    Document::table(columns, rows.into_iter().map(|row| row.map(Cell::from)))
}

/// What came of many cancels, or would.
pub(crate) fn cancel_results(results: &[CancelResult<'_>]) -> Document {
    let rows = results.iter().map(|result| {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or("-").to_owned();
        [
            Cell::text(&result.offer_id),
            Cell::text(result.status_code.to_string()),
            Cell::text(result.code.map_or_else(|| "-".to_owned(), |code| code.to_string())),
            Cell::text(result.operation_id.map_or_else(|| "-".to_owned(), |id| id.to_string())),
            Cell::text(text(&result.message)),
        ]
    });
    let columns = [
        Column::cut("OFFER", NAME),
        Column::whole("ANSWER"),
        Column::whole("CODE"),
        Column::whole("OPERATION").spare(1),
        Column::wrapped("WHY"),
    ];
    Document::table(columns, rows)
}

/// A part of the audit log.
pub(crate) fn audit(entries: &[AuditEntry<'_>]) -> Document {
    let rows = entries.iter().map(|entry| {
        let about = [entry.offer_id.as_deref(), entry.subject.as_deref()];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        [
            Cell::text(entry.number.to_string()),
            Cell::moment(&entry.time),
            Cell::text(&entry.by),
            Cell::text(&entry.role),
            Cell::text(&entry.action),
            Cell::text(about.join(" ")),
            Cell::state(&entry.outcome),
            Cell::text(entry.reason.as_deref().unwrap_or_default()),
        ]
    });
    let columns = [
        Column::whole("NUMBER"),
        Column::whole("TIME"),
        Column::cut_front("BY", NAME),
        Column::whole("ROLE").spare(2),
        Column::whole("ACTION"),
        Column::cut("ABOUT", NAME),
        Column::whole("OUTCOME").spare(1),
        Column::wrapped("REASON").spare(3),
    ];
    Document::table(columns, rows)
}

/// What differs between two contents of an offer, one change a line, at any width: what is read by eye is searched
/// and compared, too.
pub(crate) fn diff(diff: &OfferDiff<'_>) -> Text {
    let mut text = Text::default();
    for change in &diff.changes {
        let (look, line) = match (&change.from, &change.to) {
            (Some(from), Some(to)) => (Look::Plain, format!("~ {}: {from} → {to}", change.path)),
            (None, Some(to)) => (Look::Good, format!("+ {}: {to}", change.path)),
            (Some(from), None) => (Look::Bad, format!("- {}: {from}", change.path)),
            (None, None) => continue,
        };
        text.push(look, clean::line(&line));
        text.push(Look::Plain, "\n");
    }
    if diff.omitted > 0 {
        text.push(Look::Faint, format!("and {} more\n", diff.omitted));
    }
    text
}

/// Offers of a list.
pub(crate) fn offers(offers: &[OfferSummary<'_>]) -> Document {
    let rows = offers.iter().map(|offer| {
        [
            Cell::text(&offer.id),
            Cell::text(&offer.offer_type_id),
            Cell::state(offer.status.to_string()),
            Cell::text(offer.version.to_string()),
            Cell::moment(&offer.changed_time),
            Cell::text(&offer.definition.display_text),
        ]
    });
    let columns = [
        Column::whole("OFFER"),
        Column::cut("TYPE", NAME).spare(1),
        Column::whole("STATUS"),
        Column::whole("VERSION").spare(3),
        Column::whole("CHANGED").spare(2),
        Column::cut("NAME", NAME).spare(4),
    ];
    Document::table(columns, rows)
}

/// One offer: what a person asks for first. The whole document is for JSON.
pub(crate) fn offer(document: &Value, etag: Option<&str>) -> Document {
    let text = |pointer: &str| match document.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let plan = |plan: &Value| plan.get("planId").and_then(Value::as_str).unwrap_or("?").to_owned();
    let plans = document.pointer("/definition/plans").and_then(Value::as_array);
    let plans: Vec<String> = plans.into_iter().flatten().map(plan).collect();
    Document::fields([
        ("Offer", Cell::text(text("/id"))),
        ("Publisher", Cell::text(text("/publisherId"))),
        ("Type", Cell::text(text("/offerTypeId"))),
        ("Name", Cell::text(text("/definition/displayText"))),
        ("Status", Cell::state(text("/status"))),
        ("Version", Cell::text(text("/version"))),
        ("Changed", Cell::moment(text("/changedTime"))),
        ("Migration", Cell::text(text("/pcMigrationStatus"))),
        ("Plans", Cell::text(plans.join(", "))),
        ("Tag", Cell::text(etag.unwrap_or_default())),
    ])
}

/// Where publishing stands.
pub(crate) fn status(status: &StatusReply<'_>) -> Document {
    let head = Document::fields([
        ("Status", Cell::state(status.status.to_string())),
        ("Notified", Cell::text(status.notification_emails.as_deref().unwrap_or_default())),
    ]);
    head.then(steps(&status.steps)).then(messages(&status.messages, &status.steps))
}

/// What the checks of a publish found, where it would start.
pub(crate) fn validation(validation: &Validation<'_>) -> Document {
    let head = Document::fields([("Status", Cell::state(&validation.status))]);
    if validation.warnings.is_empty() {
        return head;
    }
    let rows = validation.warnings.iter().map(|warning| {
        [
            Cell::text(&warning.code),
            Cell::text(warning.target.clone().unwrap_or_default()),
            Cell::text(&warning.message),
        ]
    });
    let columns = [Column::whole("WARNING"), Column::cut("AT", NAME), Column::wrapped("MESSAGE")];
    let shown = head.then(Document::table(columns, rows));
    match validation.omitted {
        0 => shown,
        omitted => shown.then(Document::fields([("More", Cell::text(omitted.to_string()))])),
    }
}

/// Operations of a list.
pub(crate) fn operations(operations: &[OperationItem<'_>]) -> Document {
    let rows = operations.iter().map(|operation| {
        [
            Cell::text(operation.id.to_string()),
            Cell::text(operation.submission_type.to_string()),
            Cell::state(operation.submission_state.to_string()),
            Cell::text(operation.publishing_version.to_string()),
            Cell::text(operation.slot.to_string()),
            Cell::moment(&operation.changed_time),
        ]
    });
    let columns = [
        Column::whole("OPERATION"),
        Column::whole("TYPE"),
        Column::whole("STATE"),
        Column::whole("NUMBER").spare(2),
        Column::whole("SLOT").spare(3),
        Column::whole("CHANGED").spare(1),
    ];
    Document::table(columns, rows)
}

/// One operation with its steps and messages.
pub(crate) fn operation(operation: &OperationDetail<'_>) -> Document {
    let text = |value: &Option<Cow<'_, str>>| value.as_deref().unwrap_or_default().to_owned();
    let error = operation.error.as_ref().map(|error| format!("{}: {}", error.code, error.message));
    let target = operation.target.as_ref().map(|target| target.operation_id.to_string()).unwrap_or_default();
    let head = Document::fields([
        ("Operation", Cell::text(operation.id.to_string())),
        ("Type", Cell::text(operation.submission_type.to_string())),
        ("Status", Cell::state(operation.status.to_string())),
        ("Number", Cell::text(operation.publishing_version.to_string())),
        ("Offer version", Cell::text(operation.offer_version.to_string())),
        ("Cancel", Cell::text(operation.cancellation_request_state.to_string())),
        ("Began", Cell::moment(&operation.created_date_time)),
        ("Changed", Cell::moment(&operation.last_action_date_time)),
        ("Canceled by", Cell::text(text(&operation.canceled_by))),
        ("Canceled", Cell::moment(text(&operation.canceled_date_time))),
        ("Reason", Cell::text(text(&operation.cancellation_reason))),
        ("Target", Cell::text(target)),
        ("Notified", Cell::text(text(&operation.notification_emails))),
        ("Error", Cell::text(error.unwrap_or_default())),
    ]);
    head.then(steps(&operation.steps)).then(messages(&operation.messages, &operation.steps))
}

fn steps(steps: &[StepView<'_>]) -> Document {
    if steps.is_empty() {
        return Document::default();
    }
    let rows = steps.iter().map(|step| {
        [
            Cell::text(&step.id),
            Cell::state(step.status.to_string()),
            Cell::text(format!("{}%", step.progress_percentage)),
            Cell::text(step.estimated_time_frame.as_deref().unwrap_or("-")),
            Cell::text(&step.step_name),
        ]
    });
    let columns = [
        Column::whole("STEP"),
        Column::whole("STATUS"),
        Column::whole("DONE"),
        Column::whole("TAKES").spare(1),
        Column::wrapped("NAME").spare(2),
    ];
    Document::table(columns, rows)
}

fn messages(own: &[MessageView<'_>], steps: &[StepView<'_>]) -> Document {
    let of_steps =
        steps.iter().flat_map(|step| step.messages.iter().map(|message| (step.id.as_ref(), message)));
    let all: Vec<_> = own.iter().map(|message| ("-", message)).chain(of_steps).collect();
    if all.is_empty() {
        return Document::default();
    }
    let rows = all.into_iter().map(|(step, message)| {
        [
            Cell::moment(&message.timestamp),
            Cell::state(message.level.to_string()),
            Cell::text(step),
            Cell::text(&message.message_html),
        ]
    });
    let columns = [
        Column::whole("TIME"),
        Column::whole("LEVEL").spare(1),
        Column::cut("STEP", NAME),
        Column::wrapped("MESSAGE"),
    ];
    Document::table(columns, rows)
}

/// Steps that wait for a reviewer, each with its operation.
pub(crate) fn reviews(reviews: &[crate::commands::review::Waiting]) -> Document {
    let rows = reviews.iter().map(|waiting| {
        [
            Cell::text(&waiting.offer_id),
            Cell::text(waiting.operation_id.to_string()),
            Cell::text(&waiting.step),
            Cell::text(&waiting.step_name),
        ]
    });
    let columns = [
        Column::whole("OFFER"),
        Column::whole("OPERATION").spare(1),
        Column::whole("STEP"),
        Column::wrapped("NAME").spare(2),
    ];
    Document::table(columns, rows)
}

/// The caller's publishers.
pub(crate) fn publishers(publishers: &[Publisher<'_>]) -> Document {
    let rows = publishers.iter().map(|publisher| {
        [
            publisher.id.to_string(),
            publisher.version.to_string(),
            publisher.definition.display_text.to_string(),
        ]
    });
    of_rows(["PUBLISHER", "VERSION", "NAME"], rows)
}

/// One publisher.
pub(crate) fn publisher(publisher: &Publisher<'_>) -> Document {
    let definition = &publisher.definition;
    let migration = definition.pc_migration_status.map(|status| status.to_string()).unwrap_or_default();
    Document::fields([
        ("Publisher", Cell::text(&publisher.id)),
        ("Name", Cell::text(&definition.display_text)),
        ("Version", Cell::text(publisher.version.to_string())),
        ("Seller", Cell::text(definition.seller_id.to_string())),
        ("Contact", Cell::text(definition.seller_contact.as_deref().unwrap_or_default())),
        ("Migration", Cell::text(migration)),
        ("Self-review", Cell::text(definition.self_review.map(|may| may.to_string()).unwrap_or_default())),
        ("Offer types", Cell::text(definition.offer_type_categories.join(", "))),
    ])
}

/// Whom the server takes the caller for.
pub(crate) fn me(me: &Me<'_>) -> Document {
    let text = |text: &Option<Cow<'_, str>>| Cell::text(text.as_deref().unwrap_or("-"));
    let member = match (&me.tenant, &me.client) {
        (Some(tenant), Some(client)) => format!("{tenant} {client}"),
        _ => "-".to_owned(),
    };
    let publishers: Vec<String> =
        me.publishers.iter().map(|mine| format!("{} ({})", mine.id, mine.role)).collect();
    Document::fields([
        ("You are", Cell::text(me.kind.to_string())),
        ("Tenant", text(&me.tenant)),
        ("Id", text(&me.id)),
        ("Name", text(&me.name)),
        ("As a member", Cell::text(member)),
        (
            "Publishers",
            Cell::text(if publishers.is_empty() { "-".to_owned() } else { publishers.join(", ") }),
        ),
        ("Token until", me.expires.as_deref().map_or_else(|| Cell::text("-"), Cell::moment)),
    ])
}

/// The members of a publisher.
pub(crate) fn members(members: &[Member<'_>]) -> Document {
    let rows = members
        .iter()
        .map(|member| [member.tenant.to_string(), member.client.to_string(), member.role.to_string()]);
    of_rows(["TENANT", "CLIENT", "ROLE"], rows)
}

#[cfg(test)]
mod tests;
