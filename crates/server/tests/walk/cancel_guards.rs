//! What keeps a stale client from cancelling a newer operation: `operationId` and `If-Match` (contract, "Cancel", 7).

use serde_json::json;

use crate::call::Client;
use crate::server::TestServer;

const STALE: &str = "W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z;1;99;running'\"";

/// Publishes and stops while certification is held; the operation's id.
async fn running(client: &Client, offer: &str) -> String {
    client.publish(offer).await.expect(202).operation_id()
}

#[tokio::test]
async fn rule_7_only_the_named_operation_is_cancelled() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let unknown = "00000000-0000-0000-0000-000000000001";
    owner.cancel("vm").operation(unknown).await.refused(404, "OperationNotFound");
    let first = running(&owner, "vm").await;
    owner.cancel("vm").operation(unknown).await.refused(404, "OperationNotFound");
    owner.cancel("vm").operation(unknown).if_match(STALE).await.refused(404, "OperationNotFound");
    let canceled = owner.cancel("vm").operation(&first).await.expect(200);
    // Named again: the first answer, with any guard.
    let again = owner.cancel("vm").operation(&first).if_match(STALE).await.expect(200);
    assert_eq!(again.text, canceled.text);
    // Without a name the guard counts.
    owner.cancel("vm").if_match(STALE).await.refused(412, "PreconditionFailed");

    let second = running(&owner, "vm").await;
    for call in
        [owner.cancel("vm").operation(&first), owner.cancel("vm").json(&json!({ "operationId": first }))]
    {
        call.await.refused(400, "OperationNotRunning");
    }
    assert_eq!(owner.operation("vm", &second).await.json()["status"], "running", "the newer one goes on");
    owner.cancel("vm").operation(&second).if_match(STALE).await.refused(412, "PreconditionFailed");
    let upper = owner.cancel("vm").json(&json!({ "operationId": second.to_uppercase() })).await.expect(200);
    assert_eq!(upper.operation_id(), second);
}

#[tokio::test]
async fn rule_7_query_and_body() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let id = running(&owner, "vm").await;
    let other = "00000000-0000-0000-0000-000000000001";
    let conflict = owner.cancel("vm").operation(&id).json(&json!({ "operationId": other })).await;
    assert_eq!(conflict.refused(400, "InvalidId").target(), "operationId");
    for bad in ["1", "not-a-guid", "56615b67218549fe80d2c4ddf77bb2e8", "' or 1=1 --", "\r\nX: y"] {
        owner.cancel("vm").operation(bad).await.refused(400, "InvalidId");
        owner.cancel("vm").json(&json!({ "operationId": bad })).await.refused(400, "InvalidId");
    }
    owner.cancel("vm").json(&json!({ "operationId": 7 })).await.refused(400, "InvalidBody");
    assert_eq!(owner.operation("vm", &id).await.json()["status"], "running", "nothing was cancelled");
    let both = owner.cancel("vm").operation(&id.to_uppercase()).json(&json!({ "operationId": id })).await;
    both.expect(200);
}

#[tokio::test]
async fn rule_7_with_a_cancellation() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displayprovision": { "undoDuration": "1h" } })).await.expect(200);
    let publish = owner.publish_to_signoff("sample-vm").await;
    let target = owner.follow(&publish).await.json()["id"].as_str().unwrap().to_owned();
    let first = owner.cancel("sample-vm").operation(&target).await.expect(202);
    // Both T and its cancellation name what is being cancelled.
    for id in [&target, &first.operation_id()] {
        let again = owner.cancel("sample-vm").operation(id).if_match(STALE).await.expect(202);
        assert_eq!(again.text, first.text);
    }
    server.advance("contoso", "2h").await.expect(200);
    for id in [&target, &first.operation_id()] {
        let ended = owner.cancel("sample-vm").operation(id).if_match(STALE).await.expect(200);
        assert_eq!(ended.location(), first.location());
    }
    // A newer publish: the old names mean nothing any more.
    owner.publish("sample-vm").await.expect(202);
    for id in [&target, &first.operation_id()] {
        owner.cancel("sample-vm").operation(id).await.refused(400, "OperationNotRunning");
    }
}

#[tokio::test]
async fn a_named_operation_that_ended_by_itself() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let publish = owner.publish_to_signoff("sample-vm").await;
    let publish = owner.follow(&publish).await.json()["id"].as_str().unwrap().to_owned();
    let golive = owner.golive("sample-vm").await.expect(202).operation_id();
    owner.reaches("sample-vm", "succeeded").await;
    for id in [&publish, &golive] {
        owner.cancel("sample-vm").operation(id).await.refused(400, "OperationNotRunning");
    }
}

#[tokio::test]
async fn an_unreadable_guard_is_no_licence() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let id = running(&owner, "vm").await;
    for tag in ["\"\u{e9}\"", "garbage", "\"\"garbage", "W/"] {
        let reply = owner.cancel("vm").if_match(tag).await;
        assert!([400, 412].contains(&reply.status), "{tag}: {} {}", reply.status, reply.text);
    }
    assert_eq!(owner.operation("vm", &id).await.json()["status"], "running");
    owner.cancel("vm").if_match("*").await.expect(200);
}
