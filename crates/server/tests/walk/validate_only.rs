//! `publish?validateOnly=true`: the checks of a publish, and nothing starts.

use serde_json::{Value, json};

use crate::call::{Call, Client, fit_document};
use crate::reply::Reply;
use crate::server::TestServer;

fn check(owner: &Client, offer: &str) -> Call {
    owner.publish(offer).query("validateOnly", "true")
}

/// What shows of an offer; nothing of it may change.
async fn shown(owner: &Client, offer: &str) -> Vec<String> {
    let mut shown = Vec::new();
    for call in [owner.offer(offer), owner.status(offer), owner.operations(offer)] {
        let reply = call.await.expect(200);
        shown.push(format!("{} {}", reply.etag(), reply.text));
    }
    shown
}

/// Status, code, target and details of an error.
fn error(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json()["error"].clone())
}

#[tokio::test]
async fn a_fit_draft_is_valid_and_stays_as_it_is() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        let before = shown(&owner, "sample-vm").await;
        let letters = server.mailbox().await.len();
        let reply = check(&owner, "sample-vm").await.expect(200);
        assert_eq!(reply.json(), json!({ "status": "valid", "warnings": [] }));
        for header in ["location", "operation-location", "retry-after"] {
            assert_eq!(reply.header(header), "", "{header}");
        }
        check(&owner, "sample-vm").emails("ann@contoso.example").await.expect(200);
        assert_eq!(shown(&owner, "sample-vm").await, before);
        assert_eq!(server.mailbox().await.len(), letters);
        // Words of any letter case; false is as if it were not there.
        owner.publish("sample-vm").query("validateOnly", "True").await.expect(200);
        owner.publish("sample-vm").query("validateOnly", "FALSE").await.expect(202);
    }
}

#[tokio::test]
async fn warnings_are_listed_in_the_readers_language() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document = fit_document();
    let text = document.to_string();
    let start = text.find("osVhdUrl\":\"").unwrap() + "osVhdUrl\":\"".len();
    let end = start + text[start..].find('"').unwrap();
    document = serde_json::from_str(&format!(
        "{}https://images.example/a.vhd?sig=x{}",
        &text[..start],
        &text[end..]
    ))
    .unwrap();
    owner.put_offer("warned", &document).await.expect(201);
    let english = check(&owner, "warned").await.expect(200).json();
    let dutch = check(&owner, "warned").header("accept-language", "nl").await.expect(200).json();
    let (first, other) = (&english["warnings"][0], &dutch["warnings"][0]);
    assert_eq!(english["status"], "valid");
    assert!(first["target"].as_str().unwrap().contains("osVhdUrl"), "{english:#}");
    assert_eq!((&first["code"], &first["target"]), (&other["code"], &other["target"]));
    assert_ne!(first["message"], other["message"]);
    owner.publish("warned").await.expect(202);
}

#[tokio::test]
async fn every_refusal_is_that_of_a_publish() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let unfit = json!({ "offerTypeId": "microsoft-azure-virtualmachines", "definition": {} });
    owner.put_offer("unfit", &unfit).await.expect(201);
    let findings = check(&owner, "unfit").await.refused(422, "ValidationFailed");
    assert!(findings.json()["error"]["details"].as_array().unwrap().len() > 5);
    owner.create("busy").await.expect(201);
    server.scenario("busy", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("busy").await.expect(202);
    owner.put_offer("busy", &unfit).if_match("*").await.expect(200);
    owner.create("waits").await.expect(201);
    owner.publish_to_signoff("waits").await;
    let reader = server.reader().await;
    for (only, whole, status) in [
        (check(&owner, "unfit"), owner.publish("unfit"), 422),
        (check(&owner, "missing"), owner.publish("missing"), 404),
        (check(&owner, "busy"), owner.publish("busy"), 400),
        (check(&owner, "waits"), owner.publish("waits"), 400),
        (check(&owner, "busy").if_match("\"stale\""), owner.publish("busy").if_match("\"stale\""), 412),
        (check(&owner, "unfit").emails("nobody"), owner.publish("unfit").emails("nobody"), 400),
        (check(&reader, "unfit"), reader.publish("unfit"), 403),
    ] {
        let (only, whole) = (only.await, whole.await);
        assert_eq!(error(&only), error(&whole));
        assert_eq!(only.status, status, "{}", only.text);
        assert_eq!(only.header("location"), whole.header("location"));
    }
}

#[tokio::test]
async fn another_word_is_refused() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for bad in ["", "yes", "1", "true,", "\u{1F600}"] {
        let reply = owner.publish("sample-vm").query("validateOnly", bad).await;
        let reply = reply.refused(400, "InvalidParameter");
        assert_eq!(reply.target(), "validateOnly", "{bad:?}");
    }
    owner.publish("missing").query("validateOnly", "yes").await.refused(404, "OfferNotFound");
    assert_eq!(owner.operations("sample-vm").await.json(), json!([]));
}
