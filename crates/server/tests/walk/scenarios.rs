//! Scenarios: what comes of an offer's next operations (`/_signoff/scenarios`).

use serde_json::json;

use crate::call::step_of;
use crate::server::TestServer;

#[tokio::test]
async fn a_scenario_is_replaced_read_and_cleared() {
    let server = TestServer::start().await;
    let full = json!({ "displaycertify": {
        "duration": "1h", "outcome": "fail", "message": "m", "failTimes": 2, "cancel": "refuse",
        "undoDuration": "300ms", "undoOutcome": "fail", "hold": true,
    }});
    server.scenario("sample-vm", full.clone()).await.expect(200);
    let path = "/scenarios/contoso/sample-vm";
    let shown = server.dev("GET", path).await.expect(200).json();
    for (name, value) in full["displaycertify"].as_object().unwrap() {
        assert_eq!(&shown["steps"]["displaycertify"][name], value, "{name}");
    }
    server.scenario("sample-vm", json!({ "live": { "hold": true } })).await.expect(200);
    let shown = server.dev("GET", path).await.expect(200).json();
    assert_eq!(shown["steps"].as_object().unwrap().len(), 1, "PUT replaces: {shown}");
    server.scenario("sample-vm", json!({})).await.expect(200);
    assert_eq!(server.dev("GET", path).await.expect(200).json(), json!({ "steps": {} }));
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let server = TestServer::start().await;
    for (body, code) in [
        (r#"{"steps":{"no-such-step":{}}}"#, "UnknownStep"),
        (r#"{"steps":{"displaycertify":{"duration":"1 hour"}}}"#, "InvalidJson"),
        (r#"{"steps":{"displaycertify":{"duration":"-1h"}}}"#, "InvalidJson"),
        (r#"{"steps":{"displaycertify":{"duration":"99999999999999999999d"}}}"#, "InvalidJson"),
        (r#"{"steps":{"displaycertify":{"outcome":"explode"}}}"#, "InvalidJson"),
        (r#"{"steps":{"displaycertify":{"cancel":"maybe"}}}"#, "InvalidJson"),
        (r#"{"steps":{"displaycertify":{"executor":"rm -rf"}}}"#, "InvalidBody"),
        (r#"{"steps":{"displaycertify":{"colour":"red"}}}"#, "InvalidJson"),
        ("{}", "InvalidJson"),
        ("", "InvalidJson"),
    ] {
        server.dev("PUT", "/scenarios/contoso/sample-vm").body(body).await.refused(400, code);
    }
    server
        .dev("PUT", "/scenarios/con$toso/sample-vm")
        .json(&json!({ "steps": {} }))
        .await
        .refused(400, "InvalidId");
    let shown = server.dev("GET", "/scenarios/contoso/sample-vm").await.expect(200).json();
    assert_eq!(shown, json!({ "steps": {} }), "nothing was kept");
}

#[tokio::test]
async fn it_is_read_when_an_operation_starts() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    server.scenario("sample-vm", json!({ "displaycertify": { "outcome": "fail" } })).await.expect(200);
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.cancel("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "canceled").await;
    owner.publish("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "failed").await;
}

#[tokio::test]
async fn hold_and_release() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.release("sample-vm", "displaycertify").await.refused(404, "OperationNotFound");
    server.release("missing", "displaycertify").await.refused(404, "OfferNotFound");
    let held = json!({ "displaycertify": { "hold": true }, "displaypackage": { "hold": true } });
    server.scenario("sample-vm", held).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    server.release("sample-vm", "no-such-step").await.refused(400, "UnknownStep");
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    // Time does not move a held step.
    server.advance("contoso", "30d").await.expect(200);
    let status = owner.status("sample-vm").await.json();
    assert_eq!(step_of(&status, "displaycertify")["status"], "inProgress");
    // An early release is remembered.
    server.release("sample-vm", "displaypackage").await.expect(200);
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.golive("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "succeeded").await;
    server.release("sample-vm", "displaycertify").await.refused(404, "OperationNotFound");
}

#[tokio::test]
async fn a_rehearsed_race() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    // Cancel wins: what is released afterwards changes nothing.
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    owner.cancel("sample-vm").await.expect(200);
    server.release("sample-vm", "displaycertify").await.refused(404, "OperationNotFound");
    server.advance("contoso", "30d").await.expect(200);
    assert_eq!(owner.follow(&publish).await.json()["status"], "canceled");
    // Cancel loses: the step behind is past return.
    let refusing = json!({ "displaycertify": { "hold": true }, "displayprovision": { "cancel": "refuse", "duration": "1h" } });
    server.scenario("sample-vm", refusing).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.step_reaches("sample-vm", "displayprovision", "inProgress").await;
    owner.cancel("sample-vm").await.refused(400, "OperationNotCancellable");
    server.advance("contoso", "1h").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.cancel("sample-vm").await.refused(400, "OperationNotCancellable");
}

#[tokio::test]
async fn scenarios_of_a_server_that_was_stopped() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    let server = server.restart().await;
    let owner = server.owner().await;
    assert_eq!(step_of(&owner.follow(&publish).await.json(), "displaycertify")["status"], "inProgress");
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.cancel("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "canceled").await;
    owner.publish("sample-vm").await.expect(202);
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    owner.cancel("sample-vm").await.expect(200);
}
