//! Other hosts through the proxy that the machine has already.

use std::sync::Mutex;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::tests::{Running, start};
use super::*;

/// A proxy that keeps the heads of what it is asked and answers each with `status`; behind a tunnel, and to a request over
/// plain http, it sends `hello`.
async fn recording(status: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = bind(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.unwrap() > 0 {}
            let length = if head.starts_with("CONNECT") { "" } else { "Content-Length: 5\r\n" };
            kept.lock().unwrap().push(head);
            let reply = format!("HTTP/1.1 {status}\r\n{length}\r\nhello");
            stream.get_mut().write_all(reply.as_bytes()).await.unwrap();
        }
    });
    (address, heads)
}

async fn behind(proxy: SocketAddr, no: &str) -> Running {
    let upstream = Upstream::from_variables(|name| match name {
        "HTTPS_PROXY" | "http_proxy" => Some(format!("http://me:hush@{proxy}")),
        "NO_PROXY" => Some(no.to_owned()),
        _ => None,
    });
    start(Settings { upstream, ..Settings::default() }).await
}

#[tokio::test]
async fn another_host_is_reached_through_it() {
    let (proxy, heads) = recording("200 OK").await;
    let running = behind(proxy, "").await;
    let (head, mut stream) = running.connect("other.example:443").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).await.unwrap();
    assert_eq!(&hello, b"hello");
    let plain = running.client().get("http://other.example/a?b=c").send().await.unwrap();
    assert_eq!(plain.text().await.unwrap(), "hello");
    let heads = heads.lock().unwrap().clone();
    let first = |head: &String| head.lines().next().unwrap().to_owned();
    let lines: Vec<String> = heads.iter().map(first).collect();
    assert_eq!(lines, ["CONNECT other.example:443 HTTP/1.1", "GET http://other.example:80/a?b=c HTTP/1.1"]);
    // me:hush
    assert!(
        heads.iter().all(|head| head.contains("proxy-authorization: Basic bWU6aHVzaA==\r\n")),
        "{heads:?}"
    );
    let reached = [("other.example:443".to_owned(), 1), ("other.example:80".to_owned(), 1)];
    assert_eq!(running.events(Event::Tunnelled), reached);
}

#[tokio::test]
async fn the_portal_this_machine_and_the_exceptions_are_not() {
    let (proxy, heads) = recording("200 OK").await;
    let running = behind(proxy, "nowhere.invalid").await;
    let own = bind(0).await.unwrap();
    let url = "https://cloudpartner.azure.com/peer";
    assert_eq!(running.client().get(url).send().await.unwrap().status(), 200);
    let (head, _stream) = running.connect(&own.local_addr().unwrap().to_string()).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let (head, _stream) = running.connect("nowhere.invalid:443").await;
    assert!(head.starts_with("HTTP/1.1 50"), "{head}");
    assert!(heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn its_refusal_is_told_without_its_password() {
    for (status, said) in [("407 Proxy Authentication Required", "407"), ("403 Forbidden", "it answered 403")]
    {
        let (proxy, _) = recording(status).await;
        let running = behind(proxy, "").await;
        let (head, mut stream) = running.connect("other.example:443").await;
        assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
        let mut text = String::new();
        stream.read_line(&mut text).await.unwrap();
        assert!(text.contains(said) && text.contains(&proxy.to_string()), "{text}");
        let entries = running.log.entries();
        assert_eq!(entries[0].event, Event::Unreachable);
        assert!(!format!("{text}{entries:?}").contains("hush"), "{entries:?}");
    }
}
