use serde_json::{Value, json};

use super::{
    CORE_VM, Level, OfferTypes, VM, core_vm, expect, expect_error, expect_nothing, findings, validate, vm,
};

const MARKETPLACE: &str = "microsoft-azure-marketplace";

const REQUIRED: [&str; 11] = [
    "title",
    "summary",
    "description",
    "privacyURL",
    "termsOfUse",
    "engineeringContactName",
    "engineeringContactEmail",
    "engineeringContactPhone",
    "supportContactName",
    "supportContactEmail",
    "supportContactPhone",
];

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[test]
fn a_required_field_must_be_there_and_hold_text() {
    let sample = vm();
    for name in REQUIRED {
        let pointer = format!("/offer/{MARKETPLACE}.{name}");
        let target = leaked(format!("definition.offer.{MARKETPLACE}.{name}"));
        for blank in [Value::Null, json!(""), json!(" \t\n")] {
            expect_error(&sample, &pointer, blank, target, "MissingField");
        }
        for wrong in [json!(7), json!(true), json!(["x"]), json!({"en": "x"})] {
            expect_error(&sample, &pointer, wrong, target, "WrongType");
        }
    }
}

#[test]
fn a_required_field_of_a_plan_must_be_there_and_hold_text() {
    let sample = vm();
    for name in
        ["planId", "microsoft-azure-virtualmachines.skuTitle", "microsoft-azure-virtualmachines.skuSummary"]
    {
        let pointer = format!("/plans/1/{name}");
        let target = leaked(format!("definition.plans[1].{name}"));
        expect_error(&sample, &pointer, Value::Null, target, "MissingField");
        expect_error(&sample, &pointer, json!("  "), target, "MissingField");
        expect_error(&sample, &pointer, json!(1.5), target, "WrongType");
    }
}

#[test]
fn contacts_need_real_addresses() {
    let sample = vm();
    for who in ["engineering", "support"] {
        let pointer = format!("/offer/{MARKETPLACE}.{who}ContactEmail");
        let target = leaked(format!("definition.offer.{MARKETPLACE}.{who}ContactEmail"));
        for wrong in
            ["nobody", "a@", "@b.example", "a b@c.example", "A <a@b.example>", "a@b.example,c@d.example"]
        {
            expect_error(&sample, &pointer, json!(wrong), target, "InvalidEmail");
        }
        expect_nothing(&sample, &pointer, json!("o'neil+azure@mail.contoso.example"));
    }
}

#[test]
fn a_privacy_address_is_http_or_https() {
    let sample = vm();
    let pointer = "/offer/microsoft-azure-marketplace.privacyURL";
    let target = "definition.offer.microsoft-azure-marketplace.privacyURL";
    for wrong in
        ["privacy", "www.contoso.example/privacy", "ftp://contoso.example", "javascript:alert(1)", "https://"]
    {
        expect_error(&sample, pointer, json!(wrong), target, "InvalidUrl");
    }
    expect_nothing(&sample, pointer, json!("http://contoso.example"));
}

#[test]
fn optional_fields_may_be_absent_but_not_wrong() {
    let sample = vm();
    let logo = "/offer/microsoft-azure-marketplace.smallLogo";
    let target = "definition.offer.microsoft-azure-marketplace.smallLogo";
    expect_nothing(&sample, logo, Value::Null);
    expect_nothing(&sample, logo, json!(""));
    expect_error(&sample, logo, json!("logo.png"), target, "InvalidUrl");
    expect_error(&sample, logo, json!([]), target, "WrongType");
    let videos = "/offer/microsoft-azure-marketplace.videos";
    let target = "definition.offer.microsoft-azure-marketplace.videos";
    expect_nothing(&sample, videos, json!(["https://video.contoso.example/1"]));
    expect_error(&sample, videos, json!("none"), target, "WrongType");
}

#[test]
fn the_parts_of_a_definition_must_have_their_types() {
    let sample = vm();
    expect_error(&sample, "/offer", json!("x"), "definition.offer", "WrongType");
    expect_error(&sample, "/plans", json!({"standard": {}}), "definition.plans", "WrongType");
    expect_error(&sample, "/plans/0", json!("standard"), "definition.plans[0]", "WrongType");
    expect_error(&sample, "/plans/0", Value::Null, "definition.plans[0]", "WrongType");
    let whole = findings(VM, &json!([]));
    assert_eq!(whole, [(Level::Error, "definition".to_owned(), "WrongType")]);
}

#[test]
fn a_core_vm_needs_little_and_takes_the_fields_of_either_prefix() {
    let mut sample = core_vm();
    for name in ["title", "summary", "description"] {
        let pointer = format!("/offer/{CORE_VM}.{name}");
        let target = leaked(format!("definition.offer.{CORE_VM}.{name}"));
        expect(CORE_VM, &sample, &pointer, Value::Null, &[(Level::Error, target, "MissingField")]);
    }
    let title = "/plans/0/microsoft-azure-corevm.skuTitle";
    let target = "definition.plans[0].microsoft-azure-corevm.skuTitle";
    expect(CORE_VM, &sample, title, json!(""), &[(Level::Error, target, "MissingField")]);
    expect(CORE_VM, &sample, "/plans/0/microsoft-azure-corevm.skuSummary", Value::Null, &[]);
    sample["offer"] = json!({
        "microsoft-azure-marketplace.title": "t",
        "microsoft-azure-marketplace.summary": "s",
        "microsoft-azure-corevm.description": "d",
    });
    assert_eq!(findings(CORE_VM, &sample), []);
}

#[test]
fn other_types_need_texts_and_plans_if_they_have_plans() {
    let texts = json!({
        "microsoft-azure-marketplace.title": "t",
        "microsoft-azure-marketplace.summary": "s",
        "microsoft-azure-marketplace.description": "d",
    });
    let mut definition = json!({"offer": texts});
    assert_eq!(findings("microsoft-azure-consulting-services", &definition), []);
    let no_plan = [(Level::Error, "definition.plans".to_owned(), "MissingPlan")];
    assert_eq!(findings("microsoft-azure-saas", &definition), no_plan);
    definition["plans"] = json!([{"planId": "basic"}]);
    assert_eq!(findings("microsoft-azure-saas", &definition), []);
    let missing = findings("microsoft-power-bi-app", &json!({"offer": {}}));
    assert_eq!(missing.len(), 3);
}

#[test]
fn terms_of_use_are_not_demanded_with_the_enterprise_contract() {
    let mut sample = vm();
    let (terms, contract) =
        (format!("{MARKETPLACE}.termsOfUse"), format!("/offer/{MARKETPLACE}.useEnterpriseContract"));
    sample["offer"][&terms] = json!("");
    let target = leaked(format!("definition.offer.{terms}"));
    for with in [json!(true), json!("true")] {
        expect_nothing(&sample, &contract, with);
    }
    for without in [json!(false), Value::Null, json!("no")] {
        expect_error(&sample, &contract, without, target, "MissingField");
    }
}

#[test]
fn a_finding_names_the_item_and_not_its_list() {
    let mut sample = vm();
    sample["plans"][0] = json!("a plan");
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let report = validate(OfferTypes::load().get(VM).unwrap(), &sample, now);
    assert_eq!(report.findings[0].target, "definition.plans[0]");
    assert_eq!(
        report.findings[0].detail.render(signoff_text::Lang::En),
        "The value of 'plans[0]' has the wrong type. Send an object in braces."
    );
}
