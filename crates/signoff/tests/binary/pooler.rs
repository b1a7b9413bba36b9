//! A pooler between the nodes and their database, a real one.

use serde_json::json;
use signoff_store_postgres::testing::{self, Pooler, connect};

use crate::database::not_started;
use crate::server::{Api, Server, of_offer, sample};

/// A database of the tests' server: the address behind a pooler in that mode, and the pooler.
async fn pooled(mode: &str) -> (String, Pooler) {
    let database = testing::database().await.unwrap();
    let host = database.split_once('@').unwrap().1.split_once('/').unwrap().0;
    let port = host.rsplit_once(':').unwrap().1.parse().unwrap();
    let pooler = Pooler::before(port, mode).unwrap();
    (database.replace(host, &pooler.host()), pooler)
}

#[tokio::test]
async fn a_pooler_that_lends_no_session_is_refused_with_the_remedy() {
    for mode in ["transaction", "statement"] {
        let (address, _pooler) = pooled(mode).await;
        for _ in 0..2 {
            let (code, said) = not_started(&address, &[]).await;
            assert_eq!(code, Some(2), "{mode}: {said}");
            assert!(said.contains("or set the pooler to session mode"), "{mode}: {said}");
            // The next process meets in the server's session what this one left behind, and would call its own so, too.
            let left = connect(&address).await.unwrap();
            for number in 0..4 {
                // Some are there when the session is the same as in the round before.
                let _ = left.batch_execute(&format!("PREPARE s{number} AS SELECT 1")).await;
            }
        }
    }
}

#[tokio::test]
async fn nodes_work_behind_a_pooler_that_lends_sessions() {
    let (address, _pooler) = pooled("session").await;
    let folder = tempfile::tempdir().unwrap();
    // The pooler gives a session that one node has left to the next one.
    for node in ["first", "second"] {
        let server = Server::start_at(&address, &folder.path().join(format!("{node}.log")), &[]).await;
        let ann = Api::owner(&server.base, "contoso").await;
        let path = |rest: &str| of_offer("contoso", node, rest);
        ann.put(&path(""), None, &sample("contoso", node, "A machine")).await;
        ann.script("contoso", node, json!({ "displaycertify": { "hold": true } })).await;
        let accepted = ann.post(&path("/publish"), &json!({}), 202).await;
        let seen = ann.get(&accepted.location()).await;
        assert_eq!((seen.status, seen.text("status")), (200, "running"), "{seen:?}");
        ann.post(&path("/cancel"), &json!({}), 200).await;
        let seen = ann.get(&accepted.location()).await;
        assert_eq!((seen.status, seen.text("status")), (200, "canceled"), "{seen:?}");
        server.kill().await;
    }
}
