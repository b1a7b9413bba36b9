//! Operations and how they are found.

use crate::Store;
use crate::contract::{OfferFilter, OfferSummary};
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::OfferStatus;

use super::Fixture;
use super::world::{CONTOSO, FABRIKAM, VM, apply, cancel, done, golive, guid, id, publish, put};

/// Puts and publishes `a`, cancels it, publishes again; the operations have these ids.
async fn publish_cancel_publish(store: &dyn Store, ids: [u64; 3]) {
    let [first, cancellation, second] = ids.map(id);
    apply(store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(store, CONTOSO, "a", publish(first, 1)).await;
    apply(store, CONTOSO, "a", cancel(cancellation)).await;
    apply(store, CONTOSO, "a", done(cancellation, 1)).await;
    apply(store, CONTOSO, "a", publish(second, 1)).await;
}

async fn numbers(store: &dyn Store) -> Vec<u64> {
    let operations = store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    operations.iter().map(|operation| operation.head().publishing_version).collect()
}

pub async fn the_newest_comes_first(fx: &impl Fixture) {
    let store = fx.store();
    publish_cancel_publish(&*store, [1, 2, 3]).await;
    assert_eq!(numbers(&*store).await, [3, 2, 1]);
    // A golive continues the thread with an operation of its own.
    apply(&*store, CONTOSO, "a", done(id(3), 1)).await;
    apply(&*store, CONTOSO, "a", golive(id(4))).await;
    assert_eq!(numbers(&*store).await, [4, 3, 2, 1]);
    apply(&*store, CONTOSO, "a", cancel(id(5))).await;
    assert_eq!(numbers(&*store).await, [5, 4, 3, 2, 1]);
    assert_eq!(store.operations(&OfferKey::new(CONTOSO, "b")).await.unwrap(), []);
}

/// A cancel may have drawn its id before the publish that it cancels; clocks of machines differ, too.
pub async fn the_order_is_that_of_the_thread_and_not_of_the_ids(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(&*store, CONTOSO, "a", publish(id(30), 1)).await;
    apply(&*store, CONTOSO, "a", cancel(id(20))).await;
    assert_eq!(numbers(&*store).await, [2, 1]);
    let found = store.operation_by_version(&OfferKey::new(CONTOSO, "a"), 2).await.unwrap();
    assert_eq!(found.map(|operation| operation.head().id), Some(id(20)));
    apply(&*store, CONTOSO, "a", done(id(20), 1)).await;
    assert_eq!(numbers(&*store).await, [2, 1]);
    apply(&*store, CONTOSO, "a", publish(id(10), 1)).await;
    assert_eq!(numbers(&*store).await, [3, 2, 1]);
}

pub async fn each_is_found_by_its_number_and_by_its_guid(fx: &impl Fixture) {
    let store = fx.store();
    publish_cancel_publish(&*store, [1, 2, 3]).await;
    for operation in store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap() {
        let number = operation.head().publishing_version;
        let by_number = store.operation_by_version(&OfferKey::new(CONTOSO, "a"), number).await.unwrap();
        assert_eq!(by_number.as_ref(), Some(&operation));
        let by_guid = store.operation(CONTOSO, operation.head().id).await.unwrap().unwrap();
        assert_eq!((by_guid.offer.as_str(), &by_guid.operation), ("a", &operation));
    }
    for number in [4, i64::MAX.unsigned_abs(), i64::MAX.unsigned_abs() + 1, u64::MAX] {
        assert_eq!(
            store.operation_by_version(&OfferKey::new(CONTOSO, "a"), number).await.unwrap(),
            None,
            "{number}"
        );
    }
    assert_eq!(store.operation_by_version(&OfferKey::new(CONTOSO, "b"), 1).await.unwrap(), None);
    assert_eq!(store.operation(CONTOSO, id(4)).await.unwrap(), None);
    assert_eq!(store.operation(FABRIKAM, id(1)).await.unwrap(), None);
}

pub async fn offers_are_found_by_guid(fx: &impl Fixture) {
    let store = fx.store();
    for offer in ["a", "b"] {
        apply(&*store, CONTOSO, offer, put(CONTOSO, offer)).await;
    }
    assert_eq!(store.offer_by_guid(CONTOSO, guid("b")).await.unwrap().as_deref(), Some("b"));
    assert_eq!(store.offer_by_guid(CONTOSO, guid("c")).await.unwrap(), None);
    assert_eq!(store.offer_by_guid(FABRIKAM, guid("b")).await.unwrap(), None);
    assert_eq!(store.offer_spelled(&OfferKey::new(CONTOSO, "B")).await.unwrap().as_deref(), Some("b"));
    assert_eq!(store.offer_spelled(&OfferKey::new(CONTOSO, "c")).await.unwrap(), None);
    assert_eq!(store.offer_spelled(&OfferKey::new(FABRIKAM, "b")).await.unwrap(), None);
}

pub async fn lists_are_filtered(fx: &impl Fixture) {
    let store = fx.store();
    for offer in ["c", "a", "b"] {
        apply(&*store, CONTOSO, offer, put(CONTOSO, offer)).await;
    }
    apply(&*store, CONTOSO, "b", publish(id(1), 1)).await;
    let list = async |offer_type: Option<&str>, status: Option<OfferStatus>| {
        let offer_type = offer_type.map(str::to_owned);
        let filter = OfferFilter { offer_type, status, ..OfferFilter::default() };
        let found = store.list(CONTOSO, filter).await.unwrap();
        found.into_iter().map(|OfferSummary { offer, .. }| offer.id).collect::<Vec<_>>()
    };
    assert_eq!(list(None, None).await, ["a", "b", "c"]);
    assert_eq!(list(Some(VM), None).await, ["a", "b", "c"]);
    assert_eq!(list(None, Some(OfferStatus::Running)).await, ["b"]);
    assert_eq!(list(Some(VM), Some(OfferStatus::NeverPublished)).await, ["a", "c"]);
    assert_eq!(list(Some("another-type"), None).await, [""; 0]);
    assert_eq!(list(None, Some(OfferStatus::Failed)).await, [""; 0]);
}

pub async fn lists_are_read_in_parts(fx: &impl Fixture) {
    let store = fx.store();
    for offer in ["d", "a", "c", "b"] {
        apply(&*store, CONTOSO, offer, put(CONTOSO, offer)).await;
    }
    let list = async |after: Option<&str>, limit: Option<usize>| {
        let filter = OfferFilter { after: after.map(str::to_owned), limit, ..OfferFilter::default() };
        let found = store.list(CONTOSO, filter).await.unwrap();
        found.into_iter().map(|OfferSummary { offer, .. }| offer.id).collect::<Vec<_>>()
    };
    assert_eq!(list(None, Some(3)).await, ["a", "b", "c"]);
    assert_eq!(list(Some("c"), Some(3)).await, ["d"]);
    assert_eq!(list(Some("b"), None).await, ["c", "d"]);
    assert_eq!(list(Some("d"), Some(3)).await, [""; 0]);
    assert_eq!(list(None, Some(0)).await, [""; 0]);
}
