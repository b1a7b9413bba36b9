//! A server process on a store of its own, and a client that says exactly what is sent.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, IF_MATCH, LOCATION};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub(crate) const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const VERSION: &str = "api-version=2017-10-31";
/// Nothing here takes this long; it only turns a hang into a failure.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// `signoff` with nothing of the tester's environment but what finds programs and a home of its own.
pub(crate) fn signoff(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.env_clear().env("HOME", home).kill_on_drop(true).stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// `signoff serve --dev` on a store.
pub(crate) struct Server {
    child: Child,
    /// Kept open: a server must not find its standard output closed.
    _stdout: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
    pub(crate) base: String,
}

impl Server {
    /// Starts a server on `store` with `more` arguments and waits until it listens. What it says on standard
    /// error is appended to a file beside the store.
    pub(crate) async fn start(store: &Path, more: &[&str]) -> Self {
        let address = format!("sqlite:{}", store.display());
        Self::start_at(&address, &store.with_extension("log"), more).await
    }

    /// The same on the store at `address`, with the log in that file.
    pub(crate) async fn start_at(address: &str, log: &Path, more: &[&str]) -> Self {
        Self::start_in(&[], address, log, more).await
    }

    /// The same with these variables.
    pub(crate) async fn start_in(
        variables: &[(&str, &str)],
        address: &str,
        log: &Path,
        more: &[&str],
    ) -> Self {
        let arguments: Vec<&str> = ["--dev"].iter().chain(more).copied().collect();
        Self::start_with(variables, address, log, &arguments).await
    }

    /// The same in production, unless `arguments` say otherwise.
    pub(crate) async fn start_with(
        variables: &[(&str, &str)],
        address: &str,
        log: &Path,
        arguments: &[&str],
    ) -> Self {
        let stderr = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let mut command = signoff(log.parent().unwrap());
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.args(["--store", address]).envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        let line = line.unwrap_or_else(|| panic!("the server did not start: {}", said()));
        let base = line.strip_prefix("listening on ").expect("the first line names the address").to_owned();
        Self { child, _stdout: lines, log: log.to_owned(), base }
    }

    /// kill -9.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
        assert!(!self.log().contains("panicked"), "{}", self.log());
    }

    /// SIGTERM.
    pub(crate) fn ask_to_stop(&self) {
        self.signal(Signal::TERM);
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = rustix::process::Pid::from_raw(self.process()).expect("no process has the number 0");
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> i32 {
        self.child.id().and_then(|id| i32::try_from(id).ok()).expect("the server runs")
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the server ends").unwrap()
    }

    /// What it and its predecessors on the store said on standard error so far. A thread writes the log, so a line may
    /// come after the reply to the request that it is about: wait with [`says`](Self::says), or read the log that
    /// [`stops`](Self::stops) returns.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it has said `words`.
    pub(crate) async fn says(&self, words: &str) {
        let said = async {
            while !self.log().contains(words) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("{words}: {}", self.log()));
    }

    /// SIGTERM, and the whole log once it has ended.
    pub(crate) async fn stops(mut self) -> String {
        self.ask_to_stop();
        let status = self.ended().await;
        let log = self.log();
        assert!(status.success() && !log.contains("panicked"), "{status}: {log}");
        log
    }
}

/// A client that follows no proxy and keeps what it is told.
pub(crate) fn http() -> reqwest::Client {
    builder().build().unwrap()
}

pub(crate) fn builder() -> reqwest::ClientBuilder {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(PATIENCE)
}

/// An answer, whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("{member} in {self:?}"))
    }

    pub(crate) fn location(&self) -> String {
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }

    pub(crate) fn tag(&self) -> String {
        self.headers[ETAG].to_str().unwrap().to_owned()
    }
}

/// One caller of one server.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) token: String,
}

impl Api {
    /// The owner of `publisher`, with a new token.
    pub(crate) async fn owner(base: &str, publisher: &str) -> Self {
        let (client, secret) = (format!("{publisher}-owner"), format!("{publisher}-secret"));
        let http = http();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &client),
            ("client_secret", &secret),
            ("resource", "https://cloudpartner.azure.com"),
        ];
        let reply = http.post(format!("{base}/{TENANT}/oauth2/token")).form(&form).send().await.unwrap();
        let reply: Value = reply.json().await.unwrap();
        let token = reply["access_token"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned();
        Self { http, base: base.to_owned(), token }
    }

    /// The same caller, with the same token, at another address.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Sends a request; an error means that no answer came.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        tag: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(tag) = tag {
            request = request.header(IF_MATCH, tag);
        }
        request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => request,
        };
        let reply = request.send().await?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let bytes = reply.bytes().await?;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Ok(Answer { status, headers, body })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await.unwrap()
    }

    /// POST with a body, expecting `status`.
    pub(crate) async fn post(&self, path: &str, body: &Value, status: u16) -> Answer {
        let answer = self.send(Method::POST, path, None, Some(body)).await.unwrap();
        assert_eq!(answer.status, status, "POST {path}: {answer:?}");
        answer
    }

    /// PUT with `If-Match: *` where the offer exists, expecting success.
    pub(crate) async fn put(&self, path: &str, tag: Option<&str>, body: &Value) -> Answer {
        let answer = self.send(Method::PUT, path, tag, Some(body)).await.unwrap();
        assert!(matches!(answer.status, 200 | 201), "PUT {path}: {answer:?}");
        answer
    }

    /// Scripts what comes of the offer's next operations.
    pub(crate) async fn script(&self, publisher: &str, offer: &str, steps: Value) {
        self.put(&format!("/_signoff/scenarios/{publisher}/{offer}"), None, &json!({ "steps": steps })).await;
    }

    /// Advances the clock of `publisher`.
    pub(crate) async fn advance(&self, publisher: &str, by: &str) {
        self.post(&format!("/_signoff/clock/{publisher}/advance"), &json!({ "by": by }), 200).await;
    }
}

/// The path of what belongs to an offer; `rest` begins with a slash or is empty.
pub(crate) fn of_offer(publisher: &str, offer: &str, rest: &str) -> String {
    format!("/api/publishers/{publisher}/offers/{offer}{rest}?{VERSION}")
}

/// The sample offer under another name, with `title` as the text that is displayed.
pub(crate) fn sample(publisher: &str, offer: &str, title: &str) -> Value {
    let mut document: Value =
        serde_json::from_str(include_str!("../../../../examples/sample-vm-offer.json")).unwrap();
    document["publisherId"] = publisher.into();
    document["id"] = offer.into();
    document["definition"]["displayText"] = title.into();
    document
}
