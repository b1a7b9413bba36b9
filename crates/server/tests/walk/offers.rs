//! Publishers, offer types, offers: list, filter, get, versions, slots (contract, "Endpoints").

use serde_json::{Value, json};

use crate::call::{Client, fit_document};
use crate::server::TestServer;

const VM: &str = "microsoft-azure-virtualmachines";
const CORE_VM: &str = "microsoft-azure-corevm";

#[tokio::test]
async fn publishers_are_the_callers_own() {
    let server = TestServer::start().await;
    for (client, own, migration) in
        [(server.owner().await, "contoso", "migrated"), (server.fabrikam().await, "fabrikam", "none")]
    {
        let list = client.get("/api/publishers").await.expect(200).json();
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
        let one = client.get(&format!("/api/publishers/{own}")).await.expect(200).json();
        assert_eq!(list[0], one);
        assert_eq!((&one["id"], &one["definition"]["pcMigrationStatus"]), (&json!(own), &json!(migration)));
        assert!(one["version"].is_u64() && one["definition"]["sellerId"].is_i64(), "{one}");
        assert!(one["definition"]["displayText"].is_string(), "{one}");
        assert!(one["definition"]["offerTypeCategories"].is_array(), "{one}");
    }
}

#[tokio::test]
async fn an_owner_changes_the_publisher() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let before = owner.get("/api/publishers/contoso").await.json();
    let change = json!({ "displayText": "Contoso Ltd", "pcMigrationStatus": "none", "sellerContact": "new@contoso.example" });
    let after = owner.put("/api/publishers/contoso", &change).await.expect(200).json();
    assert_eq!(after["definition"]["displayText"], "Contoso Ltd");
    assert_eq!(after["definition"]["sellerId"], before["definition"]["sellerId"]);
    assert!(after["version"].as_u64() > before["version"].as_u64());
    // The offers that say nothing themselves follow, for later operations.
    assert_eq!(owner.offer("sample-vm").await.json()["pcMigrationStatus"], "none");
    for (body, code) in [
        (json!({ "sellerContact": "nobody" }), "InvalidEmail"),
        (json!({ "pcMigrationStatus": "maybe" }), "InvalidBody"),
        (json!({ "displayText": "x".repeat(201) }), "InvalidBody"),
        (json!({ "colour": "red" }), "InvalidJson"),
    ] {
        owner.put("/api/publishers/contoso", &body).await.refused(400, code);
    }
    assert_eq!(owner.get("/api/publishers/contoso").await.json(), after);
}

#[tokio::test]
async fn offer_types_and_their_steps() {
    let server = TestServer::start().await;
    let types = server.reader().await.get("/api/offerTypes").await.expect(200).json();
    let vm = types.as_array().unwrap().iter().find(|kind| kind["id"] == VM).unwrap().clone();
    let steps: Vec<(&str, &str, &str)> = vm["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let text = |name: &str| step[name].as_str().unwrap();
            (text("id"), text("stepName"), text("estimatedTimeFrame"))
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("displaydummycertify", "Validate Pre-Requisites", "< 15 min"),
            ("displaycertify", "Certification", "< 5 days"),
            ("displayprovision", "Provisioning", "< 1 day"),
            ("displaypackage", "Packaging and Lead Generation Registration", "< 1 hour"),
            (
                "publisher-signoff",
                "Publisher signoff",
                vm["steps"][4]["estimatedTimeFrame"].as_str().unwrap()
            ),
            ("live", "Live", "~2-5 days"),
        ]
    );
    assert!(types.as_array().unwrap().len() > 5, "other offer types have pipelines too");
}

async fn listed(client: &Client, filter: &str) -> Vec<String> {
    let offers =
        client.get("/api/publishers/contoso/offers").query("$filter", filter).await.expect(200).json();
    offers.as_array().unwrap().iter().map(|offer| offer["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn lists_and_filters() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let core =
        json!({ "offerTypeId": CORE_VM, "definition": { "displayText": "Core", "offer": {}, "plans": [] } });
    owner.put_offer("core", &core).await.expect(201);
    owner.create("held").await.expect(201);
    server.scenario("held", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("held").await.expect(202);
    for (filter, expected) in [
        ("", vec!["core", "held", "sample-vm"]),
        ("offerTypeId eq 'microsoft-azure-virtualmachines'", vec!["held", "sample-vm"]),
        ("offerTypeId eq 'microsoft-azure-corevm'", vec!["core"]),
        ("offerTypeId eq 'nothing-like-it'", vec![]),
        ("status eq 'neverPublished'", vec!["core", "sample-vm"]),
        ("status eq 'running'", vec!["held"]),
        ("status eq 'notStarted'", vec![]),
        (
            "offerTypeId eq 'microsoft-azure-virtualmachines' and status eq 'neverPublished'",
            vec!["sample-vm"],
        ),
        ("status eq 'running' and offerTypeId eq 'microsoft-azure-corevm'", vec![]),
        ("status eq 'running' and status eq 'failed'", vec![]),
    ] {
        let mut found = listed(&owner, filter).await;
        found.sort();
        assert_eq!(found, expected, "{filter}");
    }
    for bad in [
        "status",
        "status eq running",
        "status eq 'bogus'",
        "status ne 'running'",
        "status eq 'running' or status eq 'failed'",
        "status eq 'running",
        "colour eq 'red'",
        "offerTypeId eq 'x' and",
        "'",
        "\u{0}",
        "status eq 'running'; drop table offers",
    ] {
        let reply = owner.get("/api/publishers/contoso/offers").query("$filter", bad).await;
        assert_eq!(reply.refused(400, "InvalidFilter").target(), "$filter", "{bad:?}");
    }
}

#[tokio::test]
async fn an_offer_by_its_guid() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let guid = server.guid_of("contoso", "sample-vm").await;
    let by_slug = owner.offer("sample-vm").await.expect(200);
    for id in [guid.clone(), guid.to_uppercase()] {
        let by_guid = owner.offer(&id).await.expect(200);
        assert_eq!((by_guid.etag(), &by_guid.text), (by_slug.etag(), &by_slug.text));
    }
    owner.put_offer(&guid, &fit_document()).if_match(&by_slug.etag()).await.expect(200);
    let location = owner.publish(&guid).await.expect(202).location();
    assert!(location.contains("/offers/sample-vm/"), "{location}");
    owner.reaches(&guid, "waitingForPublisherReview").await;
    let id = location.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    owner.operation(&guid, &id).await.expect(200);
    owner.get(&format!("/api/operations/contoso${guid}$1$preview")).await.expect(200);
    owner.slot(&guid, "preview").await.expect(200);
    assert_eq!(owner.operations(&guid).await.expect(200).json()[0]["offerId"], "sample-vm");
    assert_eq!(owner.golive(&guid).await.expect(202).location().split('?').count(), 2);
    owner.reaches(&guid, "succeeded").await;
    owner.cancel(&guid).await.refused(400, "NoOperationInProgress");
}

/// What a slot shows of the draft's name; `None`: 404.
async fn name_in(client: &Client, offer: &str, slot: &str) -> Option<Value> {
    let reply = client.slot(offer, slot).await;
    if reply.status == 404 {
        reply.refused(404, "SlotNotFound");
        return None;
    }
    Some(reply.expect(200).json()["definition"]["displayText"].clone())
}

#[tokio::test]
async fn slots_and_versions_follow_publish_and_go_live() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let named = |name: &str| {
        let mut document = fit_document();
        document["definition"]["displayText"] = name.into();
        document
    };
    let put = async |name: &str| {
        let present = owner.offer("vm").await;
        let call = owner.put_offer("vm", &named(name));
        if present.status == 404 { call.await } else { call.if_match(&present.etag()).await }.succeeded();
    };
    let slots = async || {
        (
            name_in(&owner, "vm", "draft").await,
            name_in(&owner, "vm", "preview").await,
            name_in(&owner, "vm", "production").await,
        )
    };
    let some = |name: &str| Some(Value::from(name));
    put("one").await;
    assert_eq!(slots().await, (some("one"), None, None), "after the first PUT");
    owner.publish_to_signoff("vm").await;
    assert_eq!(slots().await, (some("one"), some("one"), None), "at sign-off");
    put("two").await;
    assert_eq!(slots().await, (some("two"), some("one"), None), "PUT goes on freely");
    owner.golive("vm").await.expect(202);
    owner.reaches("vm", "succeeded").await;
    assert_eq!(slots().await, (some("two"), some("one"), some("one")), "live");
    owner.publish_to_signoff("vm").await;
    assert_eq!(slots().await, (some("two"), some("two"), some("one")), "the second publish");
    owner.cancel("vm").await.succeeded();
    assert_eq!(slots().await, (some("two"), some("one"), some("one")), "its cancel puts the preview back");
    for (version, name) in [(1, "one"), (2, "two"), (3, "two")] {
        let path = owner.path("vm", &format!("/versions/{version}"));
        let offer = owner.get(&path).await.expect(200).json();
        assert_eq!((&offer["version"], &offer["definition"]["displayText"]), (&json!(version), &json!(name)));
    }
    owner.get(&owner.path("vm", "/versions/4")).await.refused(404, "VersionNotFound");
    for slot in ["DRAFT", "Preview", "pRoDuCtIoN"] {
        let (odd, plain) =
            (owner.slot("vm", slot).await.expect(200), owner.slot("vm", &slot.to_lowercase()).await);
        assert_eq!(odd.text, plain.text, "{slot}");
    }
}

#[tokio::test]
async fn all_pricing_may_be_asked_for() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let reply = owner.offer("sample-vm").query("includeAllPricing", "true").await.expect(200);
    assert!(reply.json()["definition"]["plans"][0]["virtualMachinePricing"].is_object());
    owner.offer("sample-vm").query("includeAllPricing", "false").await.expect(200);
}
