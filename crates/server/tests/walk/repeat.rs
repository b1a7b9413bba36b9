//! Repeatable requests (OASIS "Repeatable Requests" 1.0): the same request gets the same reply and is carried out once.

use futures_util::future::join_all;
use serde_json::json;
use signoff_wire::repeatability::fixdate;

use crate::call::{Call, Client, fit_document};
use crate::reply::Reply;
use crate::server::TestServer;

const ID: &str = "repeatability-request-id";
const FIRST_SENT: &str = "repeatability-first-sent";
const RESULT: &str = "repeatability-result";
const HOUR: i64 = 3_600_000_000;

/// The moment so many microseconds from now, as the header spells it.
fn sent(server: &TestServer, ahead: i64) -> String {
    fixdate(server.now() + ahead)
}

/// A request that may come again.
fn once(call: Call, id: &str, first_sent: &str) -> Call {
    call.header(ID, id).header(FIRST_SENT, first_sent)
}

/// Everything of a reply that has to be the same when it is given again.
fn heard(reply: &Reply) -> (u16, String, Vec<String>) {
    let names = ["location", "operation-location", "etag", "content-type", "retry-after", RESULT];
    (reply.status, reply.text.clone(), names.iter().map(|name| reply.header(name)).collect())
}

#[track_caller]
fn accepted(reply: Reply) -> Reply {
    assert_eq!(reply.header(RESULT), "accepted", "{}: {} {}", reply.call, reply.status, reply.text);
    reply
}

#[track_caller]
fn rejected(reply: Reply, status: u16, code: &str, header: &str) -> Reply {
    let reply = reply.refused(status, code);
    assert_eq!(reply.header(RESULT), "rejected", "{}: {}", reply.call, reply.text);
    assert_eq!(reply.target().to_ascii_lowercase(), header, "{}", reply.text);
    reply
}

async fn operations(owner: &Client, offer: &str) -> usize {
    owner.operations(offer).await.expect(200).json().as_array().unwrap().len()
}

#[tokio::test]
async fn whatever_happened_since_the_reply_is_the_same() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        let now = sent(&server, 0);
        let document = fit_document();
        let put = once(owner.put_offer("vm", &document), "put", &now);
        let created = accepted(put.clone().await.succeeded());
        // Another draft, another version of it, other operations.
        let mut other = document.clone();
        other["definition"]["displayText"] = "Another".into();
        owner.put_offer("vm", &other).if_match("*").await.succeeded();
        owner.put_offer("vm", &document).if_match("*").await.succeeded();

        let publish = once(owner.publish("vm").emails("ann@contoso.example"), "publish", &now);
        let published = accepted(publish.clone().await.expect(202));
        let location = published.location();
        assert_eq!(heard(&publish.clone().await), heard(&published), "while it runs");
        owner.reaches("vm", "waitingForPublisherReview").await;
        let golive = once(owner.golive("vm"), "golive", &now);
        let live = accepted(golive.clone().await.expect(202));
        owner.reaches("vm", "succeeded").await;
        assert_eq!(heard(&golive.clone().await), heard(&live), "when it has ended");

        server.scenario("vm", json!({ "displayprovision": { "hold": true } })).await.expect(200);
        owner.publish("vm").await.expect(202);
        owner.step_reaches("vm", "displayprovision", "inProgress").await;
        let cancel = once(owner.cancel("vm").reason("wrong image"), "cancel", &now);
        let canceled = accepted(cancel.clone().await.expect(202));
        owner.ends(&canceled.location(), completed(&server)).await;
        owner.publish("vm").await.expect(202);
        let before = operations(&owner, "vm").await;

        // By now publish and golive would be refused, and a cancel would hit another operation.
        for (call, first) in [(put, created), (publish, published), (golive, live), (cancel, canceled)] {
            assert_eq!(heard(&call.await), heard(&first));
        }
        assert_eq!(operations(&owner, "vm").await, before);
        let newest = owner.operations("vm").await.json()[0].clone();
        assert_eq!(newest["submissionState"], "running", "{newest:#}");
        owner.follow(&location).await.expect(200);
    }
}

fn completed(server: &TestServer) -> &'static str {
    if server.is_observed() { "succeeded" } else { "completed" }
}

#[tokio::test]
async fn a_put_with_secrets_shows_none_however_often() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    let secret = "microsoft-azure-marketplace.tableLeadConfiguration";
    let mut with = fit_document();
    with["definition"]["offer"][secret] = json!({ "connectionString": "hush", "table": "leads" });
    let mut without = with.clone();
    without["definition"]["offer"][secret] = json!({ "table": "leads" });
    // The second leaves the secret as it is, the third takes it away.
    let mut none = with.clone();
    none["definition"]["offer"][secret] = json!({ "connectionString": "", "table": "leads" });
    let mut first = Vec::new();
    for (id, document) in [("with", &with), ("without", &without), ("none", &none)] {
        let call = owner.put_offer("vm", document);
        let call = if id == "with" { call } else { call.if_match("*") };
        let call = once(call, id, &now);
        let reply = accepted(call.clone().await.succeeded());
        assert!(!reply.text.contains("hush"));
        assert_eq!(reply.json()["definition"], owner.offer("vm").await.json()["definition"], "{id}");
        first.push((call, reply));
    }
    for (call, reply) in first {
        assert_eq!(heard(&call.await), heard(&reply));
    }
}

#[tokio::test]
async fn a_lost_reply_is_given_again_even_after_a_restart() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    let cut = json!({ "path": "*/publish", "cut": "connection", "when": "after", "count": 1 });
    server.dev("POST", "/faults").json(&cut).await.expect(201);
    once(owner.publish("sample-vm"), "p", &now).try_send().await.unwrap_err();
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    let again = accepted(once(owner.publish("sample-vm"), "p", &now).await.expect(202));
    assert_eq!(operations(&owner, "sample-vm").await, 1);
    let server = server.restart().await;
    let owner = server.owner().await;
    let after = once(owner.publish("sample-vm"), "p", &now).await;
    assert_eq!(heard(&after), heard(&again));
    // It belongs to the state: with an earlier state the request is as good as new.
    server.dev("POST", "/reset").await.succeeded();
    let owner = server.owner().await;
    let anew = accepted(once(owner.publish("sample-vm"), "p", &now).await.expect(202));
    assert_ne!(anew.operation_id(), again.operation_id());
}

#[tokio::test]
async fn what_changed_nothing_is_told_again_too() {
    // A cancel that found its target canceled already must not hit what was started since.
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    owner.cancel("sample-vm").reason("first").await.expect(200);
    let late = accepted(once(owner.cancel("sample-vm"), "late", &now).await.expect(200));
    assert_eq!(late.json()["cancellationReason"], "first");
    owner.publish("sample-vm").await.expect(202);
    assert_eq!(heard(&once(owner.cancel("sample-vm"), "late", &now).await), heard(&late));
    assert_eq!(owner.status("sample-vm").await.json()["status"], "running");

    // Nor must one that the dialect accepts though there was nothing to cancel.
    let server = TestServer::observed().await;
    let owner = server.owner().await;
    owner.publish_live("sample-vm").await;
    let nothing = accepted(once(owner.cancel("sample-vm"), "late", &now).await.expect(202));
    assert_eq!(nothing.json()["cancellation"], "nothingToCancel");
    server.scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    assert_eq!(heard(&once(owner.cancel("sample-vm"), "late", &now).await), heard(&nothing));
    assert_eq!(owner.status("sample-vm").await.json()["status"], "running");
}

#[tokio::test]
async fn a_refusal_is_decided_anew() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    let cancel = once(owner.cancel("sample-vm"), "c", &now);
    accepted(cancel.clone().await.refused(400, "NoOperationInProgress"));
    let golive = once(owner.golive("sample-vm"), "g", &now);
    accepted(golive.clone().await.refused(400, "NotReadyForGoLive"));
    let publish = once(owner.publish("sample-vm").if_match("\"stale\""), "p", &now);
    accepted(publish.await.refused(412, "PreconditionFailed"));
    owner.publish_to_signoff("sample-vm").await;
    accepted(golive.await.expect(202));
    accepted(once(owner.publish("missing"), "m", &now).await.refused(404, "OfferNotFound"));
    // Before the headers are looked at, too, a repetition is safe.
    accepted(once(server.nobody().publish("sample-vm"), "p", &now).await.refused(401, "Unauthorized"));
}

#[tokio::test]
async fn another_request_with_the_same_id_is_refused() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    let now = sent(&server, 0);
    let guid = "5a63deb5-925b-4ee0-938b-7c86fbf287c5";
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let first = once(owner.publish("vm").emails("ann@contoso.example"), guid, &now).await.expect(202);
    let earlier = sent(&server, -HOUR);
    for (what, other) in [
        ("body", once(owner.publish("vm").emails("bob@contoso.example"), guid, &now)),
        ("no body", once(owner.publish("vm"), guid, &now)),
        ("offer", once(owner.publish("sample-vm").emails("ann@contoso.example"), guid, &now)),
        ("call", once(owner.cancel("vm").emails("ann@contoso.example"), guid, &now)),
        ("another call", once(owner.golive("vm").emails("ann@contoso.example"), guid, &now)),
        ("put", once(owner.put_offer("vm", &fit_document()).if_match("*"), guid, &now)),
        ("guard", once(owner.publish("vm").emails("ann@contoso.example").if_match("*"), guid, &now)),
        ("date", once(owner.publish("vm").emails("ann@contoso.example"), guid, &earlier)),
        (
            "only checks",
            once(owner.publish("vm").emails("ann@contoso.example").query("validateOnly", "true"), guid, &now),
        ),
    ] {
        let reply = rejected(other.await, 400, "RequestIdReused", ID);
        assert!(reply.message().contains("Repeatability-Request-ID"), "{what}: {}", reply.text);
    }
    assert_eq!(owner.status("vm").await.json()["status"], "running");
    // The same, spelled otherwise: the offer by its GUID, the id in capitals, the other name of the version.
    let by_guid = server.guid_of("contoso", "vm").await;
    let publish = owner.publish(&by_guid).emails("ann@contoso.example").version(Some("2016-08-01-preview"));
    assert_eq!(heard(&once(publish, &guid.to_uppercase(), &now).await), heard(&first));
    // Which operation a cancel means is part of it.
    let named = once(owner.cancel("vm").operation(&first.operation_id()), "c", &now);
    let canceled = named.clone().await.expect(200);
    rejected(once(owner.cancel("vm"), "c", &now).await, 400, "RequestIdReused", ID);
    assert_eq!(heard(&named.await), heard(&canceled));
}

#[tokio::test]
async fn ids_of_other_callers_are_their_own() {
    let server = TestServer::start().await;
    let (owner, other) = (server.owner().await, server.member("contributor").await);
    let now = sent(&server, 0);
    let mine = once(owner.publish("sample-vm"), "id", &now).await.expect(202);
    accepted(once(other.publish("sample-vm"), "id", &now).await.refused(400, "OperationInProgress"));
    owner.cancel("sample-vm").await.succeeded();
    // Publishers are apart, also for one caller.
    let fabrikam = server.fabrikam().await;
    fabrikam.create("sample-vm").await;
    let theirs = once(fabrikam.publish("sample-vm"), "id", &now).await.expect(202);
    assert_ne!(theirs.operation_id(), mine.operation_id());
    // Who may not do it any more does not hear what came of it.
    let member =
        format!("/api/publishers/contoso/members/{}/contoso-contributor-too", signoff_server::TENANT);
    once(other.put_offer("theirs", &fit_document()), "put", &now).await.expect(201);
    owner.call("DELETE", &member).await.expect(204);
    once(other.put_offer("theirs", &fit_document()), "put", &now).await.refused(403, "Forbidden");
}

#[tokio::test]
async fn the_headers_come_both_and_well_formed() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    for call in [
        owner.publish("sample-vm"),
        owner.golive("sample-vm"),
        owner.cancel("sample-vm"),
        owner.put_offer("sample-vm", &fit_document()).if_match("*"),
    ] {
        rejected(call.clone().header(ID, "id").await, 400, "InvalidHeader", FIRST_SENT);
        rejected(call.clone().header(FIRST_SENT, &now).await, 400, "InvalidHeader", ID);
        for bad in ["", "a b", &"x".repeat(101)] {
            rejected(once(call.clone(), bad, &now).await, 400, "InvalidHeader", ID);
        }
        for bad in ["", "now", "2026-11-21T08:00:00Z", "Mon, 06 Nov 1994 08:49:37 GMT"] {
            rejected(once(call.clone(), "id", bad).await, 400, "InvalidHeader", FIRST_SENT);
        }
        for ahead in [-24 * HOUR - 1_000_000, -1000 * HOUR, HOUR + 60_000_000, 1000 * HOUR] {
            let reply = once(call.clone(), "id", &sent(&server, ahead)).await;
            rejected(reply, 412, "FirstSentOutOfRange", FIRST_SENT);
        }
    }
    assert_eq!(operations(&owner, "sample-vm").await, 0, "nothing was done");
    // An offer that is not there is told first, a body that is no JSON afterwards.
    owner.publish("missing").header(ID, "id").await.refused(404, "OfferNotFound");
    once(owner.publish("missing"), "id", &sent(&server, -25 * HOUR)).await.refused(404, "OfferNotFound");
    owner.publish("sample-vm").body("{").header(ID, "id").await.refused(400, "InvalidHeader");
    once(owner.publish("sample-vm"), "id", &sent(&server, -23 * HOUR)).await.expect(202);
    // Twice is as bad as none.
    let twice = reqwest::header::HeaderValue::from_static("id");
    let request = server.http.post(format!(
        "{}{}?api-version=2017-10-31",
        server.base,
        owner.path("sample-vm", "/cancel")
    ));
    let request =
        request.bearer_auth(owner.token.clone().unwrap()).header(ID, twice.clone()).header(ID, twice);
    let reply = request.header(FIRST_SENT, &now).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers()[RESULT].to_str().unwrap()), (400, "rejected"));
}

#[tokio::test]
async fn other_calls_do_not_promise_what_they_do_not_keep() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    let operation = owner.publish_to_signoff("sample-vm").await;
    let operation = owner.follow(&operation).await.json()["id"].as_str().unwrap().to_owned();
    for call in [
        owner.approve("sample-vm", &operation, "displaycertify"),
        owner.reject("sample-vm", &operation, "displaycertify"),
        owner.put("/api/publishers/contoso", &json!({})).if_match("*"),
        owner.call("DELETE", &format!("/api/publishers/contoso/members/{}/nobody", signoff_server::TENANT)),
    ] {
        let reply = once(call, "id", &now).await;
        rejected(reply, 501, "RepeatabilityNotSupported", ID);
    }
    // Reads may come again anyhow.
    let read = once(owner.offer("sample-vm"), "", "whenever").await.expect(200);
    assert_eq!(read.header(RESULT), "");
    assert_eq!(owner.cancel("sample-vm").await.succeeded().header(RESULT), "", "nobody asked");
}

/// Sends the same request so many times at once; all replies are the same.
async fn many(call: &Call, id: &str, now: &str) -> Reply {
    let calls = (0..24).map(|_| once(call.clone(), id, now).try_send());
    let mut replies: Vec<Reply> =
        join_all(calls).await.into_iter().map(|reply| accepted(reply.unwrap().succeeded())).collect();
    for reply in &replies {
        assert_eq!(heard(reply), heard(&replies[0]));
    }
    replies.remove(0)
}

#[tokio::test]
async fn of_many_at_once_one_is_carried_out() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        let now = sent(&server, 0);
        let put = many(&owner.put_offer("vm", &fit_document()), "put", &now).await;
        assert_eq!(put.etag(), owner.offer("vm").await.etag(), "the draft was put once");
        server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
        let first = many(&owner.publish("vm"), "publish", &now).await.expect(202);
        let canceled = many(&owner.cancel("vm"), "cancel", &now).await.expect(200);
        assert_eq!(canceled.location(), first.location());
        let second = many(&owner.publish("vm"), "publish-again", &now).await.expect(202);
        assert_ne!(second.location(), first.location());
        assert_eq!(many(&owner.cancel("vm"), "cancel", &now).await.location(), first.location());
        assert_eq!(owner.status("vm").await.json()["status"], "running");
        assert_eq!(operations(&owner, "vm").await, 2);
    }
}

#[tokio::test]
async fn many_different_requests_with_one_id_come_to_one() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = sent(&server, 0);
    for number in 0..8 {
        owner.create(&format!("vm-{number}")).await.expect(201);
    }
    let calls = (0..32).map(|number| {
        let offer = format!("vm-{}", number % 8);
        once(owner.publish(&offer), "same", &now).try_send()
    });
    let replies: Vec<Reply> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let (started, refused): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| reply.status == 202);
    assert_eq!(started.len(), 4, "all those of one offer");
    for reply in refused {
        rejected(reply, 400, "RequestIdReused", ID);
    }
    let mut all = 0;
    for number in 0..8 {
        all += operations(&owner, &format!("vm-{number}")).await;
    }
    assert_eq!(all, 1);
}
