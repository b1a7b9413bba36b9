use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};

use super::*;
use crate::serve::testing::{endless, leaving_early};
use crate::testing;
use crate::tls::{Authority, PORTAL_HOSTS};

const NOW: i64 = 1_790_000_000;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
    ca_pem: String,
}

async fn start(front: impl Into<Front>) -> Running {
    let authority = Authority::create(NOW).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let config = authority.server_config(NOW).unwrap();
    let ended = tokio::spawn(serve_tls(listener, config, front.into(), shutdown));
    Running { address, stop, ended, ca_pem: authority.ca_pem().to_owned() }
}

impl Running {
    /// A client for whom every portal host is this server, as with an entry in the hosts file.
    fn client(&self) -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let ca = reqwest::Certificate::from_pem(self.ca_pem.as_bytes()).unwrap();
        let mut builder = reqwest::Client::builder().no_proxy().tls_certs_only([ca]);
        for host in PORTAL_HOSTS {
            builder = builder.resolve(host, self.address);
        }
        builder.build().unwrap()
    }
}

#[tokio::test]
async fn every_name_answers_and_offers_no_http2() {
    let router = Router::new().route(
        "/api/who",
        get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }),
    );
    let running = start(testing::routes(router)).await;
    let port = running.address.port();
    for host in PORTAL_HOSTS.into_iter().chain(["127.0.0.1"]) {
        let reply = running.client().get(format!("https://{host}:{port}/api/who")).send().await.unwrap();
        assert_eq!(reply.version(), reqwest::Version::HTTP_11);
        assert_eq!(reply.text().await.unwrap(), "127.0.0.1");
    }
}

#[tokio::test]
async fn a_running_request_ends_before_the_server_does() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (inside, gate) = (Arc::clone(&entered), Arc::clone(&release));
    let router = Router::new().route(
        "/slow",
        get(move || async move {
            inside.notify_one();
            gate.notified().await;
            "done"
        }),
    );
    let running = start(testing::routes(router)).await;
    let url = format!("https://127.0.0.1:{}/slow", running.address.port());
    let request = tokio::spawn(running.client().get(url).send());
    entered.notified().await;
    running.stop.send(()).unwrap();
    release.notify_one();
    assert_eq!(request.await.unwrap().unwrap().text().await.unwrap(), "done");
    running.ended.await.unwrap();
}

#[tokio::test]
async fn a_client_that_takes_no_byte_of_a_reply_is_left() {
    let (routes, given_up) = endless();
    let running = start(leaving_early(routes)).await;
    let url = format!("https://127.0.0.1:{}/endless", running.address.port());
    let unread = running.client().get(url).send().await.unwrap();
    given_up.notified().await;
    drop(unread);
}

#[tokio::test]
async fn an_unfinished_handshake_does_not_hold_the_shutdown_up() {
    let running = start(testing::routes(Router::new())).await;
    let mut silent = TcpStream::connect(running.address).await.unwrap();
    running.client().get(format!("https://127.0.0.1:{}/", running.address.port())).send().await.unwrap();
    running.stop.send(()).unwrap();
    running.ended.await.unwrap();
    assert_eq!(silent.read(&mut [0; 8]).await.unwrap_or(0), 0);
}
