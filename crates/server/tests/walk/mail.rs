//! Who hears of what (contract, "Migrated or not"; the mailbox of the development mode).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::server::TestServer;

/// `event recipient` of every letter so far, those of one moment in any order.
async fn told(server: &TestServer) -> BTreeSet<(String, String)> {
    let text = |letter: &Value, name: &str| letter[name].as_str().unwrap().to_owned();
    server.mailbox().await.iter().map(|letter| (text(letter, "event"), text(letter, "to"))).collect()
}

fn expected(rows: &[(&str, &[&str])]) -> BTreeSet<(String, String)> {
    let pairs =
        rows.iter().flat_map(|(event, to)| to.iter().map(move |to| ((*event).to_owned(), (*to).to_owned())));
    pairs.collect()
}

const SELLER: &str = "seller@contoso.example";

#[tokio::test]
async fn migrated_offers_tell_the_seller_contact() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.publish("sample-vm").emails("a@x.example").await.expect(202);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.golive("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "succeeded").await;
    owner.publish("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.cancel("sample-vm").emails("b@y.example").await.expect(202);
    owner.reaches("sample-vm", "canceled").await;
    let events: Vec<String> =
        server.mailbox().await.iter().map(|letter| format!("{} {}", letter["event"], letter["to"])).collect();
    let all: Vec<String> =
        ["started", "waitingForSignoff", "started", "live", "started", "waitingForSignoff", "canceled"]
            .iter()
            .map(|event| format!("\"{event}\" \"{SELLER}\""))
            .collect();
    assert_eq!(events, all);
}

#[tokio::test]
async fn others_tell_the_addresses_of_the_requests() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    fabrikam.publish("vm").emails("a@x.example, b@x.example, A@x.example").await.expect(202);
    fabrikam.reaches("vm", "waitingForPublisherReview").await;
    // A golive uses the list of its publish and ignores its own.
    fabrikam.golive("vm").emails("c@x.example").await.expect(202);
    fabrikam.reaches("vm", "succeeded").await;
    let publish = ["a@x.example", "b@x.example"];
    assert_eq!(
        told(&server).await,
        expected(&[("started", &publish), ("waitingForSignoff", &publish), ("live", &publish)])
    );
    // A cancel uses its own list and its target's, each address once.
    server.dev("POST", "/reset").await.succeeded();
    fabrikam.create("vm").await.expect(201);
    fabrikam.publish("vm").emails("a@x.example").await.expect(202);
    fabrikam.reaches("vm", "waitingForPublisherReview").await;
    fabrikam.cancel("vm").emails("A@X.example,d@x.example").reason("too early").await.expect(202);
    fabrikam.reaches("vm", "canceled").await;
    let canceled: Vec<Value> =
        server.mailbox().await.into_iter().filter(|letter| letter["event"] == "canceled").collect();
    let to: Vec<&str> = canceled.iter().map(|letter| letter["to"].as_str().unwrap()).collect();
    assert_eq!(to, ["a@x.example", "d@x.example"]);
    for letter in &canceled {
        let text = letter["text"].as_str().unwrap();
        assert!(text.contains("fabrikam-owner") && text.contains("too early"), "{text}");
    }
}

#[tokio::test]
async fn on_the_spot_too() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    server.scenario("fabrikam/vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    fabrikam.publish("vm").emails("a@x.example").await.expect(202);
    for _ in 0..3 {
        fabrikam.cancel("vm").emails("d@x.example").await.expect(200);
    }
    let both = ["a@x.example", "d@x.example"];
    assert_eq!(told(&server).await, expected(&[("started", &["a@x.example"]), ("canceled", &both)]));
    assert_eq!(server.mailbox().await.len(), 3, "one transition, one letter a recipient");
}

#[tokio::test]
async fn failures_tell_what_is_wrong_and_what_is_left() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    server
        .scenario("fabrikam/vm", json!({ "displaypackage": { "outcome": "fail", "message": "no <room>" } }))
        .await
        .expect(200);
    fabrikam.publish("vm").emails("a@x.example").await.expect(202);
    fabrikam.reaches("vm", "failed").await;
    let letters = server.mailbox().await;
    let failed = letters.iter().find(|letter| letter["event"] == "failed").unwrap();
    assert!(failed["text"].as_str().unwrap().contains("no <room>"), "mail is plain text: {failed}");
    server
        .scenario("fabrikam/vm", json!({ "displayprovision": { "undoOutcome": "fail" } }))
        .await
        .expect(200);
    fabrikam.publish("vm").emails("a@x.example").await.expect(202);
    fabrikam.reaches("vm", "waitingForPublisherReview").await;
    fabrikam.cancel("vm").await.expect(202);
    fabrikam.reaches("vm", "failed").await;
    let letters = server.mailbox().await;
    let left = letters.iter().find(|letter| letter["event"] == "cancellationFailed").unwrap();
    assert!(left["text"].as_str().unwrap().contains("displayprovision"), "{left}");
    assert!(!letters.iter().any(|letter| letter["event"] == "canceled"));
}

#[tokio::test]
async fn a_letter_has_the_documented_members() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let id = owner.publish("sample-vm").await.expect(202).operation_id();
    let letter = server.mailbox().await[0].clone();
    let mut names: Vec<&String> = letter.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["event", "headers", "messageId", "operation", "subject", "text", "to"]);
    assert_eq!(letter["operation"], Value::from(id));
    assert!(letter["headers"].is_object() && letter["messageId"].as_str().unwrap().contains('@'));
}
