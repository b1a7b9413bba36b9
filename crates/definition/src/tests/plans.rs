use serde_json::{Value, json};

use super::{CORE_VM, Level, VM, core_vm, expect, expect_error, expect_nothing, findings, vm};

const IMAGES: &str = "/plans/0/microsoft-azure-virtualmachines.vmImages";
const IMAGES_TARGET: &str = "definition.plans[0].microsoft-azure-virtualmachines.vmImages";
const OS_DISK: &str = "/plans/0/microsoft-azure-virtualmachines.vmImages/1.4.0/osVhdUrl";
const OS_DISK_TARGET: &str = "definition.plans[0].microsoft-azure-virtualmachines.vmImages.1.4.0.osVhdUrl";
const PRICING: &str = "/plans/0/virtualMachinePricing";
const PRICING_TARGET: &str = "definition.plans[0].virtualMachinePricing";

#[test]
fn an_offer_needs_a_plan() {
    let sample = vm();
    for none in [Value::Null, json!([]), json!("")] {
        expect_error(&sample, "/plans", none, "definition.plans", "MissingPlan");
    }
}

#[test]
fn plan_ids_are_well_formed_and_unique() {
    let sample = vm();
    let target = "definition.plans[1].planId";
    for wrong in ["a b", "-a", "a/b", "é", "<p>", &"x".repeat(51)] {
        expect_error(&sample, "/plans/1/planId", json!(wrong), target, "InvalidPlanId");
    }
    expect_nothing(&sample, "/plans/1/planId", json!(format!("a.B_c-{}", "9".repeat(44))));
    expect_error(&sample, "/plans/1/planId", json!("Standard"), target, "DuplicatePlanId");
    let generation = "definition.plans[1].diskGenerations[0].planId";
    expect_error(
        &sample,
        "/plans/1/diskGenerations/0/planId",
        json!("windows"),
        generation,
        "DuplicatePlanId",
    );
}

#[test]
fn a_plan_needs_an_image() {
    let sample = vm();
    for none in [Value::Null, json!({}), json!("")] {
        expect_error(&sample, IMAGES, none, IMAGES_TARGET, "MissingImage");
    }
    expect_error(&sample, IMAGES, json!(["https://contoso.example"]), IMAGES_TARGET, "WrongType");
    let version = "definition.plans[0].microsoft-azure-virtualmachines.vmImages.1.4.0";
    expect_error(&sample, &format!("{IMAGES}/1.4.0"), json!("https://contoso.example"), version, "WrongType");
    expect_error(&sample, &format!("{IMAGES}/1.4.0"), Value::Null, OS_DISK_TARGET, "MissingField");
}

#[test]
fn an_image_of_a_disk_generation_counts() {
    expect_nothing(&vm(), "/plans/1/microsoft-azure-virtualmachines.vmImages", json!({}));
    expect_error(
        &vm(),
        "/plans/1/diskGenerations/0/microsoft-azure-virtualmachines.vmImages/2.0.3/osVhdUrl",
        json!("file:///etc/passwd"),
        "definition.plans[1].diskGenerations[0].microsoft-azure-virtualmachines.vmImages.2.0.3.osVhdUrl",
        "InvalidUrl",
    );
    expect_error(
        &vm(),
        "/plans/1/diskGenerations",
        json!({}),
        "definition.plans[1].diskGenerations",
        "WrongType",
    );
    let item = "definition.plans[1].diskGenerations[0]";
    expect_error(&vm(), "/plans/1/diskGenerations/0", json!(2), item, "WrongType");
}

#[test]
fn the_address_of_an_image_is_http_or_https() {
    let sample = vm();
    for wrong in ["osVhdUrl_one", "//contoso.example/a.vhd", "blob:https://contoso.example/a.vhd"] {
        expect_error(&sample, OS_DISK, json!(wrong), OS_DISK_TARGET, "InvalidUrl");
    }
    expect_error(&sample, OS_DISK, json!("\n"), OS_DISK_TARGET, "MissingField");
    expect_error(&sample, OS_DISK, json!(1), OS_DISK_TARGET, "WrongType");
    expect_nothing(&sample, OS_DISK, json!("http://contoso.example/public.vhd"));
}

#[test]
fn a_signature_says_what_it_permits_and_until_when() {
    let sample = vm();
    let signed = |query: &str| json!(format!("https://contoso.example/a.vhd?{query}"));
    let warning = [(Level::Warning, OS_DISK_TARGET, "SasIncomplete")];
    expect(VM, &sample, OS_DISK, signed("sv=2024-11-04&sig=x&se=2099-01-01T00%3A00%3A00Z"), &warning);
    expect(VM, &sample, OS_DISK, signed("sv=2024-11-04&sig=x&sp=rl"), &warning);
    expect(VM, &sample, OS_DISK, signed("sig=x"), &[warning[0], warning[0]]);
    expect(VM, &sample, OS_DISK, signed("sig=x&sp=&se="), &[warning[0], warning[0]]);
    for past in ["2017-06-25T18%3A30%3A00Z", "2026-11-21T00:00:00Z", "2026-11-21", "2026-11-20T23:59Z"] {
        expect_error(
            &sample,
            OS_DISK,
            signed(&format!("sig=x&sp=rl&se={past}")),
            OS_DISK_TARGET,
            "SasExpired",
        );
    }
    for later in ["2026-11-22T00:00:00Z", "2026-11-22", "2099-12-31T23%3A59%3A59Z"] {
        expect_nothing(&sample, OS_DISK, signed(&format!("sig=x&sp=rl&se={later}")));
    }
    expect_error(&sample, OS_DISK, signed("sig=x&sp=rl&se=never"), OS_DISK_TARGET, "SasExpiryUnreadable");
}

#[test]
fn data_disks_have_numbers_and_addresses() {
    let sample = vm();
    let disks = format!("{IMAGES}/1.5.0/lunVhdDetails");
    let target = "definition.plans[0].microsoft-azure-virtualmachines.vmImages.1.5.0.lunVhdDetails";
    let second = "definition.plans[0].microsoft-azure-virtualmachines.vmImages.1.5.0.lunVhdDetails[1]";
    let lun = "definition.plans[0].microsoft-azure-virtualmachines.vmImages.1.5.0.lunVhdDetails[1].lun";
    let url = "definition.plans[0].microsoft-azure-virtualmachines.vmImages.1.5.0.lunVhdDetails[1].vhdUrl";
    expect_nothing(&sample, &disks, Value::Null);
    expect_nothing(&sample, &format!("{disks}/1/lun"), json!("7"));
    expect_error(&sample, &disks, json!({}), target, "WrongType");
    expect_error(&sample, &format!("{disks}/1"), json!("disk"), second, "WrongType");
    expect_error(&sample, &format!("{disks}/1/lun"), json!(0), lun, "DuplicateLun");
    expect_error(&sample, &format!("{disks}/1/lun"), json!(-1), lun, "WrongType");
    expect_error(&sample, &format!("{disks}/1/lun"), Value::Null, lun, "MissingField");
    expect_error(&sample, &format!("{disks}/1/vhdUrl"), json!(""), url, "MissingField");
    expect_error(&sample, &format!("{disks}/1/vhdUrl"), json!("cache.vhd"), url, "InvalidUrl");
    let expired = json!("https://contoso.example/d.vhd?sig=x&sp=rl&se=2020-01-01");
    expect_error(&sample, &format!("{disks}/1/vhdUrl"), expired, url, "SasExpired");
}

#[test]
fn a_core_vm_plan_needs_one_image_anywhere() {
    let mut sample = core_vm();
    let pointer = "/plans/0/microsoft-azure-corevm.vmImagesPublicAzure";
    expect(CORE_VM, &sample, pointer, json!({}), &[]);
    sample["plans"][0]["diskGenerations"] = json!([]);
    let target = "definition.plans[0].microsoft-azure-corevm.vmImagesPublicAzure";
    expect(CORE_VM, &sample, pointer, json!({}), &[(Level::Error, target, "MissingImage")]);
}

#[test]
fn a_plan_says_what_it_costs() {
    let sample = vm();
    for none in
        [Value::Null, json!({}), json!({"isByol": false}), json!({"coreMultiplier": {"currency": "USD"}})]
    {
        expect_error(&sample, PRICING, none, PRICING_TARGET, "MissingPrice");
    }
    for good in [
        json!({"isByol": true, "freeTrialDurationInMonths": 0}),
        json!({"coreMultiplier": {"single": 0}}),
        json!({"coreMultiplier": {"currency": "USD", "individually": {"sharedcore": "0.10", "416core": 1e2}}}),
        json!({"spreadSheetPricing": {"uri": "https://contoso.example/prices.xlsx"}}),
        json!({"regionPrices": {"US": {"currency": "USD"}}}),
    ] {
        expect_nothing(&sample, PRICING, good);
    }
    expect_error(&sample, PRICING, json!(1), PRICING_TARGET, "WrongType");
}

#[test]
fn the_second_pricing_member_will_do() {
    let mut sample = vm();
    sample["plans"][0]["virtualMachinePricing"] = Value::Null;
    expect_nothing(&sample, "/plans/0/virtualMachinePricingV2", json!({"isByol": true}));
    let target = "definition.plans[0].virtualMachinePricingV2";
    expect_error(
        &sample,
        "/plans/0/virtualMachinePricingV2",
        json!({"isByol": false}),
        target,
        "MissingPrice",
    );
}

#[test]
fn the_parts_of_a_price_are_checked() {
    let sample = vm();
    for (pointer, value, target, code) in [
        ("isByol", json!("yes"), "isByol", "WrongType"),
        ("coreMultiplier", json!(2), "coreMultiplier", "WrongType"),
        ("coreMultiplier/currency", json!("XXX"), "coreMultiplier.currency", "UnknownCurrency"),
        ("coreMultiplier/single", json!(-0.01), "coreMultiplier.single", "NegativePrice"),
        ("coreMultiplier/single", json!("1,5"), "coreMultiplier.single", "InvalidPrice"),
        ("coreMultiplier/single", json!([1]), "coreMultiplier.single", "WrongType"),
        ("coreMultiplier/individually", json!([]), "coreMultiplier.individually", "WrongType"),
        (
            "coreMultiplier/individually",
            json!({"3core": 1}),
            "coreMultiplier.individually.3core",
            "UnknownCoreSize",
        ),
        (
            "coreMultiplier/individually",
            json!({"2core": -1}),
            "coreMultiplier.individually.2core",
            "NegativePrice",
        ),
        (
            "coreMultiplier/individually",
            json!({"2core": null}),
            "coreMultiplier.individually.2core",
            "MissingField",
        ),
        (
            "coreMultiplier/spreadsheetUri",
            json!("prices.xlsx"),
            "coreMultiplier.spreadsheetUri",
            "InvalidUrl",
        ),
        ("spreadSheetPricing", json!({"uri": "prices.xlsx"}), "spreadSheetPricing.uri", "InvalidUrl"),
        ("spreadSheetPricing", json!("prices.xlsx"), "spreadSheetPricing", "WrongType"),
    ] {
        let target = format!("{PRICING_TARGET}.{target}");
        let target: &'static str = Box::leak(target.into_boxed_str());
        expect_error(&sample, &format!("{PRICING}/{pointer}"), value, target, code);
    }
}

#[test]
fn a_region_without_a_currency_is_a_warning() {
    let sample = vm();
    let warning = (Level::Warning, "definition.plans[0].regions[1]", "RegionUnpriced");
    expect(VM, &sample, "/plans/0/regions/1", json!("AZ"), &[warning]);
    let target = "definition.plans[0].regions[1]";
    for wrong in ["", "az", "AZE", "ÅÄ"] {
        expect_error(&sample, "/plans/0/regions/1", json!(wrong), target, "InvalidRegion");
    }
    expect_error(&sample, "/plans/0/regions/1", json!(31), target, "WrongType");
    expect_error(&sample, "/plans/0/regions", json!("US"), "definition.plans[0].regions", "WrongType");
    expect_nothing(&sample, "/plans/0/regions", Value::Null);
}

#[test]
fn an_offer_with_the_peculiarities_of_the_reference_is_refused_for_two_reasons() {
    let mut sample = vm();
    let plan = &mut sample["plans"][0];
    plan["regions"] = json!(["AZ"]);
    plan["virtualMachinePricing"] = json!({"isByol": true, "freeTrialDurationInMonths": 0});
    plan["microsoft-azure-virtualmachines.vmImages"] = json!({"1.0.1": {"lunVhdDetails": [], "osVhdUrl":
        "http://contoso.example/vm.vhd?sv=2014-02-14&sr=c&sig=x&st=2016-06-25T18%3A30%3A00Z&se=2017-06-25T18%3A30%3A00Z&sp=rl"}});
    sample["offer"]["microsoft-azure-marketplace.categoryMap"] = json!([
        {"categoryL1": "analytics", "categoryL2-analytics": ["visualization-and-reporting"]},
        {"categoryL1": "ai-plus-machine-learning",
         "categoryL2-ai-plus-machine-learning": ["bot-services", "cognitive-services", "other"]},
    ]);
    let found: Vec<_> = findings(VM, &sample).into_iter().map(|(level, _, code)| (level, code)).collect();
    let expected =
        [(Level::Error, "UnknownCategory"), (Level::Error, "SasExpired"), (Level::Warning, "RegionUnpriced")];
    assert_eq!(found, expected);
}
