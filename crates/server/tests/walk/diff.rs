//! What differs between two contents of an offer (contract, "Differences").

use serde_json::{Value, json};

use crate::call::{Call, Client, fit_document};
use crate::server::TestServer;

const TITLE: &str = "microsoft-azure-virtualmachines.skuTitle";

fn diff(client: &Client, offer: &str, from: &str, to: &str) -> Call {
    client.get(&client.path(offer, "/diff")).query("from", from).query("to", to)
}

/// An offer whose version 1 is live, whose draft is version 2, and the changes between them.
async fn changed(owner: &Client) -> Value {
    let mut document = fit_document();
    document["definition"]["offer"]["client_secret"] = json!("hunter2");
    document["definition"]["price"] = serde_json::from_str("1.10").unwrap();
    document["note"] = json!("old");
    owner.put_offer("vm", &document).await.succeeded();
    owner.publish_live("vm").await;
    let title = document["definition"]["plans"][1][TITLE].clone();
    document["definition"]["plans"][1][TITLE] = json!("New");
    document["definition"]["plans"].as_array_mut().unwrap().reverse();
    document["definition"]["offer"]["client_secret"] = json!("hunter3");
    document["definition"]["price"] = serde_json::from_str("1.100").unwrap();
    document["definition"]["added"] = json!({ "x": [1, null] });
    document["note"] = json!("new");
    owner.put_offer("vm", &document).if_match("*").await.expect(200);
    let price = |digits| serde_json::from_str::<Value>(digits).unwrap();
    json!([
        { "path": "definition.offer.client_secret", "from": "***", "to": "***" },
        { "path": format!("definition.plans[planId=windows].{TITLE}"), "from": title, "to": "New" },
        { "path": "definition.price", "from": price("1.10"), "to": price("1.100") },
        { "path": "definition.added", "to": { "x": [1, null] } },
        { "path": "note", "from": "old", "to": "new" },
    ])
}

#[tokio::test]
async fn a_diff_lists_what_changed_in_both_dialects() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let (owner, reader) = (server.owner().await, server.reader().await);
        let expected = changed(&owner).await;
        let by_default = reader.get(&reader.path("vm", "/diff")).await.expect(200);
        assert_eq!(by_default.json(), json!({ "changes": expected }));
        assert!(
            by_default.text.contains("1.100") && !by_default.text.contains("hunter"),
            "{}",
            by_default.text
        );
        for (from, to) in [("production", "draft"), ("preview", "DRAFT"), ("1", "2"), ("", "")] {
            let reply = diff(&reader, "vm", from, to).await.expect(200);
            assert_eq!(reply.text, by_default.text, "{from} {to}");
        }
        for same in ["draft", "preview", "1"] {
            let reply = diff(&reader, "vm", same, same).await.expect(200);
            assert_eq!(reply.json(), json!({ "changes": [] }), "{same}");
        }
        let back = diff(&reader, "vm", "draft", "production").await.expect(200).json();
        assert!(back["changes"].as_array().unwrap().contains(&json!(
            { "path": "definition.added", "from": { "x": [1, null] } }
        )));
    }
}

#[tokio::test]
async fn a_content_that_is_not_there_is_refused_as_where_it_is_shown() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (from, to, status, code) in [
        ("production", "draft", 404, "SlotNotFound"),
        ("draft", "Preview", 404, "SlotNotFound"),
        ("1", "2", 404, "VersionNotFound"),
        ("0", "draft", 404, "VersionNotFound"),
        ("99999999999999999999", "draft", 404, "VersionNotFound"),
        // What cannot be understood comes first.
        ("production", "staging", 400, "InvalidFilter"),
    ] {
        diff(&owner, "sample-vm", from, to).await.refused(status, code);
    }
    let shown = owner.slot("sample-vm", "preview").await.refused(404, "SlotNotFound");
    let refused = diff(&owner, "sample-vm", "preview", "draft").await.refused(404, "SlotNotFound");
    assert_eq!(refused.message(), shown.message());
    for (from, to, target) in [("live", "draft", "from"), ("draft", "-1", "to")] {
        let reply = diff(&owner, "sample-vm", from, to).await.refused(400, "InvalidFilter");
        assert_eq!(reply.target(), target);
        assert!(
            reply.message().contains("draft, preview, production, a version number"),
            "{}",
            reply.message()
        );
    }
    diff(&owner, "missing", "bogus", "draft").await.refused(404, "OfferNotFound");
}
