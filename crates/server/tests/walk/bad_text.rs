//! Texts that come out again elsewhere: addresses, reasons, ids. None of them starts a header, a line or an element.

use serde_json::{Value, json};

use crate::call::fit_document;
use crate::server::TestServer;

#[tokio::test]
async fn bad_lists_of_addresses() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    server.scenario("fabrikam/vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let many = (0..21).map(|number| format!("a{number}@x.example")).collect::<Vec<_>>().join(",");
    let long = format!("{}@x.example", "a".repeat(100_000));
    let bad = [
        "nobody",
        "a@x.example;b@y.example",
        "a@x.example b@y.example",
        "Jane Doe <jane@x.example>",
        "a@x.example,,@",
        "a@x.example\r\nBcc: b@y.example",
        "a@x.example,b@y.example\nSubject: x",
        "a@x.example\0",
        "a@x.example\u{2028}b@y.example",
        "\"a\r\nb\"@x.example",
        "a@[127.0.0.1]",
        "=?utf-8?q?a?=@",
        &many,
        &long,
    ];
    let tag = fabrikam.offer("vm").await.etag();
    for list in bad {
        for call in [fabrikam.publish("vm"), fabrikam.golive("vm"), fabrikam.cancel("vm")] {
            let reply = call.emails(list).await.refused(400, "InvalidEmail");
            assert_eq!(reply.target(), "metadata.notification-emails");
            assert!(reply.text.len() < 2000, "{}", reply.text.len());
        }
    }
    assert_eq!(fabrikam.offer("vm").await.etag(), tag, "nothing has started");
    // A cancel with a bad list cancels nothing.
    let publish = fabrikam.publish("vm").emails("a@x.example").await.expect(202).location();
    for list in bad {
        fabrikam.cancel("vm").emails(list).await.refused(400, "InvalidEmail");
    }
    assert_eq!(fabrikam.follow(&publish).await.json()["status"], "running");
    assert_eq!(server.mailbox().await.len(), 1);
}

#[tokio::test]
async fn reasons_that_would_be_more_than_a_reason() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    server.scenario("fabrikam/vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    for reason in [
        "x\r\nBcc: b@y.example\r\n\r\nhello",
        "<script>alert(1)</script>",
        "\u{0}\u{1}\u{1b}[31mred",
        "\u{202e}desrever",
        "{ $by } { -term }",
        "%0d%0aX: y",
        "'; drop table offers; --",
        &"é".repeat(1000),
    ] {
        let publish = fabrikam.publish("vm").emails("a@x.example").await.expect(202).location();
        let reply = fabrikam.cancel("vm").reason(reason).await.expect(200);
        assert!(reply.headers.get("bcc").is_none() && reply.headers.get("x").is_none());
        let canceled = fabrikam.follow(&publish).await.expect(200).json();
        assert_eq!(canceled["cancellationReason"], reply.json()["cancellationReason"]);
        for message in canceled["messages"].as_array().unwrap() {
            let html = message["messageHtml"].as_str().unwrap();
            assert!(!html.contains('<') && !html.contains('\u{1b}'), "{html}");
        }
        let letters = server.mailbox().await;
        let letter = letters.last().unwrap();
        assert!(!letter["subject"].as_str().unwrap().contains(['\r', '\n']), "{letter}");
        let text = letter["text"].as_str().unwrap();
        assert!(!text.contains('\u{1b}') && !text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        assert!(letter["headers"].as_object().unwrap().keys().all(|name| !name.eq_ignore_ascii_case("bcc")));
    }
    fabrikam.publish("vm").await.expect(202);
    let reply = fabrikam.cancel("vm").reason(&"x".repeat(1001)).await.refused(400, "InvalidBody");
    assert_eq!(reply.target(), "metadata.reason");
    fabrikam.cancel("vm").json(&json!({ "metadata": { "reason": 7 } })).await.refused(400, "InvalidBody");
    fabrikam.cancel("vm").reason("   ").await.expect(200);
}

#[tokio::test]
async fn an_error_repeats_little_and_safely() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let hostile = "<b>\"x\"\r\nX-Evil: 1</b>";
    for call in [
        owner.get("/api/publishers/contoso/offers").query("$filter", hostile),
        owner.operations("sample-vm").query("status", hostile),
        owner.cancel("sample-vm").operation(hostile),
        owner.offer("sample-vm").version(Some(hostile)),
        owner.publish("sample-vm").body(hostile),
        owner.publish("sample-vm").header("content-type", "<b>x</b>"),
        owner.put_offer("sample-vm", &fit_document()).if_match("<b>x</b>"),
        server.dev("PUT", "/scenarios/contoso/sample-vm").json(&json!({ "steps": { hostile: {} } })),
    ] {
        let reply = call.await;
        assert!((400..500).contains(&reply.status), "{}", reply.text);
        assert!(reply.headers.get("x-evil").is_none());
        assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
        assert!(!reply.message().contains(['\r', '\n']), "{}", reply.message());
    }
}

#[tokio::test]
async fn odd_values_that_are_kept_as_they_are() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (number, text) in
        ["\u{0}", "\u{202e}", "<b>", "'; drop table", "\u{1f600}", ""].into_iter().enumerate()
    {
        let mut document = fit_document();
        document["definition"]["displayText"] = text.into();
        document["definition"][text] = json!([text]);
        let id = format!("odd-{number}");
        owner.put_offer(&id, &document).await.expect(201);
        let kept = owner.offer(&id).await.expect(200).json();
        assert_eq!(kept["definition"]["displayText"], Value::from(text));
        assert_eq!(kept["definition"][text][0], Value::from(text));
    }
    let list = owner.get("/api/publishers/contoso/offers").await.expect(200).json();
    assert_eq!(list.as_array().unwrap().len(), 7);
}
