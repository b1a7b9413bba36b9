//! Reading a body takes memory in proportion to the body, counted in bytes that are allocated.
#![cfg(test)]

use signoff_wire::body::ActionBody;
use signoff_wire::emails;
use signoff_wire::etag::IfMatch;
use signoff_wire::filter::OfferFilter;
use signoff_wire::json;
use signoff_wire::offer_put::OfferPut;

/// So many of each.
const FEW: usize = 2000;
/// Tables double, so that it is not exactly twice as much.
const TWICE: f64 = 2.6;

type Kind = (&'static str, fn(usize) -> String, fn(&str));

fn members(count: usize) -> String {
    (0..count).map(|n| format!("\"m{n}\":{{}}")).collect::<Vec<_>>().join(",")
}

fn put(text: &str) {
    let _ = OfferPut::parse(text.as_bytes());
}

fn action(text: &str) {
    let _ = ActionBody::parse(text.as_bytes());
}

const KINDS: [Kind; 11] = [
    ("members of a definition", |n| format!("{{\"definition\":{{{}}}}}", members(n)), put),
    ("members beside it", |n| format!("{{\"definition\":{{}},{}}}", members(n)), put),
    ("a member repeated in the end", |n| format!("{{\"definition\":{{{},\"m0\":1}}}}", members(n)), put),
    (
        "small objects",
        |n| format!("{{\"definition\":{{\"l\":[{}]}}}}", vec!["{\"a\":1,\"b\":2}"; n].join(",")),
        put,
    ),
    (
        "members under a long name",
        |n| format!("{{\"definition\":{{\"{}\":{{{}}}}}}}", "n".repeat(n * 10), members(n)),
        put,
    ),
    ("members of an action", |n| format!("{{{}}}", members(n)), action),
    ("members in JSON5", |n| format!("{{{}}}", members(n).replace("{}", "1").replace('"', "'")), action),
    (
        "e-mail addresses",
        |n| (0..n).map(|n| format!("a{n}@x.example")).collect::<Vec<_>>().join(","),
        |text| {
            let _ = emails::parse_list(text);
        },
    ),
    (
        "one e-mail address again and again",
        |n| "a@x.example,".repeat(n),
        |text| {
            let _ = emails::parse_list(text);
        },
    ),
    (
        "tags",
        |n| "\"datetime'2026';1;2\",".repeat(n),
        |text| {
            let _ = IfMatch::parse(text).map(|tags| tags.sent());
        },
    ),
    (
        "conditions",
        |n| vec!["status eq 'running'"; n].join(" and "),
        |text| {
            let _ = OfferFilter::parse(text);
        },
    ),
];

#[test]
fn twice_the_body_takes_twice_the_memory() {
    for (kind, make, read) in KINDS {
        let [few, many] = [FEW, 2 * FEW].map(|count| {
            let text = make(count);
            allocation_counter::measure(|| read(&text)).bytes_total
        });
        #[expect(clippy::cast_precision_loss, reason = "a ratio of sizes")]
        let growth = many as f64 / few.max(1) as f64;
        assert!(growth < TWICE, "{kind}: {few} bytes for {FEW}, {many} for twice as many");
    }
}

#[test]
fn a_body_of_the_largest_size_and_the_worst_kind_is_read() {
    let text = format!("{{\"definition\":{{{}}}}}", members(json::LARGEST_BODY / 16));
    assert!(text.len() <= json::LARGEST_BODY && OfferPut::parse(text.as_bytes()).is_ok());
}
