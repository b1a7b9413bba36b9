//! Sending a request and reading the reply: tokens, retries of reads, errors.

use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LINK, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use super::Client;
use super::error::{ClientError, causes, unreachable};
use super::repeat::Patience;
use crate::api_version;
use crate::error::ErrorBody;
use crate::repeatability::{FIRST_SENT, REQUEST_ID, RESULT, Repeatability, fixdate};

/// The longest pause that a server can ask a client for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether a request may be sent again when it is not known what came of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It changes nothing.
    Always,
    /// It is marked, for servers that carry out a marked request once.
    Marked,
    /// Only if it cannot have arrived.
    Unsent,
}

/// A request that is yet to be sent.
pub(super) struct Call {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    again: Again,
}

/// Why no reply came.
struct Lost {
    error: ClientError,
    /// The request cannot have arrived.
    unsent: bool,
}

impl Call {
    pub(super) fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    pub(super) fn query(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.url.query_pairs_mut().append_pair(name, value);
        }
        self
    }

    pub(super) fn json(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Says that the call changes nothing.
    pub(super) fn harmless(mut self) -> Self {
        self.again = Again::Always;
        self
    }

    /// Marks the call, if there is a mark for it.
    pub(super) fn marked(mut self, mark: Option<Repeatability>) -> Self {
        if let Some(Repeatability { id, first_sent }) = mark {
            self.headers.extend([(REQUEST_ID, id), (FIRST_SENT, fixdate(first_sent))]);
            self.again = Again::Marked;
        }
        self
    }
}

/// A reply that is no error.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) text: String,
    headers: HeaderMap,
    url: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }

    /// The address of the list's next part, if there is more of it.
    fn next(&self) -> Option<String> {
        let links = self.headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
        let mut links = links.flat_map(|value| value.split(',')).map(str::trim);
        links.find_map(|link| {
            let (address, parameters) = link.strip_prefix('<')?.split_once('>')?;
            let mut parameters = parameters.split(';').map(|parameter| parameter.trim().replace('"', ""));
            parameters.any(|parameter| parameter.eq_ignore_ascii_case("rel=next")).then(|| address.to_owned())
        })
    }

    /// How long the server asks to wait before the next request.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        pause_asked_for(&self.headers)
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_str(&self.text)
            .map_err(|error| ClientError::Unreadable { url: self.url.clone(), reason: error.to_string() })
    }
}

fn pause_asked_for(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

impl Client {
    /// A call to the path of `segments` below the base, with the api-version.
    pub(super) fn call(&self, method: Method, segments: &[&str]) -> Call {
        let mut call = self.bare_call(method, segments);
        call.url.query_pairs_mut().append_pair("api-version", api_version::CURRENT);
        call
    }

    /// The same without an api-version.
    pub(super) fn bare_call(&self, method: Method, segments: &[&str]) -> Call {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("an http address has a path; Client::new refuses others")
            .pop_if_empty()
            .extend(segments);
        let again = if method == Method::GET { Again::Always } else { Again::Unsent };
        Call { method, url, headers: Vec::new(), body: None, again }
    }

    /// A read of the address that the server gave as `Location`.
    ///
    /// Fails when it leads to another server: the token must not go there.
    pub(super) fn follow(&self, location: &str) -> Result<Call, ClientError> {
        let url = self.base.join(location).ok().filter(|url| url.origin() == self.base.origin());
        let url = url.ok_or_else(|| {
            ClientError::Setting(format!("{location:?} is not the address of an operation of {}", self.base))
        })?;
        Ok(Call { method: Method::GET, url, headers: Vec::new(), body: None, again: Again::Always })
    }

    /// A whole list, however many replies it takes.
    pub(super) async fn list<T: DeserializeOwned>(&self, call: Call) -> Result<Vec<T>, ClientError> {
        let mut reply = self.send(call).await?;
        let mut all: Vec<T> = reply.read()?;
        while let Some(address) = reply.next() {
            reply = self.send(self.follow(&address)?).await?;
            let part: Vec<T> = reply.read()?;
            all.extend(part);
        }
        Ok(all)
    }

    /// Sends a call; once more after a 401 if a fresh token can be had, and again after 429, 503 and lost connections
    /// if that is safe.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, ClientError> {
        let mut patience = Patience::new(self.retries);
        let mut token_refused = false;
        loop {
            let token = self.tokens.current(&self.http).await?;
            let result = self.send_once(&call, token.as_deref()).await;
            match result {
                Err(Lost { error: error @ ClientError::Setting(_), .. }) => return Err(error),
                Err(lost) => {
                    if !patience.pause(None).await {
                        return Err(lost.error);
                    }
                    let doubtful = !lost.unsent && call.again != Again::Always;
                    if doubtful && !(call.again == Again::Marked && self.repeats(&mut patience).await) {
                        return Err(lost.error);
                    }
                }
                Ok(reply) if reply.status == 429 || reply.status == 503 => {
                    let safe = call.again == Again::Always || reply.header(RESULT).is_some();
                    if !safe || !patience.pause(reply.retry_after()).await {
                        return judge(reply);
                    }
                }
                Ok(reply) if reply.status == 401 && !token_refused => {
                    token_refused = true;
                    if !self.tokens.refused(token.as_deref().unwrap_or_default()).await {
                        return judge(reply);
                    }
                }
                Ok(reply) => return judge(reply),
            }
        }
    }

    async fn send_once(&self, call: &Call, token: Option<&str>) -> Result<Reply, Lost> {
        let mut request = self.http.request(call.method.clone(), call.url.clone());
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if call.method != Method::GET {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        let lost =
            |error: reqwest::Error| Lost { unsent: error.is_connect(), error: unreachable(error, &call.url) };
        let request = request.build().map_err(|error| Lost {
            unsent: false,
            error: ClientError::Setting(format!("the request cannot be sent: {}", causes(&error))),
        })?;
        let response = self.http.execute(request).await.map_err(lost)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if headers.contains_key(RESULT) {
            self.repeats.store(true, Ordering::Relaxed);
        }
        let text = response.text().await.map_err(lost)?;
        Ok(Reply { status, text, headers, url: call.url.to_string() })
    }

    /// Reads the address once, without a token. `None`: no reply came.
    pub(super) async fn look(&self, segments: &[&str]) -> Option<Reply> {
        self.look_once(segments).await.ok()
    }

    /// The same, with the reason why no reply came.
    pub(super) async fn look_once(&self, segments: &[&str]) -> Result<Reply, ClientError> {
        let looked = self.send_once(&self.bare_call(Method::GET, segments), None).await;
        looked.map_err(|lost| lost.error)
    }
}

/// Turns a reply that is an error into one.
fn judge(reply: Reply) -> Result<Reply, ClientError> {
    let status = reply.status;
    if (200..300).contains(&status) || status == StatusCode::NOT_MODIFIED {
        return Ok(reply);
    }
    let body = serde_json::from_str::<ErrorBody>(&reply.text).ok().map(Box::new);
    Err(ClientError::Api { status, body, text: reply.text.chars().take(2000).collect() })
}
