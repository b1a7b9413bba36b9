//! What happens once when a store is opened: the database is waited for and looked at.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use signoff_store::StoreError;
use signoff_store::tables::TABLES;
use tokio::time::timeout;

use super::bad_address::BadAddress;
use super::connect_error::{ConnectError, failed};
use super::deadline::{answer, unanswered, until, within};
use super::pool::{self, Pool, Pooled, PooledClient};
use super::settings::PostgresSettings;
use super::values::column;
use super::{connect, schema};

/// A database that cannot be reached is asked again after this time.
const AGAIN: Duration = Duration::from_millis(500);

/// Why a store in a database cannot be opened.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OpenError {
    /// The address or another setting cannot be used.
    #[error(transparent)]
    Setting(#[from] BadAddress),
    /// The database refuses, or is none that signoff can use: somebody has to change something.
    #[error("{0}")]
    Refused(String),
    /// No server could be reached that takes writes, as long as it was waited for.
    #[error("no server that takes writes was found within {}: {why}; is it running, and is the address right?", spoken(*.waited))]
    Unreachable {
        /// How long it was waited for.
        waited: Duration,
        /// What was in the way in the end.
        why: String,
    },
    /// It was reached, and then something went wrong.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn spoken(time: Duration) -> String {
    format!("{} s", time.as_secs_f32())
}

/// The first connection; waits for a server that takes writes as long as the settings say.
pub(super) async fn first(pool: &Pool, settings: &PostgresSettings) -> Result<PooledClient, OpenError> {
    let mut seen = None;
    let found = timeout(settings.patience, async {
        loop {
            match pool::take(pool).await {
                Ok(client) => return Ok(client),
                Err(trouble) if trouble.lasts => return Err(OpenError::Refused(trouble.text)),
                Err(trouble) => {
                    if seen.is_none() {
                        tracing::warn!(
                            "waiting up to {} for the database: {}",
                            spoken(settings.patience),
                            trouble.text
                        );
                    }
                    seen = Some(trouble.text);
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    });
    if let Ok(found) = found.await {
        return found;
    }
    let why = seen.unwrap_or_else(|| "no answer yet".to_owned());
    Err(OpenError::Unreachable { waited: settings.patience, why })
}

/// Waits for the database, brings the schema up to date, and tells the log what an operator should know. What passes is
/// waited for, whenever on the way it shows.
pub(super) async fn prepare(pool: &Pool, settings: &PostgresSettings) -> Result<(), OpenError> {
    let end = until(settings.patience);
    let mut told = false;
    loop {
        let left = end.saturating_duration_since(until(Duration::ZERO));
        let why = match prepare_once(pool, &settings.clone().patience(left)).await {
            Err(OpenError::Store(StoreError::Unavailable(why))) if !left.is_zero() => why,
            Err(OpenError::Unreachable { why, .. }) => {
                return Err(OpenError::Unreachable { waited: settings.patience, why });
            }
            done => return done,
        };
        if !std::mem::replace(&mut told, true) {
            tracing::warn!("waiting up to {} for the database: {why}", spoken(settings.patience));
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn prepare_once(pool: &Pool, settings: &PostgresSettings) -> Result<(), OpenError> {
    let mut client = first(pool, settings).await?;
    let limit = settings.answer;
    if within(until(limit), shares_sessions(pool, &client)).await? {
        let problem = "a pooler in transaction mode stands before the database; let signoff connect to the server itself, \
                       or set the pooler to session mode";
        return Err(OpenError::Refused(problem.to_owned()));
    }
    // It takes as long as it takes, if the server is at it.
    let session = client.session.clone();
    let migrated = answer(pool, &session, until(limit), schema::migrate(&mut client)).await;
    migrated.unwrap_or_else(|| Err(ConnectError::passing(unanswered().to_string())))?;
    within(until(limit), look_at(&client, settings.connections)).await?;
    if let Some(table) = within(until(limit), unwritable(&client)).await? {
        return Err(OpenError::Refused(format!(
            "this role may not change the table {table}; make it the owner of the tables, or grant it INSERT, UPDATE and DELETE on \
             them; see docs/postgresql.md"
        )));
    }
    let address = &settings.address;
    if address.leaves_this_machine() && !address.tls().is_verified() {
        tracing::warn!(
            "the connection to the database at {address} is not verified; write sslmode=verify-full in the store's address"
        );
    }
    Ok(())
}

/// Whether a pooler lends its sessions by transaction: else two connections of ours have two sessions that stay theirs.
async fn shares_sessions(pool: &Pool, first: &Pooled) -> Result<bool, StoreError> {
    let second = pool::take(pool).await?;
    let now = connect::session(first).await?;
    Ok(now != first.session.name || now == second.session.name)
}

/// A table that this role may read and not change, if there is one.
async fn unwritable(client: &ClientWrapper) -> Result<Option<String>, StoreError> {
    let text = "SELECT name FROM unnest($1::text[]) AS name WHERE NOT (has_table_privilege(to_regclass(name), 'INSERT')
        AND has_table_privilege(to_regclass(name), 'UPDATE') AND has_table_privilege(to_regclass(name), 'DELETE')) LIMIT 1";
    let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    let row = client.query_opt(text, &[&tables]).await.map_err(failed)?;
    row.map(|row| column(&row, 0)).transpose()
}

/// Warns of what makes acknowledged changes less than durable, and of too few connections.
async fn look_at(client: &ClientWrapper, connections: usize) -> Result<(), StoreError> {
    let text = "SELECT current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',
        current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint";
    let row = client.query_one(text, &[]).await.map_err(failed)?;
    let (synced, whole, room): (bool, bool, i64) = (column(&row, 0)?, column(&row, 1)?, column(&row, 2)?);
    for (off, name) in [(!synced, "fsync"), (!whole, "full_page_writes")] {
        if off {
            tracing::warn!(
                "{name} is off: a crash of the database's machine may lose or damage what was acknowledged"
            );
        }
    }
    if i64::try_from(connections).is_ok_and(|connections| connections > room) {
        tracing::warn!(
            "the server lets {room} connections in, this node alone may want {connections}; see --connections"
        );
    }
    Ok(())
}

impl From<ConnectError> for OpenError {
    fn from(trouble: ConnectError) -> Self {
        if trouble.lasts { Self::Refused(trouble.text) } else { Self::Store(trouble.into()) }
    }
}
