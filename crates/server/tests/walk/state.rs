//! The state as a whole: reset, snapshot and restore; and what a server without `--dev` has of all this: nothing.

use serde_json::json;
use signoff_store::testing::{Fault, Plan, Point};

use crate::server::TestServer;

#[tokio::test]
async fn reset_starts_afresh_and_keeps_the_keys() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.publish_to_signoff("sample-vm").await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "live": { "hold": true } })).await.expect(200);
    server
        .dev("POST", "/faults")
        .json(&json!({ "path": "/api/offerTypes", "status": 500 }))
        .await
        .expect(201);
    server.advance("contoso", "9d").await.expect(200);
    server.dev("POST", "/reset").await.succeeded();
    owner.offer("vm").await.refused(404, "OfferNotFound");
    assert_eq!(owner.status("sample-vm").await.expect(200).json()["status"], "neverPublished");
    assert_eq!(server.dev("GET", "/scenarios/contoso/vm").await.json(), json!({ "steps": {} }));
    owner.get("/api/offerTypes").await.expect(200);
    assert!(server.mailbox().await.is_empty());
    let now = |clock: serde_json::Value| clock["now"].as_str().unwrap().to_owned();
    let clocks =
        (server.dev("GET", "/clock/contoso").await.json(), server.dev("GET", "/clock/fabrikam").await.json());
    assert_eq!(now(clocks.0)[..13], now(clocks.1)[..13]);
    owner.publish_live("sample-vm").await;
}

#[tokio::test]
async fn a_snapshot_brings_everything_back() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server
        .scenario("sample-vm", json!({ "displaycertify": { "duration": "0ms", "hold": true } }))
        .await
        .expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    // When the clock has moved, everything due has happened: the step is held for good.
    server.advance("contoso", "1s").await.expect(200);
    let before = owner.follow(&publish).await.text;
    let offer = owner.offer("sample-vm").await.text;
    let snapshot = server.snapshot().await;
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.create("later").await.expect(201);
    server.restore(&snapshot).await.succeeded();
    assert_eq!(owner.follow(&publish).await.expect(200).text, before);
    assert_eq!(owner.offer("sample-vm").await.text, offer);
    owner.offer("later").await.refused(404, "OfferNotFound");
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    // Another server can go on from it, for the same callers.
    let other = TestServer::start().await;
    other.restore(&snapshot).await.succeeded();
    let owner = other.owner().await;
    assert_eq!(owner.follow(&publish).await.expect(200).text, before);
    other.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
}

/// The snapshot after this statement.
async fn altered(snapshot: &[u8], statement: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot");
    std::fs::write(&file, snapshot).unwrap();
    signoff_upkeep::testing::sql(&format!("sqlite:{}", file.display()), statement).await.unwrap();
    std::fs::read(&file).unwrap()
}

#[tokio::test]
async fn what_is_no_snapshot_changes_nothing() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let before = owner.offer("sample-vm").await.text;
    let mut cut = server.snapshot().await;
    cut.truncate(cut.len() / 2);
    let mut bent = server.snapshot().await;
    let middle = bent.len() / 2;
    bent[middle..middle + 4096].fill(0xff);
    // The number of cells in the second page, which is the root of a tree.
    let mut flipped = server.snapshot().await;
    flipped[4096 + 4] ^= 1;
    let whole = server.snapshot().await;
    let broken = altered(&whole, "DELETE FROM content").await;
    let unreadable = altered(&whole, "UPDATE publisher SET body = '{' WHERE publisher_id = 'contoso'").await;
    for (what, bytes) in [
        ("one with a flipped bit", flipped),
        ("one without contents", broken),
        ("one with a publisher that cannot be read", unreadable),
        ("nothing", Vec::new()),
        ("a text", b"not a database".to_vec()),
        ("a half", cut),
        ("a damaged one", bent),
    ] {
        let reply = server.restore(&bytes).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "InvalidBody"), "{what}: {}", reply.text);
        assert_eq!(owner.offer("sample-vm").await.expect(200).text, before, "{what}");
    }
}

#[tokio::test]
async fn who_cannot_store_changes_is_not_ready() {
    let server = TestServer::start().await;
    server.dev("GET", "/readyz").await.expect(200);
    let next = server.faults.calls_of("writable") + 1;
    server.faults.set_plan(Plan::at(Point::call_of("writable", next), Fault::Error));
    let reply = server.dev("GET", "/readyz").await;
    assert_eq!(reply.status, 503, "{}", reply.text);
    server.dev("GET", "/readyz").await.expect(200);
}

#[tokio::test]
async fn a_server_without_dev_has_none_of_it() {
    let server = TestServer::production().await;
    for (method, path) in [
        ("PUT", "/scenarios/contoso/sample-vm"),
        ("GET", "/scenarios/contoso/sample-vm"),
        ("POST", "/scenarios/contoso/sample-vm/release"),
        ("GET", "/clock/contoso"),
        ("POST", "/clock/contoso/advance"),
        ("GET", "/faults"),
        ("POST", "/faults"),
        ("PUT", "/faults"),
        ("DELETE", "/faults"),
        ("GET", "/mailbox"),
        ("POST", "/reset"),
        ("GET", "/snapshot"),
        ("PUT", "/snapshot"),
    ] {
        server.dev(method, path).body("{}").await.refused(404, "NotFound");
    }
    for path in ["/healthz", "/readyz", "/openapi.json", "/metrics"] {
        server.dev("GET", path).await.expect(200);
    }
}
