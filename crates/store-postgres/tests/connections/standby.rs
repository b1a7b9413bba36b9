//! Commits that wait for a standby.

use std::time::Duration;

use signoff_store::contract::Directory as _;
use signoff_store_postgres::testing::OwnServer;
use signoff_store_postgres::{PostgresSettings, PostgresStore};

use crate::{PATIENCE, record, write_until_it_works};

/// With a standby that does not exist: commits wait and are never confirmed.
const WAIT: [&str; 2] = ["ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()"];
const NO_MORE: [&str; 2] = ["ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"];
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

/// Returns when so many commits wait.
async fn until_waiting(server: &OwnServer, count: &str) {
    let waiting = async {
        while server.say(&[WAITING]).await.unwrap().as_deref() != Some(count) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the commits wait");
}

#[tokio::test]
async fn what_no_standby_confirmed_is_not_acknowledged() {
    let server = OwnServer::start("", "").unwrap();
    // What the database says would make acknowledged changes less than durable.
    server.say(&["ALTER DATABASE postgres SET synchronous_commit = off"]).await.unwrap();
    let settings = |answer| {
        let address = format!("{}/postgres?sslmode=disable", server.address());
        PostgresSettings::parse(&address).unwrap().connections(4).answer(answer)
    };
    let store = PostgresStore::open(&settings(PATIENCE)).await.unwrap();
    let hasty = PostgresStore::open(&settings(Duration::from_millis(300))).await.unwrap();
    server.say(&WAIT).await.unwrap();
    let writer = store.clone();
    // The server takes its time to hear of it.
    let written = tokio::spawn(async move {
        loop {
            if let Err(error) = writer.put_principal(record("given up"), None).await {
                return error.to_string();
            }
        }
    });
    until_waiting(&server, "1").await;

    // The server gives up waiting and says yes, with a warning.
    let cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    server.say(&[cancel]).await.unwrap();
    let error = written.await.unwrap();
    assert!(error.contains("closed"), "it is not known to be durable: {error}");

    // No call waits for ever, and reads go on while changes wait.
    for client in ["a", "b", "c", "d", "e"] {
        let error =
            hasty.put_principal(record(client), None).await.expect_err("nobody confirms it").to_string();
        assert!(error.contains("did not answer in time"), "{error}");
        assert!(hasty.principal(&record("nobody").id).await.unwrap().is_none());
    }
    until_waiting(&server, "1").await;
    server.say(&NO_MORE).await.unwrap();
    write_until_it_works(&hasty).await;
    write_until_it_works(&store).await;
    assert!(hasty.principal(&record("a").id).await.unwrap().is_some(), "it was written in the end");
}
