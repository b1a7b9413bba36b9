//! Copies and backups of stores that servers filled, and what servers make of them.

use std::process::Stdio;

use serde_json::{Value, json};
use signoff_store_postgres::testing;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::{Run, Shelf, copy, fill, store, told};
use crate::server::{Api, PATIENCE, of_offer, sample, signoff};

/// Everything goes on: what waited is taken live, what ran is canceled, and the rules hold.
async fn goes_on(shelf: &Shelf, ann: &Api) {
    let path = |offer: &str, rest: &str| of_offer("contoso", offer, rest);
    ann.post(&path("waiting", "/golive"), &json!({}), 202).await;
    let canceled = ann.send(reqwest::Method::POST, &path("running", "/cancel"), None, None).await.unwrap();
    assert!(matches!(canceled.status, 200 | 202), "{canceled:?}");
    ann.put(&path("canceled", ""), Some("*"), &sample("contoso", "canceled", "again")).await;
    ann.advance("contoso", "60d").await;
    for (offer, status) in
        [("waiting", "succeeded"), ("running", "canceled"), ("busy", "waitingForPublisherReview")]
    {
        let seen = ann.get(&path(offer, "/status")).await;
        assert_eq!(seen.text("status"), status, "{offer}: {seen:?}");
    }
    let run = store(&["check", "--store", &shelf.address]).await;
    assert_eq!(run.code, 0, "{run:?}");
}

/// What is told now is what was told before; only the first difference is shown.
fn same(now: &[Value], before: &[Value]) {
    for (now, before) in now.iter().zip(before) {
        assert_eq!(now, before);
    }
    assert_eq!(now.len(), before.len());
}

#[tokio::test]
async fn a_store_goes_to_the_other_engine_and_back() {
    let (first, second, third) = (Shelf::sqlite(), Shelf::postgres().await, Shelf::sqlite());
    let server = first.serve().await;
    let ann = fill(&server.base).await;
    let live = copy(&first, &second).await;
    assert_eq!(live.code, 2, "{live:?}");
    assert!(live.stderr.contains("open in another signoff server"), "{live:?}");
    let before = told(&ann).await;
    server.kill().await;
    let run = copy(&first, &second).await;
    assert_eq!((run.code, &run.json()["resumed"]), (0, &json!(false)), "{run:?}");
    let server = second.serve().await;
    same(&told(&ann.at(&server.base)).await, &before);
    // A database is read in one state while its servers go on.
    let run = copy(&second, &third).await;
    assert_eq!(run.code, 0, "{run:?}");
    goes_on(&second, &ann.at(&server.base)).await;
    server.kill().await;
    let server = third.serve().await;
    let ann = ann.at(&server.base);
    same(&told(&ann).await, &before);
    goes_on(&third, &ann).await;
    let again = copy(&second, &third).await;
    assert!(again.code == 2 && again.stderr.contains("open in another"), "{again:?}");
}

#[tokio::test]
async fn a_killed_copy_is_served_by_nobody_and_goes_on() {
    let (from, to) = (Shelf::sqlite(), Shelf::postgres().await);
    let server = from.serve().await;
    let ann = fill(&server.base).await;
    let before = told(&ann).await;
    server.kill().await;
    let run = store(&["migrate", "--store", &to.address]).await;
    assert_eq!(run.code, 0, "{run:?}");
    // It comes no further than to here.
    let held = testing::TableLock::table(&to.address, "operation").await.unwrap();
    let mut command = signoff(from.folder());
    command.args(["store", "copy", "--from", &from.address, "--to", &to.address]);
    let mut killed = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(killed.stderr.take().unwrap()).lines();
    let reached = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.starts_with("copying offer: ") {
                return;
            }
        }
        panic!("it ended too early");
    };
    tokio::time::timeout(PATIENCE, reached).await.unwrap();
    killed.kill().await.unwrap();
    drop(held);
    let serve = ["serve", "--dev", "--listen", "127.0.0.1:0", "--store", &to.address];
    let refused = Run::of(signoff(from.folder()).args(serve).output().await.unwrap());
    assert!(refused.code > 0 && refused.stderr.contains("unfinished copy of sqlite:"), "{refused:?}");
    let run = copy(&from, &to).await;
    assert_eq!((run.code, &run.json()["resumed"]), (0, &json!(true)), "{run:?}");
    let tables = run.json()["tables"].as_array().unwrap().clone();
    let of = |name: &str| tables.iter().find(|table| table["table"] == name).unwrap();
    assert_eq!(of("offer")["found"], of("offer")["rows"], "{run:?}");
    assert_eq!(of("operation")["found"], 0, "{run:?}");
    let server = to.serve().await;
    let ann = ann.at(&server.base);
    same(&told(&ann).await, &before);
    goes_on(&to, &ann).await;
}

#[tokio::test]
async fn a_backup_is_taken_while_the_server_works_and_restored() {
    for shelf in [Shelf::sqlite(), Shelf::postgres().await] {
        let server = shelf.serve().await;
        let ann = fill(&server.base).await;
        let before = told(&ann).await;
        let file = shelf.folder().join("backup.db");
        let name = file.to_str().unwrap();
        let busy = Api::owner(&server.base, "fabrikam").await;
        let writing = tokio::spawn(async move {
            for number in 0_u64.. {
                let tag = (number > 0).then_some("*");
                let document = sample("fabrikam", "busy", &number.to_string());
                busy.put(&of_offer("fabrikam", "busy", ""), tag, &document).await;
            }
        });
        let run = store(&["backup", "--store", &shelf.address, "--to", name]).await;
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!writing.is_finished(), "the server went on");
        writing.abort();
        let run = store(&["backup", "--store", &shelf.address, "--to", name]).await;
        assert!(run.code == 2 && run.stderr.contains("exists already"), "{run:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        let left = std::fs::read_dir(shelf.folder()).unwrap();
        let left = left.filter(|entry| {
            entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with(".signoff-backup")
        });
        assert_eq!(left.count(), 0);
        server.kill().await;
        let backup = format!("sqlite:{name}");
        let run = store(&["check", "--store", &backup]).await;
        assert_eq!(run.code, 0, "{run:?}");
        let restored = Shelf::postgres().await;
        let run = store(&["copy", "--quiet", "--from", &backup, "--to", &restored.address]).await;
        assert!(run.code == 0 && !run.stderr.contains("copying"), "{run:?}");
        let server = restored.serve().await;
        let ann = ann.at(&server.base);
        same(&told(&ann).await, &before);
        goes_on(&restored, &ann).await;
    }
}

#[tokio::test]
async fn no_password_is_shown() {
    let (from, to) = (Shelf::sqlite(), Shelf::postgres().await);
    store(&["migrate", "--store", &from.address]).await;
    let secret = to.address.replace("postgres@", "postgres:hunter2@");
    let nobody = to.address.replace("postgres@", "nobody:hunter2@");
    let runs = [
        store(&["copy", "--from", &from.address, "--to", &secret]).await,
        store(&["copy", "--from", &secret, "--to", &secret]).await,
        store(&["copy", "--from", &from.address, "--to", &secret.replace("sslmode", "sslmood")]).await,
        store(&["check", "--store", &secret, "--output", "json"]).await,
        store(&["migrate", "--store", &secret, "--check", "--output", "json"]).await,
    ];
    for (run, code) in runs.iter().zip([0, 2, 1, 0, 0]) {
        assert!(run.code == code || run.code == 2 && code == 1, "{code} {run:?}");
    }
    let out_of_reach = store(&["migrate", "--store", &nobody]).await;
    assert!(out_of_reach.code > 0, "{out_of_reach:?}");
    for run in runs.iter().chain([&out_of_reach]) {
        assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "{run:?}");
    }
}

#[tokio::test]
async fn a_server_that_may_not_migrate_says_what_to_do() {
    for shelf in [Shelf::sqlite(), Shelf::postgres().await] {
        let pending = store(&["migrate", "--store", &shelf.address, "--check"]).await;
        assert!(pending.code == 1 && pending.stdout.contains("0001_first"), "{pending:?}");
        assert!(pending.stdout.contains("pending"), "{pending:?}");
        let serve =
            ["serve", "--dev", "--listen", "127.0.0.1:0", "--migrate", "never", "--store", &shelf.address];
        let refused = Run::of(signoff(shelf.folder()).args(serve).output().await.unwrap());
        assert!(refused.code > 0 && refused.stderr.contains("signoff store migrate"), "{refused:?}");
        let done = store(&["migrate", "--store", &shelf.address]).await;
        assert!(done.code == 0 && done.stdout.contains("applied"), "{done:?}");
        let checked = store(&["migrate", "--store", &shelf.address, "--check"]).await;
        assert_eq!(checked.code, 0, "{checked:?}");
        let log = shelf.folder().join("served.log");
        crate::server::Server::start_at(&shelf.address, &log, &["--migrate", "never"]).await.kill().await;
    }
}
