//! For tests: what is done to a store of either engine behind the server's back.

use signoff_store_postgres::testing as postgres;
use signoff_store_sqlite::testing as sqlite;

/// Runs statements on the store at `sqlite:PATH` or `postgres://…`.
///
/// # Errors
/// What the engine says.
pub async fn sql(address: &str, text: &str) -> Result<(), String> {
    match address.strip_prefix("sqlite:") {
        Some(file) => sqlite::sql(file, text),
        None => postgres::sql(address, text).await,
    }
}

/// The first column of a query as text, row by row.
///
/// # Errors
/// What the engine says.
pub async fn ask(address: &str, text: &str) -> Result<Vec<String>, String> {
    match address.strip_prefix("sqlite:") {
        Some(file) => sqlite::ask(file, text),
        None => postgres::ask(address, text).await,
    }
}
