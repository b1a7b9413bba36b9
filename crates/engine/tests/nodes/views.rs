//! A poll is never behind what any node answered.

use std::sync::Arc;

use signoff_engine::Look;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::Aggregate;

use crate::cluster::{CONTOSO, Cluster, HOUR, Node, lasting, soon, until};

/// At every node at least what was answered is seen.
async fn is_seen(nodes: &[Node], state: &Aggregate) {
    for operation in state.operations() {
        let head = operation.head();
        for node in nodes {
            let seen = node.operation(head.id).await;
            assert!(seen.head().revision >= head.revision, "behind an answer: {seen:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_view_of_any_node_is_behind_an_answer() {
    let cluster = Cluster::new().await;
    let mut nodes = Vec::new();
    for minutes_ahead in [-5, 0, 5] {
        let mut node = cluster.node(minutes_ahead).await;
        node.run();
        nodes.push(node);
    }
    let nodes = Arc::new(nodes);
    let writers: Vec<_> = (0..4_usize)
        .map(|number| {
            let nodes = nodes.clone();
            tokio::spawn(async move {
                // Each goes from node to node with every call, and two share an offer.
                let offer = format!("offer-{}", number % 2);
                for turn in 0..10 {
                    let at = |shift: usize| &nodes[(number + turn + shift) % nodes.len()];
                    at(0).put(&offer).await;
                    if let Ok(done) = at(1).try_publish(&offer).await {
                        is_seen(&nodes, &done.state).await;
                    }
                    if let Ok(done) = at(2).cancel(&offer).await {
                        is_seen(&nodes, &done.state).await;
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    nodes[0].engine.advance(CONTOSO, HOUR).await.unwrap();
    for offer in ["offer-0", "offer-1"] {
        let stored = nodes[0].engine.store().operations(&OfferKey::new(CONTOSO, offer)).await.unwrap();
        assert!(stored.len() > 5);
        for operation in stored {
            for node in nodes.iter() {
                assert_eq!(node.operation(operation.head().id).await, operation);
                let number = operation.head().publishing_version;
                let found = node
                    .engine
                    .numbered_operation(&OfferKey::new(CONTOSO, offer), number)
                    .await
                    .unwrap()
                    .unwrap();
                assert_eq!(found.operation, operation);
            }
        }
    }
}

#[tokio::test]
async fn what_did_not_change_is_rendered_once() {
    let cluster = Cluster::new().await;
    let (one, other) = (cluster.node(0).await, cluster.node(0).await);
    let publish = one.publish("a").await;
    let view = async || other.engine.operation(CONTOSO, publish.head().id).await.unwrap().unwrap();
    let (first, second) = (view().await, view().await);
    assert!(Arc::ptr_eq(&first, &second), "nothing changed");
    one.cancel("a").await.unwrap();
    assert!(!Arc::ptr_eq(&second, &view().await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_at_one_node_hears_of_moves_at_another() {
    let cluster = Cluster::new().await;
    let (one, mut other) = (cluster.node(5).await, cluster.node(-5).await);
    one.scenario("a", [("displaydummycertify", lasting(HOUR))]).await;
    let publish = one.publish("a").await;
    other.run();
    let engine = other.engine.clone();
    let known = publish.head().revision;
    let waiting = tokio::spawn(async move {
        let moved = |cached: &signoff_engine::CachedOperation| {
            if cached.operation.head().revision > known { Look::Enough } else { Look::WhenMoved }
        };
        engine.wait_for(CONTOSO, publish.head().id, std::future::pending(), moved).await.unwrap()
    });
    until("the first look", async || other.looks() > 0).await;
    let canceled = one.cancel("a").await.unwrap().state.target().cloned().unwrap();
    let heard = soon(waiting).await.unwrap().cached.unwrap();
    assert_eq!(heard.operation, canceled.into());
}

#[tokio::test]
async fn nobody_asks_for_moves_while_nobody_waits() {
    let cluster = Cluster::new().await;
    let mut node = cluster.node(0).await;
    node.publish("a").await;
    node.run();
    let looks = node.faults.calls_of("claim") + 10;
    until("some time", async || node.faults.calls_of("claim") > looks).await;
    assert_eq!(node.faults.calls_of("revisions"), 0);
}
