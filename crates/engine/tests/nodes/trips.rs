//! How often a call asks the database, by the database's own account.

use std::collections::BTreeMap;
use std::time::Duration;

use signoff_engine::{GoLiveRequest, PipelineKind, Settings};
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::operation::StepState;
use signoff_store_postgres::testing::{Capture, Line, connect, database_server};

use crate::cluster::{CONTOSO, Cluster, Node};

/// As in production, but for steps that take no time; what was looked up once counts for the whole test.
fn settings() -> Settings {
    let known_for = Duration::from_hours(1);
    Settings { pipeline: PipelineKind::Development, known_for, ..Settings::production() }
}

/// Brings an offer to its preview, with a runner that ends then.
async fn to_preview(cluster: &Cluster, offer: &str) {
    let mut worker = cluster.node_with(settings(), 0).await;
    worker.run();
    let publish = worker.publish(offer).await;
    let waits = |state: &StepState| matches!(state, StepState::WaitingForSignoff { .. });
    worker
        .reaches(publish.head().id, |operation| operation.steps().iter().any(|step| waits(&step.state)))
        .await;
    worker.die();
}

async fn golive(node: &Node, offer: &str) {
    let golive = GoLiveRequest::of("ann");
    node.engine.golive(&OfferKey::new(CONTOSO, offer), golive).await.unwrap();
}

/// What was executed after each mark.
fn by_call(lines: &[Line]) -> BTreeMap<String, Vec<String>> {
    let mut calls = BTreeMap::<String, Vec<String>>::new();
    let mut call = None;
    for executed in lines.iter().filter_map(Line::executed) {
        if let Some(named) = executed.text.strip_prefix("SELECT 'call ") {
            call = Some(named.trim_end_matches('\'').to_owned());
        } else if let Some(call) = &call {
            calls.entry(call.clone()).or_default().push(executed.text);
        }
    }
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_asks_the_database_twice_and_a_poll_once() {
    let cluster = Cluster::new().await;
    for offer in ["first", "second"] {
        to_preview(&cluster, offer).await;
    }
    let capture = Capture::start(&database_server().unwrap()).await.unwrap();
    capture.listen(cluster.database(), &[]).await.unwrap();
    let marks = connect(&cluster.address).await.unwrap();
    let mark = async |call: &str| marks.batch_execute(&format!("SELECT 'call {call}'")).await.unwrap();
    mark("start").await;
    let node = cluster.bare_node(settings()).await;
    // The first of each call may look up what is then known.
    for (round, preview) in [("first ", "first"), ("", "second")] {
        let offer = format!("offer of {preview}");
        mark(&format!("{round}put")).await;
        node.put(&offer).await;
        mark(&format!("{round}put again")).await;
        node.put(&offer).await;
        mark(&format!("{round}publish")).await;
        let publish = node.try_publish(&offer).await.unwrap().state.target().unwrap().head.id;
        mark(&format!("{round}poll")).await;
        node.operation(publish).await;
        mark(&format!("{round}cancel")).await;
        node.cancel(&offer).await.unwrap();
        mark(&format!("{round}golive")).await;
        golive(&node, preview).await;
    }
    let calls = by_call(&capture.lines(cluster.database()).await.unwrap());
    // A new offer's id is looked up in any letter case before.
    for (call, most) in
        [("put", 3), ("put again", 2), ("publish", 2), ("poll", 1), ("cancel", 2), ("golive", 2)]
    {
        let asked = calls.get(call).map(Vec::as_slice).unwrap_or_default();
        assert_eq!(asked.len(), most, "{call}: {asked:#?}");
    }
}
