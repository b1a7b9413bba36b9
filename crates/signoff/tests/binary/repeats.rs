//! Repeatable requests under kill -9: what was committed is told, and nothing is done twice.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::guide::{Guide, Place, Trouble};
use crate::insist::{Insisters, Request};
use crate::server::{Api, PATIENCE, Server, of_offer, sample};

/// Servers that are killed in the race.
const ROUNDS: u64 = 5;
/// Answers between two kills.
const ANSWERS: usize = 25;

/// Looks until `there` says so.
async fn until(api: &Api, path: &str, there: impl Fn(&Value) -> bool) {
    let look = async {
        while !there(&api.get(path).await.body) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("{path} never got there"));
}

/// Holds the reply to the next such call back for longer than the server lives.
async fn hold_replies(api: &Api, method: &str, path: &str) {
    let rule = json!({ "method": method, "path": path, "latency": "60s", "when": "after", "count": 1 });
    api.post("/_signoff/faults", &rule, 201).await;
}

/// Sends a request whose reply the server's death swallows, once `happened` shows; the server that comes after.
async fn swallowed(
    (server, api): (Server, Api),
    store: &Path,
    request: &Request,
    path: &str,
    happened: impl Fn(&Value) -> bool,
) -> (Server, Api) {
    let sending = tokio::spawn({
        let (request, api) = (request.clone(), api.clone());
        async move { request.send(&api).await }
    });
    until(&api, path, happened).await;
    server.kill().await;
    sending.await.unwrap().unwrap_err();
    let server = Server::start(store, &[]).await;
    let api = api.at(&server.base);
    (server, api)
}

#[tokio::test]
async fn a_reply_that_a_kill_swallowed_is_given_by_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let server = Server::start(&store, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    let path = |rest: &str| of_offer("contoso", "vm", rest);

    hold_replies(&api, "PUT", "*/offers/vm").await;
    let put = Request::new(Method::PUT, path(""), "put", sample("contoso", "vm", "first"));
    let there = |offer: &Value| offer["id"] == "vm";
    let (server, api) = swallowed((server, api), &store, &put, &path(""), there).await;
    let edited = api.put(&path(""), Some("*"), &sample("contoso", "vm", "second")).await;
    let created = put.send(&api).await.unwrap();
    assert_eq!((created.status, created.body["definition"]["displayText"].as_str()), (201, Some("first")));
    assert_ne!(created.tag(), edited.tag());
    assert_eq!(api.get(&path("")).await.tag(), edited.tag(), "it was put once");

    api.script("contoso", "vm", json!({ "displayprovision": { "hold": true } })).await;
    hold_replies(&api, "POST", "*/publish").await;
    let publish = Request::new(Method::POST, path("/publish"), "publish", json!({}));
    let begun = |status: &Value| status["steps"][2]["status"] == "inProgress";
    let (server, api) = swallowed((server, api), &store, &publish, &path("/status"), begun).await;
    let started = publish.send(&api).await.unwrap();
    assert_eq!((started.status, started.text("status")), (202, "running"));
    let operations = api.get(&path("/submissions")).await.body;
    assert_eq!(operations.as_array().unwrap().len(), 1);
    assert_eq!(operations[0]["id"], started.body["operationId"]);

    hold_replies(&api, "POST", "*/cancel").await;
    let cancel = Request::new(Method::POST, path("/cancel"), "cancel", json!({}));
    let canceled = |status: &Value| status["status"] == "canceled";
    let (server, api) = swallowed((server, api), &store, &cancel, &path("/status"), canceled).await;
    // What was started since is not what the cancel meant.
    let next = api.post(&path("/publish"), &json!({}), 202).await;
    let told = cancel.send(&api).await.unwrap();
    assert_eq!((told.status, told.text("status")), (202, "running"), "as it was when it was asked for");
    assert_eq!(api.get(&told.location()).await.text("status"), "completed");
    assert_eq!(api.get(&next.location()).await.text("status"), "running");
    server.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_insists_gets_each_thing_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let mut server = Server::start(&store, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    let place = |number, server: &Server| Some(vec![Place { server: number, base: server.base.clone() }]);
    let (sender, places) = watch::channel(place(0, &server));
    let dying = Trouble::default();
    let mut insisters = Insisters::gather(4, &api, &Guide::new(places, dying.clone())).await;
    for round in 1..=ROUNDS {
        insisters.are_told(ANSWERS).await;
        dying.begins();
        server.kill().await;
        server = Server::start(&store, &[]).await;
        sender.send_replace(place(round, &server));
        dying.ends();
    }
    sender.send_replace(None);
    insisters.go_home().await;
    insisters.got_each_thing_once(&api.at(&server.base)).await;
    server.kill().await;
}
