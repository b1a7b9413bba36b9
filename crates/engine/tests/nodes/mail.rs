//! A letter is sent by one node, and by another if that one dies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use signoff_engine::Settings;
use signoff_lifecycle::operation::Operation;
use signoff_mail::{Carrier, Deliverer, DeliverySettings, Rendered, SendError};
use signoff_store::contract::Delivery;

use crate::cluster::{Cluster, Node, until};

/// Counts what is sent, by Message-ID.
#[derive(Default)]
struct Counter(Mutex<BTreeMap<String, u32>>);

#[async_trait]
impl Carrier for Counter {
    async fn send(&self, letter: &Rendered) -> Result<(), SendError> {
        *self.0.lock().entry(letter.message_id.clone()).or_default() += 1;
        Ok(())
    }
}

fn deliver(node: &Node, carrier: &Arc<Counter>) {
    let (engine, settings) = (&node.engine, DeliverySettings::default());
    let settings = DeliverySettings { look_every: Some(Duration::from_millis(50)), ..settings };
    let (clock, written) = (engine.clock().clone(), engine.mail_written());
    let deliverer = Deliverer::new(engine.store().clone(), clock, carrier.clone(), settings, written);
    tokio::spawn(deliverer.run(std::future::pending(), std::future::pending()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_letter_is_sent_once_whoever_wrote_it() {
    let cluster = Cluster::new().await;
    let settings = Settings { deliver_mail: true, ..Settings::development() };
    let carrier = Arc::new(Counter::default());
    let mut nodes = Vec::new();
    for minutes_ahead in [-5, 0, 5] {
        let node = cluster.node_with(settings, minutes_ahead).await;
        deliver(&node, &carrier);
        until("nothing to send", async || node.faults.calls_of("next_letter_due") > 0).await;
        nodes.push(node);
    }
    // Who writes the first letter dies before it sends it, and nobody else writes any.
    let mut writer = cluster.node_with(settings, 0).await;
    let publish = writer.publish("early").await;
    writer.die();
    let store = nodes[0].engine.store().clone();
    let all_are_sent = async |at_least: usize| {
        let letters = store.letters().await.unwrap();
        letters.len() >= at_least && letters.iter().all(|letter| letter.delivery == Delivery::Sent)
    };
    until("the dead node's letter", async || all_are_sent(1).await).await;
    nodes.iter_mut().for_each(Node::run);
    nodes[0].reaches(publish.head().id, Operation::waits_for_signoff).await;
    for (number, node) in nodes.iter().enumerate() {
        let publish = node.publish(&format!("offer-{number}")).await;
        node.reaches(publish.head().id, Operation::waits_for_signoff).await;
    }
    until("all are sent", async || all_are_sent(8).await).await;
    let letters = store.letters().await.unwrap();
    let sent = carrier.0.lock();
    assert_eq!(sent.len(), letters.len());
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
}
