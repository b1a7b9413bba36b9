//! Calls that read like prose: `owner.publish("sample-vm").emails("a@x").await.expect(202)`.

use std::future::IntoFuture;
use std::pin::Pin;

use serde_json::{Value, json};
use signoff_definition::sample_vm_offer;

use crate::reply::Reply;
use crate::server::{TestServer, eventually};

pub(crate) const VERSION: &str = "2017-10-31";

/// Somebody who calls the server, on behalf of one publisher.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    publisher: String,
    pub(crate) token: Option<String>,
}

impl Client {
    pub(crate) fn new(server: &TestServer, publisher: &str, token: Option<String>) -> Self {
        let (http, base) = (server.http.clone(), server.base.clone());
        Self { http, base, publisher: publisher.to_owned(), token }
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call {
            http: self.http.clone(),
            url: format!("{}{path}", self.base),
            method: method.to_owned(),
            version: Some(VERSION.to_owned()),
            query: Vec::new(),
            headers: self
                .token
                .iter()
                .map(|token| ("authorization".to_owned(), format!("Bearer {token}")))
                .collect(),
            body: None,
            metadata: json!({}),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Call {
        self.call("PUT", path).json(body)
    }

    pub(crate) fn post(&self, path: &str) -> Call {
        self.call("POST", path).empty()
    }

    /// The path of the publisher's offer, with something behind it.
    pub(crate) fn path(&self, offer: &str, rest: &str) -> String {
        format!("/api/publishers/{}/offers/{offer}{rest}", self.publisher)
    }

    pub(crate) fn offer(&self, offer: &str) -> Call {
        self.get(&self.path(offer, ""))
    }

    pub(crate) fn put_offer(&self, offer: &str, document: &Value) -> Call {
        self.put(&self.path(offer, ""), document)
    }

    /// A new offer, fit to be published.
    pub(crate) async fn create(&self, offer: &str) -> Reply {
        self.put_offer(offer, &fit_document()).await.succeeded()
    }

    pub(crate) fn slot(&self, offer: &str, slot: &str) -> Call {
        self.get(&self.path(offer, &format!("/slot/{slot}")))
    }

    pub(crate) fn status(&self, offer: &str) -> Call {
        self.get(&self.path(offer, "/status"))
    }

    pub(crate) fn publish(&self, offer: &str) -> Call {
        self.post(&self.path(offer, "/publish"))
    }

    pub(crate) fn golive(&self, offer: &str) -> Call {
        self.post(&self.path(offer, "/golive"))
    }

    pub(crate) fn cancel(&self, offer: &str) -> Call {
        self.post(&self.path(offer, "/cancel"))
    }

    pub(crate) fn offers(&self) -> Call {
        self.get(&format!("/api/publishers/{}/offers", self.publisher))
    }

    pub(crate) fn operations(&self, offer: &str) -> Call {
        self.get(&self.path(offer, "/submissions/"))
    }

    pub(crate) fn operation(&self, offer: &str, id: &str) -> Call {
        self.get(&self.path(offer, &format!("/operations/{id}")))
    }

    /// Follows a `Location` to the letter: it brings its own api-version.
    pub(crate) fn follow(&self, location: &str) -> Call {
        self.get(location).version(None)
    }

    pub(crate) fn approve(&self, offer: &str, operation: &str, step: &str) -> Call {
        self.post(&self.path(offer, &format!("/operations/{operation}/steps/{step}/approve")))
    }

    pub(crate) fn reject(&self, offer: &str, operation: &str, step: &str) -> Call {
        self.post(&self.path(offer, &format!("/operations/{operation}/steps/{step}/reject")))
    }

    /// Waits until the offer's status reads `status`.
    pub(crate) async fn reaches(&self, offer: &str, status: &str) -> Reply {
        eventually(status, async || self.status(offer).await, |reply| reply["status"] == status).await
    }

    /// Waits until the step of the offer's newest operation reads `status`.
    pub(crate) async fn step_reaches(&self, offer: &str, step: &str, status: &str) -> Reply {
        let wanted = |reply: &Value| step_of(reply, step)["status"] == status;
        eventually(&format!("{step} {status}"), async || self.status(offer).await, wanted).await
    }

    /// Waits until the operation at this address has ended in `status`.
    pub(crate) async fn ends(&self, location: &str, status: &str) -> Value {
        let ended = |reply: &Value| reply["status"] != "running";
        let reply = eventually(location, async || self.follow(location).await, ended).await.json();
        assert_eq!(reply["status"], status, "{reply:#}");
        reply
    }

    /// Publishes and waits for the sign-off; the address of the publish.
    pub(crate) async fn publish_to_signoff(&self, offer: &str) -> String {
        let location = self.publish(offer).await.expect(202).location();
        self.reaches(offer, "waitingForPublisherReview").await;
        location
    }

    /// Publishes, signs off, and waits until the offer is live.
    pub(crate) async fn publish_live(&self, offer: &str) {
        self.publish_to_signoff(offer).await;
        self.golive(offer).await.expect(202);
        self.reaches(offer, "succeeded").await;
    }
}

/// The step of a status reply or an operation.
pub(crate) fn step_of(reply: &Value, step: &str) -> Value {
    let steps = reply["steps"].as_array().cloned().unwrap_or_default();
    steps.into_iter().find(|candidate| candidate["id"] == step).unwrap_or_default()
}

/// A document that passes every check of a publish.
pub(crate) fn fit_document() -> Value {
    let mut document: Value = serde_json::from_str(sample_vm_offer()).unwrap();
    let members = document.as_object_mut().unwrap();
    members.shift_remove("publisherId");
    members.shift_remove("id");
    document
}

/// One request, to be changed at will before it is awaited.
#[derive(Clone)]
pub(crate) struct Call {
    http: reqwest::Client,
    url: String,
    method: String,
    version: Option<String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    metadata: Value,
}

impl Call {
    pub(crate) fn version(mut self, version: Option<&str>) -> Self {
        self.version = version.map(str::to_owned);
        self
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a header; it takes the place of one with the same name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    /// Waits for a change, so many seconds at most.
    pub(crate) fn wait(self, seconds: u64) -> Self {
        self.header("prefer", &format!("wait={seconds}"))
    }

    pub(crate) fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    pub(crate) fn if_none_match(self, tag: &str) -> Self {
        self.header("if-none-match", tag)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(&body.to_string())
    }

    pub(crate) fn empty(self) -> Self {
        self.body("")
    }

    /// A body that says it is JSON.
    pub(crate) fn body(self, text: &str) -> Self {
        self.bytes(text.as_bytes().to_vec())
    }

    pub(crate) fn bytes(mut self, bytes: Vec<u8>) -> Self {
        self.body = Some(bytes);
        self.header("content-type", "application/json")
    }

    pub(crate) fn emails(self, list: &str) -> Self {
        self.metadata("notification-emails", list)
    }

    pub(crate) fn reason(self, reason: &str) -> Self {
        self.metadata("reason", reason)
    }

    fn metadata(mut self, name: &str, value: &str) -> Self {
        self.metadata[name] = value.into();
        let body = json!({ "metadata": self.metadata });
        self.json(&body)
    }

    /// Names the operation that is meant, in the query.
    pub(crate) fn operation(self, id: &str) -> Self {
        self.query("operationId", id)
    }

    /// Sends the request and leaves the body of the reply to be read.
    pub(crate) async fn open(self) -> reqwest::Response {
        let call = format!("{} {}", self.method, self.url);
        let method = self.method.parse().unwrap();
        let versions = self.version.map(|version| ("api-version".to_owned(), version));
        let mut request = self.http.request(method, &self.url);
        // A query that stands in the address already is left as it is.
        let query: Vec<_> = versions.into_iter().chain(self.query).collect();
        if !query.is_empty() {
            request = request.query(&query);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        request.send().await.unwrap_or_else(|error| panic!("{call}: {error:?}"))
    }

    async fn send(self) -> Reply {
        let call = format!("{} {}", self.method, self.url);
        let response = self.open().await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{call}: {error:?}"));
        Reply { call, status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends the request; `Err` if the connection broke before a reply came.
    pub(crate) async fn try_send(self) -> Result<Reply, String> {
        let handle = tokio::spawn(self.send());
        handle.await.map_err(|error| error.to_string())
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
