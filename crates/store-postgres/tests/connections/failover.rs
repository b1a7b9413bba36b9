//! Which server is spoken to, and what happens when it is another one.

use std::time::Duration;

use signoff_store::contract::{Directory as _, Sharing as _};
use signoff_store_postgres::testing::{self, OwnServer, Proxy};
use signoff_store_postgres::{OpenError, PostgresSettings, PostgresStore};

use crate::{PATIENCE, open, record, refused, write_until_it_says, write_until_it_works};

/// A database of the common server: `HOST:PORT`, and its name.
pub(crate) async fn database() -> (String, String) {
    let address = testing::database().await.unwrap();
    let rest = address.split_once('@').unwrap().1.split_once('?').unwrap().0;
    let (host, name) = rest.split_once('/').unwrap();
    (host.to_owned(), name.to_owned())
}

#[tokio::test]
async fn the_next_server_is_found_when_one_is_cut_off() {
    let (server, name) = database().await;
    let (first, second) = (Proxy::before(&server).await.unwrap(), Proxy::before(&server).await.unwrap());
    let store =
        open(&format!("postgres://postgres@{},{}/{name}", first.host(), second.host())).await.unwrap();
    assert_eq!(second.accepted(), 0, "the first is asked first");
    first.cut();
    write_until_it_works(&store).await;
    assert!(second.accepted() > 0);
    let before = first.accepted();
    second.cut();
    write_until_it_says(&store, &[&first.host(), &second.host()]).await;
    assert!(first.accepted() > before);
    first.lead_to(&server);
    write_until_it_works(&store).await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let (server, name) = database().await;
    let silent = Proxy::before(&server).await.unwrap();
    let address = |host: &str| format!("postgres://postgres@{host}/{name}?connect_timeout=1&sslmode=disable");
    let store = open(&address(&format!("{},{server}", silent.host()))).await.unwrap();
    silent.fall_silent();
    let settings =
        PostgresSettings::parse(&address(&silent.host())).unwrap().patience(Duration::from_millis(1500));
    let error = PostgresStore::open(&settings).await.map(|_| ()).unwrap_err();
    assert!(
        matches!(&error, OpenError::Unreachable { why, .. } if why.contains("no answer within 1 s")),
        "{error}"
    );
    silent.cut();
    silent.fall_silent();
    write_until_it_works(&store).await;
}

#[tokio::test]
async fn a_second_connection_that_is_refused_is_waited_for() {
    let (server, name) = database().await;
    let admin =
        testing::connect(&format!("postgres://postgres@{server}/{name}?sslmode=disable")).await.unwrap();
    let role = format!("one_of_{name}");
    admin
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN CONNECTION LIMIT 1; GRANT CREATE ON SCHEMA public TO {role}"
        ))
        .await
        .unwrap();
    let proxy = Proxy::before(&server).await.unwrap();
    let address = format!("postgres://{role}@{}/{name}?sslmode=disable", proxy.host());
    let settings = PostgresSettings::parse(&address).unwrap().connections(4).patience(PATIENCE);
    let mut waiting = tokio::spawn(async move { PostgresStore::open(&settings).await });
    // The first connection, the second that is refused, and another try.
    while proxy.accepted() < 3 {
        tokio::select! {
            ended = &mut waiting => panic!("it does not wait: {:?}", ended.unwrap().err()),
            () = tokio::task::yield_now() => {}
        }
    }
    admin.batch_execute(&format!("ALTER ROLE {role} CONNECTION LIMIT -1")).await.unwrap();
    drop(waiting.await.unwrap().unwrap());
}

#[tokio::test]
async fn only_a_server_that_takes_writes_is_used() {
    let standby = OwnServer::start("touch data/standby.signal", "").unwrap();
    let at = |host: &str, name: &str| format!("postgres://postgres@{host}/{name}?sslmode=disable");
    let settings =
        |patience| PostgresSettings::parse(&at(standby.host(), "postgres")).unwrap().patience(patience);
    let error = PostgresStore::open(&settings(Duration::from_secs(1))).await.map(|_| ()).unwrap_err();
    assert!(matches!(&error, OpenError::Unreachable { why, .. } if why.contains("a standby")), "{error}");
    let (primary, name) = database().await;
    let store = open(&at(&format!("{},{primary}", standby.host()), &name)).await.unwrap();
    store.put_principal(record("written"), None).await.unwrap();

    let waiting = settings(PATIENCE);
    let waiting = tokio::spawn(async move { PostgresStore::open(&waiting).await.map(|_| ()) });
    standby.say(&["SELECT pg_promote()"]).await.unwrap();
    waiting.await.unwrap().unwrap();
    a_server_that_takes_no_writes_any_more_is_left(&standby, &primary, &name).await;
}

async fn a_server_that_takes_no_writes_any_more_is_left(former: &OwnServer, next: &str, name: &str) {
    former.say(&[&format!("CREATE DATABASE {name}")]).await.unwrap();
    let proxy = Proxy::before(former.host()).await.unwrap();
    let store = open(&format!("postgres://postgres@{}/{name}?sslmode=disable", proxy.host())).await.unwrap();
    store.put_principal(record("there"), None).await.unwrap();
    former
        .say(&["ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"])
        .await
        .unwrap();
    write_until_it_says(&store, &["takes no writes"]).await;
    let ready = store.writable().await.expect_err("it is not ready").to_string();
    assert!(ready.contains("no writes"), "{ready}");
    let error = refused(&format!("postgres://postgres@{}/{name}?sslmode=disable", former.host())).await;
    assert!(error.to_string().contains("default_transaction_read_only is on"), "{error}");
    // The old connections still lead to the former server.
    proxy.lead_to(next);
    store.put_principal(record("here"), None).await.unwrap();
    store.writable().await.unwrap();
    assert!(store.principal(&record("there").id).await.unwrap().is_none(), "it is another server");
}
