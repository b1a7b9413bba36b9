//! Changes that are sent again, against a server that loses replies.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// What comes of a request: status, one more header, body; `None`: the connection breaks.
type Fate = Option<(u16, &'static str, &'static str)>;

const LOST: Fate = None;
const STARTED: Fate = Some((202, "Location: /api/x", "{}"));
const KNOWN: Fate = Some((202, "Location: /api/x\r\nRepeatability-Result: accepted", "{}"));
const DESCRIPTION: Fate = Some((200, "", "{\"name\": \"Repeatability-Request-ID\"}"));

/// A server that plays one fate after the other, each on a connection of its own.
struct Fates {
    base: Url,
    requests: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Drop for Fates {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads a request; its line and its mark.
async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let length = value("content-length:").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                let mut parts = head.lines().next().unwrap().split(' ');
                let call = format!("{} {}", parts.next().unwrap(), parts.next().unwrap());
                let mark = [value("repeatability-request-id:"), value("repeatability-first-sent:")];
                return mark.into_iter().flatten().fold(call, |text, part| format!("{text} | {part}"));
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "half a request: {text}");
    }
}

impl Fates {
    async fn of(fates: &'static [Fate]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = requests.clone();
        let server = tokio::spawn(async move {
            // Who comes once more than was thought of is heard, too.
            for fate in fates.iter().chain(std::iter::repeat(&LOST)) {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                if let Some((status, header, body)) = fate {
                    let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
                    let length = body.len();
                    let reply = format!(
                        "HTTP/1.1 {status} x\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                    );
                    stream.write_all(reply.as_bytes()).await.unwrap();
                }
            }
        });
        Self { base, requests, server }
    }

    /// A client that marks its changes with 1, 2, 3 … and pauses for no time.
    fn client(&self, marks: bool) -> Client {
        // A second installation is refused, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let next = AtomicI64::new(1);
        let marks = marks.then(|| -> Marks {
            Arc::new(move || {
                let number = next.fetch_add(1, Ordering::SeqCst);
                Repeatability { id: format!("mark-{number}"), first_sent: number * 1_000_000 }
            })
        });
        let retries = Retries { most: 4, first_pause: Duration::ZERO };
        let (base, tokens) = (self.base.clone(), TokenSource::None);
        Client::new(Config { base, tokens, extra_roots_pem: None, retries, marks }).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

const PUBLISH: &str = "post /api/publishers/p/offers/o/publish?api-version=2017-10-31";
const FIRST: &str = " | mark-1 | thu, 01 jan 1970 00:00:01 gmt";
const SECOND: &str = " | mark-2 | thu, 01 jan 1970 00:00:02 gmt";
const DESCRIBE: &str = "get /_signoff/openapi.json";

async fn publish(client: &Client) -> Result<Started, ClientError> {
    client.publish("p", "o", &Action::default()).await
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again_under_the_same_mark() {
    // No reply at all, and no reply of the server that is asked about itself.
    let fates = Fates::of(&[LOST, LOST, DESCRIPTION, LOST, STARTED, KNOWN]).await;
    let client = fates.client(true);
    assert_eq!(publish(&client).await.unwrap().status, 202);
    assert_eq!(publish(&client).await.unwrap().status, 202);
    let (first, second) = (format!("{PUBLISH}{FIRST}"), format!("{PUBLISH}{SECOND}"));
    let wanted = [&first, DESCRIBE, DESCRIBE, &first, &first, &second];
    assert_eq!(fates.requests(), wanted, "one mark for each thing wanted");
}

#[tokio::test]
async fn a_server_that_does_not_know_marks_is_asked_once() {
    const UNKNOWN: Fate = Some((404, "", "{}"));
    const OTHER: Fate = Some((200, "", "{\"openapi\": \"3.1.0\"}"));
    for fates in [&[LOST, UNKNOWN][..], &[LOST, OTHER][..]] {
        let fates = Fates::of(fates).await;
        let error = publish(&fates.client(true)).await.unwrap_err();
        assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
        assert_eq!(fates.requests(), [&format!("{PUBLISH}{FIRST}"), DESCRIBE]);
    }
}

#[tokio::test]
async fn a_server_that_said_so_once_is_not_asked() {
    let fates = Fates::of(&[KNOWN, LOST, KNOWN]).await;
    let client = fates.client(true);
    publish(&client).await.unwrap();
    publish(&client).await.unwrap();
    let requests = fates.requests();
    assert_eq!(requests[1..], [format!("{PUBLISH}{SECOND}"), format!("{PUBLISH}{SECOND}")]);
}

#[tokio::test]
async fn a_busy_server_is_asked_again_only_if_it_knows_marks() {
    const BUSY: Fate = Some((503, "Retry-After: 0", "{}"));
    const BUSY_AND_KNOWN: Fate = Some((503, "Retry-After: 0\r\nRepeatability-Result: accepted", "{}"));
    let fates = Fates::of(&[BUSY_AND_KNOWN, STARTED, BUSY]).await;
    let client = fates.client(true);
    assert_eq!(publish(&client).await.unwrap().status, 202);
    assert_eq!(publish(&client).await.unwrap_err().status(), Some(503));
    assert_eq!(fates.requests().len(), 3);
}

#[tokio::test]
async fn without_a_mark_it_is_sent_once() {
    let fates = Fates::of(&[LOST]).await;
    let error = publish(&fates.client(false)).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    assert_eq!(fates.requests(), [PUBLISH]);
}

#[tokio::test]
async fn every_change_that_may_be_marked_is() {
    let offer = "{\"a\":1}";
    let fates = Fates::of(&[Some((200, "", "{\"a\":1}")), STARTED, STARTED, Some((200, "", ""))]).await;
    let client = fates.client(true);
    client.put_offer("p", "o", offer.into(), None).await.unwrap();
    client.golive("p", "o", &Action::default()).await.unwrap();
    client.cancel("p", "o", &Action::default()).await.unwrap();
    client.put_member("p", "t", "c", "reader").await.unwrap();
    let marks: Vec<bool> = fates.requests().iter().map(|request| request.contains("| mark-")).collect();
    assert_eq!(marks, [true, true, true, false], "the last one is not repeatable");
}

#[tokio::test]
async fn checks_change_nothing_and_are_made_again() {
    const VALID: Fate = Some((200, "", "{\"status\": \"valid\", \"warnings\": []}"));
    let fates = Fates::of(&[LOST, VALID]).await;
    let action = Action { if_match: Some("\"tag\"".into()), ..Action::default() };
    let valid = fates.client(true).validate("p", "o", &action).await.unwrap();
    assert_eq!((valid.status.as_ref(), valid.warnings.len()), ("valid", 0));
    assert_eq!(fates.requests(), vec![format!("{PUBLISH}&validateonly=true"); 2]);
}
