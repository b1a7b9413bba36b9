//! What reading a document costs grows with the document and no faster: twice as much of anything that a caller may send
//! takes about twice the memory, counted in bytes that are allocated.
#![cfg(test)]

use serde_json::{Value, json};
use signoff_definition::{Document, MOST_FINDINGS, OfferTypes, Secrets, validate};

const VM: &str = "microsoft-azure-virtualmachines";
/// So many of each.
const FEW: usize = 4000;
/// Tables double, so that it is not exactly twice as much.
const TWICE: f64 = 2.6;

/// What is done to a document that is put and then published; `earlier` was put before.
fn put_and_check(definition: &str, earlier: &str) -> u64 {
    let offer_type = OfferTypes::load().get(VM);
    let earlier = Secrets::from_stored(Some(earlier)).unwrap();
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    allocation_counter::measure(|| {
        let mut document = Document::parse(definition, None).unwrap();
        let mut secrets = document.split(offer_type);
        secrets.keep(&document, earlier);
        let stored = secrets.to_stored();
        let report = validate(offer_type.unwrap(), &document.definition, now);
        assert!(report.findings.len() <= 2 * MOST_FINDINGS && !stored.is_empty());
    })
    .bytes_total
}

fn stored(definition: &str) -> String {
    Document::parse(definition, None).unwrap().split(None).to_stored()
}

fn list(count: usize, item: impl Fn(usize) -> Value) -> Value {
    (0..count).map(item).collect()
}

fn object(count: usize, member: impl Fn(usize) -> (String, Value)) -> Value {
    Value::Object((0..count).map(member).collect())
}

type Kind = (&'static str, fn(usize) -> Value);

const KINDS: [Kind; 14] = [
    ("secrets in one object", |n| json!({"offer": object(n, |i| (format!("{i}password"), json!("x")))})),
    (
        "secrets under a long name",
        |n| json!({"offer": {"n".repeat(n * 10): object(n, |i| (format!("{i}token"), json!("x")))}}),
    ),
    (
        "a secret in each plan",
        |n| json!({"plans": list(n, |i| json!({"planId": format!("p{i}"), "k": {"api_key": "x"}}))}),
    ),
    ("masks", |n| json!({"offer": object(n, |i| (format!("{i}secret"), json!("*****")))})),
    ("plans with one id", |n| json!({"plans": list(n, |_| json!({"planId": "p", "password": "x"}))})),
    ("empty plans", |n| json!({"plans": list(n, |_| json!({}))})),
    ("generations", |n| json!({"plans": [{"diskGenerations": list(n, |_| json!({"planId": "p"}))}]})),
    ("disks under a long version", |n| {
        json!({"plans": [{"microsoft-azure-virtualmachines.vmImages": {
            "v".repeat(n * 10): {"lunVhdDetails": list(n, |_| json!({"lun": 1}))}}}]})
    }),
    (
        "unknown categories",
        |n| json!({"offer": {"microsoft-azure-marketplace.categoryMap": list(n, |i| json!({"categoryL1": format!("{i}")}))}}),
    ),
    ("unknown core sizes", |n| {
        let sizes = object(n, |i| (format!("{i}cores"), json!("one")));
        json!({"plans": [{"virtualMachinePricing": {"coreMultiplier": {"individually": sizes}}}]})
    }),
    ("findings beside as many members", |n| {
        let mut entry = object(n, |i| (format!("categoryL2-{i}"), json!([])));
        entry["categoryL1"] = json!("compute");
        json!({"offer": {"microsoft-azure-marketplace.categoryMap": [entry]}})
    }),
    ("findings from the end to the beginning", |n| {
        let plan = json!({"planId": "a b", "regions": ["?"]});
        json!({"plans": list(n, |_| plan.clone()), "offer": {"microsoft-azure-marketplace.title": 1}})
    }),
    ("unknown regions", |n| json!({"plans": [{"regions": list(n, |i| json!(format!("{i}region")))}]})),
    ("signatures", |n| {
        let image = json!({"osVhdUrl": "https://a.example/a.vhd?sig=x&sp=l&st=2030-01-01&se=2020-01-01"});
        json!({"plans": [{"microsoft-azure-virtualmachines.vmImages": object(n, |i| (format!("{i}"), image.clone()))}]})
    }),
];

#[test]
fn twice_the_document_takes_twice_the_memory() {
    // What is made once, and the tables.
    put_and_check("{}", "{}");
    for (kind, make) in KINDS {
        let [few, many] = [FEW, 2 * FEW].map(|count| {
            let definition = make(count).to_string();
            put_and_check(&definition, &stored(&definition))
        });
        #[expect(clippy::cast_precision_loss, reason = "a ratio of sizes")]
        let growth = many as f64 / few as f64;
        assert!(growth < TWICE, "{kind}: {few} bytes for {FEW}, {many} for twice as many");
    }
}

#[test]
fn findings_beyond_the_bound_are_counted_and_not_made() {
    let plans = |count: usize| json!({"plans": list(count, |_| json!({}))});
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let check = |count| validate(OfferTypes::load().get(VM).unwrap(), &plans(count), now);
    let (few, many) = (check(1000), check(2000));
    assert_eq!(few.findings.len(), many.findings.len());
    let each = 5;
    assert_eq!(many.omitted_errors - few.omitted_errors, 1000 * each);
    // Not even its path: so many plans more allocate nothing.
    let allocations = |count| {
        let (offer_type, plans) = (OfferTypes::load().get(VM).unwrap(), plans(count));
        allocation_counter::measure(|| drop(validate(offer_type, &plans, now))).count_total
    };
    assert_eq!(allocations(1000), allocations(2000));
}

#[test]
fn a_secret_in_each_plan_takes_a_few_times_the_memory_of_its_document() {
    let plans = json!({"plans": list(FEW, |i| json!({"planId": format!("p{i}"), "k": {"api_key": "x"}}))});
    let text = plans.to_string();
    put_and_check("{}", "{}");
    let taken = put_and_check(&text, &stored(&text)) / text.len() as u64;
    assert!(taken < 120, "{taken} bytes for each of the document");
}
