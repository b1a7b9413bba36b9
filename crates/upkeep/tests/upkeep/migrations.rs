//! Migrations by hand, by many at once, of what is too new, and of what older versions left.

use std::sync::Arc;
use std::time::Duration;

use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::operation::Operation;
use signoff_store::conformance::world::{CONTOSO, apply, cancel, decided, id, mail, publish, put};
use signoff_store::contract::OfferFilter;
use signoff_store::memory::MemoryStore;
use signoff_store::{Store, StoreError};
use signoff_store_postgres::PostgresStore;
use signoff_store_sqlite::SqliteStore;
use signoff_upkeep::{self as upkeep, UpkeepError};

use crate::{Shelf, unseen};

async fn shelves() -> [Shelf; 2] {
    [Shelf::sqlite(), Shelf::postgres().await]
}

#[tokio::test(flavor = "multi_thread")]
async fn many_migrate_at_once() {
    for shelf in shelves().await {
        let pending = upkeep::migrations(&shelf.place()).await.unwrap();
        assert!(pending.done.is_empty() && pending.pending.len() >= 4, "{pending:?}");
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let place = shelf.place();
            all.spawn(async move { upkeep::migrate(&place).await });
        }
        while let Some(migrated) = all.join_next().await {
            migrated.unwrap().unwrap();
        }
        let done = upkeep::migrations(&shelf.place()).await.unwrap();
        assert!(done.pending.is_empty() && done.done == pending.pending, "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_with_a_word() {
    for shelf in shelves().await {
        upkeep::migrate(&shelf.place()).await.unwrap();
        let newer = if shelf.address.starts_with("sqlite:") {
            "PRAGMA user_version = 99"
        } else {
            "UPDATE schema_version SET version = 99"
        };
        shelf.sql(newer).await;
        let opened = match shelf.address.strip_prefix("sqlite:") {
            Some(file) => SqliteStore::open(file.as_ref()).err().map(UpkeepError::from),
            None => PostgresStore::open(&shelf.settings()).await.err().map(UpkeepError::from),
        };
        let refusals = [
            opened,
            upkeep::migrate(&shelf.place()).await.err(),
            upkeep::migrations(&shelf.place()).await.err(),
            upkeep::copy(&shelf.place(), &Shelf::sqlite().place(), &unseen).await.err(),
        ];
        for refusal in refusals {
            let why = refusal.expect("it is refused").to_string();
            assert!(why.contains("has schema 99") && why.contains("use a newer signoff"), "{why}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_the_file_keeps_its_schema() {
    let shelf = Shelf::sqlite();
    let store = SqliteStore::open(shelf.address.strip_prefix("sqlite:").unwrap().as_ref()).unwrap();
    let refused = upkeep::migrate(&shelf.place()).await.unwrap_err().to_string();
    assert!(refused.contains("open in another signoff server"), "{refused}");
    drop(store);
}

/// A value as a statement says it.
fn json(value: &impl serde::Serialize) -> String {
    format!("'{}'", serde_json::to_string(value).unwrap().replace('\'', "''"))
}

/// Runs the migrations up to this one.
async fn migrate_to(shelf: &Shelf, newest: usize) {
    let is_file = shelf.address.starts_with("sqlite:");
    let migrations =
        if is_file { signoff_store_sqlite::MIGRATIONS } else { signoff_store_postgres::MIGRATIONS };
    for (_, migration) in &migrations[..newest] {
        shelf.sql(migration).await;
    }
    let version = if is_file {
        format!("PRAGMA user_version = {newest}")
    } else {
        format!(
            "CREATE TABLE schema_version (version bigint NOT NULL); INSERT INTO schema_version VALUES ({newest})"
        )
    };
    shelf.sql(&version).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_and_letters_that_were_kept_as_json_are_read_and_go_on() {
    let memory = MemoryStore::new(Arc::new(|| Duration::ZERO));
    apply(&memory, CONTOSO, "a", put(CONTOSO, "a")).await;
    let state = apply(&memory, CONTOSO, "a", publish(id(1), 1)).await;
    let letter = mail("o'neill@contoso.example", Event::Started);
    let letter_of_before = serde_json::json!({
        "publisher": letter.publisher, "offer": letter.offer, "operation": letter.operation, "kind": letter.kind,
        "recipient": letter.recipient, "event": letter.event, "at": letter.at,
    });
    for shelf in shelves().await {
        migrate_to(&shelf, 5).await;
        let guid = |id: signoff_lifecycle::ids::Guid| {
            let hex = id.to_string().replace('-', "");
            if shelf.address.starts_with("sqlite:") { format!("x'{hex}'") } else { format!("'{hex}'::uuid") }
        };
        shelf
            .sql(&format!(
                "INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state, target)
                     VALUES ('contoso', 'a', {}, 2, '{}', '{}', '', {}, {target});
                 INSERT INTO operation (publisher_id, operation_id, offer_id, publishing_version, body)
                     VALUES ('contoso', {target}, 'a', 1, {});
                 INSERT INTO outbox (publisher_id, operation_id, event, recipient, body, due_at)
                     VALUES ('contoso', {target}, 'started', 'o''neill@contoso.example', {}, 1);",
                guid(state.offer.guid.0),
                state.offer.offer_type,
                state.status().as_str(),
                json(&state.offer),
                json(&Operation::from(state.target().unwrap().clone())),
                json(&letter_of_before),
                target = guid(id(1).0),
            ))
            .await;
        upkeep::migrate(&shelf.place()).await.unwrap();
        let store: Arc<dyn Store> = match shelf.address.strip_prefix("sqlite:") {
            Some(file) => Arc::new(SqliteStore::open(file.as_ref()).unwrap()),
            None => Arc::new(PostgresStore::open(&shelf.settings()).await.unwrap()),
        };
        assert_eq!(
            store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().unwrap().aggregate,
            state.clone().into()
        );
        assert_eq!(store.letters().await.unwrap()[0].mail, letter);
        apply(&*store, CONTOSO, "a", cancel(id(2))).await;
        let operations = store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
        assert_eq!(
            operations.iter().map(|operation| operation.head().id).collect::<Vec<_>>(),
            [id(2), id(1)]
        );
    }
}

/// Before there was a rule against it, ids of offers could differ in letter case alone.
#[tokio::test(flavor = "multi_thread")]
async fn offers_that_differ_in_letter_case_alone_stay_two() {
    let names = ["MyOffer", "myoffer"];
    for shelf in shelves().await {
        migrate_to(&shelf, 6).await;
        for (number, name) in names.into_iter().enumerate() {
            // A store in memory keeps the rule, so that each offer is made in one of its own.
            let memory = MemoryStore::new(Arc::new(|| Duration::ZERO));
            let state = apply(&memory, CONTOSO, name, put(CONTOSO, name)).await;
            let hex = format!("{number:032x}");
            let is_file = shelf.address.starts_with("sqlite:");
            let guid = if is_file { format!("x'{hex}'") } else { format!("'{hex}'::uuid") };
            shelf
                .sql(&format!(
                    "INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state)
                         VALUES ('contoso', '{name}', {guid}, 1, '{}', '{}', '', {});
                     INSERT INTO content (publisher_id, offer_id, version, changed_at, display_text, definition)
                         VALUES ('contoso', '{name}', 1, 0, '', '{{\"name\":\"{name}\"}}');",
                    state.offer.offer_type,
                    state.status().as_str(),
                    json(&state.offer),
                ))
                .await;
        }
        upkeep::migrate(&shelf.place()).await.unwrap();
        let store: Arc<dyn Store> = match shelf.address.strip_prefix("sqlite:") {
            Some(file) => Arc::new(SqliteStore::open(file.as_ref()).unwrap()),
            None => Arc::new(PostgresStore::open(&shelf.settings()).await.unwrap()),
        };
        for (name, number) in names.into_iter().zip(1..) {
            assert_eq!(
                store.load(&OfferKey::new(CONTOSO, name)).await.unwrap().unwrap().aggregate.offer.id,
                name
            );
            let content = store.content(&OfferKey::new(CONTOSO, name), 1).await.unwrap().unwrap();
            assert!(content.definition.contains(name), "{content:?}");
            // Each goes on by itself.
            apply(&*store, CONTOSO, name, publish(id(number), 1)).await;
            assert_eq!(store.operations(&OfferKey::new(CONTOSO, name)).await.unwrap().len(), 1);
        }
        assert_eq!(store.list(CONTOSO, OfferFilter::default()).await.unwrap().len(), 2);
        assert_eq!(
            store.offer_spelled(&OfferKey::new(CONTOSO, "MYOFFER")).await.unwrap().as_deref(),
            Some("MyOffer")
        );
        // A third is refused.
        let change = decided(&*store, CONTOSO, "MYOFFER", put(CONTOSO, "MYOFFER")).await;
        assert!(matches!(store.commit(&change).await, Err(StoreError::Stale)));
    }
}
