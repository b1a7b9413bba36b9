//! Many cancels in one call.

use serde_json::{Value, json};

use crate::call::{Call, Client};
use crate::server::TestServer;

const CORE_VM: &str = "microsoft-azure-corevm";
const CANCEL: &str = "/api/publishers/contoso/cancel";

/// Three offers whose publish is held at certification, one at sign-off, one that was never published.
async fn five(server: &TestServer) -> Client {
    let owner = server.owner().await;
    for offer in ["vm-1", "vm-2", "vm-3"] {
        owner.create(offer).await;
        server.scenario(offer, json!({ "displaycertify": { "hold": true } })).await.expect(200);
        owner.publish(offer).await.expect(202);
    }
    owner.create("vm-4").await;
    owner.publish_to_signoff("vm-4").await;
    owner.create("vm-5").await;
    owner
}

fn bulk(client: &Client, filter: &str) -> Call {
    let call = client.post(CANCEL);
    if filter.is_empty() { call } else { call.query("$filter", filter) }
}

/// Offer, status code and code of each result.
fn brief(reply: &Value) -> Vec<String> {
    let results = reply["results"].as_array().unwrap();
    let of = |result: &Value| {
        let code = result["code"].as_str().map(|code| format!(" {code}")).unwrap_or_default();
        format!("{} {}{code}", result["offerId"].as_str().unwrap(), result["statusCode"])
    };
    results.iter().map(of).collect()
}

#[tokio::test]
async fn each_offer_that_the_filter_finds_is_canceled_on_its_own() {
    let server = TestServer::start().await;
    let owner = five(&server).await;
    let dry = bulk(&owner, "").query("dryRun", "true").await.expect(200).json();
    assert_eq!((&dry["dryRun"], dry.get("next")), (&true.into(), None));
    assert_eq!(
        brief(&dry),
        ["vm-1 200", "vm-2 200", "vm-3 200", "vm-4 202"],
        "what has nothing in progress is left out"
    );
    for result in dry["results"].as_array().unwrap() {
        let operation = owner.follow(result["location"].as_str().unwrap()).await.expect(200).json();
        assert_eq!((&operation["id"], &operation["status"]), (&result["operationId"], &"running".into()));
    }
    let reply = bulk(&owner, "status eq 'running'").reason("wrong image").await.expect(200).json();
    assert_eq!(brief(&reply), ["vm-1 200", "vm-2 200", "vm-3 200"], "sign-off is another status");
    for result in reply["results"].as_array().unwrap() {
        let canceled = owner.follow(result["location"].as_str().unwrap()).await.json();
        assert_eq!(
            (&canceled["status"], &canceled["cancellationReason"]),
            (&"canceled".into(), &"wrong image".into())
        );
        assert_eq!((&result["status"], &result["operationId"]), (&canceled["status"], &canceled["id"]));
    }
    assert_eq!(owner.status("vm-4").await.json()["status"], "waitingForPublisherReview");
    let rest = bulk(&owner, "").await.expect(200).json();
    assert_eq!(brief(&rest), ["vm-4 202"]);
    owner.ends(rest["results"][0]["location"].as_str().unwrap(), "completed").await;
    assert_eq!(brief(&bulk(&owner, "").await.expect(200).json()), [""; 0]);
    // A status that was asked for is taken at its word.
    let refused = bulk(&owner, "status eq 'neverPublished'").await.expect(200).json();
    assert_eq!(brief(&refused), ["sample-vm 400 NoOperationInProgress", "vm-5 400 NoOperationInProgress"]);
    assert!(refused["results"][0]["message"].as_str().unwrap().contains("sample-vm"));
    let dutch = bulk(&owner, "status eq 'neverPublished'").header("accept-language", "nl").await.json();
    assert_ne!(dutch["results"][0]["message"], refused["results"][0]["message"]);
    assert_eq!(
        brief(&bulk(&owner, "status eq 'canceled'").await.json()),
        ["vm-1 200", "vm-2 200", "vm-3 200", "vm-4 200"]
    );
}

#[tokio::test]
async fn the_answer_comes_in_parts() {
    let server = TestServer::start().await;
    let owner = five(&server).await;
    let part = async |after: &str| {
        let call = bulk(&owner, "").query("$top", "2").query("dryRun", "true");
        let call = if after.is_empty() { call } else { call.query("after", after) };
        let part = call.await.expect(200).json();
        (brief(&part), part.get("next").cloned())
    };
    assert_eq!(part("").await, (vec!["vm-1 200".into(), "vm-2 200".into()], Some("vm-2".into())));
    assert_eq!(part("vm-2").await, (vec!["vm-3 200".into(), "vm-4 202".into()], None));
    assert_eq!(part("vm-4").await, (vec![], None));
}

#[tokio::test]
async fn what_cannot_be_canceled_does_not_hinder_the_rest() {
    let server = TestServer::start().await;
    let owner = five(&server).await;
    owner.create("vm-0").await;
    server
        .scenario("vm-0", json!({ "displaycertify": { "cancel": "refuse", "hold": true } }))
        .await
        .expect(200);
    let publish = owner.publish("vm-0").await.expect(202).location();
    owner.step_reaches("vm-0", "displaycertify", "inProgress").await;
    let expected = ["vm-0 400 OperationNotCancellable", "vm-1 200", "vm-2 200", "vm-3 200"];
    for dry_run in ["true", "false"] {
        let reply = bulk(&owner, "status eq 'running'").query("dryRun", dry_run).await.expect(200).json();
        assert_eq!(brief(&reply), expected, "dryRun={dry_run}");
        assert_eq!(reply["results"][0]["location"], publish.as_str());
    }
    assert_eq!(owner.follow(&publish).await.json()["status"], "running");
}

#[tokio::test]
async fn force_is_the_owners_here_too() {
    let server = TestServer::start().await;
    let owner = five(&server).await;
    let contributor = server.member("contributor").await;
    let by_force = |client: &Client| bulk(client, "").json(&json!({ "force": true }));
    by_force(&contributor).await.refused(403, "Forbidden");
    server.reader().await.post(CANCEL).await.refused(403, "Forbidden");
    server.fabrikam().await.post(CANCEL).await.refused(403, "Forbidden");
    assert_eq!(owner.status("vm-4").await.json()["status"], "waitingForPublisherReview");
    let reply = by_force(&owner).await.expect(200).json();
    assert_eq!(brief(&reply), ["vm-1 200", "vm-2 200", "vm-3 200", "vm-4 202"]);
    assert_eq!(reply["results"][3]["status"], "failed");
    assert_eq!(owner.status("vm-4").await.json()["status"], "failed");
    let log = owner.get("/api/publishers/contoso/audit").await.json();
    let forced = log["entries"].as_array().unwrap().iter().filter(|entry| entry["action"] == "force");
    assert_eq!(forced.count(), 4, "each is a change of its own");
}

#[tokio::test]
async fn a_bad_request_changes_nothing() {
    let server = TestServer::start().await;
    let owner = five(&server).await;
    let guid = "56615b67-2185-49fe-80d2-c4ddf77bb2e8";
    for (call, status, code, target) in [
        (bulk(&owner, "status eq"), 400, "InvalidFilter", "$filter"),
        (bulk(&owner, "status eq 'happy'"), 400, "InvalidFilter", "$filter"),
        (bulk(&owner, "").query("dryRun", "maybe"), 400, "InvalidFilter", "dryRun"),
        (bulk(&owner, "").query("$top", "101"), 400, "InvalidFilter", "$top"),
        (bulk(&owner, "").query("$top", "0"), 400, "InvalidFilter", "$top"),
        (bulk(&owner, "").operation(guid), 400, "InvalidBody", "operationId"),
        (bulk(&owner, "").json(&json!({ "operationId": guid })), 400, "InvalidBody", "operationId"),
        (bulk(&owner, "").if_match("\"a-tag\""), 412, "PreconditionFailed", "If-Match"),
        (bulk(&owner, "").emails("nobody"), 400, "InvalidEmail", "metadata.notification-emails"),
        (bulk(&owner, "").json(&json!({ "force": "yes" })), 400, "InvalidBody", "force"),
    ] {
        let refused = call.await.refused(status, code);
        assert_eq!(refused.json()["error"]["target"], target, "{}", refused.text);
    }
    let all = bulk(&owner, "").query("dryRun", "true").await.json();
    assert_eq!(all["results"].as_array().unwrap().len(), 4);
    let none = bulk(&owner, &format!("offerTypeId eq '{CORE_VM}'")).await.expect(200).json();
    assert_eq!(brief(&none), [""; 0]);
}

#[tokio::test]
async fn the_observed_dialect_accepts_what_has_ended() {
    let server = TestServer::observed().await;
    let owner = server.owner().await;
    owner.publish_live("sample-vm").await;
    for dry_run in ["true", "false"] {
        let reply = bulk(&owner, "status eq 'succeeded'").query("dryRun", dry_run).await.expect(200).json();
        assert_eq!(brief(&reply), ["sample-vm 202"], "dryRun={dry_run}");
    }
}
