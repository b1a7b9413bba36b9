//! Each fault, on a store in a file.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use signoff_store::contract::{DevKind, DevState, Directory, Publisher};
use signoff_store::testing::{Fault, FaultyStore, Outcome, Plan, Point};
use signoff_store::{Store, StoreError};
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

fn publisher(id: &str) -> Publisher {
    Publisher {
        id: id.to_owned(),
        version: 0,
        display_text: id.to_owned(),
        seller_id: 1,
        offer_type_categories: Vec::new(),
        seller_contact: None,
        migrated: true,
        self_review: true,
    }
}

fn open(plan: Plan) -> (TempDir, Arc<dyn Store>, FaultyStore) {
    let folder = TempDir::new().unwrap();
    let inner: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("signoff.db")).unwrap());
    (folder, inner.clone(), FaultyStore::new(inner, plan))
}

/// The call never returns: still nothing when the crash is over and everybody else had their turn.
async fn never_returns<T>(call: impl Future<Output = T>) {
    let turns = async {
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        _ = call => panic!("it returned"),
        () = turns => {}
    }
}

#[tokio::test]
async fn without_a_plan_it_is_the_store_behind_it_and_a_log() {
    let (_folder, inner, store) = open(Plan::none());
    store.put_publisher(publisher("contoso"), None).await.unwrap();
    assert_eq!(store.publisher("contoso").await.unwrap(), inner.publisher("contoso").await.unwrap());
    store.put_dev_state(DevKind::Scenario, "contoso", "a", Some("{}".to_owned())).await.unwrap();
    let log: Vec<String> = store.log().iter().map(ToString::to_string).collect();
    assert_eq!(
        log,
        ["1 put_publisher contoso/: Done", "2 publisher contoso/: Done", "3 put_dev_state contoso/a: Done"]
    );
    assert_eq!((store.calls(), store.calls_of("publisher"), store.calls_of("commit")), (3, 1, 0));
    let missing = store.restore(std::path::Path::new("/nonexistent/file")).await;
    assert!(
        matches!(&store.log()[3].outcome, Outcome::Failed(text) if *text == missing.unwrap_err().to_string())
    );
}

#[tokio::test]
async fn an_error_comes_before_anything_is_done_and_once() {
    let (_folder, inner, store) = open(Plan::at(Point::call(2), Fault::Error));
    store.publisher("contoso").await.unwrap();
    let failed = store.put_publisher(publisher("contoso"), None).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))));
    assert_eq!(inner.publisher("contoso").await.unwrap(), None);
    store.put_publisher(publisher("contoso"), None).await.unwrap();
    let outcomes: Vec<Outcome> = store.log().into_iter().map(|entry| entry.outcome).collect();
    assert_eq!(outcomes, [Outcome::Done, Outcome::Error, Outcome::Done]);
}

#[tokio::test]
async fn a_lost_reply_hides_that_it_was_done() {
    let (_folder, inner, store) = open(Plan::at(Point::call_of("put_publisher", 1), Fault::ReplyLost));
    store.publisher("contoso").await.unwrap();
    let lost = store.put_publisher(publisher("contoso"), None).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))));
    assert!(inner.publisher("contoso").await.unwrap().is_some());
    assert_eq!(store.log()[1].outcome, Outcome::ReplyLost);
}

#[tokio::test]
async fn after_a_crash_nothing_returns_and_the_file_is_free() {
    for (fault, done) in [(Fault::CrashBefore, false), (Fault::CrashAfter, true)] {
        let (folder, inner, store) = open(Plan::at(Point::call(1), fault));
        drop(inner);
        let call = tokio::spawn({
            let store = store.clone();
            async move { store.put_publisher(publisher("contoso"), None).await }
        });
        tokio::time::timeout(Duration::from_mins(1), store.crashed()).await.expect("it crashes");
        assert_eq!(store.events().borrow().crashed, Some(1));
        never_returns(store.publisher("contoso")).await;
        assert!(!call.is_finished());
        assert_eq!(store.log()[0].outcome, Outcome::Crashed { done }, "{fault:?}");
        assert_eq!(store.log()[1].outcome, Outcome::Crashed { done: false }, "{fault:?}");
        // Calls that nobody gave up hold nothing: the next server opens the file.
        let next = SqliteStore::open(&folder.path().join("signoff.db")).unwrap();
        assert_eq!(next.publisher("contoso").await.unwrap().is_some(), done, "{fault:?}");
    }
}

#[tokio::test]
async fn a_crash_takes_calls_that_are_on_their_way() {
    let (_folder, _inner, store) = open(Plan::at(Point::call(1), Fault::Block));
    let blocked = tokio::spawn({
        let store = store.clone();
        async move { store.put_publisher(publisher("contoso"), None).await }
    });
    assert_eq!(store.blocked().await, 1);
    store.crash();
    never_returns(blocked).await;
    assert_eq!(store.log()[0].outcome, Outcome::Crashed { done: false });
}

#[tokio::test]
async fn a_blocked_call_waits_for_its_release() {
    let (_folder, inner, store) = open(Plan::at(Point::call_of("put_publisher", 1), Fault::Block));
    let call = tokio::spawn({
        let store = store.clone();
        async move { store.put_publisher(publisher("contoso"), None).await }
    });
    assert_eq!(store.blocked().await, 1);
    // The others go by.
    assert_eq!(store.publisher("contoso").await.unwrap(), None);
    assert_eq!(store.log()[0].outcome, Outcome::Open);
    store.release();
    call.await.unwrap().unwrap();
    assert!(inner.publisher("contoso").await.unwrap().is_some());
    assert!(store.events().borrow().blocked.is_empty());
}

#[tokio::test]
async fn a_plan_may_be_changed_and_counts_on() {
    let (_folder, _inner, store) = open(Plan::none());
    store.publisher("contoso").await.unwrap();
    let next = Point::call(store.calls() + 1);
    store.set_plan(
        Plan::at(next, Fault::Error).and(next, Fault::CrashBefore).and(Point::call(3), Fault::Error),
    );
    for _ in 0..2 {
        store.publisher("contoso").await.unwrap_err();
    }
    store.publisher("contoso").await.unwrap();
}
