//! The primary dies, and its standby takes over.

use serde_json::json;

use super::database::Cluster;
use super::node::Node;
use super::play::Play;
use crate::ledger::Told;
use crate::server::{Api, of_offer, sample};
use crate::truth;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_primary_dies_and_the_standby_takes_over() {
    let mut play = Play::begin(None, ["", "", ""]).await;
    play.work(60).await;
    play.fail_over().await;
    play.has_healed().await;
    // With a new standby it may happen again.
    play.replace_standby().await;
    play.renew().await;
    play.work(40).await;
    play.fail_over().await;
    play.has_healed().await;
    play.work(40).await;
    play.end().await;
}

/// That the tests above can fail: with a standby that is not synchronous an answer is lost, and they see it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_not_waited_for_loses_what_was_answered() {
    let mut cluster = Cluster::start(None).await;
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::new("", &cluster.ports).await;
    node.start(1, folder.path()).await;
    let api = Api::owner(&node.base(), "contoso").await;
    let path = |rest: &str| of_offer("contoso", "vm", rest);
    api.put(&path(""), None, &sample("contoso", "vm", "A machine")).await;
    api.script("contoso", "vm", json!({ "displaycertify": { "hold": true } })).await;
    let publish = async || {
        let answer = api.post(&path("/publish"), &json!({}), 202).await;
        let (location, operation) = (answer.location(), answer.text("operationId").to_owned());
        Told::Started { kind: "publish", location, operation }
    };
    let kept = publish().await;
    api.post(&path("/cancel"), &json!({}), 200).await;
    cluster.forget_standby().await;
    let lost = publish().await;
    cluster.fail_over().await;
    super::until(async || api.get(&path("/status")).await.status == 200).await;
    assert_eq!(truth::lost(&api, &[kept]).await, 0);
    assert_eq!(truth::lost(&api, &[lost]).await, 1);
    node.stop().await;
    cluster.end().await;
}
