//! The state of the development mode, and the state as a whole.

use crate::contract::{AuditRow, DevKind, Letter, Loaded, OfferFilter, PrincipalRecord, Publisher};
use crate::{Store, StoreError};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::OfferKey;

use super::Fixture;
use super::audit::entry;
use super::directory::{key, principal, publisher};
use super::world::{
    CONTOSO, FABRIKAM, LONG, NOW, apply, claim, claim_one, give_work, id, mail, publish, put, work,
    write_mail,
};

pub async fn entries_are_set_and_removed(fx: &impl Fixture) {
    let store = fx.store();
    let scenario = DevKind::Scenario;
    for (publisher, key, body) in [(FABRIKAM, "b", "2"), (CONTOSO, "b", "1"), (CONTOSO, "a", "0")] {
        store.put_dev_state(scenario, publisher, key, Some(body.to_owned())).await.unwrap();
    }
    store.put_dev_state(DevKind::Clock, CONTOSO, "", Some("7".to_owned())).await.unwrap();
    store.put_dev_state(scenario, CONTOSO, "b", Some("3".to_owned())).await.unwrap();
    assert_eq!(store.dev_state(scenario, CONTOSO, "b").await.unwrap().as_deref(), Some("3"));
    let all = store.dev_states(scenario).await.unwrap();
    let all: Vec<_> = all.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(all, [(CONTOSO, "a", "0"), (CONTOSO, "b", "3"), (FABRIKAM, "b", "2")]);
    store.put_dev_state(scenario, CONTOSO, "b", None).await.unwrap();
    store.put_dev_state(scenario, CONTOSO, "b", None).await.unwrap();
    assert_eq!(store.dev_state(scenario, CONTOSO, "b").await.unwrap(), None);
    assert_eq!(store.dev_state(DevKind::Clock, CONTOSO, "").await.unwrap().as_deref(), Some("7"));
    assert_eq!(store.dev_states(DevKind::Fault).await.unwrap(), []);
}

/// Something in every part of the state.
async fn fill(store: &dyn Store) {
    store.add_first_signing_key(key("first", 1)).await.unwrap();
    store.put_publisher(publisher(CONTOSO), Some(entry("putPublisher"))).await.unwrap();
    store.put_member(CONTOSO, &principal("ann"), Some(Role::Owner), None).await.unwrap();
    let record = PrincipalRecord { id: principal("ann"), secret_hash: Some("hash".to_owned()), seeded: true };
    store.put_principal(record, None).await.unwrap();
    apply(store, CONTOSO, "a", put(CONTOSO, "a")).await;
    apply(store, CONTOSO, "a", publish(id(1), 1)).await;
    let lease = claim_one(store, LONG).await;
    store.put_artifact(&lease, "provision", "made".to_owned()).await.unwrap();
    store.release(&lease).await.unwrap();
    write_mail(store, vec![mail("bob@contoso.example", Event::Started)]).await;
    store.put_dev_state(DevKind::Scenario, CONTOSO, "a", Some("{}".to_owned())).await.unwrap();
}

/// Everything that [`fill`] brought, as it reads.
#[derive(Debug, PartialEq)]
struct Seen {
    keys: Vec<String>,
    audit: Vec<AuditRow>,
    publisher: Option<Publisher>,
    role: Option<Role>,
    knows_principal: bool,
    loaded: Option<Loaded>,
    listed: usize,
    definition: Option<String>,
    operations: usize,
    work: usize,
    letters: Vec<Letter>,
    artifacts: Vec<(String, String)>,
    scenario: Option<String>,
}

async fn look(store: &dyn Store) -> Seen {
    let keys = store.signing_keys().await.unwrap();
    Seen {
        keys: keys.into_iter().map(|key| key.private_pem).collect(),
        audit: store.audit(CONTOSO, None, 10).await.unwrap(),
        publisher: store.publisher(CONTOSO).await.unwrap(),
        role: store.role(CONTOSO, &principal("ann")).await.unwrap(),
        knows_principal: store.principal(&principal("ann")).await.unwrap().is_some(),
        loaded: store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap(),
        listed: store.list(CONTOSO, OfferFilter::default()).await.unwrap().len(),
        definition: store
            .content(&OfferKey::new(CONTOSO, "a"), 1)
            .await
            .unwrap()
            .map(|content| content.definition),
        operations: store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap().len(),
        work: store.due_by(CONTOSO, NOW).await.unwrap().len(),
        letters: store.letters().await.unwrap(),
        artifacts: store.artifacts(CONTOSO, id(1)).await.unwrap(),
        scenario: store.dev_state(DevKind::Scenario, CONTOSO, "a").await.unwrap(),
    }
}

pub async fn a_snapshot_brings_everything_back(fx: &impl Fixture) {
    let store = fx.store();
    fill(&*store).await;
    let before = look(&*store).await;
    let file = fx.folder().join("snapshot");
    store.snapshot(&file).await.unwrap();
    store.reset().await.unwrap();
    apply(&*store, FABRIKAM, "other", put(FABRIKAM, "other")).await;
    assert_ne!(look(&*store).await, before);
    store.restore(&file).await.unwrap();
    assert_eq!(look(&*store).await, before);
    assert_eq!(store.load(&OfferKey::new(FABRIKAM, "other")).await.unwrap(), None);
    // A snapshot is good more than once, and the state is as alive as it was.
    store.restore(&file).await.unwrap();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
}

pub async fn a_snapshot_is_a_new_file(fx: &impl Fixture) {
    let store = fx.store();
    let file = fx.folder().join("precious");
    std::fs::write(&file, "precious").unwrap();
    assert!(store.snapshot(&file).await.is_err());
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
}

pub async fn a_reset_keeps_the_keys(fx: &impl Fixture) {
    let store = fx.store();
    fill(&*store).await;
    let filled = look(&*store).await;
    store.reset().await.unwrap();
    let empty = look(&*store).await;
    assert_eq!(empty.keys, filled.keys);
    let nothing = Seen {
        audit: Vec::new(),
        keys: filled.keys,
        publisher: None,
        role: None,
        knows_principal: false,
        loaded: None,
        listed: 0,
        definition: None,
        operations: 0,
        work: 0,
        letters: Vec::new(),
        artifacts: Vec::new(),
        scenario: None,
    };
    assert_eq!(empty, nothing);
    fill(&*store).await;
    assert!(look(&*store).await.loaded.is_some());
}

pub async fn leases_do_not_outlive_a_restore(fx: &impl Fixture) {
    let store = fx.store();
    give_work(&*store, CONTOSO, "a", vec![work(1, NOW)]).await;
    let file = fx.folder().join("snapshot");
    store.snapshot(&file).await.unwrap();
    let old = claim_one(&*store, LONG).await;
    store.restore(&file).await.unwrap();
    assert!(matches!(store.renew(&old, LONG).await, Err(StoreError::Fenced)));
    let new = claim_one(&*store, LONG).await;
    assert_ne!(old.token, new.token);
    assert!(matches!(
        store.put_artifact(&old, "provision", "late".to_owned()).await,
        Err(StoreError::Fenced)
    ));
}

pub async fn everything_is_there_after_a_restart(fx: &impl Fixture) {
    let store = fx.store();
    fill(&*store).await;
    let before = look(&*store).await;
    drop(store);
    fx.reopen();
    let store = fx.store();
    assert_eq!(look(&*store).await, before);
    // The worker that held work is gone: it may be taken up at once.
    assert_eq!(claim(&*store, NOW, LONG).await.len(), 1);
}
