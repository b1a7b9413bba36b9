//! What connections may do, mostly on servers that may have fewer of them.

use signoff_engine::FollowLimits;
use signoff_server::ServeSettings;

use super::{Outcome, Seen};
use crate::certifier::{Certifier, says};
use crate::connections::{HEALTH, SHORT, get_offer, patient, token, unfinished};
use crate::raw::{Raw, RawReply};
use crate::server::TestServer;

fn outcome(reply: &RawReply) -> Outcome {
    Outcome::Refused(reply.status, reply.code())
}

const ASKED: &str = "GET /api/publishers HTTP/1.1\r\nHost: x\r\n\r\n";

/// What a connection is answered that is one too many, beside `count` others.
async fn one_more(settings: ServeSettings, count: usize) -> Seen {
    let server = TestServer::serving(settings).await;
    let mut open = Vec::new();
    for _ in 0..count {
        open.push(Raw::connect(&server).await);
    }
    let beyond = Raw::connect(&server).await.ask(ASKED).await;
    let mut at = 200;
    for raw in &mut open {
        at = at.max(raw.ask(HEALTH).await.status);
    }
    Seen { at, beyond: outcome(&beyond) }
}

pub(super) async fn connections() -> Seen {
    one_more(ServeSettings { connections: 3, ..patient() }, 3).await
}

pub(super) async fn strangers() -> Seen {
    one_more(ServeSettings { strangers: 3, ..patient() }, 3).await
}

pub(super) async fn health_places() -> Seen {
    let server = TestServer::serving(ServeSettings { connections: 1, reserve: 1, ..patient() }).await;
    let _taken = Raw::connect(&server).await;
    let oldest = Raw::connect(&server).await;
    let at = Raw::connect(&server).await.ask(HEALTH).await.status;
    oldest.closes().await;
    Seen { at, beyond: Outcome::Answered }
}

pub(super) async fn head_time() -> Seen {
    let server = TestServer::serving(ServeSettings { head: SHORT, ..patient() }).await;
    let mut raw = Raw::connect(&server).await;
    raw.send("GET / HTTP/1.1\r\n").await;
    raw.closes().await;
    Seen { at: 200, beyond: Outcome::Closed }
}

pub(super) async fn idle_time() -> Seen {
    let server = TestServer::serving(ServeSettings { idle: SHORT, ..patient() }).await;
    let mut raw = Raw::connect(&server).await;
    let at = raw.ask(get_offer(&token(&server).await)).await.status;
    raw.closes().await;
    Seen { at, beyond: Outcome::Closed }
}

pub(super) async fn body_time() -> Seen {
    let server = TestServer::serving(ServeSettings { body: SHORT, ..patient() }).await;
    let token = token(&server).await;
    let mut raw = Raw::connect(&server).await;
    let beyond = raw.ask(unfinished("PUT", "/api/publishers/contoso/offers/sample-vm", &token)).await;
    Seen { at: 200, beyond: outcome(&beyond) }
}

pub(super) async fn write_time() -> Seen {
    let server = TestServer::serving(ServeSettings { write: SHORT, ..patient() }).await;
    let document = "GET /_signoff/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    Raw::connect(&server).await.send_until_closed(document).await;
    Seen { at: 200, beyond: Outcome::Closed }
}

/// A request for the server's health with these headers.
fn health_with(headers: &str) -> String {
    format!("GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n")
}

async fn asked(server: &TestServer, request: String) -> RawReply {
    Raw::connect(server).await.ask(request).await
}

pub(super) async fn head(server: &TestServer, most: usize) -> Seen {
    let filled = |size: usize| {
        let rest = size - health_with("a: \r\n").len();
        health_with(&format!("a: {}\r\n", "b".repeat(rest)))
    };
    let (at, beyond) = (asked(server, filled(most)).await, asked(server, filled(most + 1)).await);
    Seen { at: at.status, beyond: outcome(&beyond) }
}

pub(super) async fn headers(server: &TestServer, most: usize) -> Seen {
    // `Host` is one.
    let filled = |count: usize| health_with(&"a: b\r\n".repeat(count - 1));
    let (at, beyond) = (asked(server, filled(most)).await, asked(server, filled(most + 1)).await);
    Seen { at: at.status, beyond: outcome(&beyond) }
}

pub(super) async fn unread_body(server: &TestServer, most: usize) -> Seen {
    let refused = async |length: usize| {
        let head = format!("PUT /api/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        let mut raw = Raw::connect(server).await;
        raw.send_all(format!("{head}{}", "x".repeat(length))).await;
        let reply = raw.reply().await.expect("a reply");
        reply.refused(401, "Unauthorized");
        (reply.has("connection: close"), raw)
    };
    let (closes, mut raw) = refused(most).await;
    assert!(!closes);
    let at = raw.ask(HEALTH).await.status;
    let (closes, raw) = refused(most + 1).await;
    assert!(closes);
    raw.closes().await;
    Seen { at, beyond: Outcome::Answered }
}

/// What comes of announcing a body of this length, without sending it.
async fn announced(server: &TestServer, method: &str, path: &str, more: &str, length: usize) -> RawReply {
    let mut raw = Raw::connect(server).await;
    raw.ask(format!(
        "{method} {path}?api-version=2017-10-31 HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n{more}\
         Content-Length: {length}\r\n\r\n"
    ))
    .await
}

pub(super) async fn snapshot(server: &TestServer, most: usize) -> Seen {
    let at = announced(server, "PUT", "/_signoff/snapshot", "", most).await;
    assert_eq!(at.status, 100, "it is waited for: {at:?}");
    let beyond = announced(server, "PUT", "/_signoff/snapshot", "", most + 1).await;
    Seen { at: 200, beyond: outcome(&beyond) }
}

pub(super) async fn callback(most: usize) -> Seen {
    let certifier = Certifier::start(says("inProgress")).await;
    let server = certifier.server().await;
    let path = "/api/publishers/contoso/offers/vm/operations/56615b67-2185-49fe-80d2-c4ddf77bb2e8/steps/displaycertify/callback";
    let signed = "webhook-id: a\r\nwebhook-timestamp: 1\r\nwebhook-signature: v1,x\r\n";
    let at = announced(&server, "POST", path, signed, most).await;
    assert_eq!(at.status, 100, "it is waited for: {at:?}");
    let beyond = announced(&server, "POST", path, signed, most + 1).await;
    Seen { at: 200, beyond: outcome(&beyond) }
}

/// A second stream where one is the most.
pub(super) async fn streams(limits: FollowLimits) -> Seen {
    let server = TestServer::with_limits(limits).await;
    let owner = server.owner().await;
    owner.create("vm").await;
    let id = owner.publish("vm").await.expect(202).operation_id();
    let events = || owner.get(&owner.path("vm", &format!("/operations/{id}/events")));
    let first = events().open().await;
    let beyond = events().await;
    Seen { at: first.status().as_u16(), beyond: Outcome::refused(&beyond) }
}

/// With one place taken by a stream, a call is answered at once.
pub(super) async fn waits() -> Seen {
    let server = TestServer::with_limits(FollowLimits { places: 1, ..FollowLimits::default() }).await;
    let owner = server.owner().await;
    owner.create("vm").await;
    let location = owner.publish_to_signoff("vm").await;
    let id = location.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap().to_owned();
    let first = owner.get(&owner.path("vm", &format!("/operations/{id}/events"))).open().await;
    let beyond = owner.follow(&location).wait(50).await;
    assert_eq!(beyond.header("preference-applied"), "");
    beyond.expect(200);
    Seen { at: first.status().as_u16(), beyond: Outcome::Answered }
}
