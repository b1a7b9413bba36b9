//! Forgetting operations that ended long ago.

use crate::contract::{Aged, Change, Content, Delivery, Mail, Place, Prune};
use crate::{Store, StoreError};
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::operation::Operation;

use super::Fixture;
use super::world::{
    CONTOSO, FABRIKAM, LONG, apply, bare, cancel, claim, done, golive, id, mail, publish, put,
};

/// Puts, publishes and cancels contoso's offer `a` so often, each publish on a version of its own: operations 1 to
/// 2 × `times`.
async fn published_and_canceled(store: &dyn Store, times: u64) {
    for number in 0..times {
        let state = apply(store, CONTOSO, "a", put(CONTOSO, "a")).await;
        let [first, cancellation] = [2 * number + 1, 2 * number + 2].map(id);
        apply(store, CONTOSO, "a", publish(first, state.offer.draft.revision)).await;
        apply(store, CONTOSO, "a", cancel(cancellation)).await;
        apply(store, CONTOSO, "a", done(cancellation, 1)).await;
    }
    send_all_mail(store).await;
}

async fn send_all_mail(store: &dyn Store) {
    for letter in store.letters().await.unwrap() {
        let sent = crate::contract::Letter { delivery: Delivery::Sent, ..letter };
        store.record_delivery(sent).await.unwrap();
    }
}

/// The operation as it is told to be forgotten. The operations here are numbered as their ids are.
fn aged(number: u64) -> Aged {
    let version = u32::try_from(number.div_ceil(2)).unwrap();
    Aged { id: id(number), publishing_version: number, offer_version: version }
}

/// Nothing of contoso's offer `a` is forgotten; fields are filled in by the case.
async fn nothing(store: &dyn Store) -> Prune {
    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().expect("it was put");
    Prune {
        publisher: CONTOSO.to_owned(),
        offer: "a".to_owned(),
        revision: loaded.revision,
        remove: Vec::new(),
        keep: Vec::new(),
        contents_below: 0,
        versions: vec![loaded.aggregate.offer.version],
    }
}

async fn numbers(store: &dyn Store) -> Vec<u64> {
    let operations = store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    operations.iter().map(|operation| operation.head().publishing_version).collect()
}

/// The numbers under which an operation is found.
async fn found(store: &dyn Store, up_to: u64) -> Vec<u64> {
    let mut found = Vec::new();
    for number in 1..=up_to {
        let by_number = store.operation_by_version(&OfferKey::new(CONTOSO, "a"), number).await.unwrap();
        let by_guid = store.operation(CONTOSO, id(number)).await.unwrap().map(|stored| stored.operation);
        assert_eq!(by_number, by_guid, "{number}");
        found.extend(by_number.map(|operation: Operation| operation.head().publishing_version));
    }
    found
}

pub async fn what_is_forgotten_is_gone(fx: &impl Fixture) {
    let store = fx.store();
    published_and_canceled(&*store, 3).await;
    let before = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    let remove: Vec<Aged> = (1..=3).map(aged).collect();
    let prune = Prune { remove, ..nothing(&*store).await };
    assert_eq!(store.prune(prune.clone()).await.unwrap(), 3);
    assert_eq!(numbers(&*store).await, [6, 5, 4]);
    assert_eq!(found(&*store, 6).await, [4, 5, 6]);
    let letters = store.letters().await.unwrap();
    assert!(!letters.is_empty());
    assert!(letters.iter().all(|letter| letter.mail.operation > id(3)), "{letters:?}");
    // The offer itself is as it was, and what is gone is gone once.
    assert_eq!(store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap(), before);
    assert_eq!(store.prune(prune).await.unwrap(), 0);
    drop(store);
    fx.reopen();
    let store = fx.store();
    assert_eq!(numbers(&*store).await, [6, 5, 4]);
    // And the numbers go on.
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let state = apply(&*store, CONTOSO, "a", publish(id(7), 4)).await;
    assert_eq!(state.offer.publishing_version, 7);
    assert_eq!(numbers(&*store).await, [7, 6, 5, 4]);
}

pub async fn what_stays_is_listed_and_found(fx: &impl Fixture) {
    let store = fx.store();
    published_and_canceled(&*store, 4).await;
    let keep = vec![aged(1), aged(4)];
    let remove = vec![aged(2), aged(3), aged(5), aged(6)];
    let prune = Prune { remove, keep, ..nothing(&*store).await };
    assert_eq!(store.prune(prune).await.unwrap(), 4);
    assert_eq!(numbers(&*store).await, [8, 7, 4, 1]);
    assert_eq!(found(&*store, 8).await, [1, 4, 7, 8]);
    // Saying so again changes nothing, and what stayed may go later.
    let prune = Prune { keep: vec![aged(4)], remove: vec![aged(1)], ..nothing(&*store).await };
    assert_eq!(store.prune(prune.clone()).await.unwrap(), 1);
    assert_eq!(store.prune(prune).await.unwrap(), 0);
    assert_eq!(numbers(&*store).await, [8, 7, 4]);
    assert_eq!(found(&*store, 8).await, [4, 7, 8]);
    // A snapshot has it all.
    let snapshot = fx.folder().join("snapshot");
    store.snapshot(&snapshot).await.unwrap();
    store.reset().await.unwrap();
    assert_eq!(numbers(&*store).await, [0; 0]);
    store.restore(&snapshot).await.unwrap();
    assert_eq!(numbers(&*store).await, [8, 7, 4]);
    assert_eq!(found(&*store, 8).await, [4, 7, 8]);
}

/// A list goes on from every place, be the operation there or forgotten.
pub async fn a_list_goes_on_from_where_it_was(fx: &impl Fixture) {
    let store = fx.store();
    published_and_canceled(&*store, 4).await;
    let places: Vec<Place> =
        store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap().iter().map(Place::of).collect();
    let check = async |expected: &[u64]| {
        for place in &places {
            for limit in [0, 1, 2, 3, 9, usize::MAX] {
                let page =
                    store.operations_before(&OfferKey::new(CONTOSO, "a"), Some(*place), limit).await.unwrap();
                let page: Vec<u64> =
                    page.iter().map(|operation| operation.head().publishing_version).collect();
                let older = expected.iter().copied().filter(|number| *number < place.publishing_version);
                assert_eq!(page, older.take(limit).collect::<Vec<_>>(), "{place:?} {limit}");
            }
        }
    };
    check(&[8, 7, 6, 5, 4, 3, 2, 1]).await;
    let keep = vec![aged(1), aged(4)];
    let remove = vec![aged(2), aged(3), aged(5), aged(6)];
    store.prune(Prune { remove, keep, ..nothing(&*store).await }).await.unwrap();
    check(&[8, 7, 4, 1]).await;
    // A place in another offer is none here.
    apply(&*store, CONTOSO, "b", put(CONTOSO, "b")).await;
    let page = store.operations_before(&OfferKey::new(CONTOSO, "b"), Some(places[0]), 9).await.unwrap();
    assert_eq!(page, []);
}

/// Before anything is forgotten, an operation that was told to stay is there once.
pub async fn what_stays_among_its_neighbours_is_listed_once(fx: &impl Fixture) {
    let store = fx.store();
    published_and_canceled(&*store, 2).await;
    let keep = vec![aged(1), aged(2)];
    assert_eq!(store.prune(Prune { keep, ..nothing(&*store).await }).await.unwrap(), 0);
    assert_eq!(numbers(&*store).await, [4, 3, 2, 1]);
    assert_eq!(found(&*store, 4).await, [1, 2, 3, 4]);
}

pub async fn an_offer_that_changed_is_left_alone(fx: &impl Fixture) {
    let store = fx.store();
    published_and_canceled(&*store, 2).await;
    let prune = Prune { remove: vec![aged(1)], contents_below: 2, ..nothing(&*store).await };
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert!(matches!(store.prune(prune.clone()).await, Err(StoreError::Stale)));
    let of_another = Prune { publisher: FABRIKAM.to_owned(), ..prune };
    assert!(matches!(store.prune(of_another).await, Err(StoreError::Stale)));
    assert_eq!(found(&*store, 4).await, [1, 2, 3, 4]);
    assert!(store.content(&OfferKey::new(CONTOSO, "a"), 1).await.unwrap().is_some());
}

pub async fn an_operation_stays_until_its_mail_is_sent(fx: &impl Fixture) {
    let store = fx.store();
    published_and_canceled(&*store, 2).await;
    let change = bare(&*store, CONTOSO, "a").await;
    let late = Mail { operation: id(1), ..mail("late@contoso.example", Event::Started) };
    store.commit(&Change { mail: vec![late], ..change }).await.unwrap();
    let remove = vec![aged(1), aged(2)];
    let prune = Prune { remove, ..nothing(&*store).await };
    assert_eq!(store.prune(prune.clone()).await.unwrap(), 1);
    assert_eq!(numbers(&*store).await, [4, 3, 1]);
    assert_eq!(found(&*store, 4).await, [1, 3, 4]);
    send_all_mail(&*store).await;
    assert_eq!(store.prune(prune).await.unwrap(), 1);
    assert_eq!(found(&*store, 4).await, [3, 4]);
    assert!(store.letters().await.unwrap().iter().all(|letter| letter.mail.operation > id(2)));
}

pub async fn artifacts_go_with_their_operation(fx: &impl Fixture) {
    let store = fx.store();
    let state = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(&*store, CONTOSO, "a", publish(id(1), state.offer.draft.revision)).await;
    for claimed in claim(&*store, super::world::NOW, LONG).await {
        store.put_artifact(&claimed.lease, "provision", "1".to_owned()).await.unwrap();
        store.release(&claimed.lease).await.unwrap();
    }
    apply(&*store, CONTOSO, "a", done(id(1), 1)).await;
    apply(&*store, CONTOSO, "a", golive(id(2))).await;
    send_all_mail(&*store).await;
    assert_eq!(store.artifacts(CONTOSO, id(1)).await.unwrap().len(), 1);
    let prune = Prune { keep: vec![aged(1)], ..nothing(&*store).await };
    store.prune(prune).await.unwrap();
    assert_eq!(store.artifacts(CONTOSO, id(1)).await.unwrap().len(), 1);
    let prune = Prune { remove: vec![aged(1)], ..nothing(&*store).await };
    store.prune(prune).await.unwrap();
    assert_eq!(store.artifacts(CONTOSO, id(1)).await.unwrap(), []);
}

/// The versions that have content, up to `newest`.
async fn contents(store: &dyn Store, newest: u32) -> Vec<Option<u32>> {
    let mut found = Vec::new();
    for version in 1..=newest {
        let content: Option<Content> = store.content(&OfferKey::new(CONTOSO, "a"), version).await.unwrap();
        found.push(content.map(|content| content.version));
    }
    found
}

pub async fn content_goes_and_no_other_takes_its_place(fx: &impl Fixture) {
    let store = fx.store();
    // Versions 1 to 6 have content of their own; 7 is the draft and reads as 6 does.
    published_and_canceled(&*store, 6).await;
    let all = [1, 2, 3, 4, 5, 6, 6].map(Some);
    assert_eq!(contents(&*store, 7).await, all);
    // 2 is in a slot, operation 7 (of version 4) stays for another reason.
    let base = Prune { versions: vec![2, 7], keep: vec![aged(7)], ..nothing(&*store).await };
    store.prune(Prune { contents_below: 1, ..base.clone() }).await.unwrap();
    assert_eq!(contents(&*store, 7).await, all);
    store.prune(Prune { contents_below: 6, ..base.clone() }).await.unwrap();
    let left = [None, Some(2), None, Some(4), None, Some(6), Some(6)];
    assert_eq!(contents(&*store, 7).await, left);
    // The draft needs the content of 6 although 6 itself is over.
    store.prune(Prune { contents_below: 7, ..base.clone() }).await.unwrap();
    assert_eq!(contents(&*store, 7).await, left);
    // When nothing is before it any more, no row of it is left.
    let over =
        Prune { versions: vec![7], remove: vec![aged(7)], keep: Vec::new(), contents_below: 7, ..base };
    store.prune(over).await.unwrap();
    assert_eq!(contents(&*store, 7).await, [None, None, None, None, None, Some(6), Some(6)]);
}

pub async fn operations_are_gone_through_in_the_order_of_their_ids(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.publisher_after(None).await.unwrap(), None);
    published_and_canceled(&*store, 2).await;
    apply(&*store, CONTOSO, "b", put(CONTOSO, "b")).await;
    apply(&*store, CONTOSO, "b", publish(OperationId::of(0), 1)).await;
    apply(&*store, FABRIKAM, "a", put(FABRIKAM, "a")).await;
    apply(&*store, FABRIKAM, "a", publish(id(2), 1)).await;
    let after = async |publisher: &str, after: Option<OperationId>, limit: usize| {
        let found = store.operations_after(publisher, after, limit).await.unwrap();
        found.into_iter().map(|stored| (stored.offer, stored.operation.head().id.value())).collect::<Vec<_>>()
    };
    let of = |offer: &str, id: u128| (offer.to_owned(), id);
    assert_eq!(after(CONTOSO, None, 3).await, [of("b", 0), of("a", 1), of("a", 2)]);
    assert_eq!(after(CONTOSO, Some(id(2)), 3).await, [of("a", 3), of("a", 4)]);
    assert_eq!(after(CONTOSO, Some(id(4)), 3).await, []);
    assert_eq!(after(FABRIKAM, None, 3).await, [of("a", 2)]);
    assert_eq!(store.publisher_after(None).await.unwrap().as_deref(), Some(CONTOSO));
    assert_eq!(store.publisher_after(Some(CONTOSO)).await.unwrap().as_deref(), Some(FABRIKAM));
    assert_eq!(store.publisher_after(Some(FABRIKAM)).await.unwrap(), None);
}
