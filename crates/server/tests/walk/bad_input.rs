//! Bodies that are too large, too deep or no JSON, wrong ids and headers: a clear 4xx each, and nothing changed.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::call::{Call, Client, fit_document};
use crate::reply::Reply;
use crate::server::TestServer;

/// Sends the call and holds that it was refused as it should, and that the offer stayed as it was.
async fn refused(owner: &Client, what: &str, call: Call, status: u16, code: &str) -> Reply {
    let before = owner.offer("sample-vm").await.expect(200);
    let reply = call.await;
    assert_eq!((reply.status, reply.code().as_str()), (status, code), "{what}: {}", reply.text);
    let after = owner.offer("sample-vm").await.expect(200);
    assert_eq!((after.etag(), after.text), (before.etag(), before.text), "{what} changed something");
    assert_eq!(owner.operations("sample-vm").await.json(), json!([]), "{what} started something");
    reply
}

/// PUT, publish, golive and cancel of the sample offer.
fn writes(owner: &Client) -> [Call; 4] {
    let put = owner.call("PUT", &owner.path("sample-vm", "")).if_match("*");
    [put, owner.publish("sample-vm"), owner.golive("sample-vm"), owner.cancel("sample-vm")]
}

/// The largest body, in bytes.
const LIMIT: usize = 4 * 1024 * 1024;

#[tokio::test]
async fn bodies_that_are_too_large() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let padded = |size: usize| {
        let document = fit_document().to_string();
        format!("{document}{}", " ".repeat(size - document.len()))
    };
    for call in writes(&owner) {
        for size in [LIMIT + 1, LIMIT + 70_000, 3 * LIMIT] {
            refused(&owner, "a large body", call.clone().body(&padded(size)), 413, "PayloadTooLarge").await;
        }
    }
    let [put, ..] = writes(&owner);
    put.body(&padded(LIMIT)).await.expect(200);
}

#[tokio::test]
async fn a_large_body_in_chunks() {
    let server = TestServer::start().await;
    let token = server.owner().await.token.unwrap();
    let head = format!(
        "PUT /api/publishers/contoso/offers/sample-vm?api-version=2017-10-31 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIf-Match: *\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let mut stream = connect(&server).await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    for _ in 0..80 {
        // It may have answered and closed by now.
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n").await;
    let reply = read(stream).await;
    assert!(reply.starts_with("HTTP/1.1 413") && reply.contains("PayloadTooLarge"), "{reply}");
}

#[tokio::test]
async fn malformed_json_names_line_and_column() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for call in writes(&owner) {
        for (body, place) in [
            ("{\n  \"definition\": oops\n}", "line 2, column 17"),
            ("{", "line 1, column 1"),
            ("{}\n}", "line 2, column 1"),
            ("\"", "line 1, column 1"),
        ] {
            let reply = refused(&owner, body, call.clone().body(body), 400, "InvalidJson").await;
            assert!(reply.message().contains(place), "{body:?}: {}", reply.message());
        }
        let not_utf8 = call.clone().bytes(b"{\"definition\": \"\xff\xfe\"}".to_vec());
        refused(&owner, "no UTF-8", not_utf8, 400, "InvalidJson").await;
        refused(&owner, "a NUL", call.clone().bytes(vec![0; 64]), 400, "InvalidJson").await;
    }
}

#[tokio::test]
async fn hostile_nesting() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for depth in [1000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let inside = format!("{{\"definition\":{{\"offer\":{nested}}},\"metadata\":{nested}}}");
            for call in writes(&owner) {
                refused(&owner, "a deep body", call.clone().body(&nested), 400, "InvalidJson").await;
                refused(&owner, "a deep member", call.clone().body(&inside), 400, "InvalidJson").await;
                refused(&owner, "no end", call.body(&open.repeat(depth)), 400, "InvalidJson").await;
            }
            server.dev("PUT", "/scenarios/contoso/sample-vm").body(&nested).await.refused(400, "InvalidJson");
        }
    }
    // As deep as a document may be, it is kept.
    let nested = format!("{}1{}", "[".repeat(90), "]".repeat(90));
    let text = format!(
        "{{\"offerTypeId\":\"microsoft-azure-virtualmachines\",\"definition\":{{\"deep\":{nested}}}}}"
    );
    owner.call("PUT", &owner.path("deep", "")).body(&text).await.expect(201);
    assert!(owner.offer("deep").await.expect(200).text.contains(&nested));
    owner.publish("deep").await.refused(422, "ValidationFailed");
}

#[tokio::test]
async fn documents_of_the_wrong_shape() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let with = |name: &str, value: Value| {
        let mut document = fit_document();
        document[name] = value;
        document.to_string()
    };
    let twice =
        r#"{"definition":{},"offerTypeId":"microsoft-azure-virtualmachines","definition":{}}"#.to_owned();
    for (body, code, target) in [
        ("[]".to_owned(), "InvalidBody", "the body"),
        ("7".to_owned(), "InvalidBody", "the body"),
        ("{}".to_owned(), "InvalidBody", "definition"),
        (with("definition", json!([])), "InvalidBody", "definition"),
        (with("definition", json!("x")), "InvalidBody", "definition"),
        (with("definition", Value::Null), "InvalidBody", "definition"),
        (with("pcMigrationStatus", json!("half")), "InvalidBody", "pcMigrationStatus"),
        (with("offerTypeVersions", json!([1])), "InvalidBody", "offerTypeVersions"),
        (with("offerTypeId", json!(7)), "InvalidBody", "offerTypeId"),
        (with("offerTypeId", json!("no-such-type")), "UnknownOfferType", "offerTypeId"),
        (with("offerTypeId", json!("")), "UnknownOfferType", "offerTypeId"),
        (with("offerTypeId", json!("x".repeat(100_000))), "UnknownOfferType", "offerTypeId"),
        (with("offerTypeId", json!("../../etc/passwd\0")), "UnknownOfferType", "offerTypeId"),
        (twice, "InvalidBody", "definition"),
    ] {
        let call = owner.call("PUT", &owner.path("sample-vm", "")).if_match("*").body(&body);
        let shown: String = body.chars().take(100).collect();
        let reply = refused(&owner, &shown, call, 400, code).await;
        assert_eq!(reply.target(), target, "{shown}");
        assert!(reply.text.len() < 2000, "an error does not repeat the whole body");
    }
    let unknown = json!({ "definition": {} });
    owner.put_offer("typeless", &unknown).await.refused(400, "UnknownOfferType");
}

#[tokio::test]
async fn ids_in_paths() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let long = "a".repeat(65);
    for id in [
        "a%20b",
        "a%0d%0aSet-Cookie:%20x",
        "%00",
        "a%00b",
        "a%2fb",
        "a%5cb",
        "%c3%a9",
        "a'b",
        "a%3bb",
        "%24",
        "a$b",
        "%7f",
        "*",
        &long,
    ] {
        for rest in ["", "/status", "/versions/1", "/slot/draft", "/submissions"] {
            let call = owner.get(&owner.path(id, rest));
            refused(&owner, id, call, 400, "InvalidId").await;
        }
        for action in ["/publish", "/golive", "/cancel"] {
            refused(&owner, id, owner.post(&owner.path(id, action)), 400, "InvalidId").await;
        }
        refused(&owner, id, owner.put_offer(id, &fit_document()), 400, "InvalidId").await;
        refused(&owner, id, owner.get(&format!("/api/publishers/{id}/offers")), 400, "InvalidId").await;
        refused(
            &owner,
            id,
            owner.get(&owner.path("sample-vm", &format!("/operations/{id}"))),
            400,
            "InvalidId",
        )
        .await;
        let slot = owner.get(&owner.path("sample-vm", &format!("/slot/{id}")));
        refused(&owner, id, slot, 404, "SlotNotFound").await;
    }
}

async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.base.trim_start_matches("http://")).await.unwrap()
}

/// What comes until the connection ends; a reset after a reply is an end, too.
async fn read(mut stream: TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut part).await {
        bytes.extend_from_slice(&part[..count]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends bytes that no client library would.
async fn raw(server: &TestServer, request: &[u8]) -> String {
    let mut stream = connect(server).await;
    // The server may have seen enough before the end.
    let _ = stream.write_all(request).await;
    read(stream).await
}

#[tokio::test]
async fn requests_that_no_client_library_sends() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let token = owner.token.clone().unwrap();
    let request = |target: &str, headers: &str| {
        format!(
            "GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n{headers}\r\n"
        )
    };
    let under = |path: &str| format!("/api/publishers/{path}api-version=2017-10-31");
    let good = under("contoso/offers/sample-vm?");
    let many = (0..2000).fold(String::new(), |many, number| format!("{many}X-{number}: y\r\n"));
    let long = format!("X-Long: {}\r\n", "y".repeat(1 << 20));
    for (what, target, headers, status) in [
        ("a good one", good.clone(), "", "200"),
        ("a header of 1 MiB", good.clone(), long.as_str(), "431"),
        ("2000 headers", good.clone(), many.as_str(), "431"),
        ("a path of 100 KiB", format!("/api/{}", "x".repeat(100_000)), "", "431"),
        ("a broken escape", under("%zz/offers?"), "", "400"),
        ("half an escape", under("contoso/offers/%?"), "", "400"),
        ("no UTF-8 in the path", under("contoso/offers/%ff%fe?"), "", "400"),
        ("no UTF-8 in the query", under("contoso/offers?$filter=%ff&"), "", "400"),
        ("a NUL in the query", under("contoso/offers?$filter=%00&"), "", "400"),
        ("a NUL as it is", under("con\0toso?"), "", "400"),
        ("no Latin in a language", good.clone(), "Accept-Language: \u{e9}\u{e9}\r\n", "200"),
        ("bytes in a guard", good.clone(), "If-None-Match: \u{ff}\r\n", "200"),
        ("a header without a name", good.clone(), ": x\r\n", "400"),
        ("two lengths", good.clone(), "Content-Length: 1\r\nContent-Length: 2\r\n", "400"),
    ] {
        let reply = raw(&server, request(&target, headers).as_bytes()).await;
        assert_eq!(reply.split(' ').nth(1), Some(status), "{what}: {reply:.400}");
    }
    let reply = raw(&server, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").await;
    assert!(reply.starts_with("HTTP/1.1 400"), "garbage: {reply:.400}");
    owner.offer("sample-vm").await.expect(200);
}
