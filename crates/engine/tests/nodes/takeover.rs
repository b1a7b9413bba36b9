//! Work of a node that dies or sleeps goes to another, and what the first one comes with later is refused.

use std::time::Duration;

use signoff_engine::Settings;
use signoff_lifecycle::operation::{Operation, Standing};
use signoff_store::testing::{Fault, Plan, Point};

use crate::cluster::{Cluster, HOUR, lasting, soon, until};

/// The development mode with a lease that ends soon.
fn hasty() -> Settings {
    Settings { lease_for: Duration::from_millis(400), ..Settings::development() }
}

fn is_canceled(operation: &Operation) -> bool {
    operation.standing() == Standing::Canceled
}

#[test]
fn a_lease_lasts_half_a_minute_and_two_seconds_in_development() {
    assert_eq!(Settings::production().lease_for, Duration::from_secs(30));
    assert_eq!(Settings::development().lease_for, Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_nodes_work_is_done_by_another() {
    let cluster = Cluster::new().await;
    // With the settings of the development mode, untouched: it takes a little more than two seconds.
    let (mut dead, mut heir) = (cluster.node(-5).await, cluster.node(5).await);
    let publish = dead.publish("a").await;
    dead.freeze_with_a_result().await;
    dead.die();
    heir.run();
    let operation = heir.reaches(publish.head().id, Operation::waits_for_signoff).await;
    assert!(operation.head().last_attempt >= 4, "every step was worked on: {operation:?}");
    assert_eq!(heir.artifacts(publish.head().id).await, ["displaypackage", "displayprovision"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_taken_from_who_is_alive() {
    let cluster = Cluster::new().await;
    let (mut slow, mut other) = (cluster.node_with(hasty(), 5).await, cluster.node_with(hasty(), -5).await);
    let publish = slow.publish("a").await;
    // The first thing that a step makes is held up for the time of many leases, while the lease is made to last.
    slow.faults.set_plan(Plan::at(Point::call_of("put_artifact", 1), Fault::Block));
    slow.run();
    soon(slow.faults.blocked()).await;
    other.run();
    let renewed = slow.faults.calls_of("renew");
    until("the lease lasts", async || slow.faults.calls_of("renew") > renewed + 6).await;
    assert_eq!(other.faults.calls_of("put_artifact"), 0);
    slow.faults.release();
    other.reaches(publish.head().id, Operation::waits_for_signoff).await;
    assert!(slow.faults.log().iter().all(|entry| !format!("{:?}", entry.outcome).contains("lease is over")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_result_is_refused_and_leaves_nothing() {
    let cluster = Cluster::new().await;
    let (mut sleeper, mut heir) = (cluster.node_with(hasty(), 0).await, cluster.node_with(hasty(), 5).await);
    let publish = sleeper.publish("a").await;
    let late = sleeper.freeze_with_a_result().await;
    heir.run();
    let before = heir.reaches(publish.head().id, Operation::waits_for_signoff).await;
    // It wakes up with a result that is long recorded.
    sleeper.faults.set_plan(Plan::none());
    sleeper.faults.release();
    until("the late result comes", async || sleeper.faults.calls_of("release") > 0).await;
    let log = sleeper.faults.log();
    let late = log.iter().find(|entry| entry.number == late).unwrap();
    assert!(format!("{:?}", late.outcome).contains("lease is over"), "{late:?}");
    for node in [&sleeper, &heir] {
        assert_eq!(node.operation(publish.head().id).await, before);
        assert_eq!(node.artifacts(publish.head().id).await, ["displaypackage", "displayprovision"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_holds_the_work_a_late_result_is_refused() {
    let cluster = Cluster::new().await;
    let (mut sleeper, mut heir) = (cluster.node_with(hasty(), 0).await, cluster.node(5).await);
    let publish = sleeper.publish("a").await;
    let late = sleeper.freeze_with_a_result().await;
    let is_free = async || heir.engine.store().next_due(None, &[]).await.unwrap().is_some();
    until("the end of the lease", is_free).await;
    heir.freeze_with_a_result().await;
    sleeper.faults.set_plan(Plan::none());
    sleeper.faults.release();
    until("the late result comes", async || sleeper.faults.calls_of("release") > 0).await;
    let log = sleeper.faults.log();
    let late = log.iter().find(|entry| entry.number == late).unwrap();
    assert!(format!("{:?}", late.outcome).contains("lease is over"), "{late:?}");
    assert_eq!(sleeper.operation(publish.head().id).await, publish, "nothing was recorded");
    heir.faults.set_plan(Plan::none());
    heir.faults.release();
    heir.reaches(publish.head().id, Operation::waits_for_signoff).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_artifact_is_refused_and_leaves_nothing() {
    let cluster = Cluster::new().await;
    let (mut sleeper, mut heir) = (cluster.node_with(hasty(), 0).await, cluster.node_with(hasty(), -5).await);
    let publish = sleeper.publish("a").await;
    // The whole node sleeps in the middle of a step: it does not say either that it is alive.
    let asleep = Plan::at(Point::call_of("put_artifact", 1), Fault::Block);
    let asleep = (1..100).fold(asleep, |plan, nth| plan.and(Point::call_of("renew", nth), Fault::Block));
    sleeper.faults.set_plan(asleep);
    sleeper.run();
    soon(sleeper.faults.blocked()).await;
    // Somebody cancels it meanwhile; the other node undoes the step that was never finished.
    let cancel = heir.cancel("a").await.unwrap();
    heir.run();
    heir.reaches(publish.head().id, is_canceled).await;
    assert_eq!(heir.artifacts(publish.head().id).await, [""; 0]);
    sleeper.faults.set_plan(Plan::none());
    sleeper.faults.release();
    until("it learns that its lease is over", async || sleeper.faults.calls_of("release") > 0).await;
    assert_eq!(heir.artifacts(publish.head().id).await, [""; 0], "nobody would remove it any more");
    let cancellation = cancel.state.cancellation().expect("it has to undo").head.id;
    assert_eq!(sleeper.operation(cancellation).await.standing(), Standing::Completed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_at_one_node_takes_the_work_from_another() {
    let cluster = Cluster::new().await;
    let (asked, mut worker, third) = (cluster.node(-5).await, cluster.node(5).await, cluster.node(0).await);
    let publish = asked.publish("a").await;
    worker.freeze_with_a_result().await;
    let done = asked.cancel("a").await.unwrap();
    let canceled = Operation::from(done.state.target().cloned().unwrap());
    assert!(is_canceled(&canceled), "nothing has to be undone: {canceled:?}");
    assert_eq!(third.operation(publish.head().id).await, canceled);
    worker.faults.set_plan(Plan::none());
    worker.faults.release();
    until("the late result comes", async || worker.faults.calls_of("release") > 0).await;
    for node in [&asked, &worker, &third] {
        assert_eq!(node.operation(publish.head().id).await, canceled);
        assert_eq!(node.artifacts(publish.head().id).await, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_joins_works_and_who_leaves_leaves_nothing_behind() {
    let cluster = Cluster::new().await;
    let first = cluster.node(0).await;
    first.scenario("a", [("displaycertify", lasting(HOUR))]).await;
    let publish = first.publish("a").await;
    // One after the other they come, do what is due, and go.
    for minutes_ahead in [-5, 0, 5] {
        let mut node = cluster.node(minutes_ahead).await;
        node.run();
        node.engine.advance(crate::cluster::CONTOSO, crate::cluster::MINUTE).await.unwrap();
        node.die();
    }
    let operation = first.operation(publish.head().id).await;
    assert!(operation.is_running(), "{operation:?}");
    let mut last = cluster.node(0).await;
    last.run();
    last.engine.advance(crate::cluster::CONTOSO, HOUR).await.unwrap();
    assert!(last.operation(publish.head().id).await.waits_for_signoff());
}
