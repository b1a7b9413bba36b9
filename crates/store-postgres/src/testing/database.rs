//! A database of one test's own: on the server that `SIGNOFF_TEST_POSTGRES` names, else on one of this process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::error::SqlState;

use super::own_server::connect;
use super::postgres_server::{Postgres, VARIABLE};

/// Makes an empty database and answers its address.
///
/// # Errors
/// What is missing, if there is no server.
pub async fn database() -> Result<String, String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = database_server()?;
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let database = format!("test_{}_{number}", std::process::id());
        match create(&server, &database).await {
            Ok(()) => return Ok(format!("{server}/{database}?sslmode=disable")),
            // An earlier process had the same number.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => {}
            Err(error) => return Err(format!("{server}: {error}")),
        }
    }
}

/// The address of the server, without a database.
///
/// # Errors
/// What is missing, if there is no server.
pub fn database_server() -> Result<String, String> {
    static OWN: OnceLock<Result<Postgres, String>> = OnceLock::new();
    match std::env::var(VARIABLE) {
        Ok(server) => Ok(server),
        Err(_) => {
            OWN.get_or_init(Postgres::start).as_ref().map(|own| own.address.clone()).map_err(Clone::clone)
        }
    }
}

async fn create(server: &str, database: &str) -> Result<(), tokio_postgres::Error> {
    let client = connect(&format!("{server}/postgres?sslmode=disable")).await?;
    client.batch_execute(&format!("CREATE DATABASE {database} TEMPLATE template0")).await
}
