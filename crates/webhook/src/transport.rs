//! How a request reaches the third party. Behind a trait, so that a simulation can answer in its place.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect;
use signoff_lifecycle::ids::RealTime;
use url::{Host, Url};

use crate::signature::{HookSecret, Signed};

/// The largest reply, in bytes.
pub const LARGEST_REPLY: usize = 256 * 1024;
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// A signed request, ready to be sent.
#[derive(Clone, Debug)]
pub struct HookRequest {
    /// The hook's name in the settings.
    pub hook: String,
    /// Where it goes.
    pub url: Url,
    /// Its id, time and signature.
    pub signed: Signed,
    /// `Idempotency-Key`: the same for each request of one step of one operation.
    pub idempotency_key: String,
    /// The JSON.
    pub body: String,
    /// How long the reply may take.
    pub timeout: Duration,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct HookReply {
    /// The HTTP status.
    pub status: u16,
    /// Its id (that of the request), time and signature.
    pub signed: Signed,
    /// The JSON.
    pub body: Vec<u8>,
}

impl HookReply {
    /// The reply of a third party that knows the secret, given at `now` (real time): for certifiers within this
    /// process.
    pub fn signed(request: &HookRequest, secret: &HookSecret, now: RealTime, body: &str) -> Self {
        let signed = secret.sign(&request.signed.id, now, body.as_bytes());
        Self { status: 200, signed, body: body.as_bytes().to_vec() }
    }
}

/// Why a question has no answer, in words that show no secret. The same question may be answered later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The third party is down, out of reach or too busy: nothing is known of what it would say.
    #[error("{0}")]
    NotReached(String),
    /// Something replied, and what it replied is no answer.
    #[error("{0}")]
    Wrong(String),
}

impl NoAnswer {
    /// The same, with the hook's name before it.
    pub(crate) fn of(self, hook: &str) -> Self {
        match self {
            Self::NotReached(problem) => Self::NotReached(format!("the webhook {hook}: {problem}")),
            Self::Wrong(problem) => Self::Wrong(format!("the webhook {hook}: {problem}")),
        }
    }
}

/// Brings requests to third parties.
#[async_trait]
pub trait HookTransport: Send + Sync {
    /// Sends the request once.
    ///
    /// # Errors
    /// Why no reply came.
    async fn send(&self, request: &HookRequest) -> Result<HookReply, NoAnswer>;
}

/// Over HTTP: no redirect is followed, and neither time nor size is without limit.
pub struct HttpTransport {
    outside: reqwest::Client,
    /// For this machine itself, past every proxy.
    inside: reqwest::Client,
}

impl HttpTransport {
    /// A transport with connections of its own.
    ///
    /// # Errors
    /// If the system has no certificates to trust.
    pub fn new() -> Result<Self, String> {
        // Fails when the process has chosen its provider already, which serves as well.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .connect_timeout(CONNECT)
                .redirect(redirect::Policy::none())
                .user_agent(concat!("signoff/", env!("CARGO_PKG_VERSION")))
        };
        let built = |builder: reqwest::ClientBuilder| builder.build().map_err(|error| error.to_string());
        Ok(Self { outside: built(builder())?, inside: built(builder().no_proxy())? })
    }
}

#[async_trait]
impl HookTransport for HttpTransport {
    async fn send(&self, request: &HookRequest) -> Result<HookReply, NoAnswer> {
        let client = if is_loopback(&request.url) { &self.inside } else { &self.outside };
        let mut call = client.post(request.url.clone()).timeout(request.timeout);
        for (name, value) in request.signed.headers() {
            call = call.header(name, value);
        }
        call = call.header("idempotency-key", &request.idempotency_key);
        call = call.header(CONTENT_TYPE, "application/json").body(request.body.clone());
        let told = |error: reqwest::Error| NoAnswer::NotReached(reason(error, request.timeout));
        let mut response = call.send().await.map_err(told)?;
        let status = response.status().as_u16();
        let signed = signed(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(told)? {
            if body.len() + chunk.len() > LARGEST_REPLY {
                return Err(NoAnswer::Wrong(format!("its reply is larger than {LARGEST_REPLY} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HookReply { status, signed, body })
    }
}

fn signed(headers: &HeaderMap) -> Signed {
    Signed::of(|name| headers.get(name).and_then(|value| value.to_str().ok()))
}

/// Why there was no reply: what went wrong at the bottom of it, without the address.
fn reason(error: reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("it did not answer within {timeout:?}");
    }
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_connect() { format!("it cannot be reached: {cause}") } else { cause.to_string() }
}

/// Whether the address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
