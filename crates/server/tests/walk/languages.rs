//! Errors speak the reader's language, codes never change (contract, "Every request").

use std::collections::BTreeSet;

use serde_json::json;

use crate::call::{Call, Client};
use crate::server::{TestServer, eventually};

const LANGUAGES: [&str; 6] = ["en", "nl", "sv", "tr", "hu", "pl"];

/// A golive that refuses a cancel before its switch, and one after it.
async fn past_return(server: &TestServer, owner: &Client) {
    let live = json!({ "hold": true, "cancel": "refuse" });
    for (offer, live) in [("preparing", live), ("switched", json!({ "propagateDuration": "30d" }))] {
        owner.create(offer).await;
        owner.publish_to_signoff(offer).await;
        server.scenario(offer, json!({ "live": live })).await.expect(200);
        let golive = owner.golive(offer).await.expect(202).location();
        let past = |operation: &serde_json::Value| operation["cancellationRequestState"] == "cannotCancel";
        eventually(offer, async || owner.follow(&golive).await, past).await;
    }
}

fn force(client: &Client, offer: &str) -> Call {
    client.cancel(offer).json(&json!({ "force": true }))
}

#[tokio::test]
async fn one_error_in_six_languages() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let unfit = json!({ "offerTypeId": "microsoft-azure-virtualmachines", "definition": {} });
    owner.put_offer("unfit", &unfit).await.expect(201);
    let contributor = server.member("contributor").await;
    past_return(&server, &owner).await;
    for (call, status, code) in [
        (server.nobody().offer("sample-vm"), 401, "Unauthorized"),
        (owner.offer("sample-vm").version(None), 400, "InvalidAPIVersion"),
        (owner.get("/api/publishers/fabrikam/offers"), 403, "Forbidden"),
        (owner.offer("missing"), 404, "OfferNotFound"),
        (owner.get("/api/nowhere"), 404, "NotFound"),
        (owner.cancel("sample-vm"), 400, "NoOperationInProgress"),
        (owner.golive("sample-vm"), 400, "NotReadyForGoLive"),
        (owner.post("/api/publishers/contoso/cancel").query("dryRun", "x"), 400, "InvalidFilter"),
        (owner.post(&owner.path("sample-vm", "/kill")), 403, "Forbidden"),
        (force(&contributor, "sample-vm"), 403, "Forbidden"),
        (force(&owner, "preparing"), 400, "OperationNotCancellable"),
        (force(&owner, "switched"), 400, "OperationNotCancellable"),
        (owner.publish("unfit"), 422, "ValidationFailed"),
        (server.dev("PUT", "/scenarios/contoso/sample-vm").body(r#"{"steps":{"x":{}}}"#), 400, "UnknownStep"),
    ] {
        let mut messages = BTreeSet::new();
        let mut details = BTreeSet::new();
        for language in LANGUAGES {
            let reply = call.clone().header("accept-language", language).await.refused(status, code);
            assert!(messages.insert(reply.message()), "{language} speaks another's words: {}", reply.text);
            let error = reply.json()["error"].clone();
            for detail in error["details"].as_array().into_iter().flatten() {
                assert!(detail["target"].is_string(), "{detail}");
                details.insert((
                    detail["code"].to_string(),
                    detail["target"].to_string(),
                    detail["message"].to_string(),
                ));
            }
        }
        let kinds: BTreeSet<_> =
            details.iter().map(|(code, target, _)| (code.clone(), target.clone())).collect();
        assert_eq!(details.len(), kinds.len() * LANGUAGES.len(), "{code}: details are not translated");
    }
}

#[tokio::test]
async fn which_language_is_chosen() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let ask =
        async |language: &str| owner.offer("missing").header("accept-language", language).await.message();
    let mut words = Vec::new();
    for language in LANGUAGES {
        words.push((language, ask(language).await));
    }
    for (accepted, language) in [
        ("", "en"),
        ("de", "en"),
        ("nl-BE", "nl"),
        ("PL", "pl"),
        ("de, sv;q=0.8, tr;q=0.9", "tr"),
        ("hu;q=0.1, en;q=0.2", "en"),
        ("nl;q=0, *", "en"),
        ("en;q=0, *;q=0.1", "nl"),
    ] {
        let message = ask(accepted).await;
        let spoken = words.iter().find(|(_, words)| *words == message).map(|(language, _)| *language);
        assert_eq!(spoken, Some(language), "{accepted}");
    }
    let message = owner.offer("missing").await.message();
    assert_eq!(words[0].1, message, "without a wish the answer is English");
}
