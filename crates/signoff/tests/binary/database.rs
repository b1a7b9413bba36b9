//! A database that cannot be reached: at the start, and while a server runs.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use signoff_store_postgres::testing::{self, Proxy};

use crate::server::{Api, PATIENCE, Server, http, of_offer, sample, signoff};

/// The end of a server that does not start: its exit code and what it said.
pub(crate) async fn not_started(store: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = signoff(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--store-wait", "1s", "--store", store]);
    command.envs(variables.iter().copied());
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends").unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn a_server_without_its_database_ends_and_says_why() {
    let closed = Proxy::before("127.0.0.1:1").await.unwrap();
    closed.cut();
    let store = format!("postgres://ann:hunter2@{}/signoff?sslmode=disable", closed.host());
    let (code, said) = not_started(&store, &[]).await;
    assert_eq!(code, Some(6), "{said}");
    assert!(said.contains("no server that takes writes was found within 1 s"), "{said}");
    assert!(said.contains("use SIGNOFF_STORE_PASSWORD"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert!(closed.accepted() > 1, "it was waited for");
    let (code, said) = not_started(&store, &[("SIGNOFF_MIGRATE", "never")]).await;
    assert!(code == Some(6) && said.contains("was found within 1 s"), "{said}");

    let missing = testing::database().await.unwrap().replace("/test_", "/none_");
    let (code, said) = not_started(&missing, &[]).await;
    assert_eq!((code, said.contains("create the database")), (Some(2), true), "{said}");
    let (code, said) = not_started("postgres://ann@db/x?sslmod=require", &[]).await;
    assert_eq!((code, said.contains("store: the parameter sslmod is not known")), (Some(2), true), "{said}");
    let (code, said) = not_started("postgres://ann@db/x", &[("SIGNOFF_CONNECTIONS", "3")]).await;
    assert_eq!((code, said.contains("connections: 3 is no number from 4 to")), (Some(2), true), "{said}");
}

#[tokio::test]
async fn help_shows_no_address_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = signoff(folder.path());
    command.args(["serve", "--help"]).env("SIGNOFF_STORE", "postgres://ann:hunter2@db/x");
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("SIGNOFF_STORE") && !said.contains("hunter2"), "{said}");
}

/// Asks until the server is ready, or until it is not.
async fn until_ready(base: &str, ready: bool) -> reqwest::Response {
    let asking = async {
        loop {
            let reply = http().get(format!("{base}/_signoff/readyz")).send().await.unwrap();
            if reply.status().is_success() == ready {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("it gets so")
}

/// A server that reaches its database through a proxy, and where the proxy leads.
async fn behind_a_proxy(folder: &Path) -> (Server, Proxy, String) {
    let database = testing::database().await.unwrap();
    let host = database.split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned();
    let proxy = Proxy::before(&host).await.unwrap();
    let address = database.replace(&host, &proxy.host());
    let server = Server::start_at(&address, &folder.join("server.log"), &["--connections", "6"]).await;
    (server, proxy, host)
}

#[tokio::test]
async fn a_server_whose_database_goes_says_so_and_recovers_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (server, proxy, host) = behind_a_proxy(folder.path()).await;
    let ann = Api::owner(&server.base, "contoso").await;
    let path = |rest: &str| of_offer("contoso", "vm", rest);
    ann.put(&path(""), None, &sample("contoso", "vm", "A machine")).await;
    until_ready(&server.base, true).await;
    let numbers =
        http().get(format!("{}/_signoff/metrics", server.base)).send().await.unwrap().text().await.unwrap();
    assert!(numbers.contains("signoff_store_connections{state=\"most\"} 6"), "{numbers}");

    proxy.cut();
    let reply = until_ready(&server.base, false).await;
    assert_eq!((reply.status().as_u16(), reply.headers().contains_key("retry-after")), (503, true));
    let refused = ann.send(Method::POST, &path("/publish"), None, Some(&json!({}))).await.unwrap();
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true), "{refused:?}");
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");

    proxy.lead_to(&host);
    until_ready(&server.base, true).await;
    ann.post(&path("/publish"), &json!({}), 202).await;
    server.says("the store is back").await;
    let log = server.stops().await;
    let lines = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    assert_eq!((lines("the store is away"), lines("ERROR"), lines("the store is back")), (1, 1, 1), "{log}");
}

#[tokio::test]
#[ignore = "slow: cargo xtask test --all"]
async fn a_server_whose_database_never_answers_says_so_and_goes_on_when_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let (server, proxy, host) = behind_a_proxy(folder.path()).await;
    let ann = Api::owner(&server.base, "contoso").await;
    let path = |rest: &str| of_offer("contoso", "vm", rest);
    ann.put(&path(""), None, &sample("contoso", "vm", "A machine")).await;

    proxy.swallow();
    let refused = ann.send(Method::POST, &path("/publish"), None, Some(&json!({}))).await.unwrap();
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true), "{refused:?}");
    until_ready(&server.base, false).await;

    proxy.lead_to(&host);
    until_ready(&server.base, true).await;
    let accepted = ann.post(&path("/publish"), &json!({}), 202).await;
    assert_eq!(ann.get(&accepted.location()).await.status, 200);
    let log = server.stops().await;
    assert!(log.contains("does not answer and is thrown away"), "{log}");
}
