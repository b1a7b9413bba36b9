//! What a call asks of the store.

use std::time::Duration;

use signoff_engine::{CancelRequest, Settings};
use signoff_lifecycle::ids::OfferKey;

use crate::cluster::{CONTOSO, Cluster, Node};

/// The calls to the store from number `after` on.
fn calls(node: &Node, after: u64) -> Vec<&'static str> {
    node.faults.log().iter().filter(|entry| entry.number > after).map(|entry| entry.method).collect()
}

#[tokio::test]
async fn a_command_loads_and_commits_and_a_poll_looks() {
    let cluster = Cluster::new().await;
    // What was looked up of the directory counts for longer than this takes.
    let settings = Settings { known_for: Duration::from_hours(1), ..Settings::production() };
    let node = cluster.node_with(settings, 0).await;
    node.put("a").await;
    let count = || node.faults.calls();

    let before = count();
    let publish = node.try_publish("a").await.unwrap().state.target().cloned().unwrap();
    assert_eq!(calls(&node, before), ["load", "commit"]);

    for _ in 0..2 {
        let before = count();
        node.operation(publish.head.id).await;
        assert_eq!(calls(&node, before), ["look"]);
    }
    let numbered = async || {
        node.engine.numbered_operation(&OfferKey::new(CONTOSO, "a"), publish.head.publishing_version).await
    };
    numbered().await.unwrap().unwrap();
    let before = count();
    assert_eq!(numbered().await.unwrap().unwrap().operation, publish.into());
    assert_eq!(calls(&node, before), ["look"]);

    let before = count();
    node.cancel("a").await.unwrap();
    assert_eq!(calls(&node, before), ["load", "commit"]);

    // The same when the operation is named, as long as it is the newest.
    let publish = node.try_publish("a").await.unwrap().state.target().cloned().unwrap();
    let cancel = CancelRequest { operation: Some(publish.head.id), ..CancelRequest::of("bob") };
    let before = count();
    node.engine.cancel(&OfferKey::new(CONTOSO, "a"), cancel).await.unwrap();
    assert_eq!(calls(&node, before), ["load", "commit"]);
}
