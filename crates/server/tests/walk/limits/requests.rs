//! What one request may hold.

use serde_json::json;
use signoff_server::TENANT;

use super::{Outcome, Seen, calls};
use crate::call::{Call, fit_document};
use crate::server::TestServer;

/// A PUT of the sample offer.
async fn put(server: &TestServer) -> Call {
    let owner = server.owner().await;
    owner.call("PUT", &owner.path("sample-vm", "")).if_match("*")
}

pub(super) async fn body(server: &TestServer, most: usize) -> Seen {
    let document = fit_document().to_string();
    let padded = |size: usize| format!("{document}{}", " ".repeat(size - document.len()));
    let put = put(server).await;
    calls(put.clone().body(&padded(most)), put.body(&padded(most + 1))).await
}

pub(super) async fn json_depth(server: &TestServer, most: usize) -> Seen {
    let put = put(server).await;
    let nested = |depth: usize| {
        // The document itself, its definition and the offer's are three.
        let (open, close) = ("[".repeat(depth - 3), "]".repeat(depth - 3));
        let mut document = fit_document();
        document["definition"]["offer"]["deep"] = json!("HERE");
        document.to_string().replace("\"HERE\"", &format!("{open}{close}"))
    };
    calls(put.clone().body(&nested(most)), put.body(&nested(most + 1))).await
}

pub(super) async fn token_form(server: &TestServer, most: usize) -> Seen {
    let form = |size: usize| {
        let form = "grant_type=client_credentials&client_id=contoso-owner&client_secret=contoso-secret\
                    &resource=https://cloudpartner.azure.com&padding=";
        format!("{form}{}", "x".repeat(size - form.len()))
    };
    let post = |size: usize| {
        let call = server.nobody().call("POST", &format!("/{TENANT}/oauth2/token"));
        call.body(&form(size)).header("content-type", "application/x-www-form-urlencoded")
    };
    calls(post(most), post(most + 1)).await
}

/// A longer one is not even looked at, so both are refused, for different reasons.
pub(super) async fn token(server: &TestServer, most: usize) -> Seen {
    let said = async |length: usize| {
        let scheme = "Bearer ".len();
        let token = server.owner().await.token.unwrap();
        let padded = format!("{token}{}", "A".repeat(length - scheme - token.len()));
        server.bearing(&padded).offer("sample-vm").await
    };
    let (at, beyond) = (said(most).await, said(most + 1).await);
    assert_ne!(at.message(), beyond.message(), "a token at the bound is verified");
    Seen { at: 200, beyond: Outcome::refused(&beyond) }
}

pub(super) async fn id(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    calls(owner.offer(&"a".repeat(most)), owner.offer(&"a".repeat(most + 1))).await
}

pub(super) async fn repeatability_id(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let cancel = |length: usize| {
        let now = signoff_wire::repeatability::fixdate(server.now());
        let call = owner.cancel("sample-vm").header("repeatability-request-id", &"r".repeat(length));
        call.header("repeatability-first-sent", &now)
    };
    // There is nothing to cancel.
    let (at, beyond) = (cancel(most).await, cancel(most + 1).await);
    assert_eq!(at.code(), "NoOperationInProgress");
    Seen { at: 200, beyond: Outcome::refused(&beyond) }
}

pub(super) async fn reason(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let (at, beyond) = (
        owner.cancel("sample-vm").reason(&"ä".repeat(most)).await,
        owner.cancel("sample-vm").reason(&"ä".repeat(most + 1)).await,
    );
    assert_eq!(at.code(), "NoOperationInProgress");
    Seen { at: 200, beyond: Outcome::refused(&beyond) }
}

pub(super) async fn cancel_many(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let cancel = |top: usize| {
        owner.post("/api/publishers/contoso/cancel").query("dryRun", "true").query("$top", &top.to_string())
    };
    calls(cancel(most), cancel(most + 1)).await
}

pub(super) async fn audit_page(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let page = |top: usize| owner.get("/api/publishers/contoso/audit").query("$top", &top.to_string());
    calls(page(most), page(most + 1)).await
}

pub(super) async fn wait(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    owner.create("waited-for").await;
    let location = owner.publish_to_signoff("waited-for").await;
    let call = owner.follow(&location).header("if-none-match", "W/\"another\"");
    // It has moved already, so that nobody waits.
    let (at, beyond) = (call.clone().wait(most as u64).await, call.wait(most as u64 + 1).await);
    for reply in [&at, &beyond] {
        assert_eq!(reply.header("preference-applied"), format!("wait={most}"));
    }
    Seen { at: at.status, beyond: Outcome::Answered }
}
