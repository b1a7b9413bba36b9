//! The proxy over real sockets.

use axum::Router;
use axum::extract::{ConnectInfo, OriginalUri};
use axum::http::HeaderMap;
use axum::routing::{any, get, post};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::serve::testing::{endless, leaving_early};
use crate::testing;
use crate::tls::{Authority, PORTAL_HOSTS, serve_tls};

const NOW: i64 = 1_790_000_000;
const OFFERS: &str = "https://cloudpartner.azure.com/api/publishers/contoso/offers?api-version=2017-10-31";

pub(super) struct Running {
    address: SocketAddr,
    ca_pem: String,
    pub(super) log: ProxyLog,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

/// A private server that says what it was asked, behind a proxy.
pub(super) async fn start(settings: Settings) -> Running {
    let router = Router::new()
        .route(
            "/api/publishers/{publisher}/offers",
            get(|OriginalUri(uri): OriginalUri, headers: HeaderMap| async move {
                let host = uri.authority().map_or_else(
                    || headers.get("host").map(|host| host.to_str().unwrap().to_owned()),
                    |authority| Some(authority.to_string()),
                );
                format!("{} {}", host.unwrap(), uri.path_and_query().unwrap())
            }),
        )
        .route("/{tenant}/oauth2/token", post(|form: String| async move { form }))
        .route(
            "/peer",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>, headers: HeaderMap| async move {
                format!("{} {}", peer.ip(), headers.contains_key("proxy-authorization"))
            }),
        );
    start_before(settings, testing::routes(router)).await
}

/// A private server of this kind, behind a proxy.
async fn start_before(settings: Settings, front: impl Into<Front>) -> Running {
    let authority = Authority::create(NOW).unwrap();
    let proxy = Proxy::new(settings, authority.server_config(NOW).unwrap(), front);
    let log = proxy.log();
    let listener = bind(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(proxy.serve(listener, async { drop(stopped.await) }));
    Running { address, ca_pem: authority.ca_pem().to_owned(), log, stop, ended }
}

impl Running {
    fn builder(&self) -> reqwest::ClientBuilder {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let ca = reqwest::Certificate::from_pem(self.ca_pem.as_bytes()).unwrap();
        let proxy = reqwest::Proxy::all(format!("http://{}", self.address)).unwrap();
        reqwest::Client::builder().tls_certs_only([ca]).proxy(proxy)
    }

    pub(super) fn client(&self) -> reqwest::Client {
        self.builder().build().unwrap()
    }

    /// Sends `bytes` and reads until the proxy ends the connection.
    async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut reply = Vec::new();
        // A reset after the reply, because not all was read, is an end too.
        let _ = stream.read_to_end(&mut reply).await;
        String::from_utf8(reply).unwrap()
    }

    /// Asks for a tunnel; the head of the reply, and the stream behind it.
    pub(super) async fn connect(&self, target: &str) -> (String, BufReader<TcpStream>) {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await.unwrap());
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "cut after {head:?}");
        }
        (head, stream)
    }

    pub(super) fn events(&self, event: Event) -> Vec<(String, u64)> {
        let entries = self.log.entries().into_iter().filter(|entry| entry.event == event);
        entries.map(|entry| (entry.target, entry.count)).collect()
    }
}

/// A server that sends back what it gets until its client is done.
async fn echo() -> SocketAddr {
    let listener = bind(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await
            });
        }
    });
    address
}

/// Another host, over plain http: says what reached it.
async fn other_host() -> SocketAddr {
    let seen = |request: axum::extract::Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let mut names: Vec<_> = parts.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        format!("{} {} {names:?} {}", parts.method, parts.uri, String::from_utf8_lossy(&body))
    };
    let listener = bind(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(any(seen));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    bind(0).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn an_unmodified_client_reaches_the_private_server() {
    let running = start(Settings::default()).await;
    // Whether or not it could do otherwise.
    for client in [running.client(), running.builder().http1_only().build().unwrap()] {
        let reply = client.get(OFFERS).send().await.unwrap();
        assert_eq!(reply.version(), reqwest::Version::HTTP_11);
        let expected = "cloudpartner.azure.com /api/publishers/contoso/offers?api-version=2017-10-31";
        assert_eq!(reply.text().await.unwrap(), expected);
        for host in PORTAL_HOSTS {
            let url = format!("https://{host}/tenant/oauth2/token");
            let reply = client.post(url).body("grant_type=client_credentials").send().await.unwrap();
            assert_eq!(reply.text().await.unwrap(), "grant_type=client_credentials");
        }
        let peer = client.get("https://CloudPartner.Azure.Com/peer").send().await.unwrap();
        assert_eq!(peer.text().await.unwrap(), "127.0.0.1 false");
    }
    assert_eq!(running.log.entries(), []);
}

#[tokio::test]
async fn a_client_that_does_not_trust_us_is_on_record() {
    let running = start(Settings::default()).await;
    let stranger = Authority::create(NOW).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(stranger.ca_pem().as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (_, stream) = running.connect("cloudpartner.azure.com:443").await;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("cloudpartner.azure.com").unwrap();
    let (error, mut stream) = connector.connect(name, stream).into_fallible().await.unwrap_err();
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    // Once our side is closed, the record is written before the proxy ends.
    let _ = stream.read_to_end(&mut Vec::new()).await;
    running.stop.send(()).unwrap();
    running.ended.await.unwrap();
    let entries = running.log.entries();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].event, Event::Distrusted);
    assert_eq!(entries[0].target, "cloudpartner.azure.com:443");
    assert!(entries[0].reason.is_some());
}

#[tokio::test]
async fn another_host_is_reached_untouched() {
    let running = start(Settings::default()).await;
    let echo = echo().await;
    let (head, mut stream) = running.connect(&echo.to_string()).await;
    assert!(head.starts_with("HTTP/1.1 200 Connection established\r\n"), "{head}");
    let sent: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
    let (mut read, mut write) = tokio::io::split(&mut stream);
    let upload = async {
        write.write_all(&sent).await.unwrap();
        write.shutdown().await.unwrap();
    };
    let mut received = Vec::new();
    let ((), got) = tokio::join!(upload, read.read_to_end(&mut received));
    got.unwrap();
    assert!(received == sent, "{} of {} bytes came back", received.len(), sent.len());
    assert_eq!(running.events(Event::Tunnelled), [(echo.to_string(), 1)]);
}

#[tokio::test]
async fn another_host_keeps_its_own_certificate() {
    let running = start(Settings::default()).await;
    let other = Authority::create(NOW).unwrap();
    let listener = bind(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(|| async { "the other host" });
    tokio::spawn(serve_tls(
        listener,
        other.server_config(NOW).unwrap(),
        testing::routes(router),
        std::future::pending(),
    ));
    let ca = reqwest::Certificate::from_pem(other.ca_pem().as_bytes()).unwrap();
    let client = running.builder().tls_certs_only([ca]).build().unwrap();
    let reply = client.get(format!("https://{address}/")).send().await.unwrap();
    assert_eq!(reply.text().await.unwrap(), "the other host");
}

#[tokio::test]
async fn offline_refuses_all_but_the_portal_and_this_machine() {
    let (echo, own) = (echo().await, echo().await);
    let running = start(Settings { offline: true, own: vec![own], ..Settings::default() }).await;
    for _ in 0..2 {
        let (head, mut stream) = running.connect("other.example:443").await;
        assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
        let mut text = String::new();
        stream.read_line(&mut text).await.unwrap();
        assert!(text.contains("other.example:443") && text.contains("--offline"), "{text}");
    }
    let plain = running.client().get("http://other.example:443/").send().await.unwrap();
    assert_eq!(plain.status(), 403);
    assert_eq!(running.events(Event::Refused), [("other.example:443".to_owned(), 3)]);
    assert_eq!(running.events(Event::Tunnelled), []);

    for target in [own.to_string(), echo.to_string(), format!("LocalHost:{}", echo.port())] {
        let (head, _stream) = running.connect(&target).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{target}: {head}");
    }
    let local = format!("localhost:{}", echo.port());
    assert_eq!(
        running.events(Event::Tunnelled),
        [(echo.to_string(), 1), (local, 1)],
        "the own is no other host"
    );
    assert_eq!(running.client().get(OFFERS).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn nothing_for_the_portal_ever_leaves() {
    let running = start(Settings::default()).await;
    for target in ["cloudpartner.azure.com:8443", "login.microsoftonline.com.:80"] {
        let (head, _stream) = running.connect(target).await;
        assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    }
    let odd = running.client().get("http://cloudpartner.azure.com:8080/peer").send().await.unwrap();
    assert_eq!(odd.status(), 403);
    assert_eq!(running.events(Event::Refused).len(), 3);
    assert_eq!(running.events(Event::Tunnelled), []);
}

#[tokio::test]
async fn a_host_that_is_not_there_is_a_bad_gateway() {
    let running = start(Settings::default()).await;
    let gone = nobody().await.to_string();
    let (head, _stream) = running.connect(&gone).await;
    assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
    let plain = running.client().get(format!("http://{gone}/")).send().await.unwrap();
    assert_eq!(plain.status(), 502);
    assert!(plain.text().await.unwrap().contains(&gone));
    assert_eq!(running.events(Event::Unreachable), [(gone, 2)]);
}

#[tokio::test]
async fn plain_http_is_answered_for_the_portal() {
    let running = start(Settings::default()).await;
    let url = OFFERS.replace("https:", "http:");
    let reply = running.client().get(url).send().await.unwrap();
    let expected = "cloudpartner.azure.com /api/publishers/contoso/offers?api-version=2017-10-31";
    assert_eq!(reply.text().await.unwrap(), expected);
    let request = running.client().get("http://cloudpartner.azure.com/peer");
    let reply = request.header("proxy-authorization", "Basic eDp5").send().await.unwrap();
    assert_eq!(reply.text().await.unwrap(), "127.0.0.1 false");
}

#[tokio::test]
async fn plain_http_is_passed_on_for_other_hosts() {
    let running = start(Settings::default()).await;
    let other = other_host().await;
    let request = format!(
        "POST http://user:word@{other}/a/b?c=d%20e HTTP/1.1\r\nHost: wrong\r\nX-Mine: 1\r\nX-Hop: 1\r\n\
         Connection: close, X-Hop\r\nProxy-Authorization: Basic eDp5\r\nContent-Length: 4\r\n\r\nbody"
    );
    let reply = running.raw(request.as_bytes()).await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    let seen = r#"POST /a/b?c=d%20e ["connection", "content-length", "host", "x-mine"] body"#;
    assert!(reply.ends_with(seen), "{reply}");
    assert_eq!(running.events(Event::Tunnelled), [(other.to_string(), 1)]);
}

#[tokio::test]
async fn what_is_no_proxy_request_is_a_bad_request() {
    let running = start(Settings::default()).await;
    let cases: [&[u8]; 5] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is no HTTP\r\n\r\n",
        b"CONNECT cloudpartner.azure.com HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"CONNECT a b c HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET ftp://host/file HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n",
    ];
    for bytes in cases {
        let reply = running.raw(bytes).await;
        assert!(reply.starts_with("HTTP/1.1 400 "), "{:?}: {reply}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(running.log.entries(), []);
}

#[tokio::test]
async fn a_head_without_end_is_cut() {
    let running = start(Settings::default()).await;
    let mut head = b"CONNECT cloudpartner.azure.com:443 HTTP/1.1\r\nX: ".to_vec();
    head.resize(2 * HEAD_BYTES, b'x');
    let reply = running.raw(&head).await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 431 "), "{reply}");
}

#[tokio::test]
async fn a_slow_head_is_cut() {
    let running = start(Settings { head_timeout: Duration::from_millis(50), ..Settings::default() }).await;
    let reply = running.raw(b"CONNECT cloudpartner.azure.com:443 HTTP/1.1\r\nHos").await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 408 "), "{reply}");
    assert_eq!(running.log.entries(), []);
}

#[tokio::test]
async fn a_silent_tunnel_is_cut() {
    let running = start(Settings { idle_timeout: Duration::from_millis(50), ..Settings::default() }).await;
    let (head, mut stream) = running.connect(&echo().await.to_string()).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_client_in_a_tunnel_that_takes_no_byte_of_a_reply_is_left() {
    let (routes, given_up) = endless();
    let running = start_before(Settings::default(), leaving_early(routes)).await;
    let unread = running.client().get("https://cloudpartner.azure.com/endless").send().await.unwrap();
    given_up.notified().await;
    drop(unread);
}

#[tokio::test]
async fn shutdown_cuts_tunnels_and_closes_the_port() {
    let running = start(Settings::default()).await;
    let (_, mut stream) = running.connect(&echo().await.to_string()).await;
    stream.get_mut().write_all(b"x").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x');
    running.stop.send(()).unwrap();
    running.ended.await.unwrap();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
    TcpStream::connect(running.address).await.unwrap_err();
}
