//! What the data files say, and what validation finds in samples that were broken one member at a time.
mod fields;
mod keys;
mod order;
mod pipelines;
mod plans;
mod signatures;
mod tables;

use jiff::Timestamp;
use serde_json::Value;

use super::{Level, OfferTypes, sample_corevm_offer, sample_vm_offer, validate};

const VM: &str = "microsoft-azure-virtualmachines";
const CORE_VM: &str = "microsoft-azure-corevm";

/// What is expected of a finding: its level, its target and its code.
type Expected = (Level, &'static str, &'static str);

fn definition_of(sample: &str) -> Value {
    sample.parse::<Value>().unwrap()["definition"].take()
}

fn vm() -> Value {
    definition_of(sample_vm_offer())
}

fn core_vm() -> Value {
    definition_of(sample_corevm_offer())
}

fn findings(offer_type: &str, definition: &Value) -> Vec<(Level, String, &'static str)> {
    let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    let offer_type = OfferTypes::load().get(offer_type).unwrap();
    validate(offer_type, definition, now)
        .findings
        .into_iter()
        .map(|finding| (finding.level, finding.target, finding.detail.code()))
        .collect()
}

/// The place that `pointer` names, which is made if its object is there.
fn at<'a>(definition: &'a mut Value, pointer: &str) -> &'a mut Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match definition.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
        Value::Object(members) => members.entry(name).or_insert(Value::Null),
        Value::Array(items) => &mut items[name.parse::<usize>().unwrap()],
        other => panic!("{parent} is {other}"),
    }
}

/// Puts `value` at `pointer` of a sample and expects exactly these findings.
fn expect(offer_type: &str, sample: &Value, pointer: &str, value: Value, expected: &[Expected]) {
    let mut definition = sample.clone();
    let shown = value.to_string();
    *at(&mut definition, pointer) = value;
    let found = findings(offer_type, &definition);
    let expected: Vec<_> =
        expected.iter().map(|&(level, target, code)| (level, target.to_owned(), code)).collect();
    assert_eq!(found, expected, "{shown} at {pointer}");
}

fn expect_error(sample: &Value, pointer: &str, value: Value, target: &'static str, code: &'static str) {
    expect(VM, sample, pointer, value, &[(Level::Error, target, code)]);
}

fn expect_nothing(sample: &Value, pointer: &str, value: Value) {
    expect(VM, sample, pointer, value, &[]);
}

#[test]
fn the_samples_have_no_finding() {
    assert_eq!(findings(VM, &vm()), []);
    assert_eq!(findings(CORE_VM, &core_vm()), []);
}

#[test]
fn the_samples_name_hosts_of_example_domains_only() {
    for sample in [sample_vm_offer(), sample_corevm_offer()] {
        let hosts: Vec<&str> =
            sample.split("://").skip(1).map(|rest| rest.split(['/', '"', '.']).nth(1).unwrap()).collect();
        assert!(!hosts.is_empty() && hosts.iter().all(|&host| host == "contoso"), "{hosts:?}");
    }
}

#[test]
fn every_finding_of_a_definition_is_listed() {
    let definition = serde_json::json!({"displayText": "x"});
    let found = findings(VM, &definition);
    let count = |code| found.iter().filter(|finding| finding.2 == code).count();
    assert_eq!((count("MissingField"), count("MissingCategory"), count("MissingPlan")), (11, 1, 1));
    assert_eq!(found.len(), 13);
}

#[test]
fn a_finding_does_not_repeat_the_address_that_it_is_about() {
    let mut definition = vm();
    *at(&mut definition, "/plans/0/microsoft-azure-virtualmachines.vmImages/1.4.0/osVhdUrl") =
        "https://images.contoso.example/a.vhd?sig=TOPSECRET&se=2017-06-25T18%3A30%3A00Z".into();
    let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    let found = validate(OfferTypes::load().get(VM).unwrap(), &definition, now).findings;
    assert_eq!(found.len(), 2);
    for finding in found {
        let said = format!("{finding:?} {}", finding.detail.render(signoff_text::Lang::En));
        assert!(!said.contains("TOPSECRET") && !said.contains("images.contoso"), "{said}");
    }
}
