//! Shared access signatures of images.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Level, OfferTypes, VM, at, vm};
use crate::{Published, examine};

const OS_DISK: &str = "/plans/0/microsoft-azure-virtualmachines.vmImages/1.4.0/osVhdUrl";

fn now() -> Timestamp {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

/// The sample with this image.
fn with_image(address: &str) -> Value {
    let mut definition = vm();
    *at(&mut definition, OS_DISK) = json!(address);
    definition
}

fn found(definition: &Value, published: &[&Value]) -> Vec<(Level, &'static str)> {
    let offer_type = OfferTypes::load().get(VM).unwrap();
    let mut known = Published::default();
    for definition in published {
        known.add(offer_type, definition);
    }
    let report = examine(offer_type, definition, &known, now()).0;
    report.findings.iter().map(|finding| (finding.level, finding.detail.code())).collect()
}

#[test]
fn a_signature_must_permit_reading_now_and_for_a_while() {
    use Level::{Error, Warning};
    let good = "sig=x&sp=rl&se=2027-01-01";
    for (query, expected) in [
        (good, vec![]),
        ("sig=x&sp=racwdl&se=2027-01-01", vec![]),
        ("sig=x&sp=r&se=2027-01-01", vec![(Warning, "SasLacksList")]),
        ("sig=x&sp=l&se=2027-01-01", vec![(Error, "SasLacksRead")]),
        ("sig=x&sp=w&se=2027-01-01", vec![(Error, "SasLacksRead")]),
        ("sig=x&sp=rl&se=2027-01-01&st=2026-11-21T01:00:00Z", vec![]),
        ("sig=x&sp=rl&se=2027-01-01&st=2026-11-21T01:00:01Z", vec![(Error, "SasNotYetValid")]),
        ("sig=x&sp=rl&se=2027-01-01&st=soon", vec![(Error, "SasStartUnreadable")]),
        ("sig=x&sp=rl&se=2026-11-22T00:00:00Z", vec![]),
        ("sig=x&sp=rl&se=2026-11-21T23:59:59Z", vec![(Warning, "SasExpiresSoon")]),
        ("sig=x&sp=rl&se=2026-11-21T00:10:00Z", vec![(Warning, "SasExpiresSoon")]),
        ("sig=x&sp=rl&se=2026-11-21T00:00:00Z", vec![(Error, "SasExpired")]),
        ("sp=rl&se=2027-01-01&sig=a/b%2Fc==/vhds/image.vhd", vec![(Warning, "SasNameBehind")]),
        ("sp=rl&sig=a/b%2Fc==&se=2027-01-01/image.vhd", vec![(Warning, "SasNameBehind")]),
        ("sp=rl&se=2027-01-01&sig=a/b%2Fc==", vec![]),
    ] {
        let definition = with_image(&format!("https://images.contoso.example/vhds/a.vhd?{query}"));
        assert_eq!(found(&definition, &[]), expected, "{query}");
    }
}

#[test]
fn an_image_that_is_unchanged_since_it_was_published_is_no_error_for_its_signature() {
    let expired = "https://images.contoso.example/vhds/a.vhd?sig=x&sp=rl&se=2026-11-20";
    let other = "https://images.contoso.example/vhds/b.vhd?sig=x&sp=rl&se=2026-11-20";
    let published = with_image(expired);
    let error = [(Level::Error, "SasExpired")];
    assert_eq!(found(&with_image(expired), &[]), error);
    assert_eq!(found(&with_image(expired), &[&vm(), &published]), [(Level::Warning, "SasExpired")]);
    assert_eq!(found(&with_image(other), &[&published]), error, "another address");
    let mut moved = with_image(expired);
    moved["plans"][0]["planId"] = json!("another-plan");
    assert_eq!(found(&moved, &[&published]), error, "another plan");
    for query in ["sig=x&sp=w&se=2027-01-01", "sig=x&sp=rl&se=x", "sig=x&sp=rl&se=2027-01-01&st=2027-01-01"] {
        let definition = with_image(&format!("https://images.contoso.example/vhds/a.vhd?{query}"));
        assert_eq!(found(&definition, &[&definition])[0].0, Level::Warning, "{query}");
    }
    let mut broken = with_image("ftp://images.contoso.example/a.vhd");
    assert_eq!(found(&broken, &[&broken.clone()]), [(Level::Error, "InvalidUrl")], "not for its signature");
    *at(&mut broken, OS_DISK) = Value::Null;
    assert_eq!(found(&broken, &[&published]), [(Level::Error, "MissingField")]);
}
