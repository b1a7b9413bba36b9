//! Connections to PostgreSQL: over TLS, to the server that takes writes, with limits, and what a caller is told.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod failover;
mod roles;
mod silence;
mod standby;
mod tls;

use std::time::Duration;

use signoff_store::contract::{Directory as _, PrincipalId, PrincipalRecord};
use signoff_store_postgres::{OpenError, PostgresSettings, PostgresStore};

/// Nothing here takes this long; it only turns a hang into a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A store with few connections that does not wait for its database.
async fn open(address: &str) -> Result<PostgresStore, OpenError> {
    let settings = PostgresSettings::parse(address)?.connections(4).patience(Duration::from_secs(5));
    PostgresStore::open(&settings).await
}

/// The error with which a store is not opened.
async fn refused(address: &str) -> OpenError {
    open(address).await.map(|_| ()).expect_err(address)
}

/// A record that may be written again and again.
fn record(client: &str) -> PrincipalRecord {
    let id = PrincipalId { tenant: "tenant".to_owned(), client: client.to_owned() };
    PrincipalRecord { id, secret_hash: None, seeded: false }
}

/// Writes until it works.
async fn write_until_it_works(store: &PostgresStore) {
    let writing = async {
        while let Err(error) = store.put_principal(record("again"), None).await {
            eprintln!("not yet: {error}");
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, writing).await.expect("it works again");
}

/// Writes until it fails with these words.
async fn write_until_it_says(store: &PostgresStore, words: &[&str]) {
    let writing = async {
        loop {
            match store.put_principal(record("again"), None).await {
                Err(error) if words.iter().all(|word| error.to_string().contains(word)) => return,
                said => eprintln!("not yet: {said:?}"),
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, writing).await.expect("it says so some time");
}
