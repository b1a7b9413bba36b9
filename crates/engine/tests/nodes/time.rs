//! The database's clock is the time of all nodes.

use signoff_lifecycle::ids::{Micros, Moment, RealTime};
use signoff_lifecycle::operation::{Operation, StepState};

use crate::cluster::{Cluster, MINUTE, lasting, until};

/// Far less than the clocks of the machines are apart, far more than a look at the database takes.
const CLOSE: Micros = Micros::from_millis(20_000);

fn is_close(one: RealTime, other: RealTime) -> bool {
    one.since(other) < CLOSE && other.since(one) < CLOSE
}

#[tokio::test]
async fn all_nodes_tell_the_time_of_the_database() {
    let cluster = Cluster::new().await;
    for minutes_ahead in [-5, 0, 5] {
        let node = cluster.node(minutes_ahead).await;
        let time = node.engine.store().time().await.unwrap().unwrap();
        assert!(is_close(node.engine.clock().real(), time), "{minutes_ahead} minutes off");
        let publish = node.publish(&format!("offer{minutes_ahead}")).await;
        assert!(
            is_close(publish.head().created_at.in_real_time(0), time),
            "{minutes_ahead} minutes off: {publish:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_happens_early() {
    let cluster = Cluster::new().await;
    let (late, mut early) = (cluster.node(-5).await, cluster.node(5).await);
    late.scenario("a", [("displaydummycertify", lasting(Micros(4 * MINUTE.0)))]).await;
    let publish = late.publish("a").await;
    // By its machine's clock it would have been due six minutes ago.
    early.run();
    until("a few looks for work", async || early.faults.calls_of("claim") > 5).await;
    let operation = early.operation(publish.head().id).await;
    let first = &operation.step("displaydummycertify").unwrap().state;
    assert!(matches!(first, StepState::InProgress { .. }), "{operation:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_happens_late() {
    let cluster = Cluster::new().await;
    let (early, mut late) = (cluster.node(5).await, cluster.node(-5).await);
    let publish = early.publish("a").await;
    // By its machine's clock it is due in ten minutes.
    late.run();
    let operation = late.reaches(publish.head().id, Operation::waits_for_signoff).await;
    let time = late.engine.store().time().await.unwrap().unwrap();
    assert!(is_close(operation.head().changed_at.in_real_time(0), time), "{operation:?}");
    assert!(operation.head().created_at <= operation.head().changed_at, "{operation:?}");
}
