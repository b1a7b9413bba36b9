use serde_json::{Value, json};

use super::{
    CORE_VM, Level, OfferTypes, VM, at, core_vm, expect, expect_error, expect_nothing, findings, validate, vm,
};

const MAP: &str = "/offer/microsoft-azure-marketplace.categoryMap";
const TARGET: &str = "definition.offer.microsoft-azure-marketplace.categoryMap";

#[test]
fn a_vm_offer_needs_a_category() {
    let sample = vm();
    for none in [Value::Null, json!([]), json!("")] {
        expect_error(&sample, MAP, none, TARGET, "MissingCategory");
    }
    expect_error(&sample, MAP, json!({"categoryL1": "compute"}), TARGET, "WrongType");
}

#[test]
fn a_category_key_must_be_in_the_table_of_the_type() {
    let sample = vm();
    let l1 = "definition.offer.microsoft-azure-marketplace.categoryMap[1].categoryL1";
    for wrong in ["analytics", "Compute", "compute ", "devops-and-more"] {
        expect_error(&sample, &format!("{MAP}/1/categoryL1"), json!(wrong), l1, "UnknownCategory");
    }
    expect_error(&sample, &format!("{MAP}/1/categoryL1"), json!(3), l1, "WrongType");
    expect_error(&sample, &format!("{MAP}/1/categoryL1"), json!(""), l1, "MissingField");
    expect_nothing(&sample, MAP, json!([{"categoryL1": "analytics-amp"}]));
}

#[test]
fn categories_in_the_form_of_2018_are_accepted_with_a_warning() {
    let mut sample = vm();
    sample["offer"]["microsoft-azure-marketplace.categoryMap"] = Value::Null;
    let flat = "/offer/microsoft-azure-marketplace.categories";
    let target = "definition.offer.microsoft-azure-marketplace.categories";
    expect(VM, &sample, flat, json!(["devService"]), &[(Level::Warning, target, "FlatCategories")]);
    for none in [json!([]), json!(""), Value::Null] {
        expect_error(&sample, flat, none, TARGET, "MissingCategory");
    }
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_and_the_place_of_all() {
    let said = |pointer: &str, value: Value| {
        let mut definition = vm();
        *at(&mut definition, pointer) = value;
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let report = validate(OfferTypes::load().get(VM).unwrap(), &definition, now);
        report.findings[0].detail.render(signoff_text::Lang::En)
    };
    assert_eq!(
        said(&format!("{MAP}/1/categoryL1"), json!("analytics")),
        "'analytics' is not a category key of offers of the type microsoft-azure-virtualmachines. Did you mean one of \
         analytics-amp, databases, identity? All keys are at /api/offerTypes/microsoft-azure-virtualmachines."
    );
    let below = said(&format!("{MAP}/1/categoryL2-compute"), json!(["caches"]));
    assert!(below.contains("Did you mean one of cache, "), "{below}");
    let region = said("/plans/0/regions", json!(["Us"]));
    assert!(region.starts_with("'Us' is not a region code. Did you mean one of US, "), "{region}");
    let size = "/plans/0/virtualMachinePricing";
    let size = said(size, json!({"coreMultiplier": {"individually": {"3core": 1}}}));
    assert!(size.contains("core size '3core'. Did you mean one of 1core, 2core, 4core?"), "{size}");
}

#[test]
fn subcategories_must_be_below_their_category() {
    let sample = vm();
    let list = format!("{MAP}/1/categoryL2-compute");
    let target = "definition.offer.microsoft-azure-marketplace.categoryMap[1].categoryL2-compute";
    let second = "definition.offer.microsoft-azure-marketplace.categoryMap[1].categoryL2-compute[1]";
    expect_error(&sample, &list, json!(["cache", "firewalls"]), second, "UnknownSubcategory");
    expect_error(&sample, &list, json!(["cache", null]), second, "WrongType");
    expect_error(&sample, &list, json!("cache"), target, "WrongType");
    expect_nothing(&sample, &list, json!([]));
    expect_error(
        &sample,
        &format!("{MAP}/1/categoryL2-networking"),
        json!(["firewalls"]),
        "definition.offer.microsoft-azure-marketplace.categoryMap[1].categoryL2-networking",
        "MisplacedKeys",
    );
}

#[test]
fn a_core_vm_plan_may_have_categories_of_its_own() {
    let target = "definition.plans[0].microsoft-azure-corevm.categoryMap[0].categoryL1";
    let pointer = "/plans/0/microsoft-azure-corevm.categoryMap/0/categoryL1";
    expect(CORE_VM, &core_vm(), pointer, json!("IoT"), &[(Level::Error, target, "UnknownCategory")]);
}

fn with_industries(map: &Value) -> Value {
    json!({
        "offer": {
            "microsoft-azure-marketplace.title": "t",
            "microsoft-azure-marketplace.summary": "s",
            "microsoft-azure-marketplace.description": "d",
            "microsoft-azure-marketplace.industryMap": map,
        },
        "plans": [{"planId": "p"}],
    })
}

#[test]
fn industries_are_keys_of_their_type() {
    let good =
        with_industries(&json!([{"industryL1": "Education", "industryL2-Education": ["HigherEducation"]}]));
    assert_eq!(findings("microsoft-azure-saas", &good), []);
    let target = "definition.offer.microsoft-azure-marketplace.industryMap[0]";
    let unknown = |place: &str, code| [(Level::Error, format!("{target}.{place}"), code)];
    assert_eq!(findings("microsoft-power-bi-app", &good), unknown("industryL1", "UnknownIndustry"));
    let below = with_industries(&json!([{"industryL1": "Education", "industryL2-Education": ["Insurance"]}]));
    let expected = unknown("industryL2-Education[0]", "UnknownSubindustry");
    assert_eq!(findings("microsoft-azure-saas", &below), expected);
}

#[test]
fn a_type_without_industries_takes_none() {
    let pointer = "/offer/microsoft-azure-marketplace.industryMap";
    let target = "definition.offer.microsoft-azure-marketplace.industryMap";
    expect_nothing(&vm(), pointer, json!([]));
    expect_error(&vm(), pointer, json!([{"industryL1": "Education"}]), target, "IndustriesNotAllowed");
}

#[test]
fn both_marketplaces_of_a_service_count() {
    let map = json!([
        {"categoryL1": "Sales", "categoryL2-Sales": ["crm"]},
        {"categoryL1": "analytics", "categoryL2-analytics": ["big-data", "visualization-reporting"]},
    ]);
    let mut definition = with_industries(&Value::Null);
    definition["offer"]["microsoft-azure-marketplace.categoryMap"] = map;
    assert_eq!(findings("microsoft-azure-saas", &definition), []);
    assert_eq!(findings("microsoft-azure-containers", &definition).len(), 2);
}
