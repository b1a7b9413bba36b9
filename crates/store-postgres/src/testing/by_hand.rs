//! What a test does to a database behind the server's back.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::own_server::connect;

/// Runs statements on the database.
///
/// # Errors
/// What it says.
pub async fn sql(address: &str, text: &str) -> Result<(), String> {
    let client = connect(address).await.map_err(|error| error.to_string())?;
    client.batch_execute(text).await.map_err(|error| format!("{error:?}"))
}

/// The first column of a query as text, row by row.
///
/// # Errors
/// What the database says.
pub async fn ask(address: &str, text: &str) -> Result<Vec<String>, String> {
    let client = connect(address).await.map_err(|error| error.to_string())?;
    let rows = client.simple_query(text).await.map_err(|error| format!("{error:?}"))?;
    let value = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(value).collect())
}

/// Lets nobody write to a table until this is dropped.
pub struct TableLock {
    _client: Client,
}

impl TableLock {
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
