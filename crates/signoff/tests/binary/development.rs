//! What development mode leaves in a store, and production's refusal of it.

use std::path::Path;
use std::process::Stdio;

use signoff_upkeep::testing;

use crate::server::{PATIENCE, Server, TENANT, signoff};
use crate::upkeep::{Shelf, copy};

/// What `serve` without `--dev` says of the store; `None`: it serves.
async fn production(home: &Path, address: &str) -> Option<String> {
    let mut command = signoff(home);
    command.args(["serve", "--listen", "127.0.0.1:0", "--store", address]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It either ends, or says that it listens and then goes on.
    let mut child = child;
    let mut said = tokio::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    let listens = tokio::io::AsyncBufReadExt::read_line(&mut said, &mut line);
    tokio::time::timeout(PATIENCE, listens).await.unwrap().unwrap();
    if line.starts_with("listening on ") {
        child.kill().await.unwrap();
        return None;
    }
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    Some(String::from_utf8(output.stderr).unwrap())
}

async fn is_refused(shelf: &Shelf, why: &str) {
    let said = production(shelf.folder(), &shelf.address).await.expect("it is refused");
    assert!(said.contains(&format!("was used in development mode: {why}")), "{said}");
    assert!(
        said.contains("production starts on a new store") && said.contains("serve it with --dev"),
        "{said}"
    );
}

async fn production_refuses_it(shelf: Shelf, copied_to: Shelf) {
    assert_eq!(production(shelf.folder(), &shelf.address).await, None, "a new store is production's");
    let server = shelf.serve().await;
    server.kill().await;
    let mark = "it bears the mark of the development mode";
    is_refused(&shelf, mark).await;
    shelf.serve().await.kill().await;
    let run = copy(&shelf, &copied_to).await;
    assert_eq!(run.code, 0, "{run:?}");
    is_refused(&copied_to, mark).await;
    // As one is that was used before there were marks.
    shelf.sql("DELETE FROM lab WHERE kind = 'development'").await;
    is_refused(&shelf, "it holds clients whose secrets stand in the documents").await;
    shelf
        .sql("INSERT INTO lab (publisher_id, kind, key, body) VALUES ('contoso', 'clock', '', '9000000')")
        .await;
    is_refused(&shelf, "a publisher's clock was moved").await;
    shelf.sql("DELETE FROM lab").await;
    shelf.sql("DELETE FROM principal").await;
    assert_eq!(production(shelf.folder(), &shelf.address).await, None);
}

#[tokio::test]
async fn production_refuses_a_file_that_development_used() {
    production_refuses_it(Shelf::sqlite(), Shelf::sqlite()).await;
}

#[tokio::test]
async fn production_refuses_a_database_that_development_used() {
    production_refuses_it(Shelf::postgres().await, Shelf::sqlite()).await;
}

#[tokio::test]
async fn production_gives_the_clients_of_a_development_server_beside_it_no_token() {
    let shelf = Shelf::postgres().await;
    let log = shelf.folder().join("production.log");
    let production = Server::start_with(&[], &shelf.address, &log, &[]).await;
    let development = shelf.serve().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "contoso-owner"),
        ("client_secret", "contoso-secret"),
        ("resource", "https://cloudpartner.azure.com"),
    ];
    for (server, status) in [(&development, 200), (&production, 401)] {
        let address = format!("{}/{TENANT}/oauth2/token", server.base);
        let reply = crate::server::http().post(address).form(&form).send().await.unwrap();
        assert_eq!(reply.status(), status, "{}", reply.text().await.unwrap());
    }
    development.kill().await;
    production.kill().await;
}

#[tokio::test]
async fn a_reset_and_a_restore_leave_the_mark() {
    let shelf = Shelf::sqlite();
    let server = shelf.serve().await;
    let http = crate::server::http();
    let snapshot = http.get(format!("{}/_signoff/snapshot", server.base)).send().await.unwrap();
    let snapshot = snapshot.bytes().await.unwrap();
    let reset = http.post(format!("{}/_signoff/reset", server.base)).send().await.unwrap();
    assert_eq!(reset.status(), 200);
    assert_eq!(shelf.ask("SELECT kind FROM lab").await, ["development"]);
    let file = shelf.folder().join("unmarked.db");
    std::fs::write(&file, &snapshot).unwrap();
    testing::sql(&format!("sqlite:{}", file.display()), "DELETE FROM lab").await.unwrap();
    let body = std::fs::read(&file).unwrap();
    let restored = http.put(format!("{}/_signoff/snapshot", server.base)).body(body).send().await.unwrap();
    assert_eq!(restored.status(), 200);
    assert_eq!(shelf.ask("SELECT kind FROM lab").await, ["development"]);
    server.kill().await;
}

#[tokio::test]
async fn development_has_a_file_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut command = signoff(home.path());
    command.args(["serve", "--dev", "--listen", "127.0.0.1:0"]).env("XDG_DATA_HOME", &data);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = tokio::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    let listens = tokio::io::AsyncBufReadExt::read_line(&mut said, &mut line);
    tokio::time::timeout(PATIENCE, listens).await.unwrap().unwrap();
    assert!(data.join("signoff/signoff-dev.db").exists() && !data.join("signoff/signoff.db").exists());
    child.kill().await.unwrap();
}

#[tokio::test]
async fn development_on_a_store_of_production_says_what_that_means() {
    let shelf = Shelf::sqlite();
    let server = shelf.serve().await;
    crate::upkeep::fill(&server.base).await;
    server.kill().await;
    shelf.sql("DELETE FROM lab").await;
    shelf.sql("DELETE FROM principal").await;
    let log = shelf.folder().join("second.log");
    let server = Server::start_at(&shelf.address, &log, &[]).await;
    server.says("held the state of a production server").await;
    server.kill().await;
}
