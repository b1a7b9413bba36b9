//! Findings come in the order of the document.

use proptest::prelude::*;
use serde_json::Value;

use super::{VM, findings, vm};
use crate::MOST_FINDINGS;

fn targets(document: &str) -> Vec<String> {
    let definition: Value = serde_json::from_str(document).unwrap();
    findings(VM, &definition).into_iter().map(|(_, target, _)| target).collect()
}

/// The sample with its members in the opposite order, at every depth.
fn reversed(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, reversed(value))).collect();
            members.reverse();
            members.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(reversed).collect(),
        value => value,
    }
}

/// Every text, number and truth value becomes one of another kind.
fn spoiled(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, spoiled(value))).collect(),
        Value::Array(items) => items.into_iter().map(spoiled).collect(),
        Value::String(_) => Value::from(17),
        _ => Value::from("x"),
    }
}

/// Where a path leads to, as positions on the way from the root.
fn positions(document: &Value, path: &str) -> Vec<usize> {
    let mut here = document;
    let mut positions = Vec::new();
    let mut rest = path.strip_prefix("definition").unwrap();
    while !rest.is_empty() {
        if let Some(item) = rest.strip_prefix('[') {
            let (position, after) = item.split_once(']').unwrap();
            let position = position.parse().unwrap();
            positions.push(position);
            (here, rest) = (&here[position], after);
            continue;
        }
        let members = here.as_object().unwrap();
        let named = |name: &&String| {
            rest[1..]
                .strip_prefix(name.as_str())
                .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
        };
        // Names hold dots themselves: the longest that fits is meant.
        let name = members.keys().filter(named).max_by_key(|name| name.len());
        let Some(name) = name else { break };
        positions.push(members.keys().position(|other| other == name).unwrap());
        (here, rest) = (&here[name.as_str()], &rest[1 + name.len()..]);
    }
    positions
}

#[test]
fn findings_stand_where_the_document_has_them() {
    for definition in [spoiled(vm()), reversed(spoiled(vm()))] {
        let found = findings(VM, &definition);
        assert!(found.len() > 15, "{found:#?}");
        let places: Vec<_> = found.iter().map(|(_, target, _)| positions(&definition, target)).collect();
        let mut sorted = places.clone();
        sorted.sort();
        assert_eq!(places, sorted, "{found:#?}");
    }
}

/// The value with its members in another order, at every depth, and some of its leaves of another kind.
fn shuffled(value: Value, turns: &mut impl Iterator<Item = usize>) -> Value {
    let turn = turns.next().unwrap_or_default();
    match value {
        Value::Object(members) => {
            let mut left: Vec<_> = members.into_iter().collect();
            let mut members = Vec::new();
            while !left.is_empty() {
                let (name, value) = left.swap_remove(turns.next().unwrap_or_default() % left.len());
                members.push((name, shuffled(value, turns)));
            }
            members.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(|item| shuffled(item, turns)).collect(),
        leaf if turn.is_multiple_of(3) => spoiled(leaf),
        leaf => leaf,
    }
}

proptest! {
    #[test]
    fn findings_stand_where_any_document_has_them(turns in prop::collection::vec(0..100_usize, 200)) {
        let definition = shuffled(vm(), &mut turns.into_iter());
        let found = findings(VM, &definition);
        let places: Vec<_> = found.iter().map(|(_, target, _)| positions(&definition, target)).collect();
        prop_assert!(places.is_sorted(), "{:#?}", found);
    }
}

#[test]
fn deep_ones_stand_between_their_neighbours() {
    let title = "microsoft-azure-virtualmachines.skuTitle";
    let images = "microsoft-azure-virtualmachines.vmImages";
    let document = format!(
        r#"{{"plans":[{{"regions":["??"],"{images}":{{"1.0.1":{{"osVhdUrl":1}},"1.0.0":{{"lunVhdDetails":7}}}},
        "virtualMachinePricing":{{"regionPrices":1,"coreMultiplier":{{"single":"x","currency":"?"}}}},
        "{title}":1,"planId":"a b"}}],"offer":7}}"#
    );
    let found = targets(&document);
    let of_those: Vec<&str> = found
        .iter()
        .filter_map(|target| target.strip_prefix("definition."))
        .filter(|target| {
            [
                "regions",
                "osVhdUrl",
                "lunVhd",
                "single",
                "currency",
                "regionPrices",
                "planId",
                "skuTitle",
                "offer",
            ]
            .iter()
            .any(|word| target.contains(word))
        })
        .collect();
    assert_eq!(
        of_those,
        [
            "plans[0].regions[0]",
            &format!("plans[0].{images}.1.0.1.osVhdUrl"),
            // What is missing stands before what is there.
            &format!("plans[0].{images}.1.0.0.osVhdUrl"),
            &format!("plans[0].{images}.1.0.0.lunVhdDetails"),
            "plans[0].virtualMachinePricing.regionPrices",
            "plans[0].virtualMachinePricing.coreMultiplier.single",
            "plans[0].virtualMachinePricing.coreMultiplier.currency",
            &format!("plans[0].{title}"),
            "plans[0].planId",
            "offer",
        ]
    );
}

#[test]
fn the_first_ones_are_those_of_the_document() {
    let plans = vec!["{}"; MOST_FINDINGS].join(",");
    let offer = r#""offer":{"microsoft-azure-marketplace.title":1}"#;
    let found = targets(&format!(r#"{{"plans":[{plans}],{offer}}}"#));
    assert_eq!(found.len(), MOST_FINDINGS);
    assert!(found.iter().all(|target| target.starts_with("definition.plans[")), "{found:?}");
    let found = targets(&format!(r#"{{{offer},"plans":[{plans}]}}"#));
    assert_eq!(found.len(), MOST_FINDINGS);
    let of_offer = found.iter().take_while(|target| target.starts_with("definition.offer")).count();
    assert!((10..20).contains(&of_offer), "{found:?}");
    assert!(found[of_offer..].iter().all(|target| target.starts_with("definition.plans[")), "{found:?}");
}
