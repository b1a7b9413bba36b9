//! Migrations by hand, by many at once, and of what is too new.

use signoff_store::postgres::PostgresStore;
use signoff_store::sqlite::SqliteStore;
use signoff_store::upkeep::{self, UpkeepError};

use super::{Shelf, unseen};

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
