//! What steps make, and who may still make it.

use std::time::Duration;

use crate::contract::Change;
use crate::{Store, StoreError};

use super::Fixture;
use super::world::{CONTOSO, FABRIKAM, LONG, NOW, bare, claim_one, give_work, id, work};

async fn made(store: &dyn Store) -> Vec<(String, String)> {
    store.artifacts(CONTOSO, id(1)).await.unwrap()
}

fn one(step: &str, body: &str) -> (String, String) {
    (step.to_owned(), body.to_owned())
}

pub async fn the_same_put_twice_is_one(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let lease = claim_one(&*store, LONG).await;
    store.put_artifact(&lease, "provision", "1".to_owned()).await.unwrap();
    store.put_artifact(&lease, "package", "2".to_owned()).await.unwrap();
    store.put_artifact(&lease, "provision", "3".to_owned()).await.unwrap();
    assert_eq!(made(&*store).await, [one("package", "2"), one("provision", "3")]);
    assert_eq!(store.artifacts(CONTOSO, id(2)).await.unwrap(), []);
    assert_eq!(store.artifacts(FABRIKAM, id(1)).await.unwrap(), []);
}

pub async fn removing_twice_is_no_error(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let lease = claim_one(&*store, LONG).await;
    store.put_artifact(&lease, "provision", "1".to_owned()).await.unwrap();
    store.put_artifact(&lease, "package", "2".to_owned()).await.unwrap();
    for _ in 0..2 {
        store.remove_artifact(CONTOSO, id(1), "provision").await.unwrap();
        assert_eq!(made(&*store).await, [one("package", "2")]);
    }
}

pub async fn who_lost_the_lease_makes_nothing(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let late = claim_one(&*store, Duration::ZERO).await;
    let present = claim_one(&*store, LONG).await;
    let refused = store.put_artifact(&late, "provision", "late".to_owned()).await;
    assert!(matches!(refused, Err(StoreError::Fenced)));
    store.put_artifact(&present, "provision", "present".to_owned()).await.unwrap();
    assert_eq!(made(&*store).await, [one("provision", "present")]);
}

/// A cancel takes the work back and undoes it. A worker that is still at it must not make it again afterwards.
pub async fn what_was_recalled_makes_nothing(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let lease = claim_one(&*store, LONG).await;
    let change = bare(&*store, CONTOSO, "a").await;
    store.commit(&Change { finished_work: vec![(id(1), 1)], ..change }).await.unwrap();
    let refused = store.put_artifact(&lease, "provision", "late".to_owned()).await;
    assert!(matches!(refused, Err(StoreError::Fenced)));
    assert_eq!(made(&*store).await, []);
}
