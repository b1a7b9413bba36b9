//! What a test does to a store behind the server's back.

use rusqlite::Connection;
use rusqlite::types::Value;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::own_server::connect;

/// Runs statements on the store at `sqlite:PATH` or `postgres://…`.
///
/// # Errors
/// What the engine says.
pub async fn sql(address: &str, text: &str) -> Result<(), String> {
    match address.strip_prefix("sqlite:") {
        Some(file) => {
            let connection = Connection::open(file).map_err(|error| error.to_string())?;
            connection.execute_batch(text).map_err(|error| error.to_string())
        }
        None => connect(address)
            .await
            .map_err(|error| error.to_string())?
            .batch_execute(text)
            .await
            .map_err(|error| format!("{error:?}")),
    }
}

/// The first column of a query as text, row by row.
///
/// # Errors
/// What the engine says.
pub async fn ask(address: &str, text: &str) -> Result<Vec<String>, String> {
    let Some(file) = address.strip_prefix("sqlite:") else {
        let rows = connect(address)
            .await
            .map_err(|error| error.to_string())?
            .simple_query(text)
            .await
            .map_err(|error| format!("{error:?}"))?;
        let value = |message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        return Ok(rows.into_iter().filter_map(value).collect());
    };
    let connection = Connection::open(file).map_err(|error| error.to_string())?;
    let mut statement = connection.prepare(text).map_err(|error| error.to_string())?;
    let text = |value| match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| row.get(0)).map_err(|error| error.to_string())?;
    rows.map(|row| row.map(text).map_err(|error| error.to_string())).collect()
}

/// Lets nobody write to a table of a PostgreSQL database until this is dropped.
pub struct Held {
    _client: Client,
}

impl Held {
    /// Waits until nobody writes to it, and holds it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn table(address: &str, table: &str) -> Result<Self, String> {
        let client = connect(address).await.map_err(|error| error.to_string())?;
        let text = format!("BEGIN; LOCK TABLE {table} IN SHARE MODE");
        client.batch_execute(&text).await.map_err(|error| format!("{error:?}"))?;
        Ok(Self { _client: client })
    }
}
