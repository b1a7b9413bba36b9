//! Repeatable requests under kill -9: what was committed is told, and nothing is done twice.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::server::{Answer, Api, PATIENCE, Server, of_offer, sample};

/// Servers that are killed in the race.
const ROUNDS: usize = 5;
/// Answers between two kills.
const ANSWERS: usize = 25;

/// One request that may come again.
#[derive(Clone)]
struct Request {
    method: Method,
    path: String,
    id: String,
    first_sent: String,
    body: Value,
}

impl Request {
    fn new(method: Method, path: String, id: &str, body: Value) -> Self {
        let now = signoff_engine::clock::Clock::default().real().0;
        let first_sent = signoff_wire::repeatability::fixdate(now);
        Self { method, path, id: id.to_owned(), first_sent, body }
    }

    /// Sends it; an error means that no answer came.
    async fn send(&self, api: &Api) -> Result<Answer, reqwest::Error> {
        let request = api.http.request(self.method.clone(), format!("{}{}", api.base, self.path));
        let request = request
            .bearer_auth(&api.token)
            .header("Repeatability-Request-ID", &self.id)
            .header("Repeatability-First-Sent", &self.first_sent)
            .header(CONTENT_TYPE, "application/json")
            .body(self.body.to_string());
        let reply = request.send().await?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let body = serde_json::from_slice(&reply.bytes().await?).unwrap();
        Ok(Answer { status, headers, body })
    }
}

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

/// Publishes and cancels in turn until it is told to stop; each request is sent until an answer comes. Says each
/// operation that it was told of.
async fn insist(
    offer: String,
    api: Api,
    mut server: watch::Receiver<Option<String>>,
    told: mpsc::UnboundedSender<(String, String)>,
) {
    for number in 0_u32.. {
        let (call, wanted) = if number.is_multiple_of(2) { ("publish", 202) } else { ("cancel", 200) };
        let id = format!("{offer}-{number}");
        let path = of_offer("contoso", &offer, &format!("/{call}"));
        let request = Request::new(Method::POST, path, &id, json!({}));
        let answer = loop {
            let Some(base) = server.borrow_and_update().clone() else { return };
            match request.send(&api.at(&base)).await {
                Ok(answer) => break answer,
                // Until there is another server to ask.
                Err(_) if server.changed().await.is_ok() => {}
                Err(_) => return,
            }
        };
        assert_eq!(answer.status, wanted, "{id}: {answer:?}");
        let operation = answer.text("operationId").to_owned();
        if told.send((offer.clone(), operation)).is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_insists_gets_each_thing_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let mut server = Server::start(&store, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    let offers: Vec<String> = (0..4).map(|number| format!("vm-{number}")).collect();
    for offer in &offers {
        api.put(&of_offer("contoso", offer, ""), None, &sample("contoso", offer, "it")).await;
        api.script("contoso", offer, json!({ "displaycertify": { "hold": true } })).await;
    }
    let (whereabouts, watched) = watch::channel(Some(server.base.clone()));
    let (teller, mut told) = mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    for offer in &offers {
        clients.spawn(insist(offer.clone(), api.clone(), watched.clone(), teller.clone()));
    }
    drop((teller, watched));
    let mut ledger = Vec::new();
    for _ in 0..ROUNDS {
        for _ in 0..ANSWERS {
            let entry = tokio::time::timeout(PATIENCE, told.recv()).await.expect("answers come");
            ledger.push(entry.expect("the clients insist"));
        }
        server.kill().await;
        server = Server::start(&store, &[]).await;
        whereabouts.send_replace(Some(server.base.clone()));
    }
    whereabouts.send_replace(None);
    while let Some(ended) = clients.join_next().await {
        ended.expect("every client was content");
    }
    while let Some(entry) = told.recv().await {
        ledger.push(entry);
    }
    let api = api.at(&server.base);
    for offer in &offers {
        let path = of_offer("contoso", offer, "/submissions");
        let there = api.get(&path).await.body;
        let there = there.as_array().unwrap();
        let told: BTreeSet<&str> =
            ledger.iter().filter(|(of, _)| of == offer).map(|(_, operation)| operation.as_str()).collect();
        let all: BTreeSet<&str> = there.iter().filter_map(|operation| operation["id"].as_str()).collect();
        // At most the last one was started without anybody hearing of it.
        assert!(told.is_subset(&all) && all.len() <= told.len() + 1, "{offer}: {} {}", told.len(), all.len());
        let newest_first: Vec<&str> = there.iter().filter_map(|operation| operation["id"].as_str()).collect();
        assert!(newest_first.iter().skip(1).all(|id| told.contains(id)), "{offer}: something came twice");
    }
    server.kill().await;
}
