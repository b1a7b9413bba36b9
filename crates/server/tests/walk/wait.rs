//! `Prefer: wait=N`: replies that wait for the operation to move (docs/api.md, "Waiting").

use std::time::Duration;

use serde_json::json;
use signoff_engine::FollowLimits;

use crate::call::{Call, Client};
use crate::reply::Reply;
use crate::server::TestServer;

/// Longer than the server may take for anything but waiting, shorter than the wait that is asked for.
const AT_ONCE: Duration = Duration::from_secs(40);

/// The reply of a call that must not wait.
async fn at_once(call: Call) -> Reply {
    tokio::time::timeout(AT_ONCE, call.into_future()).await.expect("it should be answered at once")
}

/// Sends a call that waits, and answers when the server has it.
async fn waiting(server: &TestServer, call: Call) -> tokio::task::JoinHandle<Reply> {
    let waiting = tokio::spawn(call.into_future());
    server.followed_by(1).await;
    waiting
}

/// A publish of `vm` whose certification is held, under way there.
async fn held_publish(server: &TestServer, owner: &Client) -> String {
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let location = owner.publish("vm").await.expect(202).location();
    server.holds("vm").await;
    location
}

#[tokio::test]
async fn a_read_is_answered_when_the_operation_moves() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let location = held_publish(&server, &owner).await;
    let before = owner.follow(&location).await.expect(200);
    let id = before.json()["id"].as_str().unwrap().to_owned();
    let addresses = [
        owner.follow(&location),
        owner.get(&owner.path("vm", &format!("/submissions/operations/{id}"))),
        owner.get("/api/operations/contoso$vm$1$preview"),
        owner.status("vm"),
        owner.follow(&location).if_none_match(&before.etag()),
    ];
    let waiting: Vec<_> = addresses.map(|call| tokio::spawn(call.wait(50).into_future())).into();
    server.followed_by(5).await;
    server.release("vm", "displaycertify").await.expect(200);
    for reply in waiting {
        let reply = tokio::time::timeout(AT_ONCE, reply).await.unwrap().unwrap().expect(200);
        assert_eq!(reply.header("preference-applied"), "wait=50", "{}", reply.call);
        assert_ne!(reply.etag(), before.etag(), "{}: it moved", reply.call);
    }
    server.followed_by(0).await;
}

#[tokio::test]
async fn what_has_ended_is_answered_at_once() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    assert_eq!(
        at_once(owner.status("vm").wait(50)).await.expect(200).header("preference-applied"),
        "wait=50"
    );
    let location = owner.publish_to_signoff("vm").await;
    owner.golive("vm").await.expect(202);
    owner.reaches("vm", "succeeded").await;
    let read = at_once(owner.follow(&location).wait(50)).await.expect(200);
    assert_eq!(read.json()["status"], "completed");
    assert_eq!(read.header("preference-applied"), "wait=50");
    at_once(owner.status("vm").wait(50)).await.expect(200);
    // Its tag is good for ever.
    at_once(owner.follow(&location).if_none_match(&read.etag()).wait(50)).await.expect(304);
}

#[tokio::test]
async fn a_tag_is_what_the_caller_knows() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let location = held_publish(&server, &owner).await;
    let known = owner.follow(&location).await.expect(200).etag();
    at_once(owner.follow(&location).if_none_match("W/\"another\"").wait(50)).await.expect(200);
    // Nothing moves: the tag is still good when the time is over.
    for seconds in [0, 1] {
        let reply = owner.follow(&location).if_none_match(&known).wait(seconds).await.expect(304);
        assert_eq!((reply.etag(), reply.text.as_str()), (known.clone(), ""));
        assert_eq!(reply.header("preference-applied"), format!("wait={seconds}"));
    }
    let reply = owner.follow(&location).wait(1).await.expect(200);
    assert_eq!(reply.etag(), known);
}

#[tokio::test]
async fn progress_alone_makes_another_tag() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ "displaydummycertify": { "duration": "10h" } })).await.expect(200);
    let location = owner.publish("sample-vm").await.expect(202).location();
    let known = owner.follow(&location).await.expect(200).etag();
    let call = owner.follow(&location).if_none_match(&known).wait(50);
    let waiting = waiting(&server, call).await;
    server.advance("contoso", "5h").await.expect(200);
    let reply = tokio::time::timeout(AT_ONCE, waiting).await.unwrap().unwrap().expect(200);
    assert_eq!(reply.json()["steps"][0]["progressPercentage"], 50);
}

#[tokio::test]
async fn other_preferences_are_passed_over_and_malformed_ones_ignored() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let location = held_publish(&server, &owner).await;
    let known = owner.follow(&location).await.expect(200).etag();
    for (prefer, applied) in [
        ("respond-async, wait=0", "wait=0"),
        ("return=minimal; a=\"b, wait=5\", WAIT=0; c=d", "wait=0"),
        ("wait=0, wait=60", "wait=0"),
        ("wait=soon", ""),
        ("wait=-5", ""),
        ("return=representation", ""),
    ] {
        let call = owner.follow(&location).header("prefer", prefer);
        let reply = at_once(call.clone()).await.expect(200);
        assert_eq!(reply.header("preference-applied"), applied, "{prefer}");
        at_once(call.if_none_match(&known)).await.expect(304);
    }
    // More than the longest is the longest.
    let reply = at_once(owner.follow(&location).if_none_match("\"x\"").wait(3600)).await.expect(200);
    assert_eq!(reply.header("preference-applied"), "wait=50");
}

#[tokio::test]
async fn a_publish_and_a_golive_wait_with_their_answer() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    let held = json!({ "displaydummycertify": { "hold": true }, "live": { "hold": true } });
    server.scenario("vm", held).await.expect(200);
    for (action, step) in [("/publish", "displaydummycertify"), ("/golive", "live")] {
        let call = owner.post(&owner.path("vm", action)).wait(50);
        let waiting = tokio::spawn(call.into_future());
        // It is committed long before it is answered.
        server.holds("vm").await;
        server.release("vm", step).await.expect(200);
        let reply = tokio::time::timeout(AT_ONCE, waiting).await.unwrap().unwrap().expect(202);
        assert_eq!(reply.header("preference-applied"), "wait=50");
        assert!(!reply.header("retry-after").is_empty());
        let operation = owner.follow(&reply.location()).await.expect(200).json();
        assert_eq!(operation["id"], reply.json()["operationId"]);
        let expected = if action == "/publish" { "waitingForPublisherReview" } else { "succeeded" };
        owner.reaches("vm", expected).await;
    }
}

#[tokio::test]
async fn a_cancellation_that_ends_meanwhile_is_202_and_says_so() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        let slow = json!({ "displayprovision": { "hold": true, "undoDuration": "1h" } });
        server.scenario("sample-vm", slow).await.expect(200);
        owner.publish("sample-vm").await.expect(202);
        server.holds("sample-vm").await;
        let first = owner.cancel("sample-vm").await.expect(202);
        assert_eq!(first.json()["status"], "running");
        assert_eq!(first.header("preference-applied"), "");
        // The same cancel again, patiently: the same answer, with the state as it is by then.
        let waiting = waiting(&server, owner.cancel("sample-vm").wait(50)).await;
        server.advance("contoso", "2h").await.expect(200);
        let reply = tokio::time::timeout(AT_ONCE, waiting).await.unwrap().unwrap().expect(202);
        assert_eq!(reply.location(), first.location());
        assert_eq!(reply.header("preference-applied"), "wait=50");
        let read = owner.follow(&first.location()).await.expect(200).json();
        assert!(read["status"] == "completed" || read["status"] == "succeeded");
        assert_eq!(reply.json()["status"], read["status"]);
        // Afterwards it is 200, as ever, and there is nothing to wait for.
        at_once(owner.cancel("sample-vm").wait(50)).await.expect(200);
    }
}

#[tokio::test]
async fn who_goes_away_leaves_what_was_committed_and_no_place_behind() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaydummycertify": { "duration": "1h" } })).await.expect(200);
    let waiting = waiting(&server, owner.publish("vm").wait(50)).await;
    waiting.abort();
    server.followed_by(0).await;
    assert_eq!(owner.operations("vm").await.json()[0]["submissionState"], "running");
}

#[tokio::test]
async fn a_server_that_stops_answers_who_waits() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let location = held_publish(&server, &owner).await;
    let before = owner.follow(&location).await.expect(200);
    let waiting = [
        tokio::spawn(owner.follow(&location).wait(50).into_future()),
        tokio::spawn(owner.follow(&location).if_none_match(&before.etag()).wait(50).into_future()),
    ];
    server.followed_by(2).await;
    let _server = server.restart().await;
    let [read, unless] = waiting;
    assert_eq!(read.await.unwrap().expect(200).text, before.text);
    unless.await.unwrap().expect(304);
}

#[tokio::test]
async fn too_many_who_wait_do_not() {
    let server = TestServer::with_limits(FollowLimits {
        places: 1,
        streams_of_publisher: 1,
        ..FollowLimits::default()
    })
    .await;
    let owner = server.owner().await;
    let location = held_publish(&server, &owner).await;
    let first = waiting(&server, owner.follow(&location).wait(50)).await;
    let second = at_once(owner.follow(&location).wait(50)).await.expect(200);
    assert_eq!(second.header("preference-applied"), "", "so that the caller knows to ask later");
    let third = at_once(owner.cancel("vm").wait(50)).await.expect(200);
    assert_eq!(third.json()["status"], "canceled");
    first.await.unwrap().expect(200);
}

#[tokio::test]
async fn who_is_removed_meanwhile_learns_nothing_more() {
    let server = TestServer::start().await;
    let (owner, member) = (server.owner().await, server.member("contributor").await);
    let location = held_publish(&server, &owner).await;
    let before = member.follow(&location).await.expect(200);
    let id = before.json()["id"].as_str().unwrap().to_owned();
    let addresses = [
        member.follow(&location),
        member.get(&member.path("vm", &format!("/submissions/operations/{id}"))),
        member.get("/api/operations/contoso$vm$1$preview"),
        member.status("vm"),
        member.follow(&location).if_none_match(&before.etag()),
    ];
    let waiting: Vec<_> = addresses.map(|call| tokio::spawn(call.wait(60).into_future())).into();
    server.followed_by(5).await;
    remove(&owner, "contributor").await;
    server.release("vm", "displaycertify").await.expect(200);
    for reply in waiting {
        let reply = tokio::time::timeout(AT_ONCE, reply).await.unwrap().unwrap();
        let refused = reply.refused(403, "Forbidden");
        assert!(!refused.text.contains("displaycertify"), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_change_of_who_is_removed_meanwhile_is_answered_as_committed() {
    let server = TestServer::start().await;
    let (owner, member) = (server.owner().await, server.member("contributor").await);
    let slow = json!({ "displayprovision": { "hold": true, "undoDuration": "1h" } });
    server.scenario("sample-vm", slow).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    server.holds("sample-vm").await;
    member.cancel("sample-vm").await.expect(202);
    let again = waiting(&server, member.cancel("sample-vm").wait(60)).await;
    remove(&owner, "contributor").await;
    // What the cancellation does from here on is told to members alone.
    server.advance("contoso", "2h").await.expect(200);
    let reply = tokio::time::timeout(AT_ONCE, again).await.unwrap().unwrap().expect(202);
    assert_eq!(reply.json()["status"], "running");
    let read = owner.follow(&reply.location()).await.expect(200).json();
    assert!(read["status"] == "completed" || read["status"] == "succeeded", "it ended: {read}");
}

/// Ends the membership of who is a member in this role besides the seeded ones.
async fn remove(owner: &Client, role: &str) {
    let member = format!("/api/publishers/contoso/members/{}/contoso-{role}-too", signoff_server::TENANT);
    owner.call("DELETE", &member).await.expect(204);
}
