//! What is left of operations that ended long ago (docs/api.md, "How long operations are kept").

use serde_json::{Value, json};

use crate::call::Client;
use crate::server::TestServer;

/// The publishing versions in the list.
async fn listed(client: &Client) -> Vec<u64> {
    let list = client.operations("vm").await.expect(200).json();
    list.as_array().unwrap().iter().map(|item| item["publishingVersion"].as_u64().unwrap()).collect()
}

/// Publishes the draft, changed to this name, and cancels that on the spot; the operation's id.
async fn published_and_canceled(server: &TestServer, client: &Client, name: &str) -> String {
    let read = client.offer("vm").await.expect(200);
    let mut document = read.json();
    document["definition"]["displayText"] = name.into();
    client.put_offer("vm", &document).if_match(&read.etag()).await.expect(200);
    server.scenario("fabrikam/vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let id = client.publish("vm").emails("ann@fabrikam.example").await.expect(202).operation_id();
    client.cancel("vm").await.expect(200);
    server.scenario("fabrikam/vm", json!({})).await.expect(200);
    id
}

#[tokio::test]
async fn after_a_quarter_only_what_is_visible_is_left() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    fabrikam.publish_live("vm").await;
    let live = fabrikam.slot("vm", "production").await.expect(200).json();
    let live_operations: Vec<Value> = fabrikam.operations("vm").await.json().as_array().unwrap().clone();
    let old = published_and_canceled(&server, &fabrikam, "second").await;
    published_and_canceled(&server, &fabrikam, "third").await;
    let newest = published_and_canceled(&server, &fabrikam, "fourth").await;
    assert_eq!(listed(&fabrikam).await, [5, 4, 3, 2, 1]);
    let (offer, status) = (fabrikam.offer("vm").await, fabrikam.status("vm").await);
    server.advance("fabrikam", "89d").await.expect(200);
    assert_eq!(listed(&fabrikam).await, [5, 4, 3, 2, 1]);
    server.advance("fabrikam", "2d").await.expect(200);

    // The newest, and beyond what is gone the publish and the golive of what is live.
    assert_eq!(listed(&fabrikam).await, [5, 2, 1]);
    for item in live_operations {
        let id = item["id"].as_str().unwrap();
        let read = fabrikam.operation("vm", id).await.expect(200);
        let slot = if item["slot"] == "staging" { "preview" } else { "production" };
        let number = format!("/api/operations/fabrikam$vm${}${slot}", item["publishingVersion"]);
        assert_eq!(fabrikam.get(&number).await.expect(200).text, read.text);
    }
    // What is gone is gone at all its addresses.
    for path in [
        fabrikam.path("vm", &format!("/operations/{old}")),
        fabrikam.path("vm", &format!("/submissions/operations/{old}")),
        fabrikam.path("vm", &format!("/operations/{old}/events")),
        "/api/operations/fabrikam$vm$3$preview".to_owned(),
        "/api/operations/fabrikam$vm$4$preview/events".to_owned(),
    ] {
        fabrikam.get(&path).await.refused(404, "OperationNotFound");
    }
    fabrikam.cancel("vm").operation(&old).await.refused(404, "OperationNotFound");
    // The offer reads as before, in each slot and version that something visible rests on.
    assert_eq!(fabrikam.offer("vm").await.text, offer.text);
    assert_eq!(fabrikam.status("vm").await.text, status.text);
    assert_eq!(fabrikam.slot("vm", "production").await.expect(200).json()["definition"], live["definition"]);
    let versions =
        async |version: u32| fabrikam.get(&fabrikam.path("vm", &format!("/versions/{version}"))).await;
    for kept in [1, 4, 5] {
        versions(kept).await.expect(200);
    }
    for gone in [2, 3] {
        versions(gone).await.refused(404, "VersionNotFound");
    }
    let letters = server.mailbox().await;
    assert!(letters.iter().any(|letter| letter["operation"] == newest.as_str()), "{letters:?}");
    assert!(letters.iter().all(|letter| letter["operation"] != old.as_str()), "{letters:?}");

    // A repeated cancel gets the first answer, and numbers go on.
    let again = fabrikam.cancel("vm").operation(&newest).await.expect(200);
    assert_eq!(again.operation_id(), newest);
    let next = fabrikam.publish("vm").await.expect(202).location();
    assert_eq!(next, "/api/operations/fabrikam$vm$6$preview?api-version=2017-10-31");
    // It is the same after a restart.
    fabrikam.reaches("vm", "waitingForPublisherReview").await;
    let server = server.restart().await;
    assert_eq!(listed(&server.fabrikam().await).await, [6, 5, 2, 1]);
}

#[tokio::test]
async fn each_publisher_by_its_own_clock() {
    let server = TestServer::start().await;
    let (owner, fabrikam) = (server.owner().await, server.fabrikam().await);
    for client in [&owner, &fabrikam] {
        client.create("vm").await.expect(201);
        for _ in 0..2 {
            client.publish_to_signoff("vm").await;
            let cancellation = client.cancel("vm").await.expect(202).location();
            client.ends(&cancellation, "completed").await;
        }
    }
    server.advance("contoso", "91d").await.expect(200);
    assert_eq!(listed(&owner).await, [4, 3]);
    assert_eq!(listed(&fabrikam).await, [4, 3, 2, 1]);
}
