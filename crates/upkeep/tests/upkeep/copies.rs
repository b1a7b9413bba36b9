//! Copies from engine to engine: whole, interrupted, refused.

use std::sync::atomic::{AtomicUsize, Ordering};

use signoff_store_postgres::PostgresStore;
use signoff_store_sqlite::SqliteStore;
use signoff_upkeep::{self as upkeep, CopyReport, Stage, UpkeepError};

use crate::{Shelf, unseen};

/// Rows of every kind of value, with several pages of some tables, and text at which collations differ.
async fn fill(shelf: &Shelf) {
    upkeep::migrate(&shelf.place()).await.unwrap();
    let is_file = shelf.address.starts_with("sqlite:");
    let blob = shelf.bytes("00ff");
    let guid = |number: &str| {
        if is_file {
            format!("unhex(printf('%032x', {number}))")
        } else {
            format!("lpad(to_hex({number}), 32, '0')::uuid")
        }
    };
    let (first, second) = (guid("n.value"), guid("n.value + 1"));
    shelf
        .sql(&format!(
            "INSERT INTO signing_key VALUES ('k', 'pem', 1);
             INSERT INTO principal VALUES ('t', 'b', NULL, TRUE), ('t', 'B', 'hash', FALSE), ('t', 'ä', '', FALSE);
             INSERT INTO publisher VALUES ('contoso', 1, '{{}}'), ('Contoso-2', 9007199254740993, '{{\"ü\": 1.10}}');
             INSERT INTO member VALUES ('contoso', 't', 'b', 'owner');
             INSERT INTO repeated VALUES ('contoso', {blob}, {blob}, -1, 'reply');
             WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1200)
             INSERT INTO operation SELECT 'contoso', {first}, 'vm', n.value, {second}, {blob} FROM n;
             WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 700)
             INSERT INTO outbox (publisher_id, operation_id, event, recipient, body)
                 SELECT 'contoso', {first}, 'started', 'Zoe-' || n.value, {blob} FROM n;
             WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 60)
             INSERT INTO content SELECT 'contoso', 'vm-' || n.value, n.value, 2, 'text', '{{}}', NULL, NULL FROM n;
             INSERT INTO audit VALUES ('contoso', 1, 'first'), ('contoso', 2, 'second');"
        ))
        .await;
}

async fn pairs() -> Vec<(Shelf, Shelf)> {
    vec![
        (Shelf::sqlite(), Shelf::postgres().await),
        (Shelf::postgres().await, Shelf::sqlite()),
        (Shelf::sqlite(), Shelf::sqlite()),
        (Shelf::postgres().await, Shelf::postgres().await),
    ]
}

fn rows(report: &CopyReport, table: &str) -> (u64, u64) {
    let table = report.tables.iter().find(|report| report.table == table).unwrap();
    (table.rows, table.found)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_goes_over_and_comes_to_the_same_checksum() {
    let mut sums = Vec::new();
    for (from, to) in pairs().await {
        fill(&from).await;
        let report = upkeep::copy(&from.place(), &to.place(), &unseen).await.unwrap();
        assert!(!report.resumed);
        for (table, count) in [("operation", 1200), ("outbox", 700), ("content", 60), ("principal", 3)] {
            assert_eq!(rows(&report, table), (count, 0), "{} {}", from.address, to.address);
        }
        let size = to.ask("SELECT version FROM publisher WHERE publisher_id = 'Contoso-2'").await;
        assert_eq!(size, ["9007199254740993"], "numbers keep their digits");
        sums.push(report.tables.into_iter().map(|table| table.sha256).collect::<Vec<_>>());
    }
    assert!(sums.windows(2).all(|pair| pair[0] == pair[1]), "the engines come to the same: {sums:?}");
}

/// Copies until the given page is told of, and ends there as if the program had died.
async fn cut_short(from: &Shelf, to: &Shelf, pages: usize) {
    let (from, to) = (from.place(), to.place());
    let died = tokio::spawn(async move {
        let seen = AtomicUsize::new(0);
        let watcher = |_: upkeep::Progress| {
            assert!(seen.fetch_add(1, Ordering::Relaxed) < pages, "the program dies here");
        };
        upkeep::copy(&from, &to, &watcher).await
    });
    assert!(died.await.unwrap_err().is_panic());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_copy_goes_on_wherever_it_was() {
    for (from, to) in pairs().await {
        fill(&from).await;
        let mut found = 0;
        // Pages of several tables, and of the comparison of both sides.
        for pages in [0, 3, 6, 8, 9, 11, 14] {
            cut_short(&from, &to, pages).await;
        }
        let report = upkeep::copy(&from.place(), &to.place(), &unseen).await.unwrap();
        assert!(report.resumed);
        for table in &report.tables {
            found += table.found;
        }
        assert!(found > 1900, "what was there is not written again: {report:?}");
        let again = upkeep::copy(&from.place(), &to.place(), &unseen).await;
        assert!(matches!(again, Err(UpkeepError::Refused(why)) if why.contains("not empty")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_goes_on_is_that_of_one_state_of_the_source() {
    for (from, to) in pairs().await {
        fill(&from).await;
        // Nearly everything is there.
        cut_short(&from, &to, 11).await;
        from.sql(&format!(
            "DELETE FROM operation WHERE publishing_version = 700;
             UPDATE operation SET body = {} WHERE publishing_version = 3;
             UPDATE principal SET secret_hash = 'new' WHERE client = 'B';
             DELETE FROM outbox WHERE recipient = 'Zoe-1';
             INSERT INTO publisher VALUES ('adatum', 1, '{{}}');
             DELETE FROM content WHERE offer_id = 'vm-60';",
            from.bytes("00fffe")
        ))
        .await;
        let report = upkeep::copy(&from.place(), &to.place(), &unseen).await.unwrap();
        assert!(report.resumed);
        assert_eq!(rows(&report, "operation").0, 1199);
        let all = "SELECT publishing_version * 10 + length(body) FROM operation ORDER BY publishing_version";
        assert_eq!(from.ask(all).await, to.ask(all).await);
        assert_eq!(to.ask("SELECT secret_hash FROM principal WHERE client = 'B'").await, ["new"]);
        assert_eq!(to.ask("SELECT count(*) FROM outbox").await, ["699"]);
        assert_eq!(to.ask("SELECT count(*) FROM publisher").await, ["3"]);
        assert_eq!(to.ask("SELECT count(*) FROM content").await, ["59"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_wrongly_is_seen() {
    for (from, to) in pairs().await {
        fill(&from).await;
        let target = to.address.clone();
        let harm =
            format!("UPDATE operation SET body = {} WHERE publishing_version = 1200", to.bytes("00fe"));
        let harm = move |progress: upkeep::Progress| {
            if progress.stage == Stage::Verifying && progress.table == "publisher" {
                let (target, harm) = (target.clone(), harm.clone());
                let harm = async move { signoff_upkeep::testing::sql(&target, &harm).await.unwrap() };
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(harm));
            }
        };
        let (source, copy) = (from.place(), to.place());
        // A task of its own: the thread of the test would take what wakes it for what wakes the harm.
        let differs = tokio::spawn(async move { upkeep::copy(&source, &copy, &harm).await }).await.unwrap();
        assert!(
            matches!(&differs, Err(UpkeepError::Differs(why)) if why.starts_with("operation differs")),
            "{differs:?}"
        );
        let healed = upkeep::copy(&from.place(), &to.place(), &unseen).await.unwrap();
        assert_eq!(rows(&healed, "operation"), (1200, 1000));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_serves_an_unfinished_copy() {
    for (from, to) in pairs().await {
        fill(&from).await;
        cut_short(&from, &to, 6).await;
        let refused = match to.address.strip_prefix("sqlite:") {
            Some(file) => SqliteStore::open(file.as_ref()).err().map(UpkeepError::from),
            None => PostgresStore::open(&to.settings()).await.err().map(UpkeepError::from),
        };
        let refused = refused.expect("it is not opened").to_string();
        assert!(refused.contains("unfinished copy of ") && refused.contains("store copy"), "{refused}");
        let migrated = upkeep::migrate(&to.place()).await.unwrap_err().to_string();
        assert!(migrated.contains("unfinished copy of "), "{migrated}");
        let copied = upkeep::copy(&to.place(), &Shelf::sqlite().place(), &unseen).await.unwrap_err();
        assert!(copied.to_string().contains("unfinished copy of "), "{copied}");
        let other = Shelf::sqlite();
        fill(&other).await;
        let refused = upkeep::copy(&other.place(), &to.place(), &unseen).await.unwrap_err().to_string();
        assert!(refused.contains("holds an unfinished copy of "), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_use_is_neither_filled_nor_copied_from_a_file() {
    let (file, database) = (Shelf::sqlite(), Shelf::postgres().await);
    fill(&file).await;
    let refusal = |result: Result<CopyReport, UpkeepError>| match result {
        Err(UpkeepError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    let path = file.address.strip_prefix("sqlite:").unwrap();
    let server = SqliteStore::open(path.as_ref()).unwrap();
    let why = refusal(upkeep::copy(&file.place(), &database.place(), &unseen).await);
    assert!(why.contains("open in another signoff server") && why.contains("store backup"), "{why}");
    drop(server);

    let server = PostgresStore::open(&database.settings()).await.unwrap();
    let why = refusal(upkeep::copy(&file.place(), &database.place(), &unseen).await);
    assert!(why.contains("connections of signoff servers") && why.contains("stop"), "{why}");
    drop(server);
    upkeep::copy(&file.place(), &database.place(), &unseen).await.unwrap();

    let why = refusal(upkeep::copy(&file.place(), &file.place(), &unseen).await);
    assert!(why.contains("to itself"), "{why}");
    let none = Shelf::sqlite();
    let why = refusal(upkeep::copy(&none.place(), &Shelf::sqlite().place(), &unseen).await);
    assert!(why.contains("is no file"), "{why}");
    assert!(!std::path::Path::new(none.address.strip_prefix("sqlite:").unwrap()).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_go_on_after_those_that_were_copied() {
    let (from, to) = (Shelf::sqlite(), Shelf::postgres().await);
    fill(&from).await;
    upkeep::copy(&from.place(), &to.place(), &unseen).await.unwrap();
    let next = to.ask("SELECT nextval('letter_id') > (SELECT max(id) FROM outbox)").await;
    assert_eq!(next, ["t"]);
    assert_eq!(to.ask("SELECT last FROM audit_counter WHERE publisher_id = 'contoso'").await, ["2"]);
}
