//! A server that answers from a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use super::{Client, Config, Retries, TokenSource};

/// Status, headers, body.
pub(super) type Answer = (u16, &'static [(&'static str, &'static str)], String);

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    requests: Vec<String>,
}

/// The stub; it stops when it is dropped.
pub(super) struct Stub {
    pub(super) base: Url,
    script: Arc<Mutex<Script>>,
    server: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_else(|_| Bytes::new());
    let names = [
        "authorization",
        "if-match",
        "if-none-match",
        "repeatability-request-id",
        "repeatability-first-sent",
        "content-type",
        "prefer",
    ];
    let header = |name| Some(format!("{name}: {}", head.headers.get(name)?.to_str().unwrap_or("?")));
    let mut parts = vec![format!("{} {}", head.method, head.uri)];
    parts.extend(names.into_iter().filter_map(header));
    parts.extend((!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned()));
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    script.requests.push(parts.join(" | "));
    let (status, headers, text) =
        script.answers.pop_front().unwrap_or((599, &[], "the script is over".into()));
    let mut response = (StatusCode::from_u16(status).unwrap_or_default(), text).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(*name, axum::http::HeaderValue::from_static(value));
    }
    response
}

impl Stub {
    pub(super) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script =
            Arc::new(Mutex::new(Script { answers: answers.into_iter().collect(), ..Script::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
        let base = format!("http://{}/", listener.local_addr().expect("a bound address"));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self { base: base.parse().expect("an address and a port are a URL"), script, server }
    }

    /// A client of this stub that pauses for no time.
    pub(super) fn client(&self, tokens: TokenSource) -> Client {
        client(self.base.clone(), tokens)
    }

    /// What was asked, in order.
    pub(super) fn requests(&self) -> Vec<String> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}

pub(super) fn client(base: Url, tokens: TokenSource) -> Client {
    // A second installation is refused, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retries = Retries { most: 4, first_pause: std::time::Duration::ZERO };
    Client::new(Config { base, tokens, extra_roots_pem: None, retries, marks: None })
        .expect("a client without certificates")
}
