//! Many at once.

use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::OfferStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::contract::{Change, OfferFilter};
use crate::{Store, StoreError};
use tokio::sync::Barrier;

use super::Fixture;
use super::world::{CONTOSO, apply, bare, cancel, content, decided, done, id, publish, put, work};

/// Puts until it went through; answers the revision it was decided on.
async fn put_until_done(store: &dyn Store, offer: &str) -> Option<u64> {
    loop {
        let change = decided(store, CONTOSO, offer, put(CONTOSO, offer)).await;
        let expected = change.expected;
        match store.commit(&change).await {
            Ok(()) => return expected,
            Err(StoreError::Stale) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub async fn each_revision_is_used_once(fx: &impl Fixture) {
    let store = fx.store();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { put_until_done(&*store, "a").await })
        })
        .collect();
    let mut used = Vec::new();
    for task in tasks {
        used.push(task.await.unwrap());
    }
    used.sort_unstable();
    let all: Vec<_> = std::iter::once(None).chain((1..64).map(Some)).collect();
    assert_eq!(used, all);
    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
    assert_eq!((loaded.revision, loaded.aggregate.offer.draft.revision), (64, 64));
    assert_eq!(
        store.content(&OfferKey::new(CONTOSO, "a"), 1).await.unwrap(),
        Some(content(&loaded.aggregate))
    );
}

pub async fn many_offers_commit_at_once(fx: &impl Fixture) {
    let store = fx.store();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let offer = format!("offer-{number}");
                apply(&*store, CONTOSO, &offer, put(CONTOSO, &offer)).await;
                let published = apply(&*store, CONTOSO, &offer, publish(id(number), 1)).await;
                // Durable and visible from the answer on, to every caller.
                let loaded = store.load(&OfferKey::new(CONTOSO, &offer)).await.unwrap().unwrap();
                assert_eq!((loaded.revision, &*loaded.aggregate), (2, &published));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    drop(store);
    fx.reopen();
    let list = fx.store().list(CONTOSO, OfferFilter::default()).await.unwrap();
    assert_eq!(list.iter().filter(|summary| summary.status == OfferStatus::Running).count(), 200);
}

pub async fn a_failing_change_does_not_harm_its_neighbours(fx: &impl Fixture) {
    let store = fx.store();
    let mut changes = Vec::new();
    for number in 0..60_u64 {
        let offer = format!("offer-{number}");
        let mut change = bare(&*store, CONTOSO, &offer).await;
        change.work = vec![work(number, signoff_lifecycle::ids::PublisherTime(0))];
        match number % 3 {
            // Decided on a state that is no more.
            1 => change.expected = Some(99),
            // The store itself cannot take it: the same piece of work twice.
            2 => change.work.push(work(number, signoff_lifecycle::ids::PublisherTime(1))),
            _ => {}
        }
        changes.push(change);
    }
    let start = Arc::new(Barrier::new(changes.len()));
    let tasks: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                store.commit(&change).await
            })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        let result = task.await.unwrap();
        let loaded = store.load(&OfferKey::new(CONTOSO, format!("offer-{number}"))).await.unwrap().unwrap();
        match number % 3 {
            0 => assert!(result.is_ok() && loaded.revision == 2, "{number}: {result:?}"),
            1 => assert!(matches!(result, Err(StoreError::Stale)) && loaded.revision == 1),
            _ => assert!(matches!(result, Err(StoreError::Unavailable(_))) && loaded.revision == 1),
        }
    }
    let due = store.due_by(CONTOSO, signoff_lifecycle::ids::PublisherTime(1)).await.unwrap();
    let mut due: Vec<u128> = due.iter().map(|(_, work)| work.operation.value()).collect();
    due.sort_unstable();
    assert_eq!(due, (0..60).filter(|number| number % 3 == 0).collect::<Vec<u128>>());
}

pub async fn a_reader_never_sees_half_a_commit(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (store, stop) = (store.clone(), stop.clone());
            tokio::spawn(async move {
                let (mut last, mut looked) = (0, 0_u64);
                while !stop.load(Ordering::Relaxed) || looked == 0 {
                    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
                    assert!(loaded.revision >= last, "time goes forward");
                    last = loaded.revision;
                    let state = Arc::unwrap_or_clone(loaded.aggregate);
                    let newest =
                        state.operations().max_by_key(|operation| operation.head().publishing_version);
                    assert_eq!(newest.map(|operation| operation.head().id), state.offer.newest);
                    let number = newest.map_or(0, |operation| operation.head().publishing_version);
                    assert_eq!(number, state.offer.publishing_version);
                    let listed = store.list(CONTOSO, OfferFilter::default()).await.unwrap();
                    let shown = format!("revision {}", listed[0].offer.draft.revision);
                    assert_eq!(listed[0].display_text, shown);
                    looked += 1;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for round in 0..20_u64 {
        let (first, second) = (id(2 * round + 1), id(2 * round + 2));
        let draft = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await.offer.draft.revision;
        apply(&*store, CONTOSO, "a", publish(first, draft)).await;
        apply(&*store, CONTOSO, "a", cancel(second)).await;
        let change: Change = decided(&*store, CONTOSO, "a", done(second, 1)).await;
        store.commit(&change).await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
}
