//! Cancel, rule by rule (contract, "Cancel").

use serde_json::{Value, json};

use crate::call::step_of;
use crate::server::TestServer;

#[tokio::test]
async fn rule_1_nothing_in_progress() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
    owner.publish_live("sample-vm").await;
    owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
    owner.create("failing").await.expect(201);
    server.scenario("failing", json!({ "displaycertify": { "outcome": "fail" } })).await.expect(200);
    owner.publish("failing").await.expect(202);
    owner.reaches("failing", "failed").await;
    let reply = owner.cancel("failing").await.refused(400, "NoOperationInProgress");
    assert_eq!((reply.header("location"), reply.header("retry-after")), (String::new(), String::new()));
}

/// Which answer follows from the steps that began: scenario, where the operation stands, and what a cancel comes to.
#[tokio::test]
async fn rules_2_3_4_and_8_by_the_steps_that_began() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let held = |step: &str, policy: &str| json!({ step: { "hold": true, "cancel": policy } });
    let also = |mut one: Value, step: &str, policy: &str| {
        one[step] = json!({ "cancel": policy });
        one
    };
    for (number, (scenario, at, status, code)) in [
        // The shipped pipeline.
        (json!({ "displaydummycertify": { "hold": true } }), "displaydummycertify", 200, ""),
        (json!({ "displaycertify": { "hold": true } }), "displaycertify", 200, ""),
        (json!({ "displayprovision": { "hold": true } }), "displayprovision", 202, ""),
        (json!({ "displaypackage": { "hold": true } }), "displaypackage", 202, ""),
        // Scripted policies.
        (held("displaydummycertify", "undo"), "displaydummycertify", 202, ""),
        (held("displaydummycertify", "refuse"), "displaydummycertify", 400, "OperationNotCancellable"),
        (held("displayprovision", "interrupt"), "displayprovision", 200, ""),
        // From its start on, also after it ended.
        (
            also(held("displaycertify", "interrupt"), "displaydummycertify", "refuse"),
            "displaycertify",
            400,
            "OperationNotCancellable",
        ),
        // What began decides, not what is to come.
        (also(held("displaycertify", "interrupt"), "displayprovision", "refuse"), "displaycertify", 200, ""),
        // One step behind that needs undoing is enough.
        (also(held("displaycertify", "interrupt"), "displaydummycertify", "undo"), "displaycertify", 202, ""),
    ]
    .into_iter()
    .enumerate()
    {
        let offer = format!("vm-{number}");
        owner.create(&offer).await.expect(201);
        server.scenario(&offer, scenario.clone()).await.expect(200);
        let publish = owner.publish(&offer).await.expect(202).location();
        owner.step_reaches(&offer, at, "inProgress").await;
        let before = owner.follow(&publish).await.json();
        let state = if status == 400 { "cannotCancel" } else { "canCancel" };
        assert_eq!(before["cancellationRequestState"], state, "visible beforehand: {scenario}");
        let reply = owner.cancel(&offer).await.expect(status);
        let after = owner.follow(&publish).await.json();
        match status {
            200 => {
                assert_eq!(reply.location(), publish, "{scenario}");
                assert_eq!(reply.json()["status"], "canceled");
                assert_eq!(
                    (&after["status"], &after["cancellationRequestState"]),
                    (&json!("canceled"), &json!("canceled"))
                );
                assert_eq!(step_of(&after, at)["status"], "canceled");
                assert_eq!(reply.header("retry-after"), "");
            }
            202 => {
                assert_ne!(reply.location(), publish, "{scenario}");
                assert_eq!(reply.header("retry-after"), "1");
                let cancellation = owner.ends(&reply.location(), "completed").await;
                assert_eq!(cancellation["submissionType"], "cancel");
                assert_eq!(owner.follow(&publish).await.json()["status"], "canceled");
            }
            _ => {
                let reply = reply.refused(400, code);
                assert_eq!(reply.location(), publish);
                assert_eq!(after["status"], "running");
            }
        }
    }
}

#[tokio::test]
async fn rule_3_while_the_cancellation_runs() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let slow =
        json!({ "displayprovision": { "undoDuration": "1h" }, "displaypackage": { "undoDuration": "1h" } });
    server.scenario("sample-vm", slow).await.expect(200);
    let publish = owner.publish_to_signoff("sample-vm").await;
    let reply = owner.cancel("sample-vm").reason("wrong image").await.expect(202);
    let cancellation = reply.location();
    let target = owner.follow(&publish).await.json();
    assert_eq!(
        (&target["status"], &target["cancellationRequestState"]),
        (&json!("running"), &json!("cancelRequested"))
    );
    assert_eq!(owner.status("sample-vm").await.json()["status"], "running");
    let shown = owner.follow(&cancellation).await.json();
    assert_eq!(
        (&shown["status"], &shown["cancellationRequestState"]),
        (&json!("running"), &json!("cannotCancel"))
    );
    let steps: Vec<_> =
        shown["steps"].as_array().unwrap().iter().map(|step| step["status"].clone()).collect();
    assert_eq!(steps, ["inProgress", "notStarted"], "the last begun is undone first: {shown:#}");
    assert!(shown["steps"][0]["id"].as_str().unwrap().contains("displaypackage"), "{shown:#}");
    assert_eq!(shown["target"]["location"], Value::from(publish.as_str()));
    // The preview is put back at once, PUT goes on, everything else waits.
    owner.slot("sample-vm", "preview").await.refused(404, "SlotNotFound");
    let tag = owner.offer("sample-vm").await.etag();
    owner.put_offer("sample-vm", &crate::call::fit_document()).if_match(&tag).await.expect(200);
    for call in [owner.publish("sample-vm"), owner.golive("sample-vm")] {
        assert_eq!(call.await.refused(400, "OperationInProgress").location(), cancellation);
    }
    server.advance("contoso", "1h").await.expect(200);
    assert_eq!(owner.follow(&cancellation).await.json()["status"], "running");
    server.advance("contoso", "1h").await.expect(200);
    owner.ends(&cancellation, "completed").await;
    let target = owner.ends(&publish, "canceled").await;
    assert_eq!(target["canceledBy"], "contoso-owner");
    assert_eq!(target["cancellationReason"], "wrong image");
    assert!(target["canceledDateTime"].is_string(), "{target:#}");
    owner.publish("sample-vm").await.expect(202);
}

#[tokio::test]
async fn rule_4_what_undoes_itself_already() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let failing = json!({
        "displayprovision": { "undoDuration": "1h" },
        "displaypackage": { "outcome": "fail", "message": "no room", "undoDuration": "1h" },
    });
    server.scenario("sample-vm", failing).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    let status = owner.step_reaches("sample-vm", "displaypackage", "blocked").await.json();
    assert_eq!(status["status"], "running", "still running while the begun steps are undone");
    let running = owner.follow(&publish).await.json();
    assert_eq!(running["cancellationRequestState"], "cannotCancel");
    let reply = owner.cancel("sample-vm").await.refused(400, "OperationNotCancellable");
    assert_eq!(reply.location(), publish);
    assert!(reply.message().contains("displaypackage"), "{}", reply.message());
    assert_eq!(owner.publish("sample-vm").await.refused(400, "OperationInProgress").location(), publish);
    server.advance("contoso", "2h").await.expect(200);
    let failed = owner.ends(&publish, "failed").await;
    assert_eq!(failed["error"]["code"], "StepFailed");
    assert!(failed["error"]["message"].as_str().unwrap().contains("no room"), "{failed:#}");
    owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
}

#[tokio::test]
async fn rule_5_the_same_question_has_the_same_answer() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    // On the spot.
    owner.create("quick").await.expect(201);
    server.scenario("quick", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("quick").await.expect(202);
    let first = owner.cancel("quick").reason("first").await.expect(200);
    for _ in 0..2 {
        let again = owner.cancel("quick").reason("second").await.expect(200);
        assert_eq!((again.location(), again.text), (first.location(), first.text.clone()));
    }
    assert_eq!(owner.operations("quick").await.json().as_array().unwrap().len(), 1);
    // By a cancellation.
    server.scenario("sample-vm", json!({ "displayprovision": { "undoDuration": "1h" } })).await.expect(200);
    owner.publish_to_signoff("sample-vm").await;
    let first = owner.cancel("sample-vm").reason("first").await.expect(202);
    let again = owner.cancel("sample-vm").reason("second").await.expect(202);
    assert_eq!((again.location(), again.text), (first.location(), first.text.clone()));
    server.advance("contoso", "2h").await.expect(200);
    let after = owner.cancel("sample-vm").reason("third").await.expect(200);
    assert_eq!(after.location(), first.location(), "the location that the first answer gave");
    assert_eq!(after.json()["status"], "completed");
    assert_eq!(after.json()["cancellationReason"], "first");
    assert_eq!(owner.operations("sample-vm").await.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn who_when_and_why() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let contributor = server.member("contributor").await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let publish = owner.publish("vm").await.expect(202).location();
    let now = server.dev("GET", "/clock/contoso").await.json()["now"].as_str().unwrap().to_owned();
    let reply = contributor.cancel("vm").reason("  too early ").await.expect(200).json();
    for shown in [&reply, &owner.follow(&publish).await.json()] {
        assert_eq!(shown["canceledBy"], "contoso-contributor-too");
        assert_eq!(shown["cancellationReason"], "too early");
        assert!(shown["canceledDateTime"].as_str().unwrap() >= now.as_str(), "{shown}");
    }
    owner.publish("vm").await.expect(202);
    let reply = owner.cancel("vm").await.expect(200).json();
    assert!(reply.get("cancellationReason").is_none(), "{reply}");
}

#[tokio::test]
async fn two_who_cancel_at_once_are_told_the_same() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (offer, at) in [("on-the-spot", "displaycertify"), ("with-work", "displaypackage")] {
        owner.create(offer).await.expect(201);
        server.scenario(offer, json!({ at: { "hold": true, "undoDuration": "1h" } })).await.expect(200);
        owner.publish(offer).await.expect(202);
        owner.step_reaches(offer, at, "inProgress").await;
        let calls = (0..6).map(|number| owner.cancel(offer).reason(&format!("{number}")).try_send());
        let replies = futures_util::future::join_all(calls).await;
        let mut texts: Vec<String> =
            replies.into_iter().map(|reply| reply.unwrap().succeeded().text).collect();
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:#?}");
    }
}
