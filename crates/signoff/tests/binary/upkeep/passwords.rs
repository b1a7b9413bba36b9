//! Which password counts, and who is told that one can be seen.

use signoff_store_postgres::testing::OwnServer;

use super::{Run, Shelf, store, store_with};
use crate::server::{Server, signoff};

const VARIABLE: &str = "SIGNOFF_STORE_PASSWORD";

/// A server that asks for passwords, with a database each for `ann`, whose password is `annas`, and `bob`, whose is `bobs`.
async fn server() -> OwnServer {
    let setup = "printf 'host all postgres 127.0.0.1/32 trust\\nhost all all 127.0.0.1/32 scram-sha-256\\n' \
                 >data/pg_hba.conf";
    let server = OwnServer::start(setup, "").unwrap();
    let made = [
        "CREATE ROLE ann LOGIN PASSWORD 'annas'",
        "CREATE ROLE bob LOGIN PASSWORD 'bobs'",
        "CREATE DATABASE ann OWNER ann",
        "CREATE DATABASE bob OWNER bob",
    ];
    server.say(&made).await.unwrap();
    server
}

/// The database of a user, who is named with or without a password.
fn at(server: &OwnServer, user: &str) -> String {
    let database = user.split(':').next().unwrap();
    format!("postgres://{user}@{}/{database}?sslmode=disable", server.host())
}

/// Whether it warns of the password in `--OPTION`, and names the remedy.
fn warns(run: &Run, option: &str, variable: &str) -> bool {
    let shown = format!("caution: the password in --{option} shows in the list of processes");
    let remedy = format!("use {VARIABLE}, or give the whole address by {variable}");
    run.stderr.lines().any(|line| line.starts_with(&shown) && line.ends_with(&remedy))
}

#[tokio::test]
async fn the_password_of_an_address_counts_before_that_of_the_environment() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let (own, none, wrong) = (at(&server, "ann:annas"), at(&server, "ann"), at(&server, "ann:bobs"));
    let to = folder.path().join("backup.db").display().to_string();
    for command in [&["migrate"][..], &["check"], &["backup", "--to", &to]] {
        let run = async |variables: &[(&str, &str)], more: &[&str]| {
            let _ = std::fs::remove_file(&to);
            let run = store_with(variables, &[command, more].concat()).await;
            assert!(!run.stderr.contains("annas") && !run.stderr.contains("bobs"), "{run:?}");
            run
        };
        let refused = run(&[(VARIABLE, "annas")], &["--store", &wrong]).await;
        assert!(refused.code == 2 && refused.stderr.contains("check the user"), "{refused:?}");
        let done = run(&[(VARIABLE, "bobs")], &["--store", &own]).await;
        assert!(done.code == 0 && warns(&done, "store", "SIGNOFF_STORE"), "{done:?}");
        let done = run(&[(VARIABLE, "annas")], &["--store", &none]).await;
        assert!(done.code == 0 && !done.stderr.contains("caution"), "{done:?}");
        let done = run(&[(VARIABLE, "bobs"), ("SIGNOFF_STORE", &own)], &[]).await;
        assert!(done.code == 0 && !done.stderr.contains("caution"), "nobody else sees it: {done:?}");
    }

    // `serve` holds it the same way.
    let log = folder.path().join("server.log");
    for (address, password) in [(&own, "bobs"), (&none, "annas")] {
        Server::start_in(&[(VARIABLE, password)], address, &log, &[]).await.kill().await;
    }
    let mut serve = signoff(folder.path());
    serve.args(["serve", "--listen", "127.0.0.1:0", "--store", &wrong]).env(VARIABLE, "annas");
    let refused = Run::of(serve.output().await.unwrap());
    assert!(refused.code == 2 && warns(&refused, "store", "SIGNOFF_STORE"), "{refused:?}");
    assert!(refused.stderr.contains("check the user"), "{refused:?}");
}

#[tokio::test]
async fn each_address_of_a_copy_can_have_its_own() {
    let (server, file) = (server().await, Shelf::sqlite());
    let (from, to) = (at(&server, "ann:annas"), at(&server, "bob"));
    assert_eq!(store(&["migrate", "--store", &file.address]).await.code, 0);
    let run =
        store_with(&[(VARIABLE, "annas")], &["copy", "--from", &file.address, "--to", &at(&server, "ann")])
            .await;
    assert!(run.code == 0 && !run.stderr.contains("caution"), "{run:?}");

    let variables = [(VARIABLE, "bobs")];
    let run = store_with(&variables, &["copy", "--from", &from, "--to", &to]).await;
    assert!(run.code == 0 && warns(&run, "from", "SIGNOFF_COPY_FROM"), "{run:?}");
    assert!(!warns(&run, "to", "SIGNOFF_COPY_TO") && !run.stderr.contains("annas"), "{run:?}");
    let variables = [(VARIABLE, "bobs"), ("SIGNOFF_COPY_FROM", &from), ("SIGNOFF_COPY_TO", &to)];
    let run = store_with(&variables, &["copy"]).await;
    assert!(run.code == 0 && !run.stderr.contains("caution"), "{run:?}");
}
