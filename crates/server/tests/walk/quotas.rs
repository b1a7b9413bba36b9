//! What callers may do in an hour: a request beyond is refused before anything changes, what was accepted goes on.

use serde_json::json;
use signoff_server::QuotaSettings;
use signoff_wire::Dialect;

use crate::server::TestServer;

async fn server(publishes: Option<u32>, recipients: Option<u32>) -> TestServer {
    TestServer::with_quotas(
        Dialect::Documented,
        true,
        QuotaSettings { publishes, recipients, failed_sign_ins: None },
    )
    .await
}

#[tokio::test]
async fn a_caller_starts_so_many_operations_in_an_hour() {
    let server = server(Some(3), None).await;
    let (owner, other) = (server.owner().await, server.member("contributor").await);
    for offer in ["a", "b", "c", "d"] {
        owner.create(offer).await.expect(201);
    }
    owner.publish_to_signoff("a").await;
    // What is refused, asked for the checks alone, or read, uses nothing.
    for _ in 0..5 {
        owner.publish("a").await.refused(400, "OperationInProgress");
        owner.golive("b").await.refused(400, "NotReadyForGoLive");
        owner.publish("b").query("validateOnly", "true").await.expect(200);
        owner.status("a").await.expect(200);
    }
    owner.golive("a").await.expect(202);
    owner.publish_to_signoff("b").await;
    let before = owner.operations("c").await.expect(200).text;
    for call in [owner.publish("c"), owner.golive("b")] {
        let refused = call.await.refused(429, "TooManyRequests");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((600..=1200).contains(&wait), "a third of an hour, less what the test took: {wait}");
        assert!(refused.message().contains('3'), "{}", refused.text);
    }
    assert_eq!(owner.operations("c").await.expect(200).text, before);
    owner.reaches("b", "waitingForPublisherReview").await;
    owner.cancel("b").await.succeeded();
    other.publish("c").await.expect(202);
    for offer in ["a", "b", "d"] {
        owner.status(offer).await.expect(200);
    }
}

/// So many addresses.
fn list(count: usize) -> String {
    (0..count).map(|n| format!("a{n}@x.example")).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn the_operator_starts_as_many_as_it_takes() {
    let server = server(Some(1), None).await;
    let (owner, operator) = (server.owner().await, server.operator());
    for offer in ["a", "b", "c"] {
        owner.create(offer).await.expect(201);
        operator.publish(offer).await.expect(202);
    }
}

#[tokio::test]
async fn the_requests_for_a_publisher_name_so_many_recipients_in_an_hour() {
    let server = server(None, Some(20)).await;
    let fabrikam = server.fabrikam().await;
    for offer in ["a", "b", "c"] {
        fabrikam.create(offer).await.expect(201);
    }
    fabrikam.publish("a").emails(&list(21)).await.refused(400, "InvalidEmail");
    fabrikam.publish("a").emails(&list(15)).await.expect(202);
    let refused = fabrikam.publish("b").emails(&list(6)).await.refused(429, "TooManyRequests");
    assert_eq!(refused.target(), "metadata.notification-emails");
    fabrikam.status("b").await.expect(200);
    assert_eq!(fabrikam.operations("b").await.json(), json!([]), "nothing began");
    fabrikam.publish("b").emails(&list(5)).await.expect(202);
    fabrikam.publish("c").await.expect(202);
    // Letters of what was accepted are all written, and what stops it is never in the way.
    for offer in ["a", "b", "c"] {
        fabrikam.reaches(offer, "waitingForPublisherReview").await;
    }
    let letters = server.mailbox().await;
    let started = letters.iter().filter(|letter| letter["event"] == "started").count();
    assert_eq!(started, 20, "{letters:?}");
    fabrikam.cancel("a").emails("late@x.example").await.refused(429, "TooManyRequests");
    fabrikam.cancel("a").await.succeeded();
    // A golive tells those whom its publish named.
    fabrikam.golive("b").await.refused(429, "TooManyRequests");
}

#[tokio::test]
async fn without_quotas_whatever_comes_is_taken() {
    let server = server(None, None).await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    for _ in 0..20 {
        owner.publish("vm").await.expect(202);
        owner.reaches("vm", "waitingForPublisherReview").await;
        owner.cancel("vm").await.succeeded();
        owner.reaches("vm", "canceled").await;
    }
}

#[tokio::test]
async fn what_is_refused_for_its_recipients_starts_nothing_that_counts() {
    let server = server(Some(2), Some(20)).await;
    let fabrikam = server.fabrikam().await;
    for offer in ["a", "b"] {
        fabrikam.create(offer).await.expect(201);
    }
    fabrikam.publish("a").emails(&list(15)).await.expect(202);
    for _ in 0..3 {
        fabrikam.publish("b").emails(&list(15)).await.refused(429, "TooManyRequests");
    }
    fabrikam.publish("b").emails(&list(5)).await.expect(202);
}

#[tokio::test]
async fn a_golive_counts_whom_its_publish_named() {
    let server = server(None, Some(20)).await;
    let fabrikam = server.fabrikam().await;
    for offer in ["a", "b"] {
        fabrikam.create(offer).await.expect(201);
    }
    fabrikam.publish("a").emails(&list(10)).await.expect(202);
    fabrikam.reaches("a", "waitingForPublisherReview").await;
    fabrikam.golive("a").await.expect(202);
    fabrikam.publish("b").emails(&list(8)).await.refused(429, "TooManyRequests");
}

#[tokio::test]
async fn each_cancel_of_many_counts_whom_it_names() {
    let server = server(None, Some(20)).await;
    let fabrikam = server.fabrikam().await;
    for offer in ["a", "b"] {
        fabrikam.create(offer).await.expect(201);
        fabrikam.publish_to_signoff(offer).await;
    }
    let call = fabrikam.post("/api/publishers/fabrikam/cancel").emails(&list(12));
    let results = call.await.expect(200).json()["results"].take();
    let refused = |result: &&serde_json::Value| result["code"] == "TooManyRequests";
    let results = results.as_array().unwrap();
    assert_eq!((results.len(), results.iter().filter(refused).count()), (2, 1), "{results:?}");
}
