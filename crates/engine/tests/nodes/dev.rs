//! The development mode is one world, whichever node is asked.

use signoff_lifecycle::ids::{Micros, Moment, OfferKey};
use signoff_lifecycle::operation::{Standing, StepState};
use signoff_store::contract::DevKind;
use signoff_store::testing::{Fault, Plan, Point};

use crate::cluster::{CONTOSO, Cluster, HOUR, MINUTE, lasting, soon, until};

const STEPS: [&str; 4] = ["displaydummycertify", "displaycertify", "displayprovision", "displaypackage"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_advanced_at_one_node_is_ahead_at_all() {
    let cluster = Cluster::new().await;
    let (mut one, mut other) = (cluster.node(-5).await, cluster.node(5).await);
    one.scenario("a", STEPS.map(|step| (step, lasting(HOUR)))).await;
    other.engine.refresh().await.unwrap();
    let publish = other.publish("a").await;
    one.run();
    other.run();
    let shown = one.engine.advance(CONTOSO, Micros(24 * HOUR.0)).await.unwrap();
    other.engine.refresh().await.unwrap();
    assert!(other.engine.clock().now(CONTOSO) >= shown);
    assert!(
        other.engine.clock().now("fabrikam") < publish.head().created_at.plus(HOUR),
        "another publisher's stays"
    );
    // Whichever of the two did the work, each event happened at its own time.
    let operation = other.operation(publish.head().id).await;
    let mut due = operation.head().created_at;
    for id in STEPS {
        due = due.plus(HOUR);
        assert_eq!(operation.step(id).unwrap().state, StepState::Complete { at: due }, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_advance_is_lost_when_all_nodes_advance() {
    let cluster = Cluster::new().await;
    let (mut one, two, mut three) = (cluster.node(-5).await, cluster.node(0).await, cluster.node(5).await);
    one.scenario("a", STEPS.map(|step| (step, lasting(HOUR)))).await;
    let publish = one.publish("a").await;
    one.run();
    three.run();
    let before = two.engine.clock().now(CONTOSO);
    let advance = async |node: &crate::cluster::Node| {
        for _ in 0..3 {
            node.engine.advance(CONTOSO, HOUR).await.unwrap();
        }
    };
    tokio::join!(advance(&one), advance(&two), advance(&three));
    for node in [&one, &two, &three] {
        node.engine.refresh().await.unwrap();
        let passed = node.engine.clock().now(CONTOSO).since(before);
        assert!(passed >= Micros(9 * HOUR.0) && passed < Micros(10 * HOUR.0), "{passed:?}");
    }
    let operation = two.operation(publish.head().id).await;
    let at = operation.head().created_at.plus(Micros(4 * HOUR.0));
    assert_eq!(operation.step("displaypackage").unwrap().state, StepState::Complete { at });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_second_advances_from_where_the_first_one_ended() {
    let cluster = Cluster::new().await;
    let (slow, quick) = (cluster.node(-5).await, cluster.node(5).await);
    let before = quick.engine.clock().now(CONTOSO);
    // It has seen that nobody advances the clock, and is held up before it says that it does.
    slow.faults.set_plan(Plan::at(Point::call_of("swap_dev_state", 1), Fault::Block));
    let engine = slow.engine.clone();
    let second = tokio::spawn(async move { engine.advance(CONTOSO, HOUR).await.unwrap() });
    soon(slow.faults.blocked()).await;
    let first = quick.engine.advance(CONTOSO, HOUR).await.unwrap();
    slow.faults.release();
    let second = soon(second).await.unwrap();
    assert!(first >= before.plus(HOUR));
    assert!(second >= first.plus(HOUR), "an hour more: {first:?} {second:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_advance_waits_for_the_work_of_other_nodes() {
    let cluster = Cluster::new().await;
    let (asked, mut worker) = (cluster.node(0).await, cluster.node(5).await);
    asked.scenario("a", [("displaydummycertify", lasting(HOUR))]).await;
    let publish = asked.publish("a").await;
    worker.faults.set_plan(Plan::at(Point::call_of("commit", 1), Fault::Block));
    worker.run();
    let engine = asked.engine.clone();
    let advance = tokio::spawn(async move { engine.advance(CONTOSO, Micros(2 * HOUR.0)).await.unwrap() });
    soon(worker.faults.blocked()).await;
    // Its result is held up; the clock stands still until it is recorded.
    let looks = asked.faults.calls_of("due_by");
    until("the advance looks", async || asked.faults.calls_of("due_by") > looks + 3).await;
    assert!(!advance.is_finished());
    let due = publish.head().created_at.plus(HOUR);
    for node in [&asked, &worker] {
        node.engine.refresh().await.unwrap();
        assert_eq!(node.engine.clock().now(CONTOSO), due);
    }
    worker.faults.release();
    let end = soon(advance).await.unwrap();
    assert!(end >= publish.head().created_at.plus(Micros(2 * HOUR.0)));
    let first = asked.operation(publish.head().id).await;
    assert_eq!(first.step("displaydummycertify").unwrap().state, StepState::Complete { at: due });
}

#[tokio::test]
async fn a_clock_that_a_dead_node_held_goes_on() {
    let cluster = Cluster::new().await;
    let node = cluster.node(0).await;
    let now = node.engine.clock().real();
    // As a node leaves it that died while it advanced the clock to an hour from now, and whose time is over.
    let left = format!("still {} {} word", now.plus(HOUR).0, now.0);
    node.engine.store().put_dev_state(DevKind::Clock, CONTOSO, "", Some(left)).await.unwrap();
    node.engine.refresh().await.unwrap();
    let shown = node.engine.clock().now(CONTOSO);
    let ahead = shown.ahead_of(now);
    assert!((i64::try_from(HOUR.0).unwrap()..2 * i64::try_from(HOUR.0).unwrap()).contains(&ahead), "{ahead}");
    let after = soon(node.engine.advance(CONTOSO, MINUTE)).await.unwrap();
    assert!(after >= shown.plus(MINUTE));
}

#[tokio::test]
async fn scenarios_resets_and_restores_reach_every_node() {
    let cluster = Cluster::new().await;
    let (one, mut other) = (cluster.node(0).await, cluster.node(5).await);
    other.run();
    one.scenario("a", [("displaydummycertify", lasting(HOUR))]).await;
    other.engine.refresh().await.unwrap();
    assert!(other.engine.scenario(&OfferKey::new(CONTOSO, "a")).is_some());
    let publish = other.publish("a").await;
    let folder = tempfile::tempdir().unwrap();
    one.engine.snapshot(&folder.path().join("snapshot")).await.unwrap();
    let worlds = other.engine.state_epoch();
    one.cancel("a").await.unwrap();
    one.engine.advance(CONTOSO, HOUR).await.unwrap();
    assert_eq!(other.operation(publish.head().id).await.standing(), Standing::Canceled);
    one.engine.restore(&folder.path().join("snapshot")).await.unwrap();
    other.engine.refresh().await.unwrap();
    assert_eq!(other.operation(publish.head().id).await, publish);
    assert!(other.engine.clock().now(CONTOSO) < publish.head().created_at.plus(HOUR), "the clock went back");
    one.engine.reset().await.unwrap();
    other.engine.refresh().await.unwrap();
    assert!(other.engine.operation(CONTOSO, publish.head().id).await.unwrap().is_none());
    assert!(other.engine.scenario(&OfferKey::new(CONTOSO, "a")).is_none());
    assert!(other.engine.state_epoch() >= worlds + 2);
}
