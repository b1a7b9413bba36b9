//! Scenarios: what the steps of an offer's next operations do.

use serde_json::{Map, Value, json};

use crate::draw::Draw;
use crate::profile::Profile;

/// The steps of a virtual machine offer.
pub(crate) const STEPS: [&str; 6] = [
    "displaydummycertify",
    "displaycertify",
    "displayprovision",
    "displaypackage",
    "publisher-signoff",
    "live",
];

/// A scenario as the body of its PUT.
pub(crate) fn draw(profile: &Profile, draw: &mut Draw) -> Value {
    let mut steps = Map::new();
    for step in STEPS.iter().filter(|step| **step != "publisher-signoff") {
        // Else nobody would ever be in time to call a golive back.
        if draw.happens(if *step == "live" { 9_000 } else { 6_000 }) {
            steps.insert((*step).to_owned(), one(step, profile, draw));
        }
    }
    json!({ "steps": steps })
}

fn one(step: &str, profile: &Profile, draw: &mut Draw) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    let span = |draw: &mut Draw| json!(format!("{}ms", draw.below(profile.longest_step + 1)));
    if draw.happens(8_000) {
        set("duration", span(draw));
    }
    if draw.happens(5_000) {
        set("undoDuration", span(draw));
    }
    if draw.happens(profile.step_fails) {
        set("outcome", json!("fail"));
        if draw.happens(6_000) {
            set("failTimes", json!(1 + draw.below(7)));
        }
    }
    if draw.happens(profile.step_fails) {
        set("undoOutcome", json!("fail"));
    }
    if draw.happens(1_500) {
        set("cancel", json!(draw.one_of(&["interrupt", "undo", "undo", "refuse"])));
    }
    if draw.happens(1_000) {
        set("hold", json!(true));
    }
    if step == "displaycertify" && draw.happens(4_000) {
        set("executor", json!("manual"));
    }
    Value::Object(members)
}
