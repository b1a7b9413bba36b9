//! Work: due, leased, fenced.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::StoreError;
use crate::contract::{Change, Claim, Claimed};
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{Moment, OfferKey, PublisherTime};
use signoff_lifecycle::operation::WorkKind;

use super::Fixture;
use super::world::{
    CONTOSO, FABRIKAM, HOUR, LONG, NOW, REAL_NOW, apply, bare, claim, claim_one, decided, done, give_work,
    id, publish, put, work,
};

fn operations(claimed: &[Claimed]) -> Vec<u128> {
    claimed.iter().map(|piece| piece.work.operation.value()).collect()
}

pub async fn due_work_is_leased_to_one(fx: &impl Fixture) {
    let store = fx.store();
    for kind in [WorkKind::Run, WorkKind::Propagate, WorkKind::Undo] {
        let piece = Work { kind, attempt: 7, ..work(1, NOW) };
        give_work(&*store, CONTOSO, "a", vec![piece.clone()]).await;
        let claimed = claim(&*store, NOW, LONG).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!((claimed[0].offer.as_str(), &claimed[0].work), ("a", &piece));
        let lease = &claimed[0].lease;
        assert_eq!((lease.publisher.as_str(), lease.operation, lease.attempt), (CONTOSO, id(1), 7));
        assert_eq!(claim(&*store, NOW, LONG).await, []);
        let change = bare(&*store, CONTOSO, "a").await;
        store.commit(&Change { finished_work: vec![(id(1), 7)], ..change }).await.unwrap();
    }
}

pub async fn nothing_is_claimed_before_it_is_due(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    assert_eq!(claim(&*store, PublisherTime(NOW.0 - 1), LONG).await, []);
    assert_eq!(claim(&*store, NOW, LONG).await.len(), 1);
}

pub async fn the_earliest_comes_first_and_no_more_than_asked_for(fx: &impl Fixture) {
    let store = fx.store();
    let at = |number: i64| PublisherTime(NOW.0 - number);
    give_work(&*store, CONTOSO, "a", vec![work(1, at(1)), work(4, at(4))]).await;
    give_work(&*store, FABRIKAM, "b", vec![work(3, at(3)), work(2, at(2))]).await;
    let two = Claim { now: REAL_NOW, clocks: Vec::new(), lease_for: LONG, limit: 2 };
    assert_eq!(operations(&store.claim(two.clone()).await.unwrap()), [4, 3]);
    // What is held does not hide what is not.
    assert_eq!(operations(&store.claim(two.clone()).await.unwrap()), [2, 1]);
    assert_eq!(store.claim(two).await.unwrap(), []);
}

pub async fn a_lease_that_is_given_back_is_free(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let first = claim_one(&*store, LONG).await;
    store.release(&first).await.unwrap();
    assert!(matches!(store.renew(&first, LONG).await, Err(StoreError::Fenced)));
    let second = claim_one(&*store, LONG).await;
    assert_ne!(first.token, second.token);
}

pub async fn an_expired_lease_may_be_taken(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let first = claim_one(&*store, Duration::ZERO).await;
    let second = claim_one(&*store, LONG).await;
    assert_ne!(first.token, second.token);
    assert!(matches!(store.renew(&first, LONG).await, Err(StoreError::Fenced)));
    store.renew(&second, LONG).await.unwrap();
}

pub async fn a_renewed_lease_holds(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let lease = claim_one(&*store, Duration::ZERO).await;
    store.renew(&lease, LONG).await.unwrap();
    assert_eq!(claim(&*store, NOW, LONG).await, []);
    store.renew(&lease, Duration::ZERO).await.unwrap();
    claim_one(&*store, LONG).await;
}

pub async fn a_late_holder_frees_nothing(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let first = claim_one(&*store, Duration::ZERO).await;
    claim_one(&*store, LONG).await;
    store.release(&first).await.unwrap();
    assert_eq!(claim(&*store, NOW, LONG).await, []);
}

pub async fn a_late_result_changes_nothing(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let published = apply(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let late = claim_one(&*store, Duration::ZERO).await;
    let present = claim_one(&*store, LONG).await;
    let result = decided(&*store, CONTOSO, "a", done(id(1), 1)).await;

    let refused = store.commit(&Change { fence: Some(late), ..result.clone() }).await;
    assert!(matches!(refused, Err(StoreError::Fenced)));
    assert_eq!(store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap().aggregate, published.into());
    assert_eq!(store.due_by(CONTOSO, NOW).await.unwrap().len(), 1);

    store.commit(&Change { fence: Some(present), ..result.clone() }).await.unwrap();
    assert_eq!(store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap().aggregate, result.next);
}

pub async fn finished_work_is_gone(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW), work(2, NOW)]).await;
    let held = claim(&*store, NOW, LONG).await;
    let change = bare(&*store, CONTOSO, "a").await;
    store.commit(&Change { finished_work: vec![(id(1), 1)], ..change }).await.unwrap();
    let left: Vec<_> = store.due_by(CONTOSO, NOW).await.unwrap();
    assert_eq!(left, [("a".to_owned(), work(2, NOW))]);
    for piece in held {
        let renewed = store.renew(&piece.lease, LONG).await;
        assert_eq!(renewed.is_ok(), piece.work.operation == id(2), "{piece:?}");
    }
    // The same piece may be handed out again, and then has no holder.
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    assert_eq!(operations(&claim(&*store, NOW, LONG).await), [1]);
}

pub async fn a_clock_ahead_makes_only_its_own_work_due(fx: &impl Fixture) {
    let store = fx.store();
    let later = NOW.plus(HOUR);
    give_work(&*store, CONTOSO, "a", vec![work(1, later), work(2, NOW)]).await;
    give_work(&*store, FABRIKAM, "b", vec![work(3, later)]).await;
    let claim_with =
        |clocks: Vec<(String, PublisherTime)>| Claim { now: REAL_NOW, clocks, lease_for: LONG, limit: 9 };
    let ahead = vec![(CONTOSO.to_owned(), later)];
    let claimed = store.claim(claim_with(ahead.clone())).await.unwrap();
    assert_eq!(operations(&claimed).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([1, 2]));
    assert_eq!(claimed.len(), 2, "due on both clocks, given once");
    assert_eq!(store.claim(claim_with(ahead)).await.unwrap(), []);
    let ahead = vec![(FABRIKAM.to_owned(), later)];
    assert_eq!(operations(&store.claim(claim_with(ahead)).await.unwrap()), [3]);
}

pub async fn a_clock_that_is_set_counts_alone(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW), work(2, NOW)]).await;
    give_work(&*store, FABRIKAM, "b", vec![work(3, NOW)]).await;
    let clocks = vec![(CONTOSO.to_owned(), PublisherTime(NOW.0 - 1))];
    let claim = Claim { now: REAL_NOW, clocks, lease_for: LONG, limit: 1 };
    // The clock stands still a moment before, and what waits for it does not hide the rest.
    assert_eq!(operations(&store.claim(claim.clone()).await.unwrap()), [3]);
    assert_eq!(store.claim(claim).await.unwrap(), []);
}

pub async fn the_next_due_is_what_nobody_holds(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.next_due(None, &[]).await.unwrap(), None);
    let (soon, later) = (PublisherTime(NOW.0 + 1), NOW.plus(HOUR));
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW), work(2, soon)]).await;
    give_work(&*store, FABRIKAM, "b", vec![work(3, later)]).await;
    assert_eq!(store.next_due(None, &[]).await.unwrap(), Some(NOW));
    let lease = claim_one(&*store, LONG).await;
    assert_eq!(store.next_due(None, &[]).await.unwrap(), Some(soon));
    assert_eq!(store.next_due(Some(CONTOSO), &[]).await.unwrap(), Some(soon));
    assert_eq!(store.next_due(Some(FABRIKAM), &[]).await.unwrap(), Some(later));
    assert_eq!(store.next_due(None, &[CONTOSO.to_owned()]).await.unwrap(), Some(later));
    assert_eq!(store.next_due(Some("nobody"), &[]).await.unwrap(), None);
    // What is held is due all the same.
    let due = store.due_by(CONTOSO, NOW).await.unwrap();
    assert_eq!(due, [("a".to_owned(), work(1, NOW))]);
    assert_eq!(store.due_by(CONTOSO, soon).await.unwrap().len(), 2);
    // A lease that is over counts no more.
    store.renew(&lease, Duration::ZERO).await.unwrap();
    assert_eq!(store.next_due(None, &[]).await.unwrap(), Some(NOW));
}

pub async fn claims_are_exclusive(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", (0..64).map(|number| work(number, NOW)).collect()).await;
    let claimants = (0..16).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claim = Claim { now: REAL_NOW, clocks: Vec::new(), lease_for: LONG, limit: 3 };
                let claimed = store.claim(claim).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(operations(&claimed));
            }
        })
    });
    let mut all = Vec::new();
    for claimant in claimants.collect::<Vec<_>>() {
        all.extend(claimant.await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (0..64).collect::<Vec<u128>>());
}
