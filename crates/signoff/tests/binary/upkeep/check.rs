//! What `signoff store check` finds.

use std::path::Path;

use signoff_store::packed;
use signoff_upkeep::{self as upkeep, Finding, Place};

use super::{Shelf, fill, store};

/// A harm, and what is found: the rule, and part of the words.
type Case = (&'static str, &'static str, &'static str);

/// Each of them by itself makes a store unsound.
const CASES: &[Case] = &[
    (
        "UPDATE offer SET target = (SELECT operation_id FROM operation
             WHERE offer_id = 'waiting' AND publishing_version = 1) WHERE offer_id = 'waiting'",
        "one runs",
        "it runs, and is not the newest of its offer",
    ),
    (
        "INSERT INTO work (publisher_id, operation_id, attempt, offer_id, kind, due_at)
             SELECT publisher_id, operation_id, 1, offer_id, 'run', 1 FROM operation
             WHERE offer_id = 'live' AND publishing_version = 1",
        "work",
        "attempt 1 (run) is due, and it has ended",
    ),
    ("DELETE FROM work WHERE offer_id = 'busy'", "work", "which is not due at any time"),
    ("UPDATE work SET attempt = attempt + 7 WHERE offer_id = 'busy'", "work", "it does not wait for that"),
    ("UPDATE work SET offer_id = 'live' WHERE offer_id = 'busy'", "work", "is due as work of the offer live"),
    (
        "DELETE FROM operation WHERE offer_id = 'waiting' AND publishing_version = 2",
        "thread",
        "torn: 2 of them come first",
    ),
    (
        "UPDATE operation SET previous = NULL WHERE offer_id = 'waiting' AND publishing_version = 2",
        "columns",
        "another operation than its row says",
    ),
    (
        "DELETE FROM operation WHERE offer_id = 'live' AND publishing_version = 1",
        "reference",
        "its production slot names it",
    ),
    (
        "DELETE FROM operation WHERE offer_id = 'live' AND publishing_version = 1",
        "reference",
        "a letter tells of it, and the operation is missing",
    ),
    (
        "DELETE FROM operation WHERE offer_id = 'live' AND publishing_version = 1",
        "reference",
        "something was made for it, and the operation is missing",
    ),
    (
        "DELETE FROM operation WHERE operation_id = (SELECT target FROM offer WHERE offer_id = 'busy')",
        "reference",
        "its target ",
    ),
    (
        "DELETE FROM operation WHERE operation_id = (SELECT target FROM offer WHERE offer_id = 'busy')",
        "reference",
        "work of it is due, and the operation is missing",
    ),
    ("DELETE FROM offer WHERE offer_id = 'stuck'", "reference", "its offer is missing"),
    ("DELETE FROM offer WHERE offer_id = 'draft'", "content", "and no offer"),
    ("DELETE FROM content WHERE offer_id = 'draft'", "content", "there is no content of its version"),
    ("UPDATE content SET definition = '[' WHERE offer_id = 'draft'", "readable", "the definition of version"),
    ("UPDATE offer SET state = '{' WHERE offer_id = 'draft'", "readable", "its state cannot be read"),
    ("UPDATE offer SET status = 'failed' WHERE offer_id = 'draft'", "columns", "its status is said to be failed"),
    ("UPDATE offer SET revision = 0 WHERE offer_id = 'draft'", "columns", "its revision is 0"),
    (
        "UPDATE offer SET state = replace(state, '\"id\":\"draft\"', '\"id\":\"drift\"') WHERE offer_id = 'draft'",
        "columns",
        "that of another offer",
    ),
    (
        "UPDATE offer SET cancellation = NULL WHERE offer_id = 'stuck'",
        "state",
        "its newest operation is said to be",
    ),
    (
        "UPDATE outbox SET event = 'unheard' WHERE event = 'live'",
        "columns",
        "is another one than its row says",
    ),
    (
        "UPDATE outbox SET outcome = 'due' WHERE event = 'live'",
        "letter",
        "is due, and its time",
    ),
    ("DELETE FROM audit WHERE publisher_id = 'contoso' AND entry = 3", "audit", "entry 3 of the audit log is missing"),
    ("INSERT INTO audit VALUES ('fabrikam', 1, '{}')", "readable", "entry 1 of the audit log cannot be read"),
    ("DELETE FROM publisher WHERE publisher_id = 'fabrikam'", "reference", "is a member, and there is no publisher"),
    ("DELETE FROM publisher WHERE publisher_id = 'contoso'", "reference", "its publisher is missing"),
    ("UPDATE publisher SET body = '{}' WHERE publisher_id = 'fabrikam'", "readable", "the publisher cannot be read"),
    ("UPDATE member SET role = 'king' WHERE publisher_id = 'fabrikam'", "readable", "is unknown"),
    (
        "INSERT INTO kept SELECT publisher_id, offer_id, 99, operation_id, 1 FROM operation WHERE offer_id = 'live'
             AND publishing_version = 1",
        "reference",
        "it is kept as number 99, and is not there",
    ),
    (
        "INSERT INTO kept SELECT publisher_id, offer_id, publishing_version, operation_id, 0 FROM operation
             WHERE offer_id = 'live' AND publishing_version = 1",
        "content",
        "it is kept, and its content is not",
    ),
];

/// Harms to what is packed into a row: the rows that are harmed, what they hold is replaced, and by what; the rule, and
/// part of the words.
const PACKED: &[(&str, &str, &str, &str, &str)] = &[
    ("operation WHERE offer_id = 'busy'", "\"lastAttempt\"", "\"last\"", "state", "it waits for attempt"),
    (
        "operation WHERE offer_id = 'live' AND publishing_version = 1",
        "\"phase\"",
        "\"phrase\"",
        "readable",
        "it cannot be read",
    ),
    ("outbox WHERE event = 'live'", "\"kind\"", "\"king\"", "readable", "letter "),
];

/// All that may be done to the store, in the words of its engine.
async fn harms(shelf: &Shelf, of_engine: &[Case]) -> Vec<(String, &'static str, &'static str)> {
    let is_file = shelf.address.starts_with("sqlite:");
    let shown = if is_file { "hex(body)" } else { "encode(body, 'hex')" };
    let plain = CASES.iter().chain(of_engine);
    let mut all: Vec<_> = plain.map(|(harm, rule, words)| ((*harm).to_owned(), *rule, *words)).collect();
    for (which, from, to, rule, words) in PACKED {
        let found = shelf.ask(&format!("SELECT {shown} FROM {which} LIMIT 1")).await;
        let json = packed::json(&hex::decode(&found[0]).unwrap()).unwrap();
        assert!(json.contains(from), "{json}");
        let next = hex::encode(json.replace(from, to));
        let (table, rows) = which.split_once(' ').unwrap();
        let next = if is_file { format!("x'{next}'") } else { format!("'\\x{next}'::bytea") };
        all.push((format!("UPDATE {table} SET body = {next} {rows}"), rule, words));
    }
    all
}

async fn found(place: &Place) -> Vec<Finding> {
    let never = |text: &str| if text == "x" { Err("no JSON".to_owned()) } else { Ok(()) };
    upkeep::check(place, &never, &|_| {}).await.unwrap().findings
}

fn names(findings: &[Finding], rule: &str, words: &str) -> bool {
    findings.iter().any(|finding| finding.rule == rule && finding.what.contains(words))
}

#[tokio::test]
async fn a_store_that_servers_filled_is_sound_and_every_harm_is_named() {
    let shelf = Shelf::sqlite();
    let server = shelf.serve().await;
    fill(&server.base).await;
    let run = store(&["check", "--store", &shelf.address]).await;
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "a server may have it open: {run:?}");
    server.kill().await;
    let run = store(&["check", "--store", &shelf.address, "--output", "json"]).await;
    assert!(run.code == 0 && run.json()["rows"].as_u64().unwrap() > 50, "{run:?}");

    let file = shelf.address.strip_prefix("sqlite:").unwrap();
    let harmed = |number: usize| format!("{file}-{number}");
    for (number, (harm, rule, words)) in harms(&shelf, OF_SQLITE).await.iter().enumerate() {
        let copy = harmed(number);
        std::fs::copy(file, &copy).unwrap();
        if Path::new(&format!("{file}-wal")).exists() {
            std::fs::copy(format!("{file}-wal"), format!("{copy}-wal")).unwrap();
        }
        signoff_upkeep::testing::sql(&format!("sqlite:{copy}"), harm).await.unwrap();
        let findings = found(&Place::sqlite(Path::new(&copy))).await;
        assert!(names(&findings, rule, words), "{harm} {findings:#?}");
    }
    let harmed = format!("sqlite:{}", harmed(0));
    let run = store(&["check", "--store", &harmed]).await;
    assert!(run.code == 1 && run.stdout.contains("one runs") && run.stdout.contains("waiting"), "{run:?}");
    let run = store(&["check", "--store", &harmed, "--output", "json"]).await;
    let finding = &run.json()["findings"][0];
    assert!(
        run.code == 1 && finding["publisherId"] == "contoso" && finding["offerId"] == "waiting",
        "{run:?}"
    );
}

/// What only this engine lets somebody do.
const OF_SQLITE: &[Case] = &[
    (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema
             WHERE name = 'repeated_expiry') WHERE name = 'work_due_of_publisher'",
        "integrity",
        "",
    ),
    (
        "INSERT INTO repeated VALUES ('contoso', x'00', x'00', 1, 'x')",
        "readable",
        "the key of a kept reply is none",
    ),
    (
        "INSERT INTO repeated VALUES ('contoso', x'00', x'00', 1, 'x')",
        "readable",
        "a kept reply cannot be read: no JSON",
    ),
];

#[tokio::test]
async fn a_database_that_servers_filled_is_sound_and_harms_are_named() {
    let shelf = Shelf::postgres().await;
    let server = shelf.serve().await;
    fill(&server.base).await;
    let run = store(&["check", "--store", &shelf.address]).await;
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(run.stderr.contains("\nnot checked: the inside of the indexes"), "{run:?}");
    let run = store(&["check", "--store", &shelf.address, "--output", "json"]).await;
    assert!(run.json()["unchecked"][0].as_str().unwrap().ends_with("CREATE EXTENSION amcheck"), "{run:?}");
    shelf.sql("CREATE EXTENSION amcheck").await;
    let run = store(&["check", "--store", &shelf.address]).await;
    assert!(run.code == 0 && !run.stderr.contains("not checked"), "{run:?}");
    server.kill().await;
    let place = || Place::postgres(&shelf.address.parse().unwrap());
    for (harm, rule, words) in &harms(&shelf, OF_POSTGRES).await {
        // In a schema of its own, so that a harm does not stand in the way of the next.
        shelf.sql("CREATE SCHEMA harmed").await;
        for table in shelf.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").await {
            shelf
                .sql(&format!(
                    "CREATE TABLE harmed.{table} (LIKE public.{table} INCLUDING ALL);
                     INSERT INTO harmed.{table} SELECT * FROM public.{table}"
                ))
                .await;
        }
        shelf.sql(&format!("SET search_path = harmed; {harm}")).await;
        let separator = if shelf.address.contains('?') { '&' } else { '?' };
        let address = format!("{}{separator}options=-csearch_path%3Dharmed", shelf.address);
        let findings = found(&Place::postgres(&address.parse().unwrap())).await;
        assert!(names(&findings, rule, words), "{harm} {findings:#?}");
        shelf.sql("DROP SCHEMA harmed CASCADE").await;
    }
    assert_eq!(found(&place()).await, []);
}

/// What only this engine lets somebody do.
const OF_POSTGRES: &[Case] = &[
    (
        "ALTER TABLE outbox DROP CONSTRAINT outbox_publisher_id_operation_id_event_recipient_key;
         ALTER TABLE outbox DROP CONSTRAINT outbox_pkey;
         INSERT INTO outbox SELECT * FROM outbox WHERE event = 'live'",
        "integrity",
        "table outbox: ",
    ),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('harmed.member_tenant_client_idx')",
        "integrity",
        "is not valid; REINDEX it",
    ),
    ("UPDATE audit_counter SET last = last - 1", "integrity", "the next entry of the audit log"),
];
