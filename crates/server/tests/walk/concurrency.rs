//! The entity tag and what each call compares of it (contract, "Concurrency").

use serde_json::json;
use signoff_store::testing::{Fault, Plan, Point};

use crate::call::fit_document;
use crate::server::TestServer;

const FOREIGN: &str = "W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z;1;1;running'\"";

#[tokio::test]
async fn put_by_its_guard() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let fit = fit_document();
    for (tag, status, code) in [
        (Some("*"), 412, "PreconditionFailed"),
        (Some(FOREIGN), 412, "PreconditionFailed"),
        (Some("\"anything\""), 412, "PreconditionFailed"),
    ] {
        let call = owner.put_offer("new", &fit);
        tag.into_iter().fold(call, crate::call::Call::if_match).await.refused(status, code);
        owner.offer("new").await.refused(404, "OfferNotFound");
    }
    let created = owner.put_offer("new", &fit).await.expect(201);
    assert!(created.etag().starts_with("W/\"datetime'"), "{}", created.etag());
    assert_eq!(created.etag(), owner.offer("new").await.etag());

    owner.put_offer("new", &fit).await.refused(400, "MissingIfMatch");
    owner.put_offer("new", &fit).if_match("").await.refused(400, "MissingIfMatch");
    let modified = owner.put_offer("new", &fit).if_match(&created.etag()).await.expect(200);
    assert_ne!(modified.etag(), created.etag());
    let before = owner.offer("new").await.text;
    for stale in [created.etag().as_str(), FOREIGN, "\"x\"", "x", "W/\"\u{a0}\""] {
        let reply = owner.put_offer("new", &json!({ "definition": {} })).if_match(stale).await;
        reply.refused(412, "PreconditionFailed");
    }
    assert_eq!(owner.offer("new").await.text, before, "nothing was stored");
    owner.put_offer("new", &fit).if_match("*").await.expect(200);
    let current = owner.offer("new").await.etag();
    let one_of_many = format!("{FOREIGN}, {current}");
    owner.put_offer("new", &fit).if_match(&one_of_many).await.expect(200);
    // Weak or strong, with or without quotes: it is opaque.
    let bare = owner.offer("new").await.etag().trim_start_matches("W/").trim_matches('"').to_owned();
    owner.put_offer("new", &fit).if_match(&bare).await.expect(200);
}

#[tokio::test]
async fn a_refusal_names_the_guard() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let missing = owner.put_offer("sample-vm", &fit_document()).await.refused(400, "MissingIfMatch");
    assert_eq!(missing.target(), "If-Match");
    for call in [
        owner.put_offer("sample-vm", &fit_document()),
        owner.publish("sample-vm"),
        owner.golive("sample-vm"),
        owner.cancel("sample-vm"),
    ] {
        let stale = call.if_match("\"stale\"").await.refused(412, "PreconditionFailed");
        assert_eq!(stale.target(), "If-Match");
        assert!(stale.message().contains("stale"), "{}", stale.message());
    }
}

#[tokio::test]
async fn which_part_of_the_tag_counts_where() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    server.scenario("vm", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let first = owner.offer("vm").await.etag();
    // PUT looks at the draft: an operation in between is no matter to it.
    owner.publish("vm").if_match(&first).await.expect(202);
    let running = owner.offer("vm").await.etag();
    assert_ne!(first, running);
    owner.put_offer("vm", &fit_document()).if_match(&first).await.expect(200);
    // Publish, go live and cancel look at the newest operation: a PUT in between is no matter to them.
    for stale in [&first] {
        owner.cancel("vm").if_match(stale).await.refused(412, "PreconditionFailed");
        owner.publish("vm").if_match(stale).await.refused(412, "PreconditionFailed");
        owner.golive("vm").if_match(stale).await.refused(412, "PreconditionFailed");
    }
    owner.cancel("vm").if_match(&running).await.expect(200);
    // If-None-Match looks at the whole.
    let canceled = owner.offer("vm").await.etag();
    owner.offer("vm").if_none_match(&canceled).await.expect(304);
    for stale in [&first, &running] {
        owner.offer("vm").if_none_match(stale).await.expect(200);
    }
    owner.offer("vm").if_none_match("*").await.expect(304);
    let not_modified = owner.offer("vm").if_none_match(&format!("{first}, {canceled}")).await.expect(304);
    assert_eq!((not_modified.text.as_str(), not_modified.etag()), ("", canceled));
}

#[tokio::test]
async fn every_read_of_an_offer_carries_the_tag() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.publish_live("sample-vm").await;
    let tag = owner.offer("sample-vm").await.etag();
    for rest in ["", "/versions/1", "/slot/draft", "/slot/preview", "/slot/production", "/status"] {
        assert_eq!(owner.get(&owner.path("sample-vm", rest)).await.expect(200).etag(), tag, "{rest}");
    }
}

#[tokio::test]
async fn one_of_two_writers_loses() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let tag = owner.offer("sample-vm").await.etag();
    let writes = (0..8).map(|_| owner.put_offer("sample-vm", &fit_document()).if_match(&tag).try_send());
    let replies = futures_util::future::join_all(writes).await;
    let mut statuses: Vec<u16> = replies.into_iter().map(|reply| reply.unwrap().status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

/// A document that tells which of several it is.
fn titled(title: &str) -> serde_json::Value {
    let mut document = fit_document();
    document["definition"]["displayText"] = title.into();
    document
}

#[tokio::test]
async fn content_and_tag_are_of_the_same_moment() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.put_offer("vm", &titled("first")).await.expect(201);
    // The read has seen the offer, and is about to read its content, when another draft is put.
    let content = server.faults.calls_of("content") + 1;
    server.faults.set_plan(Plan::at(Point::call_of("content", content), Fault::Block));
    let reading = owner.offer("vm").try_send();
    let putting = async {
        server.faults.blocked().await;
        let put = owner.put_offer("vm", &titled("second")).if_match("*").await.expect(200);
        server.faults.release();
        put
    };
    let (read, put) = tokio::join!(reading, putting);
    let read = read.unwrap().expect(200);
    assert_eq!(
        (read.json()["definition"]["displayText"].as_str(), read.etag()),
        (Some("second"), put.etag())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reply_to_a_put_is_what_it_stored() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let first = owner.put_offer("vm", &titled("0")).await.expect(201);
    let title = |number: usize| titled(&number.to_string());
    let puts = (1..=8).map(|number| {
        let call = owner.put_offer("vm", &title(number)).if_match("*");
        async move { (number, call.try_send().await.unwrap().expect(200)) }
    });
    let replies = futures_util::future::join_all(puts).await;
    let mut tags = vec![first.etag()];
    for (number, reply) in replies {
        assert_eq!(reply.json()["definition"]["displayText"], number.to_string(), "{}", reply.text);
        tags.push(reply.etag());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 9, "each draft has a tag of its own");
}

#[tokio::test]
async fn an_operation_that_did_not_change_is_304() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let location = owner.publish_to_signoff("sample-vm").await;
    let first = owner.follow(&location).await.expect(200);
    owner.follow(&location).if_none_match(&first.etag()).await.expect(304);
    owner.cancel("sample-vm").await.succeeded();
    owner.follow(&location).if_none_match(&first.etag()).await.expect(200);
}
