//! The audit log.

use serde_json::{Value, json};
use signoff_server::TENANT;

use crate::call::{Client, fit_document};
use crate::server::TestServer;

const AUDIT: &str = "/api/publishers/contoso/audit";

async fn entries(owner: &Client) -> Vec<Value> {
    let page = owner.get(AUDIT).query("$top", "500").await.expect(200).json();
    assert_eq!(page.get("next"), None);
    page["entries"].as_array().unwrap().clone()
}

/// Role, action and outcome, the oldest first.
fn brief(entries: &[Value]) -> Vec<String> {
    let of = |entry: &Value| {
        let word = |name: &str| entry[name].as_str().unwrap().to_owned();
        format!("{} {} {}", word("role"), word("action"), word("outcome"))
    };
    entries.iter().rev().map(of).collect()
}

#[tokio::test]
async fn every_change_that_somebody_asked_for_has_one_entry() {
    let server = TestServer::start().await;
    let (owner, operator) = (server.owner().await, server.operator());
    assert_eq!(entries(&owner).await, Vec::<Value>::new(), "the seed is nobody's request");
    let contributor = server.member("contributor").await;
    let reviewer = server.member("reviewer").await;
    contributor.create("vm").await;
    let tag = owner.offer("vm").await.etag();
    owner.put_offer("vm", &fit_document()).if_match(&tag).await.expect(200);
    contributor.publish("vm").await.expect(202);
    owner.reaches("vm", "waitingForPublisherReview").await;
    let forced = owner.cancel("vm").json(&json!({ "force": true, "metadata": { "reason": "it hangs" } }));
    let forced = forced.await.expect(202);
    server.scenario("vm", json!({ "displaycertify": { "executor": "manual" } })).await.expect(200);
    let publish = owner.publish("vm").await.expect(202).operation_id();
    owner.step_reaches("vm", "displaycertify", "waitingForApproval").await;
    reviewer.reject("vm", &publish, "displaycertify").json(&json!({ "reason": "no icon" })).await.expect(200);
    owner.reaches("vm", "failed").await;
    server.scenario("vm", json!({ "live": { "propagateDuration": "30d" } })).await.expect(200);
    owner.publish_to_signoff("vm").await;
    let golive = owner.golive("vm").await.expect(202).location();
    crate::server::eventually(
        "the switch",
        async || owner.follow(&golive).await,
        |operation| operation["cancellationRequestState"] == "cannotCancel",
    )
    .await;
    operator.post(&owner.path("vm", "/kill")).await.expect(200);
    let member = format!("/api/publishers/contoso/members/{TENANT}/contoso-reviewer-too");
    owner.call("DELETE", &member).await.expect(204);
    owner.put("/api/publishers/contoso", &json!({ "displayText": "Contoso" })).await.expect(200);

    let entries = entries(&owner).await;
    let expected = [
        "owner putMember contributor",
        "owner putMember reviewer",
        "contributor put created",
        "owner put stored",
        "contributor publish started",
        "owner force givenUp",
        "owner publish started",
        "reviewer reject recorded",
        "owner publish started",
        "owner golive started",
        "operator kill completed",
        "owner removeMember removed",
        "owner putPublisher stored",
    ];
    assert_eq!(brief(&entries), expected);
    let numbers: Vec<_> = entries.iter().rev().map(|entry| entry["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=expected.len() as u64).collect::<Vec<_>>());
    let force = &entries[expected.len() - 6];
    assert_eq!(force["by"], format!("{TENANT}/contoso-owner"));
    assert_eq!((&force["publisherId"], &force["offerId"]), (&"contoso".into(), &"vm".into()));
    let cancellation = owner.follow(&forced.location()).await.json();
    assert_eq!(force["operationId"], cancellation["target"]["operationId"]);
    assert_eq!(
        (&force["reason"], &force["requestId"]),
        (&"it hangs".into(), &forced.header("x-ms-request-id").into())
    );
    let reject = &entries[expected.len() - 8];
    assert_eq!((&reject["subject"], &reject["reason"]), (&"displaycertify".into(), &"no icon".into()));
    assert_eq!(entries[1]["subject"], format!("{TENANT}/contoso-reviewer-too"));
    assert_eq!(entries[2]["by"], "operator");
}

#[tokio::test]
async fn what_changes_nothing_has_no_entry() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    owner.publish("sample-vm").await.refused(400, "OperationInProgress");
    owner.cancel("sample-vm").if_match("\"stale\"").await.refused(412, "PreconditionFailed");
    owner.cancel("sample-vm").await.expect(200);
    owner.cancel("sample-vm").await.expect(200);
    owner.golive("sample-vm").await.refused(400, "NotReadyForGoLive");
    assert_eq!(brief(&entries(&owner).await), ["owner publish started", "owner cancel canceled"]);
}

#[tokio::test]
async fn the_log_is_read_in_pages() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for number in 1..=5 {
        owner.create(&format!("vm-{number}")).await;
    }
    let page = async |before: Option<&str>| {
        let call = owner.get(AUDIT).query("$top", "2");
        let call = if let Some(before) = before { call.query("before", before) } else { call };
        let page = call.await.expect(200).json();
        let offers: Vec<_> =
            page["entries"].as_array().unwrap().iter().map(|entry| entry["offerId"].clone()).collect();
        (offers, page.get("next").cloned())
    };
    assert_eq!(page(None).await, (vec!["vm-5".into(), "vm-4".into()], Some(4.into())));
    assert_eq!(page(Some("4")).await, (vec!["vm-3".into(), "vm-2".into()], Some(2.into())));
    assert_eq!(page(Some("2")).await, (vec!["vm-1".into()], None));
    assert_eq!(page(Some("1")).await, (vec![], None));
    for (name, value) in [
        ("$top", "0"),
        ("$top", "501"),
        ("$top", "+5"),
        ("$top", "x"),
        ("before", "0"),
        ("before", "-1"),
        ("before", "99999999999999999999"),
    ] {
        let refused = owner.get(AUDIT).query(name, value).await.refused(400, "InvalidFilter");
        assert_eq!(refused.json()["error"]["target"], name, "{value}");
    }
    server.fabrikam().await.get(AUDIT).await.refused(403, "Forbidden");
    assert_eq!(server.operator().get(AUDIT).await.expect(200).json(), owner.get(AUDIT).await.json());
}
