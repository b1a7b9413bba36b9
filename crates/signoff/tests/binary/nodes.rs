//! Nodes on one PostgreSQL database.

use serde_json::json;
use signoff_store_postgres::testing;

use crate::server::{Api, Server, of_offer, sample};

#[tokio::test]
async fn what_one_node_answered_another_knows() {
    let (database, folder) = (testing::database().await.unwrap(), tempfile::tempdir().unwrap());
    let node = async |name: &str| Server::start_at(&database, &folder.path().join(name), &[]).await;
    let first = node("first.log").await;
    let ann = Api::owner(&first.base, "contoso").await;
    let path = |rest: &str| of_offer("contoso", "vm", rest);
    ann.put(&path(""), None, &sample("contoso", "vm", "A machine")).await;
    ann.script("contoso", "vm", json!({ "displaycertify": { "hold": true } })).await;
    let accepted = ann.post(&path("/publish"), &json!({}), 202).await;
    let second = node("second.log").await;
    let seen = ann.at(&second.base).get(&accepted.location()).await;
    assert_eq!((seen.status, seen.text("status")), (200, "running"), "{seen:?}");
    first.kill().await;
    ann.at(&second.base).post(&path("/cancel"), &json!({}), 200).await;
    let third = node("third.log").await;
    let seen = ann.at(&third.base).get(&accepted.location()).await;
    assert_eq!(seen.text("status"), "canceled", "{seen:?}");
    let log = second.stops().await;
    assert!(!log.contains("postgres@"), "an address of a database shows no user: {log}");
}
