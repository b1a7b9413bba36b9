//! What nodes that share a store ask it.

use crate::contract::{DevKind, Fingerprint, Lookup, StoredOperation};
use signoff_lifecycle::ids::{OfferKey, RealTime};

use super::Fixture;
use super::world::{CONTOSO, FABRIKAM, apply, cancel, id, publish, put};

/// What a look found changed.
fn changed(look: Lookup) -> (StoredOperation, Fingerprint) {
    match look {
        Lookup::Changed(stored, fingerprint) => (*stored, fingerprint),
        other => panic!("{other:?}"),
    }
}

pub async fn a_look_tells_what_changed_since_the_last(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert_eq!(store.look(CONTOSO, id(1), None).await.unwrap(), Lookup::Gone);
    apply(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let (stored, known) = changed(store.look(CONTOSO, id(1), None).await.unwrap());
    assert_eq!(Some(stored), store.operation(CONTOSO, id(1)).await.unwrap());
    assert_eq!(store.look(CONTOSO, id(1), Some(&known)).await.unwrap(), Lookup::Same);
    assert_eq!(store.look(FABRIKAM, id(1), Some(&known)).await.unwrap(), Lookup::Gone, "another publisher's");
    // A change of the offer alone is none of the operation.
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert_eq!(store.look(CONTOSO, id(1), Some(&known)).await.unwrap(), Lookup::Same);
    apply(&*store, CONTOSO, "a", cancel(id(2))).await;
    let (stored, newer) = changed(store.look(CONTOSO, id(1), Some(&known)).await.unwrap());
    assert_eq!(Some(stored), store.operation(CONTOSO, id(1)).await.unwrap());
    assert_ne!(newer, known);
}

pub async fn revisions_tell_which_offers_moved(fx: &impl Fixture) {
    let store = fx.store();
    for (publisher, offer) in [(CONTOSO, "a"), (CONTOSO, "b"), (FABRIKAM, "c")] {
        apply(&*store, publisher, offer, put(publisher, offer)).await;
    }
    let offers = ["b", "a", "c", "nothing"].map(str::to_owned);
    let before = store.revisions(CONTOSO, &offers).await.unwrap();
    assert_eq!(before.iter().map(|(offer, _)| offer.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    apply(&*store, CONTOSO, "b", publish(id(1), 1)).await;
    let after = store.revisions(CONTOSO, &offers).await.unwrap();
    assert_eq!(after[0], before[0]);
    assert!(after[1].1 > before[1].1, "{before:?} {after:?}");
    let loaded = store.load(&OfferKey::new(CONTOSO, "b")).await.unwrap().unwrap();
    assert_eq!(after[1].1, loaded.revision);
    assert_eq!(store.revisions(CONTOSO, &[]).await.unwrap(), []);
}

pub async fn an_entry_is_swapped_by_who_knows_it(fx: &impl Fixture) {
    let store = fx.store();
    let swap = async |present: Option<&str>, next: Option<&str>| {
        store.swap_dev_state(DevKind::Clock, CONTOSO, "", present, next.map(str::to_owned)).await.unwrap()
    };
    assert!(!swap(Some("1"), Some("2")).await, "it is not there");
    assert!(!swap(Some("1"), None).await);
    assert!(swap(None, None).await);
    assert!(swap(None, Some("1")).await);
    assert!(!swap(None, Some("2")).await);
    assert!(!swap(None, None).await);
    assert!(!swap(Some("2"), Some("3")).await);
    assert!(swap(Some("1"), Some("2")).await);
    assert_eq!(store.dev_state(DevKind::Clock, CONTOSO, "").await.unwrap().as_deref(), Some("2"));
    assert_eq!(store.dev_state(DevKind::Clock, FABRIKAM, "").await.unwrap(), None);
    assert!(!swap(Some("1"), None).await);
    assert!(swap(Some("2"), None).await);
    assert_eq!(store.dev_state(DevKind::Clock, CONTOSO, "").await.unwrap(), None);
}

pub async fn of_many_who_swap_at_once_each_has_a_turn(fx: &impl Fixture) {
    let store = fx.store();
    let count = async |store: &dyn crate::Store| {
        loop {
            let present = store.dev_state(DevKind::Clock, CONTOSO, "").await.unwrap();
            let next: u64 = present.as_deref().map_or(0, |body| body.parse().unwrap());
            let next = Some((next + 1).to_string());
            if store.swap_dev_state(DevKind::Clock, CONTOSO, "", present.as_deref(), next).await.unwrap() {
                return;
            }
        }
    };
    let all = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..5 {
                count(&*store).await;
            }
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert_eq!(store.dev_state(DevKind::Clock, CONTOSO, "").await.unwrap().as_deref(), Some("40"));
}

pub async fn a_shared_store_has_a_clock(fx: &impl Fixture) {
    let store = fx.store();
    let (first, second) = (store.time().await.unwrap(), store.time().await.unwrap());
    assert_eq!(first.is_some(), store.is_shared());
    assert!(first <= second, "{first:?} {second:?}");
    // Some time after this was written, in microseconds.
    assert!(first.is_none_or(|time| time > RealTime(1_772_701_687_000_000)), "{first:?}");
}
