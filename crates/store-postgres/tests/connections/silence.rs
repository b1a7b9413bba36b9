//! A database that takes what it is told and never answers.

use std::sync::Arc;
use std::time::Duration;

use signoff_lifecycle::command::{Command, Put, PutGuard};
use signoff_lifecycle::decide;
use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::ids::{OfferGuid, OfferKey, PublisherTime};
use signoff_store::StoreError;
use signoff_store::contract::{Change, Directory as _, Offers as _, Publisher, Sharing as _};
use signoff_store_postgres::testing::Proxy;
use signoff_store_postgres::{PostgresSettings, PostgresStore};

use crate::failover::database;
use crate::{PATIENCE, record, write_until_it_works};

/// How long an answer is waited for. Longer than any takes here that comes.
const ANSWER: Duration = Duration::from_secs(2);

/// A store behind the proxy that does not wait long.
async fn hasty(proxy: &Proxy, name: &str) -> PostgresStore {
    let address = format!("postgres://postgres@{}/{name}?sslmode=disable&connect_timeout=1", proxy.host());
    let settings = PostgresSettings::parse(&address).unwrap().connections(4).answer(ANSWER);
    PostgresStore::open(&settings).await.unwrap()
}

/// Puts the offer's next draft.
async fn put(store: &PostgresStore) -> Change {
    let command = Command::Put(Put {
        publisher: "contoso".to_owned(),
        offer: "vm".to_owned(),
        guid: OfferGuid::of(7),
        offer_type: Some("microsoft-azure-virtualmachines".to_owned()),
        migrated: Some(false),
        guard: PutGuard::Any { creates: true },
    });
    let loaded = store.load(&OfferKey::new("contoso", "vm")).await.unwrap();
    let (state, expected) =
        loaded.map_or((None, None), |it| (Some(Arc::unwrap_or_clone(it.aggregate)), Some(it.revision)));
    let Verdict::Change(decision) = decide(state, command, PublisherTime(1_772_701_687_000_000)).unwrap()
    else {
        panic!("a put changes something");
    };
    Change {
        expected,
        next: decision.next.into(),
        operations: Vec::new(),
        work: Vec::new(),
        finished_work: Vec::new(),
        mail: Vec::new(),
        audit: None,
        content: None,
        repeat: None,
        fence: None,
    }
}

async fn revision(store: &PostgresStore) -> Option<u64> {
    store.load(&OfferKey::new("contoso", "vm")).await.unwrap().map(|loaded| loaded.revision)
}

fn publisher() -> Publisher {
    Publisher {
        id: "contoso".to_owned(),
        version: 1,
        display_text: "Contoso".to_owned(),
        seller_id: 1,
        offer_type_categories: Vec::new(),
        seller_contact: None,
        migrated: false,
        self_review: true,
    }
}

/// Waits until every connection that the store had is thrown away.
async fn until_all_are_gone(store: &PostgresStore) {
    let gone = async {
        while store.connections().expect("it has some").open > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("no connection is kept that never answers");
}

fn is_not_known<T>(said: Result<T, StoreError>) {
    assert!(matches!(said.map(|_| ()), Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_database_that_swallows_everything_holds_nobody_up_for_ever() {
    let (server, name) = database().await;
    let proxy = Proxy::before(&server).await.unwrap();
    let store = hasty(&proxy, &name).await;
    store.commit(&put(&store).await).await.unwrap();
    let next = put(&store).await;
    proxy.swallow();

    // Each in its own way: a change of an offer, a read by itself and with others, a change by itself and of several.
    let all = async {
        tokio::join!(
            async { is_not_known(store.commit(&next).await) },
            async { is_not_known(store.principal(&record("x").id).await) },
            async { is_not_known(store.load(&OfferKey::new("contoso", "vm")).await) },
            async { is_not_known(store.put_principal(record("x"), None).await) },
            async { is_not_known(store.put_publisher(publisher(), None).await) },
            async { is_not_known(store.put_member("contoso", &record("x").id, None, None).await) },
        )
    };
    tokio::time::timeout(PATIENCE, all).await.expect("nobody waits for ever");
    until_all_are_gone(&store).await;

    proxy.lead_to(&server);
    write_until_it_works(&store).await;
    assert_eq!(revision(&store).await, Some(1), "it got nowhere");
    store.commit(&next).await.unwrap();
    store.put_publisher(publisher(), None).await.unwrap();
}

#[tokio::test]
async fn what_was_done_and_not_answered_is_not_known() {
    let (server, name) = database().await;
    let proxy = Proxy::before(&server).await.unwrap();
    let store = hasty(&proxy, &name).await;
    // Whichever connection is used then, it has prepared the statement.
    for _ in 0..8 {
        store.commit(&put(&store).await).await.unwrap();
    }
    let next = put(&store).await;
    proxy.swallow_answers();
    is_not_known(tokio::time::timeout(PATIENCE, store.commit(&next)).await.expect("nobody waits for ever"));
    until_all_are_gone(&store).await;
    proxy.lead_to(&server);
    write_until_it_works(&store).await;
    assert_eq!(revision(&store).await, Some(9), "it was done");
    assert!(matches!(store.commit(&next).await, Err(StoreError::Stale)), "and is not done twice");
}

#[tokio::test]
async fn a_connection_is_not_used_again_before_it_answered_who_went_away() {
    let (server, name) = database().await;
    let proxy = Proxy::before(&server).await.unwrap();
    let store = hasty(&proxy, &name).await;
    write_until_it_works(&store).await;
    proxy.swallow();
    let asking = tokio::spawn({
        let store = store.clone();
        async move { store.principal(&record("x").id).await.map(|_| ()) }
    });
    let asks = async {
        while store.connections().expect("it has some").in_use == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asks).await.expect("it asks");
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    // The others may go back and are looked at when they are taken; this one goes by itself.
    let before = store.connections().expect("it has some").open;
    let gone = async {
        while store.connections().expect("it has some").open == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("it is thrown away");
    proxy.lead_to(&server);
    write_until_it_works(&store).await;
}
