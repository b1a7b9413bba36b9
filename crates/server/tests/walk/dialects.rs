//! What the dialect `observed` does otherwise, all of it, and that `documented` does not (contract, head).

use serde_json::{Value, json};
use signoff_wire::Dialect;

use crate::call::{fit_document, step_of};
use crate::server::TestServer;

async fn both() -> [(Dialect, TestServer); 2] {
    [(Dialect::Documented, TestServer::start().await), (Dialect::Observed, TestServer::observed().await)]
}

#[tokio::test]
async fn put() {
    for (dialect, server) in both().await {
        let observed = dialect == Dialect::Observed;
        let owner = server.owner().await;
        let fit = fit_document();
        // A successful PUT is 200, never 201.
        owner.put_offer("vm", &fit).await.expect(if observed { 200 } else { 201 });
        // `*` on create.
        let star = owner.put_offer("other", &fit).if_match("*").await;
        if observed {
            star.expect(200)
        } else {
            star.refused(412, "PreconditionFailed")
        };
        // Without a tag on an existing offer.
        let absent = owner.put_offer("vm", &fit).await;
        if observed {
            absent.expect(200)
        } else {
            absent.refused(400, "MissingIfMatch")
        };
        // A stale tag is refused in both; on create, too.
        let stale = "W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z;1;0;running'\"";
        owner.put_offer("vm", &fit).if_match(stale).await.refused(412, "PreconditionFailed");
        owner.put_offer("new", &fit).if_match(stale).await.refused(412, "PreconditionFailed");
        owner.put_offer("vm", &fit).if_match(&owner.offer("vm").await.etag()).await.expect(200);
        owner.put_offer("vm", &fit).if_match("*").await.expect(200);
    }
}

#[tokio::test]
async fn a_tag_in_the_body() {
    for (dialect, server) in both().await {
        let observed = dialect == Dialect::Observed;
        let owner = server.owner().await;
        let with = |name: &str, tag: &str| {
            let mut document = fit_document();
            document[name] = tag.into();
            document
        };
        owner.create("vm").await;
        for name in ["eTag", "Etag"] {
            let current = owner.offer("vm").await.etag();
            for (tag, status) in [(current.as_str(), 200), ("W/\"stale\"", 412), ("", 200), (" ", 200)] {
                let reply = owner.put_offer("vm", &with(name, tag)).await;
                if observed {
                    reply.expect(status)
                } else {
                    reply.refused(400, "MissingIfMatch")
                };
            }
            // A header has the last word.
            let current = owner.offer("vm").await.etag();
            owner.put_offer("vm", &with(name, "W/\"stale\"")).if_match(&current).await.expect(200);
            // On an existing offer only.
            let new = if name == "eTag" { "new-first" } else { "new-second" };
            owner.put_offer(new, &with(name, "W/\"stale\"")).await.succeeded();
            assert!(owner.offer(new).await.json().get(name).is_none(), "a tag is not kept");
        }
    }
}

#[tokio::test]
async fn a_cancel_of_nothing() {
    for (dialect, server) in both().await {
        let observed = dialect == Dialect::Observed;
        let owner = server.owner().await;
        owner.cancel("sample-vm").await.refused(400, "NoOperationInProgress");
        owner.publish_to_signoff("sample-vm").await;
        let golive = owner.golive("sample-vm").await.expect(202).location();
        owner.reaches("sample-vm", "succeeded").await;
        let reply = owner.cancel("sample-vm").await;
        if !observed {
            reply.refused(400, "NoOperationInProgress");
            continue;
        }
        let reply = reply.expect(202);
        assert_eq!(reply.location(), golive, "the newest operation's location");
        let body = reply.json();
        assert_eq!(
            (&body["cancellation"], &body["status"]),
            (&json!("nothingToCancel"), &json!("succeeded"))
        );
        assert!(!reply.header("retry-after").is_empty());
        assert_eq!(
            owner.operations("sample-vm").await.json().as_array().unwrap().len(),
            2,
            "nothing has started"
        );
        // Everything else is refused as documented.
        let id = owner.follow(&golive).await.json()["id"].as_str().unwrap().to_owned();
        owner.cancel("sample-vm").operation(&id).await.refused(400, "OperationNotRunning");
        owner.cancel("sample-vm").emails("nobody").await.refused(400, "InvalidEmail");
    }
}

#[tokio::test]
async fn a_repeated_cancel_is_the_same_in_both() {
    for (dialect, server) in both().await {
        let owner = server.owner().await;
        owner.publish_to_signoff("sample-vm").await;
        let first = owner.cancel("sample-vm").await.expect(202);
        let ended = if dialect == Dialect::Observed { "succeeded" } else { "completed" };
        owner.ends(&first.location(), ended).await;
        let again = owner.cancel("sample-vm").await.expect(200);
        assert_eq!(again.location(), first.location());
        assert_eq!(again.json()["status"], ended);
        assert!(again.json().get("cancellation").is_none());
    }
}

#[tokio::test]
async fn lists_and_words() {
    for (dialect, server) in both().await {
        let observed = dialect == Dialect::Observed;
        let (owner, ended) = (server.owner().await, if observed { "succeeded" } else { "completed" });
        owner.publish_live("sample-vm").await;
        let publish = owner.publish_to_signoff("sample-vm").await;
        // A publish that waits for sign-off.
        let waiting = owner.follow(&publish).await.json();
        assert_eq!(waiting["status"], if observed { "succeeded" } else { "running" });
        assert_eq!(waiting["cancellationRequestState"], "canCancel", "it can still be cancelled");
        assert_eq!(owner.status("sample-vm").await.json()["status"], "waitingForPublisherReview");
        let signoff = step_of(&waiting, "publisher-signoff");
        assert_eq!(signoff["stepName"], if observed { "publisher-signoff" } else { "Publisher signoff" });
        let list = owner.operations("sample-vm").await.json();
        assert_eq!(list[0]["submissionState"], waiting["status"]);
        assert_eq!(list[1]["submissionState"], ended);
        assert_eq!(owner.follow(&operation_address(&owner, &list[1])).await.json()["status"], ended);
        // Lists leave cancellations out, so that element 0 is the cancelled submission.
        owner.cancel("sample-vm").await.expect(202);
        owner.reaches("sample-vm", "canceled").await;
        let list = owner.operations("sample-vm").await.json();
        let kinds: Vec<_> =
            list.as_array().unwrap().iter().map(|item| item["submissionType"].clone()).collect();
        if observed {
            assert_eq!(kinds, ["publish", "goLive", "publish"]);
            assert_eq!(list[0]["submissionState"], "canceled");
        } else {
            assert_eq!(kinds, ["cancel", "publish", "goLive", "publish"]);
        }
        // Filters accept both words.
        let finished = if observed { 2 } else { 3 };
        for name in ["status", "submissionState"] {
            let found = owner.operations("sample-vm").query(name, "completed").await.expect(200).json();
            assert_eq!(found.as_array().unwrap().len(), finished);
            let reply = owner.operations("sample-vm").query(name, "succeeded").await;
            if observed {
                assert_eq!(reply.expect(200).json(), found);
            } else {
                reply.refused(400, "InvalidFilter");
            }
        }
    }
}

fn operation_address(client: &crate::call::Client, item: &Value) -> String {
    let id = item["id"].as_str().unwrap();
    format!("{}?api-version=2017-10-31", client.path("sample-vm", &format!("/operations/{id}")))
}
