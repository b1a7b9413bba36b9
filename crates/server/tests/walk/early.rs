//! Replies that come before a request was read to its end, and to what is no request.

use serde_json::json;
use signoff_server::TENANT;

use crate::call::VERSION;
use crate::raw::Raw;
use crate::server::TestServer;

/// Bytes of a body that are read before a refusal goes out.
const READ: usize = 64 * 1024;

/// Requests that are refused with any body: method, path, query, token, status.
fn refusals(token: &str) -> Vec<(&'static str, String, String, u16)> {
    let offer = format!("/api/publishers/contoso/offers/sample-vm?api-version={VERSION}");
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let json = format!("{bearer}Content-Type: application/json\r\n");
    vec![
        ("PUT", offer.clone(), String::new(), 401),
        ("PUT", "/api/publishers/contoso/offers/sample-vm".to_owned(), bearer.clone(), 400),
        ("PUT", offer.replace("contoso", "fabrikam"), bearer.clone(), 403),
        ("PUT", format!("/api/nothing?api-version={VERSION}"), bearer.clone(), 404),
        ("DELETE", offer.clone(), bearer.clone(), 405),
        ("PUT", offer.clone(), format!("{bearer}Content-Type: text/plain\r\n"), 415),
        ("PUT", offer.clone(), format!("{json}Content-Encoding: gzip\r\n"), 415),
        ("PUT", offer.replace("offers", "faulty"), json, 429),
        ("POST", format!("/{TENANT}/oauth2/token"), "Content-Encoding: br\r\n".to_owned(), 415),
        ("POST", format!("/{TENANT}/oauth2/nothing"), String::new(), 404),
        ("POST", "/_signoff/mailbox".to_owned(), String::new(), 405),
        ("POST", "/_signoff/reset".to_owned(), "Origin: http://evil.example\r\n".to_owned(), 415),
    ]
}

async fn server() -> (TestServer, String) {
    let server = TestServer::start().await;
    let rule = json!({ "path": "/api/publishers/contoso/faulty/*", "status": 429 });
    server.dev("POST", "/faults").json(&rule).await.expect(201);
    let token = server.owner().await.token.unwrap();
    (server, token)
}

#[tokio::test]
async fn a_body_is_read_to_its_end_before_a_refusal_goes_out() {
    let (server, token) = server().await;
    for (method, path, headers, status) in refusals(&token) {
        for framing in [format!("Content-Length: {READ}"), "Transfer-Encoding: chunked".to_owned()] {
            let mut raw = Raw::connect(&server).await;
            let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{framing}\r\n\r\n");
            let body = "x".repeat(READ);
            raw.send(&head).await;
            if framing.starts_with("Content") {
                raw.send(body).await;
            } else {
                raw.send(format!("{READ:x}\r\n{body}\r\n0\r\n\r\n")).await;
            }
            let reply = raw.reply().await.unwrap_or_else(|| panic!("{method} {path}: no reply"));
            assert_eq!(reply.status, status, "{method} {path}: {reply:?}");
            assert!(
                !reply.has("connection: close") && reply.body.contains("error"),
                "{method} {path}: {reply:?}"
            );
            // The connection goes on where the body ended.
            let health = raw.ask("GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
            assert_eq!(health.status, 200, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_refusal_of_a_larger_body_arrives_whole_and_the_connection_ends() {
    let (server, token) = server().await;
    let mut refusals = refusals(&token);
    // That it is too large is told before what it is.
    refusals.retain(|(.., headers, status)| *status != 415 || !headers.contains("text/plain"));
    let large = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let offer = format!("/api/publishers/contoso/offers/sample-vm?api-version={VERSION}");
    refusals.push(("PUT", offer, large, 413));
    refusals.push(("POST", format!("/{TENANT}/oauth2/token"), String::new(), 413));
    let length = 8 << 20;
    for (method, path, headers, status) in refusals {
        let mut raw = Raw::connect(&server).await;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        // Sent to the last byte before anything is read, as many clients do.
        raw.send_all(head).await;
        raw.send_all("x".repeat(length)).await;
        let reply = raw.reply().await.unwrap_or_else(|| panic!("{method} {path}: no reply"));
        assert_eq!(reply.status, status, "{method} {path}: {reply:?}");
        assert!(reply.has("connection: close") && reply.body.contains("error"), "{method} {path}: {reply:?}");
        raw.closes().await;
    }
}

#[tokio::test]
async fn who_asks_before_sending_is_spared_the_body() {
    let (server, token) = server().await;
    let path = format!("/api/publishers/contoso/offers/sample-vm?api-version={VERSION}");
    let mut raw = Raw::connect(&server).await;
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 30\r\nAuthorization: Bearer {token}x\r\n\r\n"
    );
    let reply = raw.ask(head).await;
    reply.refused(401, "Unauthorized");
    assert!(reply.has("connection: close"));
    raw.closes().await;
}

#[tokio::test]
async fn what_is_no_request_is_told_so_like_any_other() {
    let server = TestServer::start().await;
    let line = |line: &str| format!("{line}\r\nHost: localhost\r\n\r\n");
    let with = |headers: &str| format!("GET /api/publishers HTTP/1.1\r\n{headers}\r\n");
    let (malformed, large) = ((400, "MalformedRequest"), (431, "HeadersTooLarge"));
    let no_host = (400, "InvalidHeader");
    for (request, (status, code)) in [
        (line("GET /api/offerTypes?a=\"b\" HTTP/1.1"), malformed),
        (line("GET /api/offerTypes?a=<b> HTTP/1.1"), malformed),
        (line("GET /api/offer types HTTP/1.1"), malformed),
        (line("GET /api HTTP/3.0"), malformed),
        (line("GE(T /api HTTP/1.1"), malformed),
        (line("nonsense"), malformed),
        (with("Host: x\r\nBad Name: x\r\n"), malformed),
        (with("Host: x\r\nFolded: a\r\n b\r\n"), malformed),
        (with("Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n"), malformed),
        (with("Host: x\r\nContent-Length: -1\r\n"), malformed),
        (with("Host: x\r\nTransfer-Encoding: gzip\r\n"), malformed),
        (with(&"a: b\r\n".repeat(101)), large),
        (with(&format!("a: {}\r\n", "b".repeat(64 * 1024))), large),
        (with(""), no_host),
        (with("Host: a\r\nHost: b\r\n"), no_host),
        (with("Host: a/b\r\n"), no_host),
    ] {
        let mut raw = Raw::connect(&server).await;
        let reply = raw.ask(&request).await;
        reply.refused(status, code);
        assert!(status != 400 || code != "MalformedRequest" || reply.has("connection: close"), "{reply:?}");
        // The same behind another request on its connection.
        let mut raw = Raw::connect(&server).await;
        let health = raw.ask("GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(health.status, 200);
        raw.ask(&request).await.refused(status, code);
    }
}

#[tokio::test]
async fn a_malformed_body_is_told_apart_from_a_slow_one() {
    let (server, token) = server().await;
    let path = format!("/api/publishers/contoso/offers/sample-vm?api-version={VERSION}");
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         If-Match: *\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    for body in ["oops\r\n", "2\r\n{}oops", "fffffffffffffffff\r\n"] {
        let mut raw = Raw::connect(&server).await;
        raw.ask(format!("{head}{body}")).await.refused(400, "MalformedRequest");
        raw.closes().await;
    }
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_name() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for coding in ["gzip", "br", "deflate", "gzip, identity"] {
        let call = owner.publish("sample-vm").body("{}").header("content-encoding", coding);
        let reply = call.await.refused(415, "UnsupportedMediaType");
        assert_eq!(reply.target(), "Content-Encoding");
        assert!(reply.message().contains(&format!("'{coding}'")), "{}", reply.text);
        let reply = server.dev("POST", "/faults").json(&json!({})).header("content-encoding", coding).await;
        reply.refused(415, "UnsupportedMediaType");
    }
    owner
        .cancel("sample-vm")
        .body("{}")
        .header("content-encoding", "identity")
        .await
        .refused(400, "NoOperationInProgress");
}

#[tokio::test]
async fn no_reply_is_kept_or_guessed_at() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for reply in [
        owner.offer("sample-vm").await.expect(200),
        owner.offer("nothing").await.expect(404),
        server.nobody().offer("sample-vm").await.expect(401),
        owner.get("/api/nothing").await.expect(404),
        owner.offer("sample-vm").if_none_match("*").await.expect(304),
        server.dev("GET", "/mailbox").await.expect(200),
    ] {
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{}", reply.call);
        assert_eq!(reply.header("cache-control"), "no-store", "{}", reply.call);
    }
}

#[tokio::test]
async fn a_number_that_no_operation_can_have_is_not_found() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for number in [u64::MAX, i64::MAX as u64 + 1, i64::MAX as u64, 0] {
        let path = format!("/api/operations/contoso$sample-vm${number}$preview");
        owner.get(&path).await.refused(404, "OperationNotFound");
        owner.get(&format!("{path}/events")).await.refused(404, "OperationNotFound");
    }
    owner
        .get("/api/operations/contoso$nothing$18446744073709551615$preview")
        .await
        .refused(404, "OfferNotFound");
}

#[tokio::test]
async fn a_page_of_somebody_elses_gives_a_development_server_no_orders() {
    let server = TestServer::start().await;
    let evil = ("origin", "http://evil.example");
    let reset = server.dev("POST", "/reset").header(evil.0, evil.1);
    let reply = reset.clone().header("content-type", "text/plain").await.refused(415, "UnsupportedMediaType");
    assert_eq!(reply.target(), "Content-Type");
    reset.empty().await.expect(200);
    let foreign = ("host", "evil.example");
    let reply = server.dev("GET", "/snapshot").header(foreign.0, foreign.1).await.refused(403, "Forbidden");
    assert!(
        reply.message().contains("evil.example") && reply.message().contains("allowed_hosts"),
        "{}",
        reply.text
    );
    server.dev("GET", "/healthz").header(foreign.0, foreign.1).await.expect(200);
    let form = server.nobody().call("POST", &format!("/{TENANT}/oauth2/token")).header(evil.0, evil.1);
    form.header(foreign.0, foreign.1).await.refused(403, "Forbidden");
    // Without the development mode nothing of it is there, and any name leads to it.
    let server = TestServer::production().await;
    server.dev("GET", "/snapshot").header(foreign.0, foreign.1).await.expect(404);
    server.nobody().get("/api/publishers").header(foreign.0, foreign.1).await.refused(401, "Unauthorized");
}
