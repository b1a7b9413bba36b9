//! One HTTP call, made inside the process.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use signoff_server::Routes;
use signoff_wire::{prefer, repeatability};
use tower::ServiceExt;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Below the server's root; without `api-version` where it is needed.
    pub(crate) path: String,
    pub(crate) if_match: Option<String>,
    pub(crate) body: Option<Value>,
    /// `Prefer: wait`, in seconds.
    pub(crate) wait: Option<u64>,
    /// The id under which the request may come again, and when it was first sent.
    pub(crate) repeat: Option<(String, String)>,
}

impl Ask {
    pub(crate) fn get(path: String) -> Self {
        Self { method: Method::GET, path, if_match: None, body: None, wait: None, repeat: None }
    }

    pub(crate) fn post(path: String) -> Self {
        Self { method: Method::POST, ..Self::get(path) }
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    headers: HeaderMap,
}

impl Answer {
    /// A member of the body that is a text; empty if there is none.
    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }

    pub(crate) fn tag(&self) -> Option<&str> {
        self.headers.get(header::ETAG)?.to_str().ok()
    }

    /// The address in the headers.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

/// Makes the call with this token.
pub(crate) async fn call(routes: &Routes, token: &str, ask: &Ask) -> Answer {
    let joint = if ask.path.contains('?') { '&' } else { '?' };
    let path = if ask.path.contains("api-version=") {
        ask.path.clone()
    } else {
        format!("{}{joint}api-version=2017-10-31", ask.path)
    };
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(tag) = &ask.if_match {
        request = request.header(header::IF_MATCH, tag);
    }
    if let Some(seconds) = ask.wait {
        request = request.header(prefer::PREFER, prefer::waiting(seconds));
    }
    if let Some((id, first_sent)) = &ask.repeat {
        request = request.header(repeatability::REQUEST_ID, id).header(repeatability::FIRST_SENT, first_sent);
    }
    let body = ask.body.as_ref().map(Value::to_string).unwrap_or_default();
    let request = request.body(Full::new(Bytes::from(body))).expect("a client sends what is well-formed");
    let Ok(response) = routes.router.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body in memory comes whole").to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Answer { status: parts.status.as_u16(), body, headers: parts.headers }
}
