//! A node that wakes up with a result, after another has done its work.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use rustix::process::Signal;
use serde_json::{Value, json};
use signoff_engine::clock::Clock;
use signoff_webhook::HookSecret;
use tokio::sync::{mpsc, oneshot};

use crate::server::{Api, PATIENCE, Server, of_offer, sample};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Something that the third party is asked, and where its answer goes.
type Question = (Value, oneshot::Sender<Value>);

/// A third party that answers when the test says so. Its address, and what it is asked.
async fn third_party() -> (String, mpsc::UnboundedReceiver<Question>) {
    let (sender, questions) = mpsc::unbounded_channel();
    let app = Router::new().fallback(ask).with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, questions)
}

async fn ask(
    State(questions): State<mpsc::UnboundedSender<Question>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let (answer, answered) = oneshot::channel();
    questions.send((serde_json::from_slice(&body).unwrap(), answer)).unwrap();
    let body = answered.await.unwrap().to_string();
    let now = Clock::default().real();
    let signed = HookSecret::parse(SECRET).unwrap().sign(
        headers["webhook-id"].to_str().unwrap(),
        now,
        body.as_bytes(),
    );
    let headers = signed.headers().map(|(name, value)| (name, value.to_owned()));
    (headers, body)
}

async fn question(questions: &mut mpsc::UnboundedReceiver<Question>) -> Question {
    tokio::time::timeout(PATIENCE, questions.recv()).await.expect("the third party is asked").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_wakes_up_with_a_late_result_is_refused() {
    let (address, mut questions) = third_party().await;
    let (database, folder) =
        (signoff_store_postgres::testing::database().await.unwrap(), tempfile::tempdir().unwrap());
    let settings = folder.path().join("signoff.toml");
    let text = format!(
        "[hooks.c]\nurl = \"{address}\"\nsecret = \"{SECRET}\"\nsteps = [\"displaycertify\"]\n\
         poll_every = \"never\"\ntimeout = \"60s\"\n"
    );
    std::fs::write(&settings, text).unwrap();
    let start = async |name: &str| {
        let more = ["--config", settings.to_str().unwrap()];
        Server::start_in(&[("SIGNOFF_LOG", "info")], &database, &folder.path().join(name), &more).await
    };
    let sleeper = start("sleeper.log").await;
    let api = Api::owner(&sleeper.base, "contoso").await;
    let path = |rest: &str| of_offer("contoso", "vm", rest);
    api.put(&path(""), None, &sample("contoso", "vm", "A machine")).await;
    let publish = api.post(&path("/publish"), &json!({}), 202).await;
    let (asked, late) = question(&mut questions).await;
    sleeper.signal(Signal::STOP);

    // Others join, and one of them goes on with what the sleeper began.
    let (second, third) = (start("second.log").await, start("third.log").await);
    let (asked_again, in_time) = question(&mut questions).await;
    assert_eq!(
        asked["data"]["idempotencyKey"], asked_again["data"]["idempotencyKey"],
        "{asked} {asked_again}"
    );

    // While that one is at work the sleeper wakes up, with another answer: too late.
    late.send(json!({ "status": "failed", "message": "too late" })).unwrap();
    sleeper.signal(Signal::CONT);
    super::until(async || sleeper.log().contains("a late result was refused")).await;
    in_time.send(json!({ "status": "succeeded" })).unwrap();
    let api = api.at(&second.base);
    super::until(async || api.get(&path("/status")).await.text("status") == "waitingForPublisherReview")
        .await;
    let before = api.get(&path("/status")).await.body;
    for node in [&sleeper, &second, &third] {
        let api = api.at(&node.base);
        assert_eq!(api.get(&path("/status")).await.body, before);
        assert_eq!(api.get(&publish.location()).await.text("status"), "running");
        let mails = api.get("/_signoff/mailbox").await.body;
        let started = mails.as_array().unwrap().iter().filter(|mail| mail["event"] == "started");
        assert!(started.count() <= 1, "{mails}");
    }
    assert!(questions.try_recv().is_err(), "nobody else is asked");
    for node in [sleeper, second, third] {
        node.kill().await;
    }
}
