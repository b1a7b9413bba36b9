//! Several nodes on one database, without sticky sessions: whichever is asked, the answer is the same.

use std::time::Duration;

use serde_json::{Value, json};
use signoff_lifecycle::ids::OfferKey;
use signoff_server::TENANT;
use signoff_server::identity::DEFAULT_AUDIENCE;
use signoff_store::testing::Outcome;

use crate::call::Client;
use crate::events::Reader;
use crate::server::{TestServer, eventually};

/// Longer than a server may take for anything but waiting.
const AT_ONCE: Duration = Duration::from_secs(40);

/// The same caller, at another node.
fn at(node: &TestServer, client: &Client) -> Client {
    node.bearing(client.token.as_deref().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_are_one_server() {
    let nodes = TestServer::three(true).await;
    let mut tags = Vec::new();
    for issuing in &nodes {
        let owner = issuing.owner().await;
        for node in &nodes {
            tags.push(at(node, &owner).offer("sample-vm").await.expect(200).etag());
        }
    }
    assert!(tags.iter().all(|tag| *tag == tags[0]), "{tags:?}");
    let loaded = nodes[0].engine.store().load(&OfferKey::new("contoso", "sample-vm")).await.unwrap().unwrap();
    assert_eq!(loaded.aggregate.offer.draft.revision, 1, "the sample was put once");
    // Everybody who comes with the seed is there, at every node.
    for node in &nodes {
        node.reader().await.offer("sample-vm").await.expect(200);
        node.fabrikam().await.get("/api/publishers/fabrikam").await.expect(200);
        let keys = node.http.get(format!("{}/{TENANT}/discovery/keys", node.base)).send().await.unwrap();
        let keys: Value = keys.json().await.unwrap();
        assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1), "{keys}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_may_go_to_another_node() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let [one, two, three] = [0, 1, 2].map(|number| at(&nodes[number], &owner));
    one.create("vm").await.expect(201);
    let etag = two.offer("vm").await.expect(200).etag();
    let location = three.publish("vm").if_match(&etag).await.expect(202).location();
    one.reaches("vm", "waitingForPublisherReview").await;
    let seen = [&one, &two, &three].map(|client| client.follow(&location));
    let mut texts = Vec::new();
    for call in seen {
        texts.push(call.await.expect(200).text);
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    let golive = two.golive("vm").await.expect(202).location();
    three.ends(&golive, "completed").await;
    assert_eq!(one.status("vm").await.json()["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_comes_again_is_known_at_every_node() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    owner.create("vm").await.expect(201);
    let id = "f3b8c1de-9a57-4f04-8f2b-6f0d1c1f7a01";
    let sent = jiff::Timestamp::from_microsecond(nodes[0].now()).unwrap();
    let sent = sent.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut replies = Vec::new();
    for node in &nodes {
        let call = at(node, &owner).publish("vm").header("repeatability-request-id", id);
        replies.push(call.header("repeatability-first-sent", &sent).await.expect(202));
    }
    for reply in &replies {
        assert_eq!(
            (reply.text.as_str(), reply.location()),
            (replies[0].text.as_str(), replies[0].location())
        );
        assert_eq!(reply.header("repeatability-result"), "accepted");
    }
    assert_eq!(owner.operations("vm").await.json().as_array().map(Vec::len), Some(1));
}

/// A member of contoso in this role, and the path of its membership.
async fn member(node: &TestServer, role: &str) -> (Client, String) {
    let client = node.member(role).await;
    (client, format!("/api/publishers/contoso/members/{TENANT}/contoso-{role}-too"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_development_a_membership_counts_everywhere_at_once() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let (client, path) = member(&nodes[0], "contributor").await;
    let elsewhere = at(&nodes[1], &client);
    elsewhere.create("vm").await.expect(201);
    owner.put(&path, &json!({ "role": "reader" })).await.expect(200);
    elsewhere.publish("vm").await.refused(403, "Forbidden");
    at(&nodes[2], &owner).call("DELETE", &path).await.expect(204);
    elsewhere.offer("vm").await.refused(403, "Forbidden");
    at(&nodes[1], &owner).put(&path, &json!({ "role": "owner" })).await.expect(200);
    elsewhere.publish("vm").await.expect(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_production_a_membership_counts_everywhere_before_long() {
    let nodes = TestServer::three(false).await;
    nodes[0].operator().put("/api/publishers/contoso", &json!({})).await.expect(201);
    let principal = format!("/api/principals/{TENANT}/ann");
    nodes[0]
        .operator()
        .put(&principal, &json!({ "secret": "a-secret-that-is-long-enough-for-production" }))
        .await
        .succeeded();
    let path = format!("/api/publishers/contoso/members/{TENANT}/ann");
    nodes[0].operator().put(&path, &json!({ "role": "owner" })).await.expect(200);
    let token = nodes[1].token("ann", "a-secret-that-is-long-enough-for-production", DEFAULT_AUDIENCE).await;
    let ann = nodes[1].bearing(&token);
    ann.get("/api/publishers/contoso").await.expect(200);
    // What was looked up counts for a second. The directory is not asked about every call.
    let asked = nodes[1].faults.calls_of("role");
    nodes[0].operator().call("DELETE", &path).await.expect(204);
    let mut calls = 0;
    let refused = async {
        while ann.get("/api/publishers/contoso").await.status == 200 {
            calls += 1;
        }
    };
    tokio::time::timeout(AT_ONCE, refused).await.expect("a membership that ended should count no more");
    let asked = nodes[1].faults.calls_of("role") - asked;
    assert!(calls < 3 || asked <= calls, "{asked} questions for {calls} calls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_the_membership_wherever_that_ends() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let (client, path) = member(&nodes[0], "reader").await;
    nodes[0].scenario("sample-vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let id = owner.publish("sample-vm").await.expect(202).operation_id();
    nodes[0].holds("sample-vm").await;
    let events = at(&nodes[1], &client);
    let events = events.get(&events.path("sample-vm", &format!("/operations/{id}/events")));
    let mut reader = Reader::open(events).await;
    assert!(reader.next().await.unwrap().data.contains(&id));
    owner.call("DELETE", &path).await.expect(204);
    let rest = tokio::time::timeout(AT_ONCE, reader.rest()).await.expect("the stream should end");
    assert_eq!(rest, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_and_who_follows_hears_of_every_node() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let [one, two, three] = [0, 1, 2].map(|number| at(&nodes[number], &owner));
    one.create("vm").await.expect(201);
    nodes[1].scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let publish = one.publish("vm").await.expect(202);
    nodes[0].holds("vm").await;
    let path = two.path("vm", &format!("/operations/{}/events", publish.operation_id()));
    let mut reader = Reader::open(two.get(&path)).await;
    let first = reader.next().await.unwrap();
    let waiting = tokio::spawn(three.follow(&publish.location()).wait(50).into_future());
    // It has looked, and found nothing new.
    let looks = || nodes[2].faults.log().into_iter().filter(|entry| entry.method == "look");
    while !looks().any(|entry| entry.outcome == Outcome::Done) {
        tokio::task::yield_now().await;
    }
    nodes[0].release("vm", "displaycertify").await.expect(200);
    let reply = tokio::time::timeout(AT_ONCE, waiting).await.unwrap().unwrap().expect(200);
    assert_eq!(reply.header("preference-applied"), "wait=50");
    assert_ne!(reply.text, first.data);
    let signoff = async { while !reader.next().await.unwrap().data.contains("waitingForPublisherReview") {} };
    tokio::time::timeout(AT_ONCE, signoff).await.unwrap();
    one.golive("vm").await.expect(202);
    tokio::time::timeout(AT_ONCE, reader.rest()).await.expect("the stream should end with the operation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_development_mode_is_one_world() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let steps = ["displaydummycertify", "displaycertify", "displayprovision", "displaypackage"];
    let hours: Value = steps.iter().map(|step| ((*step).to_owned(), json!({ "duration": "1h" }))).collect();
    nodes[0].scenario("sample-vm", hours).await.expect(200);
    let location = at(&nodes[1], &owner).publish("sample-vm").await.expect(202).location();
    nodes[2].advance("contoso", "90m").await.expect(200);
    for node in &nodes {
        let operation = at(node, &owner).follow(&location).await.expect(200).json();
        assert_eq!(operation["steps"][0]["status"], "complete", "{operation:#}");
        assert_eq!(operation["steps"][1]["progressPercentage"], 50, "{operation:#}");
    }
    nodes[0].advance("contoso", "1d").await.expect(200);
    for node in &nodes {
        let status = at(node, &owner).status("sample-vm").await.expect(200).json();
        assert_eq!(status["status"], "waitingForPublisherReview");
    }
    // The state as a whole, too.
    let snapshot = nodes[1].snapshot().await;
    nodes[0].dev("POST", "/reset").await.expect(200);
    let owner = nodes[1].owner().await;
    at(&nodes[2], &owner).follow(&location).await.expect(404);
    nodes[2].restore(&snapshot).await.expect(200);
    for node in &nodes {
        at(node, &owner).follow(&location).await.expect(200);
        assert!(!node.mailbox().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_strikes_three_times_strikes_three_times_in_all() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let rule = json!({ "method": "GET", "path": "/api/publishers/contoso/offers/sample-vm", "status": 503,
        "count": 3 });
    nodes[0].dev("POST", "/faults").json(&rule).await.expect(201);
    let calls = nodes.iter().flat_map(|node| (0..4).map(|_| at(node, &owner).offer("sample-vm")));
    let replies = futures_util::future::join_all(calls.map(IntoFuture::into_future)).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 503).count(), 3);
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 9);
    for node in &nodes {
        assert_eq!(node.dev("GET", "/faults").await.json(), json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publishers_settings_count_at_every_node() {
    let nodes = TestServer::three(true).await;
    let owner = nodes[0].owner().await;
    let name = async |node: &TestServer| {
        at(node, &owner).get("/api/publishers/contoso").await.expect(200).json()["definition"]["displayText"]
            .clone()
    };
    for (number, node) in nodes.iter().enumerate() {
        let address = format!("seller-{number}@contoso.example");
        at(node, &owner)
            .put("/api/publishers/contoso", &json!({ "sellerContact": address, "displayText": address }))
            .await
            .expect(200);
        for other in &nodes {
            assert_eq!(name(other).await, address.as_str());
        }
        // Mail about a publish at another node goes there, too.
        let other = at(&nodes[(number + 1) % 3], &owner);
        let offer = format!("vm-{number}");
        other.create(&offer).await.expect(201);
        other.publish(&offer).await.expect(202);
        let told = async || nodes[0].dev("GET", "/mailbox").await;
        eventually("the letter", told, |letters| {
            letters.as_array().unwrap().iter().any(|letter| letter["to"] == address.as_str())
        })
        .await;
    }
}
