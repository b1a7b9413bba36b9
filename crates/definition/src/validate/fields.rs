//! The members that the data file of an offer type lists.

use email_address::{EmailAddress, Options};
use serde_json::Value;
use signoff_text::FindingText;

use super::{
    address,
    node::{Node, shown_value},
};
use crate::{Field, FieldKind, finding::Findings};

/// The longest id of a plan, in characters.
pub const LONGEST_PLAN_ID: usize = 50;

/// Checks each of `fields` in `holder`.
pub(super) fn check(fields: &[Field], holder: &Node<'_>, findings: &mut Findings) {
    for field in fields {
        let node = holder.first_filled(&field.key, field.alternative.as_deref());
        if !node.is_blank() {
            check_one(field, &node, findings);
        } else if field.required && !is_replaced(field, holder) {
            node.missing(findings);
        }
    }
}

/// Whether a member that is `true` stands in for the field.
fn is_replaced(field: &Field, holder: &Node<'_>) -> bool {
    field.unless.as_deref().is_some_and(|unless| match holder.member(unless).value() {
        Some(Value::Bool(stands_in)) => *stands_in,
        Some(Value::String(word)) => word.eq_ignore_ascii_case("true"),
        _ => false,
    })
}

fn check_one(field: &Field, node: &Node<'_>, findings: &mut Findings) {
    match field.kind {
        FieldKind::Text => {
            node.text(findings);
        }
        FieldKind::List => {
            node.list(findings);
        }
        FieldKind::Url => {
            address::check(node, findings);
        }
        FieldKind::Email => {
            if node.text(findings).is_some_and(|text| !is_email(text)) {
                node.error(|| FindingText::InvalidEmail { field: node.key() }, findings);
            }
        }
        FieldKind::PlanId => {
            if let Some(id) = node.text(findings).filter(|id| !is_plan_id(id)) {
                node.error(|| FindingText::InvalidPlanId { plan: shown_value(id) }, findings);
            }
        }
    }
}

fn is_email(text: &str) -> bool {
    EmailAddress::parse_with_options(text.trim(), Options::default().without_display_text()).is_ok()
}

/// Plan ids become part of addresses and image names, so they keep to what needs no escaping there.
fn is_plan_id(id: &str) -> bool {
    id.len() <= LONGEST_PLAN_ID
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
