//! Replies to repeatable requests.

use crate::contract::{Change, Repeated};
use crate::{Store, StoreError};
use signoff_lifecycle::ids::{Moment, OfferKey, RealTime};

use super::Fixture;
use super::world::{CONTOSO, FABRIKAM, HOUR, REAL_NOW, apply, bare, decided, id, publish, put};

/// A reply under a key, which expires at its time.
fn reply(publisher: &str, key: u8, expires_at: RealTime) -> Repeated {
    let reply = format!("{{\"reply\":{key}}}");
    Repeated { publisher: publisher.to_owned(), key: [key; 32], digest: [key ^ 255; 32], expires_at, reply }
}

async fn kept(store: &dyn Store, publisher: &str, key: u8) -> Option<Repeated> {
    store.repeated(publisher, [key; 32]).await.unwrap()
}

pub async fn a_reply_is_kept_with_its_change(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert_eq!(kept(&*store, CONTOSO, 1).await, None);
    let started = decided(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let told = reply(CONTOSO, 1, REAL_NOW.plus(HOUR));
    store.commit(&Change { repeat: Some(told.clone()), ..started }).await.unwrap();
    assert_eq!(kept(&*store, CONTOSO, 1).await, Some(told.clone()));
    drop(store);
    fx.reopen();
    assert_eq!(kept(&*fx.store(), CONTOSO, 1).await, Some(told));
}

pub async fn a_stale_change_keeps_no_reply(fx: &impl Fixture) {
    let store = fx.store();
    let change = bare(&*store, CONTOSO, "a").await;
    let stale = Change { expected: Some(99), repeat: Some(reply(CONTOSO, 1, REAL_NOW)), ..change };
    assert!(matches!(store.commit(&stale).await, Err(StoreError::Stale)));
    assert_eq!(kept(&*store, CONTOSO, 1).await, None);
}

pub async fn a_key_is_used_once_and_what_comes_second_changes_nothing(fx: &impl Fixture) {
    let store = fx.store();
    for offer in ["a", "b"] {
        apply(&*store, CONTOSO, offer, put(CONTOSO, offer)).await;
    }
    let first = decided(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let told = reply(CONTOSO, 1, REAL_NOW);
    store.commit(&Change { repeat: Some(told.clone()), ..first }).await.unwrap();
    // On the same offer, on another one, and without a change.
    let other = Repeated { reply: "other".to_owned(), digest: [9; 32], ..told.clone() };
    let same_offer = bare(&*store, CONTOSO, "a").await;
    let other_offer = decided(&*store, CONTOSO, "b", publish(id(2), 1)).await;
    for change in [same_offer, other_offer] {
        let offer = change.next.offer.id.clone();
        let before = store.load(&OfferKey::new(CONTOSO, &offer)).await.unwrap();
        let refused = store.commit(&Change { repeat: Some(other.clone()), ..change }).await;
        assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
        assert_eq!(store.load(&OfferKey::new(CONTOSO, &offer)).await.unwrap(), before);
    }
    assert!(matches!(store.keep_reply(other).await, Err(StoreError::Stale)));
    assert_eq!(store.operations(&OfferKey::new(CONTOSO, "b")).await.unwrap(), []);
    assert_eq!(store.due_by(CONTOSO, REAL_NOW.on_unset_clock()).await.unwrap().len(), 1);
    assert_eq!(kept(&*store, CONTOSO, 1).await, Some(told));
}

pub async fn a_reply_without_a_change_takes_the_key(fx: &impl Fixture) {
    let store = fx.store();
    let change = bare(&*store, CONTOSO, "a").await;
    let told = reply(CONTOSO, 1, REAL_NOW);
    store.keep_reply(told.clone()).await.unwrap();
    let refused = store.commit(&Change { repeat: Some(told.clone()), ..change }).await;
    assert!(matches!(refused, Err(StoreError::Stale)));
    assert_eq!(kept(&*store, CONTOSO, 1).await, Some(told));
}

pub async fn keys_of_publishers_are_apart(fx: &impl Fixture) {
    let store = fx.store();
    let (ours, theirs) = (reply(CONTOSO, 1, REAL_NOW), reply(FABRIKAM, 1, REAL_NOW.plus(HOUR)));
    store.keep_reply(ours.clone()).await.unwrap();
    assert_eq!(kept(&*store, FABRIKAM, 1).await, None);
    store.keep_reply(theirs.clone()).await.unwrap();
    assert_eq!(kept(&*store, CONTOSO, 1).await, Some(ours));
    assert_eq!(kept(&*store, FABRIKAM, 1).await, Some(theirs));
}

pub async fn what_expired_is_removed_the_oldest_first(fx: &impl Fixture) {
    let store = fx.store();
    // The keys are in another order than the times.
    for key in [5, 1, 4, 2, 3, 0] {
        let publisher = if key % 2 == 0 { CONTOSO } else { FABRIKAM };
        store.keep_reply(reply(publisher, key, RealTime(REAL_NOW.0 + i64::from(key)))).await.unwrap();
    }
    let left = async || {
        let mut left = Vec::new();
        for key in 0..6 {
            let publisher = if key % 2 == 0 { CONTOSO } else { FABRIKAM };
            left.extend(kept(&*store, publisher, key).await.map(|_| key));
        }
        left
    };
    assert_eq!(store.prune_repeated(RealTime(REAL_NOW.0 - 1), 10).await.unwrap(), 0);
    assert_eq!(left().await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(store.prune_repeated(RealTime(REAL_NOW.0 + 3), 2).await.unwrap(), 2);
    assert_eq!(left().await, [2, 3, 4, 5]);
    assert_eq!(store.prune_repeated(RealTime(REAL_NOW.0 + 3), 10).await.unwrap(), 2);
    assert_eq!(left().await, [4, 5]);
    // Its key is free again.
    store.keep_reply(reply(CONTOSO, 0, REAL_NOW)).await.unwrap();
}

pub async fn of_many_with_one_key_one_is_kept(fx: &impl Fixture) {
    let store = fx.store();
    let mut changes = Vec::new();
    for number in 0..40_u8 {
        let offer = format!("offer-{number}");
        apply(&*store, CONTOSO, &offer, put(CONTOSO, &offer)).await;
        let change = decided(&*store, CONTOSO, &offer, publish(id(number.into()), 1)).await;
        let told = Repeated { reply: offer, ..reply(CONTOSO, 1, REAL_NOW) };
        changes.push(Change { repeat: Some(told), ..change });
    }
    let tasks: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let store = store.clone();
            tokio::spawn(async move {
                let won = store.commit(&change).await.is_ok();
                (change.next.offer.id.clone(), won)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        let (offer, won) = task.await.unwrap();
        let revision = store.load(&OfferKey::new(CONTOSO, &offer)).await.unwrap().unwrap().revision;
        assert_eq!(revision, if won { 2 } else { 1 }, "{offer}");
        winners.extend(won.then_some(offer));
    }
    assert_eq!(winners, [kept(&*store, CONTOSO, 1).await.unwrap().reply]);
}

pub async fn they_belong_to_the_state(fx: &impl Fixture) {
    let store = fx.store();
    store.keep_reply(reply(CONTOSO, 1, REAL_NOW)).await.unwrap();
    let snapshot = fx.folder().join("snapshot");
    store.snapshot(&snapshot).await.unwrap();
    store.keep_reply(reply(CONTOSO, 2, REAL_NOW)).await.unwrap();
    store.restore(&snapshot).await.unwrap();
    assert!(kept(&*store, CONTOSO, 1).await.is_some() && kept(&*store, CONTOSO, 2).await.is_none());
    store.reset().await.unwrap();
    assert_eq!(kept(&*store, CONTOSO, 1).await, None);
}
