//! A PostgreSQL server of one test's own, for what would disturb others.

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::postgres_server::Postgres;

/// A server that ends when this is dropped.
pub struct OwnServer(Postgres);

impl OwnServer {
    /// Starts it with further `options`, after the shell commands of `setup`, run beside the new directory `data`.
    ///
    /// # Errors
    /// What is missing, or what the server says.
    pub fn start(setup: &str, options: &str) -> Result<Self, String> {
        Postgres::start_with(setup, options).map(Self)
    }

    /// `postgres://USER@HOST:PORT`.
    pub fn address(&self) -> &str {
        &self.0.address
    }

    /// `HOST:PORT`.
    pub fn host(&self) -> &str {
        self.0.address.split_once('@').map_or("", |(_, host)| host)
    }

    /// Says the statements to its database `postgres`, one after the other, and answers the first value of the last.
    ///
    /// # Errors
    /// If a statement fails.
    pub async fn say(&self, statements: &[&str]) -> Result<Option<String>, tokio_postgres::Error> {
        let client = connect(&format!("{}/postgres?sslmode=disable", self.address())).await?;
        let mut last = None;
        for statement in statements {
            let said = client.simple_query(statement).await?;
            last = said.iter().find_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
        }
        Ok(last)
    }
}

/// A plain connection, which ends with its client.
///
/// # Errors
/// If there is none.
pub async fn connect(address: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
