//! What callers are called, whom they name, and what they do in a while.

use serde_json::json;
use signoff_server::{QuotaSettings, TENANT};
use signoff_wire::Dialect;

use super::{Outcome, Seen, calls};
use crate::call::Call;
use crate::reply::Reply;
use crate::server::TestServer;

pub(super) async fn name(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let member = |length: usize| {
        let client = format!("user:{}", "c".repeat(length - "user:".len()));
        let path = format!("/api/publishers/contoso/members/{TENANT}/{client}");
        owner.put(&path, &json!({ "role": "reader" }))
    };
    calls(member(most), member(most + 1)).await
}

pub(super) async fn secret(server: &TestServer, most: usize) -> Seen {
    let operator = server.operator();
    let path = format!("/api/principals/{TENANT}/limits");
    let put = |length: usize| operator.put(&path, &json!({ "secret": "s".repeat(length) }));
    calls(put(most), put(most + 1)).await
}

fn list(count: usize) -> String {
    (0..count).map(|number| format!("a{number}@x.example")).collect::<Vec<_>>().join(",")
}

pub(super) async fn recipients(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    // There is nothing to cancel.
    let at = owner.cancel("sample-vm").emails(&list(most)).await;
    assert_eq!(at.code(), "NoOperationInProgress");
    let beyond = owner.cancel("sample-vm").emails(&list(most + 1)).await;
    Seen { at: 200, beyond: Outcome::refused(&beyond) }
}

pub(super) async fn address(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    // A part of a domain has at most 63 characters.
    let address = |length: usize| {
        let labels = format!("@{}.{}.{}.", "a".repeat(63), "b".repeat(63), "c".repeat(60));
        format!("{}{labels}d", "l".repeat(length - labels.len() - 1))
    };
    let at = owner.cancel("sample-vm").emails(&address(most)).await;
    assert_eq!(at.code(), "NoOperationInProgress");
    let beyond = owner.cancel("sample-vm").emails(&address(most + 1)).await;
    Seen { at: 200, beyond: Outcome::refused(&beyond) }
}

/// A server with the quotas that are built in, whose publishes stop before anything has to be undone.
async fn with_quotas() -> TestServer {
    let server = TestServer::with_quotas(Dialect::Documented, true, QuotaSettings::production()).await;
    server.scenario("sample-vm", json!({ "displaydummycertify": { "hold": true } })).await.expect(200);
    server
}

/// Makes calls until one is refused for good: as many as the bound says are taken, and what time gives back meanwhile.
async fn until_refused(most: usize, call: impl AsyncFn() -> Reply) -> Seen {
    for taken in 0..2 * most {
        let reply = call().await;
        if reply.status == 429 {
            assert!(taken >= most, "refused after {taken}");
            return Seen { at: 200, beyond: Outcome::refused(&reply) };
        }
    }
    panic!("twice as many as {most} were taken");
}

/// Publishes until it is refused, and cancels in between.
async fn published(server: &TestServer, most: usize, publish: impl Fn() -> Call) -> Seen {
    let owner = server.owner().await;
    until_refused(most, async || {
        let reply = publish().await;
        if reply.status != 429 {
            owner.cancel("sample-vm").await.expect(200);
        }
        reply
    })
    .await
}

pub(super) async fn publishes_an_hour(most: usize) -> Seen {
    let server = with_quotas().await;
    let owner = server.owner().await;
    published(&server, most, || owner.publish("sample-vm")).await
}

pub(super) async fn recipients_an_hour(most: usize) -> Seen {
    let server = with_quotas().await;
    let (owner, each) = (server.owner().await, 20);
    assert_eq!(most % each, 0);
    let addresses = list(each);
    published(&server, most / each, || owner.publish("sample-vm").emails(&addresses)).await
}

pub(super) async fn failed_sign_ins(most: usize) -> Seen {
    let server = with_quotas().await;
    let wrong = || {
        let call = server.nobody().call("POST", &format!("/{TENANT}/oauth2/token")).version(None);
        let form = "grant_type=client_credentials&client_id=contoso-owner&client_secret=x&resource=r";
        call.body(form).header("content-type", "application/x-www-form-urlencoded")
    };
    until_refused(most, async || wrong().await).await
}

pub(super) async fn publisher_page(server: &TestServer, most: usize) -> Seen {
    let operator = server.operator();
    let page = |top: usize| operator.get("/api/publishers").query("$top", &top.to_string());
    calls(page(most), page(most + 1)).await
}
