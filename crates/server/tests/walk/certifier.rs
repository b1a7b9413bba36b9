//! A certifier of the test's own on loopback, over real HTTP. It signs its replies, or misbehaves.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use serde_json::{Value, json};
use signoff_engine::clock::Clock;
use signoff_lifecycle::ids::{Micros, RealTime};
use signoff_webhook::{HookSecret, HookSettings, HookedStep, Signed};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::call::Call;
use crate::server::TestServer;

pub(crate) const STEP: &str = "displaycertify";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How the certifier replies.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Says(Value),
    Unsigned,
    /// Under a secret of somebody else.
    Forged,
    /// To an address that would say yes.
    Redirects,
    Huge,
    Never,
    Breaks,
}

#[derive(Clone)]
pub(crate) struct Certifier {
    replies: Arc<Mutex<Reply>>,
    asked: watch::Sender<Vec<(HeaderMap, Value)>>,
    pub(crate) url: String,
    _serving: Arc<JoinSet<()>>,
}

pub(crate) fn secret() -> HookSecret {
    HookSecret::parse(SECRET).unwrap()
}

pub(crate) fn says(status: &str) -> Reply {
    Reply::Says(json!({ "status": status }))
}

pub(crate) fn now() -> RealTime {
    Clock::default().real()
}

impl Certifier {
    pub(crate) async fn start(first: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let replies = Arc::new(Mutex::new(first));
        let (asked, mut serving) = (watch::Sender::default(), JoinSet::new());
        let state = (replies.clone(), asked.clone());
        let routes = Router::new().route("/hook", post(answer)).route("/yes", post(yes)).with_state(state);
        serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { replies, asked, url, _serving: Arc::new(serving) }
    }

    /// The settings of a hook for it: an hour for the step and for its undo, polled every minute.
    pub(crate) fn settings(&self) -> HookSettings {
        let steps = vec![HookedStep { offer_type: None, step: STEP.to_owned() }];
        let mut settings = HookSettings::new("certifier", &self.url, secret(), steps);
        let hour = Micros::from_millis(3_600_000);
        (settings.answer_deadline, settings.cancel_deadline) = (hour, hour);
        settings
    }

    pub(crate) async fn server(&self) -> TestServer {
        TestServer::with_hook(self.settings()).await
    }

    pub(crate) fn then(&self, reply: Reply) {
        *self.replies.lock() = reply;
    }

    /// The request of this type that comes, or came, first.
    pub(crate) async fn asked(&self, kind: &str) -> Value {
        let mut asked = self.asked.subscribe();
        let wanted = |all: &Vec<(HeaderMap, Value)>| all.iter().any(|(_, body)| body["type"] == kind);
        let came = tokio::time::timeout(Duration::from_mins(1), asked.wait_for(wanted)).await;
        let all = came.unwrap_or_else(|_| panic!("no {kind} came")).unwrap();
        all.iter().find(|(_, body)| body["type"] == kind).unwrap().1.clone()
    }

    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        self.asked.borrow().iter().map(|(headers, _)| headers.clone()).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.borrow().len()
    }
}

async fn yes() -> Response {
    panic!("nobody follows a redirect")
}

type Shared = (Arc<Mutex<Reply>>, watch::Sender<Vec<(HeaderMap, Value)>>);

async fn answer(State((replies, asked)): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let request = Signed::of(|name| headers.get(name).and_then(|value| value.to_str().ok()));
    assert!(secret().verifies(&request, now(), &body), "{headers:?}");
    asked.send_modify(|all| all.push((headers, serde_json::from_slice(&body).unwrap())));
    let reply = replies.lock().clone();
    let yes = json!({ "status": "succeeded" }).to_string();
    let theirs = HookSecret::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    match reply {
        Reply::Says(body) => signed(&secret(), &request.id, body.to_string()),
        Reply::Unsigned => Response::new(Body::from(yes)),
        Reply::Forged => signed(&theirs, &request.id, yes),
        Reply::Redirects => {
            let mut response = signed(&secret(), &request.id, yes);
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert("location", "/yes".parse().unwrap());
            response
        }
        Reply::Huge => {
            let padding = " ".repeat(300 * 1024);
            signed(&secret(), &request.id, format!("{padding}{yes}"))
        }
        Reply::Never => std::future::pending().await,
        Reply::Breaks => {
            let mut response = signed(&secret(), &request.id, yes);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

fn signed(secret: &HookSecret, id: &str, body: String) -> Response {
    let signed = secret.sign(id, now(), body.as_bytes());
    let mut response = Response::new(Body::from(body));
    for (name, value) in signed.headers() {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// A callback to the address that `request` gave, as the certifier would send it.
pub(crate) fn callback(server: &TestServer, request: &Value, body: &Value) -> Call {
    let mut body = body.clone();
    body["idempotencyKey"] = request["data"]["idempotencyKey"].clone();
    callback_to(server, request["data"]["callbackUrl"].as_str().unwrap(), &body.to_string())
}

/// A signed callback to any address of the server.
pub(crate) fn callback_to(server: &TestServer, url: &str, body: &str) -> Call {
    let path = url.strip_prefix(&server.base).unwrap();
    let signed = secret().sign("msg_1", now(), body.as_bytes());
    let call = server.nobody().post(path).version(None).body(body);
    signed.headers().into_iter().fold(call, |call, (name, value)| call.header(name, value))
}
