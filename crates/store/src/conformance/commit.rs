//! Load and commit.

use std::sync::Arc;

use crate::StoreError;
use crate::contract::OfferFilter;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::OfferStatus;

use super::Fixture;
use super::world::{
    CONTOSO, FABRIKAM, NOW, apply, bare, cancel, content, decided, done, guid, id, publish, put,
};

pub async fn nothing_is_there_before_it_is_put(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap(), None);
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 1).await.unwrap(), None);
    assert_eq!(store.offer_by_guid(CONTOSO, guid("a")).await.unwrap(), None);
    assert_eq!(store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap(), []);
    assert_eq!(store.list(CONTOSO, OfferFilter::default()).await.unwrap(), []);
}

pub async fn what_is_committed_is_loaded(fx: &impl Fixture) {
    let store = fx.store();
    let created = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
    assert_eq!((loaded.revision, &*loaded.aggregate), (1, &created));
    let published = apply(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
    assert_eq!((loaded.revision, &*loaded.aggregate), (2, &published));
}

pub async fn a_stale_change_leaves_no_trace(fx: &impl Fixture) {
    let store = fx.store();
    let first = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let put_again = decided(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let late = decided(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    assert!(!late.operations.is_empty() && !late.work.is_empty() && !late.mail.is_empty());
    store.commit(&put_again).await.unwrap();
    assert!(matches!(store.commit(&late).await, Err(StoreError::Stale)));
    // Neither does a second change that was decided on the first draft.
    let mut late_put = put_again.clone();
    late_put.content = Some(content(&first));
    assert!(matches!(store.commit(&late_put).await, Err(StoreError::Stale)));

    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
    assert_eq!((loaded.revision, &loaded.aggregate), (2, &put_again.next));
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 1).await.unwrap(), Some(content(&put_again.next)));
    assert_eq!(store.operation(CONTOSO, id(1)).await.unwrap(), None);
    assert_eq!(store.due_by(CONTOSO, NOW).await.unwrap(), []);
    assert_eq!(store.letters().await.unwrap(), []);
}

pub async fn an_offer_is_created_once(fx: &impl Fixture) {
    let store = fx.store();
    let mut twin = decided(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    Arc::make_mut(&mut twin.next).offer.guid = guid("twin");
    let first = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert!(matches!(store.commit(&twin).await, Err(StoreError::Stale)));
    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
    assert_eq!((loaded.revision, &*loaded.aggregate), (1, &first));
    // What was never created cannot be changed.
    let mut nothing = bare(&*store, CONTOSO, "a").await;
    Arc::make_mut(&mut nothing.next).offer.id = String::from("b");
    assert!(matches!(store.commit(&nothing).await, Err(StoreError::Stale)));
}

pub async fn publishers_are_apart(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let other = apply(&*store, FABRIKAM, "a", put(FABRIKAM, "a")).await;
    let loaded = store.load(&OfferKey::new(FABRIKAM, "a")).await.unwrap().unwrap();
    assert_eq!((loaded.revision, &*loaded.aggregate), (1, &other));
    assert_eq!(store.operation(FABRIKAM, id(1)).await.unwrap(), None);
    assert_eq!(store.operations(&OfferKey::new(FABRIKAM, "a")).await.unwrap(), []);
    assert_eq!(store.due_by(FABRIKAM, NOW).await.unwrap(), []);
    assert_eq!(store.list(FABRIKAM, OfferFilter::default()).await.unwrap().len(), 1);
}

pub async fn content_is_that_of_the_latest_version_up_to_the_one_asked_for(fx: &impl Fixture) {
    let store = fx.store();
    let first = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    // The publish gave the offer version 2, whose content is still that of version 1.
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 2).await.unwrap(), Some(content(&first)));
    let second = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert_eq!(second.offer.draft.content_version, 2);
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 0).await.unwrap(), None);
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 1).await.unwrap(), Some(content(&first)));
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 2).await.unwrap(), Some(content(&second)));
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 9).await.unwrap(), Some(content(&second)));
}

pub async fn a_put_replaces_the_content_of_its_version(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let second = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let third = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    assert!(content(&second).secrets.is_some() && content(&third).secrets.is_none());
    assert_eq!(store.content(&OfferKey::new(CONTOSO, "a"), 1).await.unwrap(), Some(content(&third)));
}

pub async fn the_secrets_of_the_draft_come_with_it(fx: &impl Fixture) {
    let store = fx.store();
    let secrets = async || {
        store.load_with_secrets(&OfferKey::new(CONTOSO, "a")).await.unwrap().map(|(_, secrets)| secrets)
    };
    assert_eq!(secrets().await, None);
    for (number, expected) in [(1, None), (2, Some(r#"{"/sas":"s"}"#.to_owned())), (3, None)] {
        let draft = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await.offer.draft.revision;
        assert_eq!((draft, secrets().await), (number, Some(expected)));
        // The next draft is another version's.
        apply(&*store, CONTOSO, "a", publish(id(10 * number), draft)).await;
        apply(&*store, CONTOSO, "a", cancel(id(10 * number + 1))).await;
        apply(&*store, CONTOSO, "a", done(id(10 * number + 1), 1)).await;
        let (loaded, _) = store.load_with_secrets(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap();
        assert_eq!(Some(loaded), store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap());
    }
}

pub async fn a_change_without_content_keeps_what_lists_show(fx: &impl Fixture) {
    let store = fx.store();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(&*store, CONTOSO, "a", publish(id(1), 1)).await;
    let list = store.list(CONTOSO, OfferFilter::default()).await.unwrap();
    assert_eq!((list[0].display_text.as_str(), list[0].status), ("revision 1", OfferStatus::Running));
}
