//! Tables for people, as pure functions from shapes to text.

use std::borrow::Cow;

use comfy_table::{ContentArrangement, Table};
use serde_json::Value;
use signoff_wire::audit::AuditEntry;
use signoff_wire::bulk::CancelResult;
use signoff_wire::offer::OfferSummary;
use signoff_wire::operation::{
    MessageView, OperationDetail, OperationItem, StatusReply, StepView, Validation,
};
use signoff_wire::publisher::{Member, Publisher};

use super::plain;

/// Columns under their names, two blanks apart, not folded: fit for a screen and for `awk`.
pub(crate) fn of_rows<const N: usize>(
    names: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(names);
    for row in rows {
        table.add_row(row.map(|cell| plain(&cell)));
    }
    trimmed(&table)
}

/// Names and values, one a line; empty values are left out.
fn fields<const N: usize>(fields: [(&str, String); N]) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row([name.to_owned(), plain(&value)]);
    }
    trimmed(&table)
}

fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

/// A time to the second: the rest is for machines.
fn moment(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, rest)) if rest.ends_with('Z') => format!("{seconds}Z"),
        _ => time.to_owned(),
    }
}

/// What came of many cancels, or would.
pub(crate) fn cancel_results(results: &[CancelResult<'_>]) -> String {
    let rows = results.iter().map(|result| {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or("-").to_owned();
        [
            result.offer_id.to_string(),
            result.status_code.to_string(),
            result.code.map_or_else(|| "-".to_owned(), |code| code.to_string()),
            result.operation_id.map_or_else(|| "-".to_owned(), |id| id.to_string()),
            text(&result.message),
        ]
    });
    of_rows(["OFFER", "ANSWER", "CODE", "OPERATION", "WHY"], rows)
}

/// A part of the audit log.
pub(crate) fn audit(entries: &[AuditEntry<'_>]) -> String {
    let rows = entries.iter().map(|entry| {
        let about = [entry.offer_id.as_deref(), entry.subject.as_deref()];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        [
            entry.number.to_string(),
            moment(&entry.time),
            entry.by.to_string(),
            entry.role.to_string(),
            entry.action.to_string(),
            about.join(" "),
            entry.outcome.to_string(),
            entry.reason.as_deref().unwrap_or_default().to_owned(),
        ]
    });
    of_rows(["NUMBER", "TIME", "BY", "ROLE", "ACTION", "ABOUT", "OUTCOME", "REASON"], rows)
}

/// Offers of a list.
pub(crate) fn offers(offers: &[OfferSummary<'_>]) -> String {
    let rows = offers.iter().map(|offer| {
        [
            offer.id.to_string(),
            offer.offer_type_id.to_string(),
            offer.status.to_string(),
            offer.version.to_string(),
            moment(&offer.changed_time),
            offer.definition.display_text.to_string(),
        ]
    });
    of_rows(["OFFER", "TYPE", "STATUS", "VERSION", "CHANGED", "NAME"], rows)
}

/// One offer: what a person asks for first. The whole document is for JSON.
pub(crate) fn offer(document: &Value, etag: Option<&str>) -> String {
    let text = |pointer: &str| match document.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let plan = |plan: &Value| plan.get("planId").and_then(Value::as_str).unwrap_or("?").to_owned();
    let plans = document.pointer("/definition/plans").and_then(Value::as_array);
    let plans: Vec<String> = plans.into_iter().flatten().map(plan).collect();
    fields([
        ("Offer", text("/id")),
        ("Publisher", text("/publisherId")),
        ("Type", text("/offerTypeId")),
        ("Name", text("/definition/displayText")),
        ("Status", text("/status")),
        ("Version", text("/version")),
        ("Changed", moment(&text("/changedTime"))),
        ("Migration", text("/pcMigrationStatus")),
        ("Plans", plans.join(", ")),
        ("Tag", etag.unwrap_or_default().to_owned()),
    ])
}

/// Where publishing stands.
pub(crate) fn status(status: &StatusReply<'_>) -> String {
    let head = fields([
        ("Status", status.status.to_string()),
        ("Notified", status.notification_emails.as_deref().unwrap_or_default().to_owned()),
    ]);
    head + &steps(&status.steps) + &messages(&status.messages, &status.steps)
}

/// What the checks of a publish found, where it would start.
pub(crate) fn validation(validation: &Validation<'_>) -> String {
    let head = fields([("Status", validation.status.to_string())]);
    if validation.warnings.is_empty() {
        return head;
    }
    let rows = validation.warnings.iter().map(|warning| {
        [warning.code.to_string(), warning.target.clone().unwrap_or_default(), warning.message.clone()]
    });
    let more = match validation.omitted {
        0 => String::new(),
        omitted => format!("and {omitted} more\n"),
    };
    head + "\n" + &of_rows(["WARNING", "AT", "MESSAGE"], rows) + &more
}

/// Operations of a list.
pub(crate) fn operations(operations: &[OperationItem<'_>]) -> String {
    let rows = operations.iter().map(|operation| {
        [
            operation.id.to_string(),
            operation.submission_type.to_string(),
            operation.submission_state.to_string(),
            operation.publishing_version.to_string(),
            operation.slot.to_string(),
            moment(&operation.changed_time),
        ]
    });
    of_rows(["OPERATION", "TYPE", "STATE", "NUMBER", "SLOT", "CHANGED"], rows)
}

/// One operation with its steps and messages.
pub(crate) fn operation(operation: &OperationDetail<'_>) -> String {
    let text = |value: &Option<Cow<'_, str>>| value.as_deref().unwrap_or_default().to_owned();
    let error = operation.error.as_ref().map(|error| format!("{}: {}", error.code, error.message));
    let head = fields([
        ("Operation", operation.id.to_string()),
        ("Type", operation.submission_type.to_string()),
        ("Status", operation.status.to_string()),
        ("Number", operation.publishing_version.to_string()),
        ("Offer version", operation.offer_version.to_string()),
        ("Cancel", operation.cancellation_request_state.to_string()),
        ("Began", moment(&operation.created_date_time)),
        ("Changed", moment(&operation.last_action_date_time)),
        ("Canceled by", text(&operation.canceled_by)),
        ("Canceled", moment(&text(&operation.canceled_date_time))),
        ("Reason", text(&operation.cancellation_reason)),
        (
            "Target",
            operation.target.as_ref().map(|target| target.operation_id.to_string()).unwrap_or_default(),
        ),
        ("Notified", text(&operation.notification_emails)),
        ("Error", error.unwrap_or_default()),
    ]);
    head + &steps(&operation.steps) + &messages(&operation.messages, &operation.steps)
}

fn steps(steps: &[StepView<'_>]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let rows = steps.iter().map(|step| {
        [
            step.id.to_string(),
            step.status.to_string(),
            format!("{}%", step.progress_percentage),
            step.estimated_time_frame.as_deref().unwrap_or("-").to_owned(),
            step.step_name.to_string(),
        ]
    });
    format!("\n{}", of_rows(["STEP", "STATUS", "DONE", "TAKES", "NAME"], rows))
}

fn messages(own: &[MessageView<'_>], steps: &[StepView<'_>]) -> String {
    let of_steps =
        steps.iter().flat_map(|step| step.messages.iter().map(|message| (step.id.as_ref(), message)));
    let all: Vec<_> = own.iter().map(|message| ("-", message)).chain(of_steps).collect();
    if all.is_empty() {
        return String::new();
    }
    let rows = all.into_iter().map(|(step, message)| {
        [
            moment(&message.timestamp),
            message.level.to_string(),
            step.to_owned(),
            message.message_html.to_string(),
        ]
    });
    format!("\n{}", of_rows(["TIME", "LEVEL", "STEP", "MESSAGE"], rows))
}

/// Steps that wait for a reviewer, each with its operation.
pub(crate) fn reviews(reviews: &[crate::commands::review::Waiting]) -> String {
    let rows = reviews.iter().map(|waiting| {
        [
            waiting.offer_id.clone(),
            waiting.operation_id.to_string(),
            waiting.step.clone(),
            waiting.step_name.clone(),
        ]
    });
    of_rows(["OFFER", "OPERATION", "STEP", "NAME"], rows)
}

/// The caller's publishers.
pub(crate) fn publishers(publishers: &[Publisher<'_>]) -> String {
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
pub(crate) fn publisher(publisher: &Publisher<'_>) -> String {
    let definition = &publisher.definition;
    fields([
        ("Publisher", publisher.id.to_string()),
        ("Name", definition.display_text.to_string()),
        ("Version", publisher.version.to_string()),
        ("Seller", definition.seller_id.to_string()),
        ("Contact", definition.seller_contact.as_deref().unwrap_or_default().to_owned()),
        ("Migration", definition.pc_migration_status.map(|status| status.to_string()).unwrap_or_default()),
        ("Offer types", definition.offer_type_categories.join(", ")),
    ])
}

/// The members of a publisher.
pub(crate) fn members(members: &[Member<'_>]) -> String {
    let rows = members
        .iter()
        .map(|member| [member.tenant.to_string(), member.client.to_string(), member.role.to_string()]);
    of_rows(["TENANT", "CLIENT", "ROLE"], rows)
}

#[cfg(test)]
mod tests;
