//! Publish and go live (contract, "Operations otherwise").

use serde_json::{Value, json};

use crate::call::{fit_document, step_of};
use crate::server::TestServer;

#[tokio::test]
async fn an_unfit_draft_is_422_with_every_finding() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document = fit_document();
    let offer = document["definition"]["offer"].as_object_mut().unwrap();
    offer.shift_remove("microsoft-azure-marketplace.title");
    offer["microsoft-azure-marketplace.supportContactEmail"] = "nobody".into();
    document["definition"]["plans"][0].as_object_mut().unwrap().shift_remove("planId");
    owner.put_offer("unfit", &document).await.expect(201);
    let reply = owner.publish("unfit").await.refused(422, "ValidationFailed");
    let details = reply.json()["error"]["details"].clone();
    let targets: Vec<&str> =
        details.as_array().unwrap().iter().map(|detail| detail["target"].as_str().unwrap()).collect();
    for expected in ["title", "supportContactEmail", "planId"] {
        assert!(targets.iter().any(|target| target.contains(expected)), "{expected}: {targets:?}");
    }
    assert_eq!(owner.status("unfit").await.json()["status"], "neverPublished", "nothing has started");
    assert_eq!(owner.operations("unfit").await.json(), json!([]));
    let tag = owner.offer("unfit").await.etag();
    owner.put_offer("unfit", &fit_document()).if_match(&tag).await.expect(200);
    owner.publish("unfit").await.expect(202);
}

#[tokio::test]
async fn publish_while_something_runs() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let reply = owner.golive("sample-vm").await.refused(400, "NotReadyForGoLive");
    assert!(reply.message().contains("neverPublished"), "{}", reply.message());
    let publish = owner.publish("sample-vm").await.expect(202).location();
    for call in [owner.publish("sample-vm"), owner.golive("sample-vm")] {
        assert_eq!(call.await.refused(400, "OperationInProgress").location(), publish);
    }
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    let reply = owner.publish("sample-vm").await.refused(400, "OperationInProgress");
    assert_eq!(reply.location(), publish);
    assert!(reply.message().contains("golive") && reply.message().contains("cancel"), "{}", reply.message());
    server.scenario("sample-vm", json!({ "live": { "hold": true } })).await.expect(200);
    let golive = owner.golive("sample-vm").await.expect(202).location();
    for call in [owner.publish("sample-vm"), owner.golive("sample-vm")] {
        assert_eq!(call.await.refused(400, "OperationInProgress").location(), golive);
    }
}

#[tokio::test]
async fn a_golive_completes_the_publish_and_shows_the_same_six_steps() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let publish = owner.publish_to_signoff("sample-vm").await;
    let waiting = owner.follow(&publish).await.json();
    assert_eq!(waiting["status"], "running", "the operation's own status while it waits for sign-off");
    assert_eq!(step_of(&waiting, "publisher-signoff")["status"], "waitingForPublisherReview");
    server.scenario("sample-vm", json!({ "live": { "hold": true } })).await.expect(200);
    let golive = owner.golive("sample-vm").await.expect(202).location();
    assert_ne!(publish, golive);
    let completed = owner.follow(&publish).await.json();
    assert_eq!(
        (&completed["status"], &completed["cancellationRequestState"]),
        (&json!("completed"), &json!("cannotCancel"))
    );
    let shown = owner.follow(&golive).await.json();
    let states: Vec<_> =
        shown["steps"].as_array().unwrap().iter().map(|step| step["status"].clone()).collect();
    assert_eq!(states, ["complete", "complete", "complete", "complete", "complete", "inProgress"]);
    let of_status = owner.status("sample-vm").await.json();
    for step in shown["steps"].as_array().unwrap() {
        let same = step_of(&of_status, step["id"].as_str().unwrap());
        assert_eq!(
            (&same["status"], &same["messages"]),
            (&step["status"], &step["messages"]),
            "status shows T's steps"
        );
    }
    assert_eq!(shown["offerVersion"], completed["offerVersion"]);
}

#[tokio::test]
async fn a_publish_works_on_its_snapshot() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    let before = owner.get(&owner.path("sample-vm", "/versions/1")).await.expect(200).json();
    let tag = owner.offer("sample-vm").await.etag();
    owner
        .put_offer("sample-vm", &json!({ "definition": { "displayText": "empty" } }))
        .if_match(&tag)
        .await
        .expect(200);
    server.release("sample-vm", "displaycertify").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    let preview = owner.slot("sample-vm", "preview").await.expect(200).json();
    assert_eq!(preview["definition"], before["definition"]);
    assert_eq!(preview["version"], owner.follow(&publish).await.json()["offerVersion"]);
}

#[tokio::test]
async fn reviewers_approve_and_reject() {
    let server = TestServer::start().await;
    let (owner, reviewer) = (server.owner().await, server.member("reviewer").await);
    let manual = json!({ "displaycertify": { "executor": "manual" } });
    server.scenario("sample-vm", manual).await.expect(200);
    let id = owner.publish("sample-vm").await.expect(202).operation_id();
    owner.step_reaches("sample-vm", "displaycertify", "waitingForApproval").await;
    reviewer.publish("sample-vm").await.refused(403, "Forbidden");
    reviewer.approve("sample-vm", &id, "live").await.refused(400, "StepNotWaiting");
    reviewer.approve("sample-vm", &id, "no-such-step").await.refused(404, "NotFound");
    let other = "00000000-0000-0000-0000-000000000001";
    reviewer.approve("sample-vm", other, "displaycertify").await.refused(404, "OperationNotFound");
    let approved = reviewer.approve("sample-vm", &id, "displaycertify").await.expect(200).json();
    assert_eq!(step_of(&approved, "displaycertify")["status"], "complete");
    reviewer.approve("sample-vm", &id, "displaycertify").await.refused(400, "StepNotWaiting");
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    owner.cancel("sample-vm").await.succeeded();
    owner.reaches("sample-vm", "canceled").await;

    let id = owner.publish("sample-vm").await.expect(202).operation_id();
    owner.step_reaches("sample-vm", "displaycertify", "waitingForApproval").await;
    let reason = json!({ "reason": "the image <b>does not</b> boot" });
    let rejected = reviewer.reject("sample-vm", &id, "displaycertify").json(&reason).await.expect(200).json();
    assert_eq!(step_of(&rejected, "displaycertify")["status"], "rejected");
    let failed = owner
        .ends(
            &format!("{}?api-version=2017-10-31", owner.path("sample-vm", &format!("/operations/{id}"))),
            "failed",
        )
        .await;
    assert_eq!(failed["error"]["code"], "StepRejected");
    let text = step_of(&failed, "displaycertify")["messages"].to_string();
    assert!(text.contains("contoso-reviewer-too") && !text.contains("<b>"), "{text}");
    reviewer.approve("sample-vm", &id, "displaycertify").await.refused(400, "StepNotWaiting");
}

#[tokio::test]
async fn passing_errors_are_retried_within_the_step() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (times, status) in [(2, "waitingForPublisherReview"), (6, "failed")] {
        let offer = format!("fails-{times}");
        owner.create(&offer).await.expect(201);
        let scenario =
            json!({ "displaycertify": { "outcome": "fail", "failTimes": times, "message": "busy" } });
        server.scenario(&offer, scenario).await.expect(200);
        let publish = owner.publish(&offer).await.expect(202).location();
        server.advance("contoso", "1h").await.expect(200);
        owner.reaches(&offer, status).await;
        let step = step_of(&owner.follow(&publish).await.json(), "displaycertify");
        let retries =
            step["messages"].as_array().unwrap().iter().filter(|message| message["level"] == "warning");
        assert_eq!(retries.count(), times.min(5), "{step:#}");
    }
}

#[tokio::test]
async fn other_offer_types_have_pipelines_too() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document: Value = serde_json::from_str(signoff_definition::sample_corevm_offer()).unwrap();
    document.as_object_mut().unwrap().shift_remove("pcMigrationStatus");
    owner.put_offer("core", &document).await.expect(201);
    owner.publish_live("core").await;
    let mut changed = document;
    changed["offerTypeId"] = "microsoft-azure-virtualmachines".into();
    let tag = owner.offer("core").await.etag();
    let reply = owner.put_offer("core", &changed).if_match(&tag).await.refused(400, "InvalidBody");
    assert_eq!(reply.target(), "offerTypeId");
}

#[tokio::test]
async fn of_many_who_publish_at_once_one_does() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let calls = (0..8).map(|_| owner.publish("sample-vm").try_send());
    let replies = futures_util::future::join_all(calls).await;
    let mut answers: Vec<(u16, String)> = Vec::new();
    for reply in replies {
        let reply = reply.unwrap();
        answers.push((reply.status, reply.location()));
    }
    answers.sort();
    let (winner, others) = answers.split_first().unwrap();
    assert_eq!(winner.0, 202);
    assert!(others.iter().all(|(status, location)| (*status, location) == (400, &winner.1)), "{answers:?}");
    assert_eq!(owner.operations("sample-vm").await.json().as_array().unwrap().len(), 1);
}
