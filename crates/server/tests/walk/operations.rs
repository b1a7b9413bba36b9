//! Operations at all their addresses, their numbers and their list (contract, "Endpoints" and "Location").

use serde_json::Value;

use crate::call::{Client, fit_document};
use crate::server::TestServer;

fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok() && text == text.to_lowercase()
}

#[tokio::test]
async fn locations_of_migrated_offers_and_of_others() {
    let server = TestServer::start().await;
    let (owner, fabrikam) = (server.owner().await, server.fabrikam().await);
    owner.create("vm").await.expect(201);
    fabrikam.create("vm").await.expect(201);
    for (client, migrated) in [(&owner, true), (&fabrikam, false)] {
        let mut number = 0;
        for (action, slot) in
            [("publish", "preview"), ("golive", "production"), ("publish", "preview"), ("cancel", "preview")]
        {
            let reply = client.post(&client.path("vm", &format!("/{action}"))).await.expect(202);
            let (location, id) = (reply.location(), reply.operation_id());
            // At once, and as it stands.
            let operation = client.follow(&location).await.expect(200).json();
            number += 1;
            let expected = if migrated {
                format!("/api/publishers/contoso/offers/vm/operations/{id}?api-version=2017-10-31")
            } else {
                format!("/api/operations/fabrikam$vm${number}${slot}?api-version=2017-10-31")
            };
            assert_eq!(location, expected);
            assert!(is_guid(&id), "{id}");
            assert_eq!(operation["id"], Value::from(id), "{operation}");
            assert_eq!(operation["publishingVersion"], number);
            assert_eq!(reply.json()["status"], "running");
            assert_eq!(reply.header("retry-after"), "1");
            match action {
                "publish" => drop(client.reaches("vm", "waitingForPublisherReview").await),
                "golive" => drop(client.reaches("vm", "succeeded").await),
                _ => drop(client.reaches("vm", "canceled").await),
            }
        }
        // The next number counts the cancellation.
        let location = client.publish("vm").await.expect(202).location();
        assert_eq!(client.follow(&location).await.json()["publishingVersion"], 5);
    }
}

#[tokio::test]
async fn one_operation_at_all_its_addresses() {
    let server = TestServer::start().await;
    for (client, publisher) in [(server.owner().await, "contoso"), (server.fabrikam().await, "fabrikam")] {
        client.create("vm").await.expect(201);
        client.publish_live("vm").await;
        let list = client.operations("vm").await.expect(200).json();
        for (item, number, slot) in [(&list[0], 2, "production"), (&list[1], 1, "preview")] {
            let id = item["id"].as_str().unwrap();
            let addresses = [
                client.path("vm", &format!("/operations/{id}")),
                client.path("vm", &format!("/operations/{}", id.to_uppercase())),
                client.path("vm", &format!("/submissions/operations/{id}")),
                format!("/api/operations/{publisher}$vm${number}${slot}"),
                format!("/api/operations/{publisher}%24vm%24{number}%24{}", slot.to_uppercase()),
            ];
            let first = client.get(&addresses[0]).await.expect(200);
            assert!(first.json().is_object(), "one object, never an array");
            for address in &addresses {
                assert_eq!(client.get(address).await.expect(200).text, first.text, "{address}");
            }
        }
        for (address, status, code) in [
            (format!("/api/operations/{publisher}$vm$1$production"), 404, "OperationNotFound"),
            (format!("/api/operations/{publisher}$vm$9$preview"), 404, "OperationNotFound"),
            (format!("/api/operations/{publisher}$vm$0$preview"), 404, "OperationNotFound"),
            (format!("/api/operations/{publisher}$vm$1$staging"), 400, "InvalidId"),
            (format!("/api/operations/{publisher}$vm$one$preview"), 400, "InvalidId"),
            (format!("/api/operations/{publisher}$vm$1"), 400, "InvalidId"),
            (format!("/api/operations/{publisher}"), 400, "InvalidId"),
            (client.path("vm", "/operations/1"), 400, "InvalidId"),
            (client.path("vm", "/operations/{56615b67-2185-49fe-80d2-c4ddf77bb2e8}"), 400, "InvalidId"),
        ] {
            client.get(&address).await.refused(status, code);
        }
    }
}

#[tokio::test]
async fn an_operation_belongs_to_its_offer() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("one").await.expect(201);
    owner.create("two").await.expect(201);
    let id = owner.publish("one").await.expect(202).operation_id();
    owner.operation("one", &id).await.expect(200);
    owner.operation("two", &id).await.refused(404, "OperationNotFound");
    owner.cancel("two").operation(&id).await.refused(404, "OperationNotFound");
}

async fn states(client: &Client, name: &str, value: &str) -> Vec<(String, String)> {
    let call = client.operations("vm");
    let call = if name.is_empty() { call } else { call.query(name, value) };
    let list = call.await.expect(200).json();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| (text(item, "submissionType"), text(item, "submissionState")))
        .collect()
}

#[tokio::test]
async fn lists_are_newest_first_and_filtered_by_state() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    assert_eq!(states(&owner, "", "").await, []);
    owner.publish_live("vm").await;
    owner.publish_to_signoff("vm").await;
    let cancellation = owner.cancel("vm").await.expect(202).location();
    owner.ends(&cancellation, "completed").await;
    owner.publish_to_signoff("vm").await;
    let pair = |kind: &str, state: &str| (kind.to_owned(), state.to_owned());
    let all = vec![
        pair("publish", "running"),
        pair("cancel", "completed"),
        pair("publish", "canceled"),
        pair("goLive", "completed"),
        pair("publish", "completed"),
    ];
    assert_eq!(states(&owner, "", "").await, all);
    for name in ["status", "submissionState"] {
        for wanted in ["running", "completed", "failed", "canceled", "notStarted", ""] {
            let kept: Vec<_> =
                all.iter().filter(|(_, state)| wanted.is_empty() || state == wanted).cloned().collect();
            assert_eq!(states(&owner, name, wanted).await, kept, "{name}={wanted}");
        }
        for bad in ["bogus", "succeeded", "Running", "running,failed"] {
            owner.operations("vm").query(name, bad).await.refused(400, "InvalidFilter");
        }
    }
    let both = owner.operations("vm").query("status", "running").query("submissionState", "failed").await;
    both.refused(400, "InvalidFilter");
}

#[tokio::test]
async fn migration_changes_later_operations_only() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document = fit_document();
    document["pcMigrationStatus"] = "none".into();
    let created = owner.put_offer("vm", &document).await.expect(201);
    assert_eq!(created.json()["pcMigrationStatus"], "none");
    let publish = owner.publish("vm").emails("a@x.example").await.expect(202).location();
    assert_eq!(publish, "/api/operations/contoso$vm$1$preview?api-version=2017-10-31");
    owner.reaches("vm", "waitingForPublisherReview").await;
    document["pcMigrationStatus"] = "migrated".into();
    let tag = owner.offer("vm").await.etag();
    owner.put_offer("vm", &document).if_match(&tag).await.expect(200);
    // The cancellation is as its target is.
    let cancellation = owner.cancel("vm").await.expect(202).location();
    assert_eq!(cancellation, "/api/operations/contoso$vm$2$preview?api-version=2017-10-31");
    assert_eq!(owner.ends(&publish, "canceled").await["notificationEmails"], "a@x.example");
    let later = owner.publish("vm").emails("a@x.example").await.expect(202).location();
    assert!(later.contains("/offers/vm/operations/"), "{later}");
    assert!(owner.follow(&later).await.json().get("notificationEmails").is_none());
    // Left out, it stays; null, it stays.
    for value in [None, Some(Value::Null)] {
        let mut document = fit_document();
        document.as_object_mut().unwrap().extend(value.map(|value| ("pcMigrationStatus".to_owned(), value)));
        let tag = owner.offer("vm").await.etag();
        let stored = owner.put_offer("vm", &document).if_match(&tag).await.expect(200).json();
        assert_eq!(stored["pcMigrationStatus"], "migrated");
    }
}
