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

/// A request for a token.
fn form(server: &TestServer, client: &str, resource: &str, padding: usize) -> Call {
    let form = format!(
        "grant_type=client_credentials&client_id={client}&client_secret=contoso-secret&resource={resource}&padding="
    );
    let call = server.nobody().call("POST", &format!("/{TENANT}/oauth2/token"));
    let form = format!("{form}{}", "x".repeat(padding.saturating_sub(form.len())));
    call.body(&form).header("content-type", "application/x-www-form-urlencoded")
}

const OWNER: &str = "contoso-owner";
const AUDIENCE: &str = "https://cloudpartner.azure.com";

pub(super) async fn token_form(server: &TestServer, most: usize) -> Seen {
    calls(form(server, OWNER, AUDIENCE, most), form(server, OWNER, AUDIENCE, most + 1)).await
}

/// At the bound it is a client that is not known.
pub(super) async fn client_id(server: &TestServer, most: usize) -> Seen {
    let client = |length: usize| form(server, &"c".repeat(length), AUDIENCE, 0);
    let (at, beyond) = (client(most).await, client(most + 1).await);
    assert!(at.text.contains("unauthorized_client") || at.text.contains("invalid_client"), "{}", at.text);
    Seen { at: 200, beyond: Outcome::refused(&beyond) }
}

pub(super) async fn resource(server: &TestServer, most: usize) -> Seen {
    let resource = |length: usize| form(server, OWNER, &"r".repeat(length), 0);
    calls(resource(most), resource(most + 1)).await
}

pub(super) async fn publisher_name(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let put =
        |length: usize| owner.put("/api/publishers/contoso", &json!({ "displayText": "ä".repeat(length) }));
    calls(put(most), put(most + 1)).await
}

pub(super) async fn fault_rules(server: &TestServer, most: usize) -> Seen {
    let rule = json!({ "path": "/nowhere", "status": 500 });
    let rules = |count: usize| server.dev("PUT", "/faults").json(&vec![rule.clone(); count].into());
    let seen = calls(rules(most), rules(most + 1)).await;
    server.dev("POST", "/faults").json(&rule).await.refused(400, "InvalidBody");
    server.dev("DELETE", "/faults").await.expect(204);
    seen
}

pub(super) async fn fault_latency(server: &TestServer, most: usize) -> Seen {
    let rule = |seconds: usize| {
        let rule = json!({ "path": "/nowhere", "latency": format!("{seconds}s") });
        server.dev("PUT", "/faults").json(&vec![rule].into())
    };
    let seen = calls(rule(most), rule(most + 1)).await;
    server.dev("DELETE", "/faults").await.expect(204);
    seen
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

pub(super) async fn list(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let top = |call: Call, top: usize| call.query("$top", &top.to_string());
    let offers = calls(top(owner.offers(), most), top(owner.offers(), most + 1)).await;
    let seen =
        calls(top(owner.operations("sample-vm"), most), top(owner.operations("sample-vm"), most + 1)).await;
    assert_eq!((seen.at, &seen.beyond), (offers.at, &offers.beyond));
    seen
}
