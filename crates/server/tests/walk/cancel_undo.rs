//! Undoing that fails, and the cancel of a golive (contract, "Cancel", 6 and below; "Operations otherwise").

use serde_json::{Value, json};

use crate::call::{fit_document, step_of};
use crate::server::TestServer;

fn texts(messages: &Value) -> String {
    let messages = messages.as_array().unwrap();
    messages.iter().map(|message| message["messageHtml"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn rule_6_a_cancellation_that_fails() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        server
            .scenario("sample-vm", json!({ "displayprovision": { "undoOutcome": "fail" } }))
            .await
            .expect(200);
        let publish = owner.publish_to_signoff("sample-vm").await;
        let target = owner.follow(&publish).await.json()["id"].as_str().unwrap().to_owned();
        let accepted = owner.cancel("sample-vm").await.expect(202);
        let cancellation = owner.ends(&accepted.location(), "failed").await;
        assert!(texts(&cancellation["messages"]).contains("displayprovision"), "{cancellation:#}");
        let undone: Vec<_> =
            cancellation["steps"].as_array().unwrap().iter().map(|step| step["status"].clone()).collect();
        assert_eq!(undone, ["complete", "blocked"], "the other undos still run");
        let failed = owner.ends(&publish, "failed").await;
        assert_eq!(failed["error"]["code"], "CancellationFailed");
        assert_eq!(failed["cancellationRequestState"], "cannotCancel");
        assert!(
            texts(&failed["messages"]).contains("displayprovision"),
            "what is left is listed: {failed:#}"
        );
        assert_eq!(owner.status("sample-vm").await.json()["status"], "failed");
        // Before cancel rules 1 and 7, with any name and any guard.
        for call in [
            owner.cancel("sample-vm"),
            owner.cancel("sample-vm").operation(&target),
            owner.cancel("sample-vm").operation(&accepted.operation_id()),
            owner.cancel("sample-vm").reason("again"),
        ] {
            assert_eq!(call.await.refused(400, "CancellationFailed").location(), accepted.location());
        }
        owner
            .cancel("sample-vm")
            .operation("00000000-0000-0000-0000-000000000001")
            .await
            .refused(404, "OperationNotFound");
    }
}

#[tokio::test]
async fn what_is_left_behind_is_removed_by_the_next_publish() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let stuck = json!({ "displayprovision": { "undoOutcome": "fail" } });
    server.scenario("sample-vm", stuck).await.expect(200);
    owner.publish_to_signoff("sample-vm").await;
    let cancellation = owner.cancel("sample-vm").await.expect(202).location();
    owner.ends(&cancellation, "failed").await;
    // It cannot be removed yet: the publish fails in its first step.
    let second = owner.publish("sample-vm").await.expect(202).location();
    let failed = owner.ends(&second, "failed").await;
    assert_eq!(failed["error"]["code"], "StepFailed");
    assert_eq!(step_of(&failed, "displaydummycertify")["status"], "blocked", "{failed:#}");
    assert_eq!(step_of(&failed, "displaycertify")["status"], "notStarted");
    owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
    // Now it can.
    server.scenario("sample-vm", json!({})).await.expect(200);
    let third = owner.publish_to_signoff("sample-vm").await;
    let running = owner.follow(&third).await.json();
    let told = texts(&step_of(&running, "displaydummycertify")["messages"]);
    assert!(told.contains("displayprovision"), "{told}");
    // And only once.
    owner.cancel("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "canceled").await;
    let fourth = owner.publish_to_signoff("sample-vm").await;
    let running = owner.follow(&fourth).await.json();
    assert!(!texts(&step_of(&running, "displaydummycertify")["messages"]).contains("displayprovision"));
}

#[tokio::test]
async fn a_failed_step_undoes_what_began_in_reverse() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let failing = json!({
        "displaypackage": { "outcome": "fail", "message": "out of <paper> & \"ink\"" },
        "displayprovision": { "undoOutcome": "fail" },
    });
    server.scenario("sample-vm", failing).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    let failed = owner.ends(&publish, "failed").await;
    let states: Vec<_> =
        failed["steps"].as_array().unwrap().iter().map(|step| step["status"].clone()).collect();
    assert_eq!(states, ["complete", "complete", "complete", "blocked", "notStarted", "notStarted"]);
    let blocked = step_of(&failed, "displaypackage");
    let error =
        blocked["messages"].as_array().unwrap().iter().find(|message| message["level"] == "error").unwrap();
    let html = error["messageHtml"].as_str().unwrap();
    assert!(html.contains("out of &lt;paper&gt; &amp;"), "messages are HTML: {html}");
    assert!(texts(&failed["messages"]).contains("displayprovision"), "what is left is told: {failed:#}");
    assert_eq!(owner.status("sample-vm").await.json()["status"], "failed");
    owner.golive("sample-vm").await.refused(400, "NotReadyForGoLive");
}

#[tokio::test]
async fn a_golive_before_its_switch_can_be_cancelled() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.publish_live("sample-vm").await;
    let mut document = fit_document();
    document["definition"]["displayText"] = "two".into();
    let tag = owner.offer("sample-vm").await.etag();
    owner.put_offer("sample-vm", &document).if_match(&tag).await.expect(200);
    owner.publish_to_signoff("sample-vm").await;
    server.scenario("sample-vm", json!({ "live": { "hold": true } })).await.expect(200);
    let golive = owner.golive("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "live", "inProgress").await;
    assert_eq!(owner.follow(&golive).await.json()["cancellationRequestState"], "canCancel");
    let production = owner.slot("sample-vm", "production").await.expect(200).json();
    let cancellation = owner.cancel("sample-vm").await.expect(202).location();
    owner.ends(&cancellation, "completed").await;
    owner.ends(&golive, "canceled").await;
    let name = |offer: &Value| offer["definition"]["displayText"].clone();
    assert_eq!(
        name(&owner.slot("sample-vm", "production").await.json()),
        name(&production),
        "nothing went live"
    );
    assert_eq!(name(&owner.slot("sample-vm", "preview").await.json()), "two", "the preview stands");
    // A canceled golive whose preview stands may be repeated.
    server.scenario("sample-vm", json!({})).await.expect(200);
    let again = owner.golive("sample-vm").await.expect(202).location();
    let done = owner.ends(&again, "completed").await;
    assert!(done["steps"].as_array().unwrap().iter().all(|step| step["status"] == "complete"), "{done:#}");
    assert_eq!(name(&owner.slot("sample-vm", "production").await.json()), "two");
}

#[tokio::test]
async fn a_golive_after_its_switch_cannot() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.publish_to_signoff("sample-vm").await;
    server.scenario("sample-vm", json!({ "live": { "hold": true } })).await.expect(200);
    let golive = owner.golive("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "live", "inProgress").await;
    server.release("sample-vm", "live").await.expect(200);
    owner.ends(&golive, "completed").await;
    owner.slot("sample-vm", "production").await.expect(200);
    owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
    // A preparation that is past return.
    owner.create("vm").await.expect(201);
    owner.publish_to_signoff("vm").await;
    server.scenario("vm", json!({ "live": { "hold": true, "cancel": "refuse" } })).await.expect(200);
    let golive = owner.golive("vm").await.expect(202).location();
    assert_eq!(owner.cancel("vm").await.refused(400, "OperationNotCancellable").location(), golive);
}

#[tokio::test]
async fn a_golive_that_fails_may_be_repeated() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server
        .scenario("sample-vm", json!({ "live": { "outcome": "fail", "message": "no region" } }))
        .await
        .expect(200);
    owner.publish_to_signoff("sample-vm").await;
    let golive = owner.golive("sample-vm").await.expect(202).location();
    owner.ends(&golive, "failed").await;
    owner.slot("sample-vm", "production").await.refused(404, "SlotNotFound");
    owner.slot("sample-vm", "preview").await.expect(200);
    owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
    server.scenario("sample-vm", json!({})).await.expect(200);
    owner.golive("sample-vm").await.expect(202);
    owner.reaches("sample-vm", "succeeded").await;
    owner.golive("sample-vm").await.refused(400, "NotReadyForGoLive");
}
