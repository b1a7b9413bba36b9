//! The plans of an offer.

use std::collections::HashSet;

use serde_json::Value;
use signoff_text::FindingText;

use super::{
    fields,
    images::{self, Rules},
    keys,
    node::{Node, shown_value},
    pricing,
};
use crate::{OfferType, finding::Findings};

/// The list of variants of a plan's image, each with a plan id of its own.
pub(super) const DISK_GENERATIONS: &str = "diskGenerations";

/// Checks the list of plans.
pub(super) fn check(offer_type: &OfferType, plans: &Node<'_>, rules: Rules<'_>, findings: &mut Findings) {
    // What is blank holds no items.
    if !plans.is_blank() && plans.list(findings).is_none() {
        return;
    }
    let items = plans.items();
    if items.len() == 0 {
        plans.error(|| FindingText::MissingPlan, findings);
    }
    let mut ids = HashSet::new();
    for plan in items {
        if plan.object(findings).is_none() {
            continue;
        }
        fields::check(&offer_type.plan_fields, &plan, findings);
        check_unique(&plan, &mut ids, findings);
        keys::check_categories(offer_type, &plan, findings);
        if !offer_type.image_keys.is_empty() {
            images::check(offer_type, &plan, rules, findings);
        }
        if offer_type.core_pricing {
            pricing::check(offer_type, &plan, findings);
        }
    }
}

/// Checks that no other plan, nor a generation of one, has the same id. Letter case does not tell ids apart.
fn check_unique(plan: &Node<'_>, ids: &mut HashSet<String>, findings: &mut Findings) {
    // What is not a list, or not an object in it, is reported with the images.
    let mut check = |holder: &Node<'_>| {
        let id = holder.member("planId");
        if let Some(text) = id.value().and_then(Value::as_str).filter(|_| !id.is_blank())
            && !ids.insert(text.to_ascii_lowercase())
        {
            id.error(|| FindingText::DuplicatePlanId { plan: shown_value(text) }, findings);
        }
    };
    check(plan);
    plan.member(DISK_GENERATIONS).items().for_each(|generation| check(&generation));
}
