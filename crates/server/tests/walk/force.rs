//! Force, by an owner, and kill, by the operator.

use serde_json::{Value, json};

use crate::call::{Call, Client, step_of};
use crate::server::{TestServer, eventually};

fn texts(operation: &Value) -> String {
    let messages = operation["messages"].as_array().unwrap();
    messages.iter().map(|message| message["messageHtml"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// A cancel by force.
fn force(client: &Client, offer: &str) -> Call {
    client.cancel(offer).json(&json!({ "force": true, "metadata": { "reason": "it hangs" } }))
}

fn kill(client: &Client, offer: &str) -> Call {
    client.post(&client.path(offer, "/kill")).reason("nobody answers")
}

#[tokio::test]
async fn force_ends_both_and_lists_what_is_left() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        let publish = owner.publish_to_signoff("sample-vm").await;
        let forced = force(&owner, "sample-vm").await.expect(202);
        assert!(!forced.header("retry-after").is_empty());
        assert_eq!(forced.json()["status"], "failed");
        assert_eq!(forced.json()["canceledBy"], "contoso-owner");
        let cancellation = owner.follow(&forced.location()).await.expect(200).json();
        assert_eq!(
            (&cancellation["submissionType"], &cancellation["status"]),
            (&"cancel".into(), &"failed".into())
        );
        for step in ["undo-displaypackage", "undo-displayprovision"] {
            assert_eq!(step_of(&cancellation, step)["status"], "blocked", "{cancellation:#}");
            assert!(texts(&step_of(&cancellation, step)).contains("given up"), "{cancellation:#}");
        }
        let target = owner.follow(&publish).await.json();
        assert_eq!(
            (&target["status"], &target["error"]["code"]),
            (&"failed".into(), &"CancellationFailed".into())
        );
        for operation in [&target, &cancellation] {
            let said = texts(operation);
            let by = "contoso-owner ended the operation by force. These steps were not undone: \
                displaypackage, displayprovision. Reason: it hangs";
            assert!(said.contains(by), "{said}");
        }
        assert_eq!(owner.status("sample-vm").await.json()["status"], "failed");
        owner.slot("sample-vm", "preview").await.refused(404, "SlotNotFound");
        // The same again is told where it stands, whichever way it is asked.
        for call in
            [force(&owner, "sample-vm"), owner.cancel("sample-vm"), kill(&server.operator(), "sample-vm")]
        {
            assert_eq!(call.await.refused(400, "CancellationFailed").location(), forced.location());
        }
        // The next publish removes what is left, in its first step.
        let next = owner.publish_to_signoff("sample-vm").await;
        let next = owner.follow(&next).await.json();
        let removed = texts(&step_of(&next, "displaydummycertify"));
        assert!(removed.contains("displayprovision") && removed.contains("displaypackage"), "{removed}");
    }
}

#[tokio::test]
async fn force_is_an_ordinary_cancel_where_nothing_needs_undoing() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    force(&owner, "sample-vm").await.refused(400, "NoOperationInProgress");
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "displaycertify", "inProgress").await;
    assert_eq!(force(&owner, "sample-vm").await.expect(200).location(), publish);
    assert_eq!(owner.follow(&publish).await.json()["status"], "canceled");
    assert_eq!(force(&owner, "sample-vm").await.expect(200).location(), publish);
}

#[tokio::test]
async fn force_ends_a_cancellation_that_takes_too_long() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displayprovision": { "undoDuration": "30d" } })).await.expect(200);
    let publish = owner.publish_to_signoff("sample-vm").await;
    let id = owner.follow(&publish).await.json()["id"].as_str().unwrap().to_owned();
    let tag = owner.offer("sample-vm").await.etag();
    let cancellation = owner.cancel("sample-vm").if_match(&tag).await.expect(202).location();
    let undone = |reply: &Value| step_of(reply, "undo-displaypackage")["status"] == "complete";
    eventually("the first undo", async || owner.follow(&cancellation).await, undone).await;
    // Without force it is the first answer again; with a tag of before, and no name, force is refused.
    assert_eq!(owner.cancel("sample-vm").await.expect(202).location(), cancellation);
    force(&owner, "sample-vm").if_match(&tag).await.refused(412, "PreconditionFailed");
    let unknown = "00000000-0000-0000-0000-000000000001";
    force(&owner, "sample-vm").operation(unknown).await.refused(404, "OperationNotFound");
    let forced = force(&owner, "sample-vm").operation(&id).if_match(&tag).await.expect(202);
    assert_eq!(forced.location(), cancellation);
    let ended = owner.ends(&cancellation, "failed").await;
    assert_eq!(step_of(&ended, "undo-displaypackage")["status"], "complete", "what was undone stays so");
    assert!(texts(&ended).contains("not undone: displayprovision."), "{ended:#}");
    // The undo that was given up changes nothing when its time comes.
    server.advance("contoso", "31d").await.expect(200);
    assert_eq!(owner.follow(&cancellation).await.json(), ended);
}

#[tokio::test]
async fn force_ends_an_operation_that_undoes_itself_and_its_failure_stays() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let failing = json!({
        "displaypackage": { "outcome": "fail", "message": "no room" },
        "displayprovision": { "undoDuration": "30d" },
    });
    server.scenario("sample-vm", failing).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "displaypackage", "blocked").await;
    assert_eq!(owner.cancel("sample-vm").await.refused(400, "OperationNotCancellable").location(), publish);
    let forced = force(&owner, "sample-vm").await.expect(202);
    let cancellation = owner.follow(&forced.location()).await.json();
    assert_eq!(
        (&cancellation["submissionType"], &cancellation["status"]),
        (&"cancel".into(), &"failed".into())
    );
    let failed = owner.ends(&publish, "failed").await;
    assert_eq!(failed["error"]["code"], "StepFailed", "its own failure: {failed:#}");
    assert!(texts(&failed).contains("displayprovision"), "{failed:#}");
    assert_eq!(
        force(&owner, "sample-vm").await.refused(400, "CancellationFailed").location(),
        forced.location()
    );
}

#[tokio::test]
async fn only_an_owner_may_force_and_only_the_operator_may_kill() {
    let server = TestServer::start().await;
    let (owner, contributor) = (server.owner().await, server.member("contributor").await);
    let publish = owner.publish_to_signoff("sample-vm").await;
    let before = owner.follow(&publish).await.json();
    let refused = force(&contributor, "sample-vm").await.refused(403, "Forbidden");
    assert!(
        refused.message().contains("force") && refused.message().contains("contributor"),
        "{}",
        refused.text
    );
    kill(&contributor, "sample-vm").await.refused(403, "Forbidden");
    kill(&owner, "sample-vm").await.refused(403, "Forbidden");
    server.fabrikam().await.post(&owner.path("sample-vm", "/kill")).await.refused(403, "Forbidden");
    assert_eq!(owner.follow(&publish).await.json(), before);
    for bad in [r#"{"force":"yes"}"#, r#"{"force":1}"#, r#"{"force":{}}"#] {
        let refused = owner.cancel("sample-vm").body(bad).await.refused(400, "InvalidBody");
        assert_eq!(refused.json()["error"]["target"], "force");
    }
    assert_eq!(owner.follow(&publish).await.json(), before);
    contributor.cancel("sample-vm").body(r#"{"force":false}"#).await.expect(202);
}

#[tokio::test]
async fn the_operator_gets_past_a_point_of_no_return() {
    let server = TestServer::start().await;
    let (owner, operator) = (server.owner().await, server.operator());
    kill(&operator, "nothing-there").await.refused(404, "OfferNotFound");
    kill(&operator, "sample-vm").await.refused(400, "NoOperationInProgress");
    let refusing = json!({ "displayprovision": { "cancel": "refuse", "hold": true } });
    server.scenario("sample-vm", refusing).await.expect(200);
    let publish = owner.publish("sample-vm").await.expect(202).location();
    owner.step_reaches("sample-vm", "displayprovision", "inProgress").await;
    let refused = force(&owner, "sample-vm").await.refused(400, "OperationNotCancellable");
    assert_eq!(refused.location(), publish);
    assert!(refused.message().contains("signoff operation kill"), "{}", refused.text);
    let id = owner.follow(&publish).await.json()["id"].as_str().unwrap().to_owned();
    let other = "00000000-0000-0000-0000-000000000001";
    kill(&operator, "sample-vm").operation(other).await.refused(404, "OperationNotFound");
    let killed = kill(&operator, "sample-vm").operation(&id).await.expect(202);
    let cancellation = owner.ends(&killed.location(), "failed").await;
    let said = "The server's operator (operator) ended the operation. These steps were not undone: displayprovision. \
        Reason: nobody answers";
    assert!(texts(&cancellation).contains(said), "{cancellation:#}");
    owner.ends(&publish, "failed").await;
}

#[tokio::test]
async fn past_its_switch_a_golive_only_completes() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let (owner, operator) = (server.owner().await, server.operator());
        // Going live takes a month after the switch, and nobody moves the clock.
        server.scenario("sample-vm", json!({ "live": { "propagateDuration": "30d" } })).await.expect(200);
        owner.publish_to_signoff("sample-vm").await;
        let golive = owner.golive("sample-vm").await.expect(202).location();
        eventually(
            "the switch",
            async || owner.follow(&golive).await,
            |operation| operation["cancellationRequestState"] == "cannotCancel",
        )
        .await;
        let switched = owner.follow(&golive).await.json();
        assert_eq!(
            (&switched["status"], &step_of(&switched, "live")["status"]),
            (&"running".into(), &"inProgress".into())
        );
        let production = owner.slot("sample-vm", "production").await.expect(200).json();
        let refused = owner.cancel("sample-vm").await.refused(400, "OperationNotCancellable");
        assert_eq!(refused.location(), golive);
        let refused = force(&owner, "sample-vm").await.refused(400, "OperationNotCancellable");
        assert!(refused.message().contains("signoff operation kill"), "{}", refused.text);
        assert_eq!(owner.follow(&golive).await.json(), switched, "a refusal changes nothing");
        let killed = kill(&operator, "sample-vm").await.expect(200);
        assert_eq!(killed.location(), golive);
        let completed = owner.follow(&golive).await.json();
        assert_eq!(killed.json()["status"], completed["status"]);
        assert!(["completed", "succeeded"].contains(&completed["status"].as_str().unwrap()), "{completed:#}");
        assert!(texts(&completed).contains("complete at once"), "{completed:#}");
        let after = owner.slot("sample-vm", "production").await.expect(200).json();
        let (before, after) = (&production["definition"], &after["definition"]);
        assert!(before == after, "the production slot stays as the switch left it");
        server.advance("contoso", "31d").await.expect(200);
        assert_eq!(owner.follow(&golive).await.json(), completed);
        kill(&operator, "sample-vm").await.refused(400, "NoOperationInProgress");
    }
}

#[tokio::test]
async fn only_a_step_that_switches_propagates() {
    let server = TestServer::start().await;
    let refused =
        server.scenario("sample-vm", json!({ "displaypackage": { "propagateDuration": "1d" } })).await;
    let refused = refused.refused(400, "InvalidBody");
    assert_eq!(refused.json()["error"]["target"], "steps.displaypackage.propagateDuration");
    let scenario = json!({ "live": { "propagateDuration": "1d" } });
    server.scenario("sample-vm", scenario).await.expect(200);
    let shown = server.dev("GET", "/scenarios/contoso/sample-vm").await.expect(200).json();
    assert_eq!(shown["steps"]["live"]["propagateDuration"], "1d");
}
