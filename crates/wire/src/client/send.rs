//! Sending a request and reading the reply: tokens, retries of reads, errors.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use super::Client;
use super::error::{ClientError, causes};
use crate::api_version;
use crate::error::ErrorBody;

/// The longest pause that a server can ask a client for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A request that is yet to be sent.
pub(super) struct Call {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
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
        Call { method, url, headers: Vec::new(), body: None }
    }

    /// A read of the address that the server gave as `Location`.
    ///
    /// Fails when it leads to another server: the token must not go there.
    pub(super) fn follow(&self, location: &str) -> Result<Call, ClientError> {
        let url = self.base.join(location).ok().filter(|url| url.origin() == self.base.origin());
        let url = url.ok_or_else(|| {
            ClientError::Setting(format!("{location:?} is not the address of an operation of {}", self.base))
        })?;
        Ok(Call { method: Method::GET, url, headers: Vec::new(), body: None })
    }

    /// Sends a call: reads again after 429, 503 and lost connections, everything once more after a 401 if a fresh
    /// token can be had.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, ClientError> {
        let mut repetitions_left = if call.method == Method::GET { self.retries.most } else { 0 };
        let mut pause = self.retries.first_pause;
        let mut token_refused = false;
        loop {
            let token = self.tokens.current(&self.http).await?;
            let result = self.send_once(&call, token.as_deref()).await;
            let asked_for = match &result {
                Err(ClientError::Unreachable { .. }) => None,
                Ok(reply) if reply.status == 429 || reply.status == 503 => reply.retry_after(),
                Ok(reply) if reply.status == 401 && !token_refused => {
                    token_refused = true;
                    let refused = token.as_deref().unwrap_or_default();
                    if self.tokens.refused(refused).await {
                        continue;
                    }
                    return judge(result?);
                }
                _ => return judge(result?),
            };
            if repetitions_left == 0 {
                return judge(result?);
            }
            repetitions_left -= 1;
            tokio::time::sleep(asked_for.unwrap_or(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn send_once(&self, call: &Call, token: Option<&str>) -> Result<Reply, ClientError> {
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
        let unreachable = |error: reqwest::Error| {
            if error.is_builder() {
                return ClientError::Setting(format!("the request cannot be sent: {}", causes(&error)));
            }
            ClientError::Unreachable { url: call.url.to_string(), reason: causes(&error.without_url()) }
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.map_err(unreachable)?;
        Ok(Reply { status, text, headers, url: call.url.to_string() })
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
