//! Connections that are silent, slow, too many, or more than anybody may have.

use std::time::Duration;

use signoff_server::{ServeSettings, TENANT};

use crate::call::VERSION;
use crate::raw::Raw;
use crate::server::TestServer;

/// Longer than any test takes.
const LONG: Duration = Duration::from_hours(1);
pub(crate) const SHORT: Duration = Duration::from_millis(20);

pub(crate) fn patient() -> ServeSettings {
    ServeSettings {
        head: LONG,
        idle: LONG,
        body: LONG,
        write: LONG,
        silence: LONG,
        ..ServeSettings::default()
    }
}

pub(crate) const HEALTH: &str = "GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\n\r\n";

pub(crate) fn get_offer(token: &str) -> String {
    format!(
        "GET /api/publishers/contoso/offers/sample-vm?api-version={VERSION} HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    )
}

/// A request whose body does not come.
pub(crate) fn unfinished(method: &str, path: &str, token: &str) -> String {
    format!(
        "{method} {path}?api-version={VERSION} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         If-Match: *\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{{"
    )
}

pub(crate) async fn token(server: &TestServer) -> String {
    server.owner().await.token.unwrap()
}

#[tokio::test]
async fn who_says_nothing_or_not_enough_is_left() {
    let server = TestServer::serving(ServeSettings { head: SHORT, ..patient() }).await;
    for part in ["", "GET /api", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut raw = Raw::connect(&server).await;
        raw.send(part).await;
        raw.closes().await;
    }
    // The same behind a request that shows no token.
    let mut raw = Raw::connect(&server).await;
    assert_eq!(raw.ask(HEALTH).await.status, 200);
    raw.closes().await;
}

#[tokio::test]
async fn who_has_shown_a_token_may_be_idle_for_longer() {
    let server = TestServer::serving(ServeSettings { idle: SHORT, ..patient() }).await;
    let mut stranger = Raw::connect(&server).await;
    assert_eq!(stranger.ask(HEALTH).await.status, 200);
    let mut known = Raw::connect(&server).await;
    assert_eq!(known.ask(get_offer(&token(&server).await)).await.status, 200);
    known.closes().await;
    assert_eq!(stranger.ask(HEALTH).await.status, 200, "that time is not this one's");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_on_every_route() {
    let server = TestServer::serving(ServeSettings { body: SHORT, ..patient() }).await;
    let token = token(&server).await;
    let offer = "/api/publishers/contoso/offers/sample-vm";
    for (method, path) in [
        ("PUT", offer.to_owned()),
        ("POST", format!("{offer}/publish")),
        ("POST", format!("{offer}/golive")),
        ("POST", format!("{offer}/cancel")),
        ("POST", "/api/publishers/contoso/cancel".to_owned()),
        ("PUT", "/api/publishers/contoso".to_owned()),
        ("PUT", format!("/api/publishers/contoso/members/{TENANT}/somebody")),
        ("PUT", format!("/api/principals/{TENANT}/somebody")),
        ("PUT", "/_signoff/scenarios/contoso/sample-vm".to_owned()),
        ("POST", "/_signoff/clock/contoso/advance".to_owned()),
        ("POST", "/_signoff/faults".to_owned()),
    ] {
        let mut raw = Raw::connect(&server).await;
        raw.ask(unfinished(method, &path, &token)).await.refused(408, "RequestTimeout");
    }
    for version in ["oauth2/token", "oauth2/v2.0/token"] {
        let mut raw = Raw::connect(&server).await;
        let reply = raw.ask(unfinished("POST", &format!("/{TENANT}/{version}"), &token)).await;
        assert_eq!((reply.status, reply.code().as_str()), (408, "invalid_request"), "{reply:?}");
    }
    // What refuses without looking at the body does not wait for it for ever either.
    for (path, status) in [("/api/nothing", 404), ("/_signoff/mailbox", 405), ("/_signoff/nothing", 404)] {
        let mut raw = Raw::connect(&server).await;
        assert_eq!(raw.ask(unfinished("POST", path, &token)).await.status, status, "{path}");
        raw.send("xxxxxxxxx").await;
        raw.closes().await;
    }
}

#[tokio::test]
async fn health_is_told_while_everything_is_taken() {
    let server =
        TestServer::serving(ServeSettings { connections: 2, strangers: 9, reserve: 1, ..patient() }).await;
    let mut taken = [Raw::connect(&server).await, Raw::connect(&server).await];
    for path in ["/_signoff/healthz", "/_signoff/readyz"] {
        let mut raw = Raw::connect(&server).await;
        let reply = raw.ask(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert!(reply.status == 200 && reply.has("connection: close"), "{reply:?}");
        raw.closes().await;
    }
    let mut raw = Raw::connect(&server).await;
    let reply = raw.ask(unfinished("POST", "/api/publishers", "x")).await;
    reply.refused(503, "ServiceUnavailable");
    assert!(reply.has("connection: close"), "{reply:?}");
    // Those who have a place are served as ever.
    for raw in &mut taken {
        assert_eq!(raw.ask(HEALTH).await.status, 200);
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections_without_a_token() {
    let server = TestServer::serving(ServeSettings { strangers: 2, ..patient() }).await;
    let token = token(&server).await;
    // The client of the tests has shown a good secret and is counted no more.
    let [mut first, _second] = [Raw::connect(&server).await, Raw::connect(&server).await];
    let get = "GET /api/publishers HTTP/1.1\r\nHost: x\r\nAccept-Language: nl\r\n\r\n";
    let mut third = Raw::connect(&server).await;
    let reply = third.ask(get).await;
    reply.refused(429, "TooManyRequests");
    assert!(reply.body.contains("verbindingen"), "{reply:?}");
    // A token is not enough without all of the request.
    first.send(unfinished("POST", "/api/publishers/contoso/offers/sample-vm/publish", &token)).await;
    Raw::connect(&server).await.ask(get).await.refused(429, "TooManyRequests");
    first.ask("  nonsense").await.refused(400, "InvalidJson");
    assert_eq!(Raw::connect(&server).await.ask(get_offer(&token)).await.status, 200);
}

#[tokio::test]
async fn who_is_given_a_token_is_counted_no_more() {
    let server = TestServer::serving(ServeSettings { strangers: 1, ..patient() }).await;
    let form = "grant_type=client_credentials&client_id=contoso-owner&client_secret=contoso-secret\
                &resource=https%3A%2F%2Fcloudpartner.azure.com";
    let head = format!("POST /{TENANT}/oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: {}", form.len());
    let mut first = Raw::connect(&server).await;
    assert_eq!(first.ask(format!("{head}\r\n\r\n{form}")).await.status, 200);
    let mut second = Raw::connect(&server).await;
    second.ask("GET /api/publishers HTTP/1.1\r\nHost: x\r\n\r\n").await.refused(401, "Unauthorized");
}

#[tokio::test]
async fn what_is_silent_makes_room() {
    let settings = ServeSettings { strangers: 2, silence: Duration::ZERO, ..patient() };
    let server = TestServer::serving(settings).await;
    let token = token(&server).await;
    let silent = [Raw::connect(&server).await, Raw::connect(&server).await];
    let mut third = Raw::connect(&server).await;
    assert_eq!(third.ask(get_offer(&token)).await.status, 200);
    let [oldest, _] = silent;
    oldest.closes().await;
}

#[tokio::test]
async fn a_proxy_that_is_trusted_has_as_many_as_it_likes() {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let server = TestServer::serving(ServeSettings { strangers: 1, trusted_proxies, ..patient() }).await;
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(Raw::connect(&server).await);
    }
    for raw in &mut all {
        assert_eq!(raw.ask(HEALTH).await.status, 200);
        raw.ask("GET /api/publishers HTTP/1.1\r\nHost: x\r\n\r\n").await.refused(401, "Unauthorized");
    }
}

#[tokio::test]
async fn who_takes_no_byte_of_a_reply_is_left() {
    let server = TestServer::serving(ServeSettings { write: SHORT, ..patient() }).await;
    let raw = Raw::connect(&server).await;
    // It gets no further than the system holds for us, and leaves then.
    raw.send_until_closed("GET /_signoff/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
}
