//! A server that is told to stop says so, answers what comes meanwhile, and gives back what it cannot finish.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use reqwest::Method;
use serde_json::json;
use signoff_engine::clock::Clock;
use signoff_store_postgres::testing;
use signoff_webhook::HookSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::server::{Answer, Api, PATIENCE, Server, http, of_offer, sample, signoff};

/// The status of an offer whose publish has done all it can by itself.
const SIGN_OFF: &str = "waitingForPublisherReview";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn readiness(api: &Api) -> Answer {
    api.get("/_signoff/readyz").await
}

/// What `signoff ready` makes of it: its exit code and its words.
async fn asked(base: &str) -> (i32, String) {
    let mut command = signoff(Path::new("/nonexistent"));
    let ran = command.args(["--url", base, "ready"]).output().await.unwrap();
    let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
    (ran.status.code().unwrap(), said)
}

#[tokio::test]
async fn a_draining_server_says_so_and_answers_until_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder.path().join("signoff.db"), &["--drain", "10m"]).await;
    let api = Api::owner(&server.base, "contoso").await;
    assert_eq!(readiness(&api).await.body, json!({ "status": "ready" }));
    assert_eq!(asked(&server.base).await, (0, "ready\n".to_owned()));
    api.script("contoso", "sample-vm", json!({ "displaycertify": { "hold": true } })).await;
    let accepted = api.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await;
    let (path, query) =
        accepted.location().split_once('?').map(|(p, q)| (p.to_owned(), q.to_owned())).unwrap();
    let events = http().get(format!("{}{path}/events?{query}", server.base)).bearer_auth(&api.token);
    let mut events = events.send().await.unwrap();
    assert!(events.chunk().await.unwrap().is_some(), "it follows the operation");

    server.ask_to_stop();
    server.says("draining").await;
    let draining = readiness(&api).await;
    assert_eq!((draining.status, &draining.body), (503, &json!({ "status": "draining" })));
    assert_eq!(draining.headers["connection"], "close", "the next request goes elsewhere");
    assert_eq!(asked(&server.base).await, (6, "error: not ready: draining\n".to_owned()));
    assert_eq!(api.get("/_signoff/healthz").await.status, 200, "it is no reason to restart it");
    let put = api.put(&of_offer("contoso", "late", ""), None, &sample("contoso", "late", "Late")).await;
    assert_eq!(put.headers["connection"], "close");

    server.ask_to_stop();
    while let Some(chunk) = events.chunk().await.expect("the stream ends well") {
        assert!(!chunk.is_empty());
    }
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
    assert!(server.log().ends_with("stopped\n"), "{}", server.log());
}

/// A publish that has begun, and whose reply takes a minute.
pub(crate) async fn slow_publish(api: &Api) -> JoinHandle<reqwest::Result<Answer>> {
    let slow = json!({"method": "POST", "path": "*/publish", "when": "after", "latency": "60s", "count": 1});
    api.post("/_signoff/faults", &slow, 201).await;
    let owner = api.clone();
    let (path, body) = (of_offer("contoso", "sample-vm", "/publish"), json!({}));
    let publish = tokio::spawn(async move { owner.send(Method::POST, &path, None, Some(&body)).await });
    let begun = async {
        while api.get(&of_offer("contoso", "sample-vm", "/submissions/")).await.body == json!([]) {}
    };
    tokio::time::timeout(PATIENCE, begun).await.expect("the publish begins");
    publish
}

#[tokio::test]
async fn a_third_signal_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder.path().join("signoff.db"), &["--drain", "10m"]).await;
    let api = Api::owner(&server.base, "contoso").await;
    let publish = slow_publish(&api).await;
    for words in ["draining", "stopping", "stopped at the third signal"] {
        server.ask_to_stop();
        server.says(words).await;
    }
    assert_eq!(server.ended().await.code(), Some(1), "{}", server.log());
    assert!(publish.await.unwrap().is_err(), "its connection is cut");
}

/// A certifier that never answers the first request, and says yes to every other.
pub(crate) struct Certifier {
    url: String,
    /// The keys of the requests that came.
    keys: watch::Receiver<Vec<String>>,
    task: JoinHandle<()>,
}

impl Drop for Certifier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Certifier {
    pub(crate) async fn start() -> Self {
        let (asked, keys) = watch::channel(Vec::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().route("/", post(certify)).with_state(Arc::new(asked));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, keys, task }
    }

    /// The settings of a server that asks it.
    pub(crate) fn settings(&self, folder: &Path) -> String {
        let file = folder.join("signoff.toml");
        let text = format!(
            "[hooks.certifier]\nurl = {:?}\nsecret = {SECRET:?}\nsteps = [\"displaycertify\"]\ntimeout = \"60s\"\n",
            self.url
        );
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// Waits until it was asked so often.
    pub(crate) async fn asked(&mut self, times: usize) -> Vec<String> {
        let asked = self.keys.wait_for(|keys| keys.len() >= times);
        tokio::time::timeout(PATIENCE, asked).await.expect("it is asked").unwrap().clone()
    }
}

async fn certify(State(asked): State<Arc<watch::Sender<Vec<String>>>>, headers: HeaderMap) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    asked.send_modify(|keys| keys.push(text("idempotency-key")));
    if asked.borrow().len() == 1 {
        std::future::pending::<()>().await;
    }
    let body = json!({ "status": "succeeded" }).to_string();
    let secret = HookSecret::parse(SECRET).unwrap();
    let signed = secret.sign(&text("webhook-id"), Clock::default().real(), body.as_bytes());
    let mut response = body.into_response();
    for (name, value) in signed.headers() {
        let name = HeaderName::try_from(name).unwrap();
        response.headers_mut().insert(name, HeaderValue::try_from(value).unwrap());
    }
    response
}

/// Has the database note, in order, what becomes of leases from now on: each change of a token.
const WATCH_LEASES: &str = "
    CREATE TABLE watched (number bigserial, held_before boolean, held_after boolean);
    CREATE FUNCTION watch_leases() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO watched (held_before, held_after)
            VALUES (OLD.lease_until IS NOT NULL, NEW.lease_until IS NOT NULL);
        RETURN NEW;
    END $$;
    CREATE TRIGGER watch_leases AFTER UPDATE ON work FOR EACH ROW
        WHEN (OLD.lease_token IS DISTINCT FROM NEW.lease_token) EXECUTE FUNCTION watch_leases();";

#[tokio::test]
async fn another_node_goes_on_with_what_a_draining_one_gave_back() {
    let (database, folder) = (testing::database().await.unwrap(), tempfile::tempdir().unwrap());
    let mut certifier = Certifier::start().await;
    let settings = certifier.settings(folder.path());
    let node = async |name: &str| {
        Server::start_at(&database, &folder.path().join(name), &["--config", &settings]).await
    };
    let mut first = node("first.log").await;
    testing::sql(&database, WATCH_LEASES).await.unwrap();
    let api = Api::owner(&first.base, "contoso").await;
    let accepted = api.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await;
    certifier.asked(1).await;
    let second = node("second.log").await;

    // The first is in the middle of asking, and will be for a minute.
    first.ask_to_stop();
    first.says("stopping").await;
    first.ask_to_stop();
    assert_eq!(first.ended().await.code(), Some(0), "{}", first.log());
    first.says("given_back").await;
    let keys = certifier.asked(2).await;
    assert_eq!(keys[0], keys[1], "the same work");
    let reached = async {
        let api = api.at(&second.base);
        while api.get(&of_offer("contoso", "sample-vm", "/status")).await.text("status") != SIGN_OFF {}
    };
    tokio::time::timeout(PATIENCE, reached).await.expect("the second node goes on");
    assert_eq!(api.at(&second.base).get(&accepted.location()).await.status, 200);

    // A lease that runs out changes hands; one that is given back is free in between.
    let watched = "SELECT CASE WHEN NOT held_after THEN 'given back' WHEN NOT held_before THEN 'taken'
        ELSE 'taken over' END FROM watched ORDER BY number";
    let changes = testing::ask(&database, watched).await.unwrap();
    let count = |what: &str| changes.iter().filter(|change| *change == what).count();
    assert_eq!((count("given back"), count("taken over")), (1, 0), "{changes:?}");
    second.kill().await;
}

#[tokio::test]
async fn a_leaving_node_sends_who_advances_a_clock_elsewhere() {
    let (database, folder) = (testing::database().await.unwrap(), tempfile::tempdir().unwrap());
    let node =
        async |name: &str| Server::start_at(&database, &folder.path().join(name), &["--drain", "10m"]).await;
    let (leaving, staying) = (node("leaving.log").await, node("staying.log").await);
    let api = Api::owner(&leaving.base, "contoso").await;
    api.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await;
    leaving.ask_to_stop();
    leaving.says("no work is done here any more").await;

    let now = async || api.get("/_signoff/clock/contoso").await.text("now").to_owned();
    let before = now().await;
    let refused = api.post("/_signoff/clock/contoso/advance", &json!({ "by": "7d" }), 503).await;
    assert_eq!(refused.body["error"]["code"], "ServiceUnavailable", "{refused:?}");
    assert_eq!(refused.headers["retry-after"], "1", "{refused:?}");
    let said = refused.body["error"]["message"].as_str().unwrap();
    let told = said.split([' ', ',']).find(|word| word.starts_with("20")).unwrap().trim_end_matches(':');
    let after = now().await;
    assert!(
        *before <= *told && *told <= *after,
        "no time but that of the call has passed: {before} {said} {after}"
    );

    let api = api.at(&staying.base);
    api.advance("contoso", "7d").await;
    let status = api.get(&of_offer("contoso", "sample-vm", "/status")).await;
    assert_eq!(status.text("status"), SIGN_OFF);
    leaving.kill().await;
    staying.kill().await;
}
