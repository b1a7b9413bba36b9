//! Nothing keeps a server for long that is told to stop: no start that waits, no request and no database that hangs.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use signoff_store_postgres::testing::{self, Proxy};

use crate::draining::{Certifier, slow_publish};
use crate::server::{Api, PATIENCE, Server, builder, of_offer, signoff};
use crate::upkeep::Run;

/// What becomes of a server that is told to stop while it waits for its database.
async fn stopped_while_it_waits(proxy: &Proxy, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("postgres://ann@{}/signoff?sslmode=disable", proxy.host());
    let mut command = signoff(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--store-wait", "1d", "--store", &store]).args(more);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap())).unwrap();
    let asked = async {
        while proxy.accepted() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it asks the database");
    kill_process(id, Signal::TERM).unwrap();
    Run::of(tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap())
}

#[tokio::test]
async fn a_server_that_waits_for_its_database_ends_when_it_is_told_to() {
    for way in [Proxy::cut, Proxy::fall_silent] {
        for more in [&[][..], &["--migrate", "never"], &["--dev"]] {
            // Of its own, for one that ended may have left a connection that is yet to be accepted.
            let proxy = Proxy::before("127.0.0.1:1").await.unwrap();
            way(&proxy);
            let run = stopped_while_it_waits(&proxy, more).await;
            assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
            assert!(run.stderr.ends_with("stopped before it was ready\n"), "{run:?}");
            assert!(!run.stderr.contains("panicked") && !run.stderr.contains("error: "), "{run:?}");
        }
    }
}

/// A request takes a minute; who sent it would wait.
async fn a_request_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder.path().join("signoff.db"), &["--drain", "0s"]).await;
    let mut api = Api::owner(&server.base, "contoso").await;
    api.http = builder().timeout(PATIENCE * 10).build().unwrap();
    let publish = slow_publish(&api).await;
    server.ask_to_stop();
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
    assert!(server.log().ends_with("stopped\n"), "{}", server.log());
    assert!(publish.await.unwrap().is_err(), "it is not waited for");
}

/// Work is held, and the database can neither be told of its end nor that it is given back.
async fn the_database_hangs() {
    let (database, folder) = (testing::database().await.unwrap(), tempfile::tempdir().unwrap());
    let host = database.split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned();
    let proxy = Proxy::before(&host).await.unwrap();
    let mut certifier = Certifier::start().await;
    let settings = certifier.settings(folder.path());
    let more = ["--drain", "0s", "--config", &settings];
    let log = folder.path().join("server.log");
    let mut server = Server::start_at(&database.replace(&host, &proxy.host()), &log, &more).await;
    let api = Api::owner(&server.base, "contoso").await;
    api.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await;
    certifier.asked(1).await;
    proxy.swallow();
    server.ask_to_stop();
    server.says("gone in 15s at the latest").await;
    assert_eq!(server.ended().await.code(), Some(1), "{}", server.log());
    let last = "stopped after 15s with something still running: it is done again elsewhere\n";
    assert!(server.log().ends_with(last) && !server.log().contains("panicked"), "{}", server.log());
}

#[tokio::test]
#[ignore = "slow: cargo xtask test --all"]
async fn a_server_is_gone_by_its_limit_whatever_hangs() {
    tokio::join!(a_request_hangs(), the_database_hangs());
}
