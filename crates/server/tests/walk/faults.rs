//! Fault rules: requests that go wrong on purpose (`/_signoff/faults`).

use serde_json::{Value, json};

use crate::server::TestServer;

async fn rule(server: &TestServer, rule: Value) -> Value {
    server.dev("POST", "/faults").json(&rule).await.expect(201).json()
}

#[tokio::test]
async fn a_status_before_the_commit_so_many_times() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (status, code) in [(503, "ServiceUnavailable"), (429, "TooManyRequests"), (500, "InternalError")] {
        let path = "/api/publishers/*/offers/*/publish";
        rule(&server, json!({ "method": "post", "path": path, "status": status, "count": 2 })).await;
        for _ in 0..2 {
            let reply = owner.publish("sample-vm").await.refused(status, code);
            assert_eq!(!reply.header("retry-after").is_empty(), status != 500);
            assert!(!reply.header("x-ms-request-id").is_empty());
        }
        assert_eq!(server.dev("GET", "/faults").await.expect(200).json(), json!([]), "used up");
        assert_eq!(owner.operations("sample-vm").await.json(), json!([]), "nothing was changed");
    }
    owner.publish("sample-vm").await.expect(202);
}

#[tokio::test]
async fn a_status_after_the_commit() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    rule(&server, json!({ "path": "*/publish", "status": 503, "when": "after", "count": 1, "message": "The network ate it." })).await;
    let reply = owner.publish("sample-vm").await.refused(503, "ServiceUnavailable");
    assert_eq!(reply.message(), "The network ate it.");
    assert_eq!(owner.operations("sample-vm").await.json().as_array().unwrap().len(), 1, "it happened");
}

#[tokio::test]
async fn a_cut_connection_before_and_after() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("vm").await.expect(201);
    for (when, happened) in [("before", 0), ("after", 1)] {
        rule(&server, json!({ "path": "*/vm/publish", "cut": "connection", "when": when, "count": 1 })).await;
        owner.publish("vm").try_send().await.unwrap_err();
        assert_eq!(owner.operations("vm").await.json().as_array().unwrap().len(), happened, "{when}");
    }
}

/// Each rule that was added is there to be removed, however many come and go at once and however often one strikes.
#[tokio::test]
async fn a_rule_is_removed_once_while_others_come_and_go() {
    let server = TestServer::start().await;
    rule(&server, json!({ "path": "/api/offerTypes", "latency": "0s" })).await;
    let own = async |number: usize| {
        for _ in 0..10 {
            let path = format!("/api/nowhere/{number}");
            let added = rule(&server, json!({ "path": path, "status": 503, "count": 1 })).await;
            let one = format!("/faults/{}", added["id"].as_str().unwrap());
            server.nobody().get("/api/offerTypes").await;
            server.dev("DELETE", &one).await.expect(204);
            server.dev("DELETE", &one).await.refused(404, "NotFound");
        }
    };
    futures_util::future::join_all((0..8).map(own)).await;
    assert_eq!(server.dev("GET", "/faults").await.json().as_array().unwrap().len(), 1);
    // One that is used up is gone.
    let used = rule(&server, json!({ "path": "/api/*", "status": 503, "count": 1 })).await;
    server.nobody().get("/api/publishers").await.refused(503, "ServiceUnavailable");
    let one = format!("/faults/{}", used["id"].as_str().unwrap());
    server.dev("DELETE", &one).await.refused(404, "NotFound");
}

#[tokio::test]
async fn rules_are_listed_replaced_and_removed() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let first = rule(&server, json!({ "path": "/api/offerTypes", "status": 500 })).await;
    rule(&server, json!({ "path": "/api/publishers", "status": 500 })).await;
    assert_eq!(server.dev("GET", "/faults").await.json().as_array().unwrap().len(), 2);
    owner.get("/api/offerTypes").await.refused(500, "InternalError");
    let one = format!("/faults/{}", first["id"].as_str().unwrap());
    server.dev("DELETE", &one).await.expect(204);
    server.dev("DELETE", &one).await.refused(404, "NotFound");
    owner.get("/api/offerTypes").await.expect(200);
    owner.get("/api/publishers").await.refused(500, "InternalError");
    // They survive a restart, and a kill would be no different: they stand in the store.
    let server = server.restart().await;
    let owner = server.owner().await;
    owner.get("/api/publishers").await.refused(500, "InternalError");
    let replaced = json!([{ "path": "/api/offerTypes", "status": 418, "latency": "1ms" }]);
    server.dev("PUT", "/faults").json(&replaced).await.expect(200);
    owner.get("/api/publishers").await.expect(200);
    assert_eq!(owner.get("/api/offerTypes").await.status, 418);
    server.dev("DELETE", "/faults").await.expect(204);
    owner.get("/api/offerTypes").await.expect(200);
    assert_eq!(server.dev("GET", "/faults").await.json(), json!([]));
}

#[tokio::test]
async fn rules_given_at_the_same_time_are_all_kept() {
    let server = TestServer::start().await;
    let calls = (0..12).map(|number| {
        let rule = json!({ "path": format!("/nowhere/{number}"), "status": 500 });
        server.dev("POST", "/faults").json(&rule).try_send()
    });
    for reply in futures_util::future::join_all(calls).await {
        reply.unwrap().expect(201);
    }
    assert_eq!(server.dev("GET", "/faults").await.json().as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn a_rule_that_could_never_do_what_it_says() {
    let server = TestServer::start().await;
    for (rule, code) in [
        (json!({ "status": 500 }), "InvalidJson"),
        (json!({ "path": "api", "status": 500 }), "InvalidBody"),
        (json!({ "path": "/" }), "InvalidBody"),
        (json!({ "path": "/", "status": 200 }), "InvalidBody"),
        (json!({ "path": "/", "status": 99999 }), "InvalidJson"),
        (json!({ "path": "/", "status": 500, "cut": "connection" }), "InvalidBody"),
        (json!({ "path": "/", "status": 500, "count": 0 }), "InvalidBody"),
        (json!({ "path": "/", "latency": "61s" }), "InvalidBody"),
        (json!({ "path": "/", "latency": "soon" }), "InvalidJson"),
        (json!({ "path": "/", "status": 500, "when": "maybe" }), "InvalidJson"),
        (json!({ "path": "/", "status": 500, "colour": "red" }), "InvalidJson"),
    ] {
        server.dev("POST", "/faults").json(&rule).await.refused(400, code);
    }
    assert_eq!(server.dev("GET", "/faults").await.json(), json!([]));
}

#[tokio::test]
async fn the_powers_themselves_are_left_alone() {
    let server = TestServer::start().await;
    rule(&server, json!({ "path": "*", "status": 503 })).await;
    server.dev("GET", "/mailbox").await.expect(200);
    server.dev("GET", "/healthz").await.expect(200);
    server.dev("DELETE", "/faults").await.expect(204);
    server.owner().await.offer("sample-vm").await.expect(200);
}
