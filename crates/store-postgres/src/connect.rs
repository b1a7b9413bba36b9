//! One connection: made to whichever server takes writes, set up, and given up when it cannot be trusted any more.

use std::future::poll_fn;
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use tokio::task::JoinHandle;
use tokio_postgres::error::DbError;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{
    AsyncMessage, Client, Config, Connection, NoTls, SimpleQueryMessage, SimpleQueryRow, Socket,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect_error::{ConnectError, describe};

/// The oldest server that is supported, as `server_version_num` counts.
const OLDEST_SERVER: u32 = 13_00_00;

/// Sets up a session and tells where it is, in one round trip. Limits that the address, the role or the database sets
/// stay as they are. What is acknowledged must be durable, so that commits wait for the disk whatever was set; waiting
/// for more than that is left as it is.
///
/// Every statement of a server has its index. While a table is small the planner would rather read all of it, and keep
/// to that: due work comes and goes thousands of times a second, and soon most of what is read there is rows of before.
/// Nothing a server asks is worth compiling.
const SET_UP: &str = "
    SELECT count(set_config(setting.name, wanted.value, false))
    FROM pg_settings AS setting JOIN (VALUES
        ('statement_timeout', '10s'),
        ('lock_timeout', '5s'),
        ('idle_in_transaction_session_timeout', '10s'),
        ('enable_seqscan', 'off'),
        ('jit', 'off')
    ) AS wanted (name, value) ON wanted.name = setting.name
    WHERE setting.source NOT IN ('client', 'user', 'database', 'database user');
    SELECT set_config('default_transaction_isolation', 'read committed', false),
        CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
            THEN set_config('synchronous_commit', 'on', false) END;
    SELECT current_setting('server_version_num'), current_setting('server_encoding'), pg_is_in_recovery(),
        current_setting('transaction_read_only')";

/// What the server's process is called that serves a connection: no other one ever is.
const SESSION: &str = "
    SELECT concat(pid, ' since ', extract(epoch FROM backend_start)) FROM pg_stat_activity
    WHERE pid = pg_backend_pid()";

/// Connects to the server and sets the session up, all of it within `limit`. Answers the name of the session, too.
pub(super) async fn connect(
    config: &Config,
    tls: Option<&MakeRustlsConnect>,
    limit: Duration,
) -> Result<(ClientWrapper, String), ConnectError> {
    let connecting = async {
        let (client, task) = match tls {
            Some(tls) => open(config, tls.clone()).await?,
            None => open(config, NoTls).await?,
        };
        // Made before anything else can fail: it ends the connection when it goes.
        let client = ClientWrapper::new(client, task);
        let session = set_up(&client).await?;
        Ok((client, session))
    };
    tokio::time::timeout(limit, connecting)
        .await
        .unwrap_or_else(|_| Err(ConnectError::passing(format!("no answer within {} s", limit.as_secs_f32()))))
}

async fn open<T>(config: &Config, tls: T) -> Result<(Client, JoinHandle<()>), ConnectError>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) = config.connect(tls).await.map_err(|error| ConnectError::of(&error))?;
    Ok((client, tokio::spawn(speak(connection))))
}

/// Carries what is said over the connection until it ends.
async fn speak<T>(mut connection: Connection<Socket, T>)
where
    T: tokio_postgres::tls::TlsStream + Unpin,
{
    loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notice(notice))) if is_unconfirmed(&notice) => {
                // The commit's answer would be yes. Without one the caller knows that it does not know.
                tracing::warn!(
                    "the database gave up waiting for a standby; the change counts as unknown: {}",
                    notice.message()
                );
                return;
            }
            Some(Ok(AsyncMessage::Notice(notice))) => {
                tracing::debug!("the database says: {}", notice.message());
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::info!("a connection to the database ended: {}", describe(&error));
                return;
            }
            None => return,
        }
    }
}

/// Whether the server says that a commit which it is about to acknowledge is on its own disk only, though it should be
/// on a standby as well. The text is in the server's language, the place in its program is not.
fn is_unconfirmed(notice: &DbError) -> bool {
    notice.routine() == Some("SyncRepWaitForLSN")
}

async fn set_up(client: &Client) -> Result<String, ConnectError> {
    let said = last_row(client, &format!("{SET_UP}, ({SESSION})")).await?;
    let row = said.ok_or_else(|| ConnectError::lasting("the server said nothing about itself"))?;
    check(word(&row, 0), word(&row, 1), word(&row, 2) == "t", word(&row, 3) == "on")?;
    Ok(word(&row, 4).to_owned())
}

/// The name of the session that the connection has now. Nothing is prepared for it: before a pooler that lends no
/// sessions, what others prepared would be in the way.
pub(super) async fn session(client: &Client) -> Result<String, ConnectError> {
    Ok(last_row(client, SESSION).await?.as_ref().map(|row| word(row, 0).to_owned()).unwrap_or_default())
}

async fn last_row(client: &Client, text: &str) -> Result<Option<SimpleQueryRow>, ConnectError> {
    let said = client.simple_query(text).await.map_err(|error| ConnectError::of(&error))?;
    Ok(said.into_iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    }))
}

fn word(row: &SimpleQueryRow, column: usize) -> &str {
    row.try_get(column).ok().flatten().unwrap_or_default()
}

/// Refuses what signoff cannot work with.
fn check(version: &str, encoding: &str, recovers: bool, reads_only: bool) -> Result<(), ConnectError> {
    let version: u32 = version.parse().unwrap_or_default();
    if version < OLDEST_SERVER {
        let (found, oldest) = (version / 10_000, OLDEST_SERVER / 10_000);
        return Err(ConnectError::lasting(format!(
            "PostgreSQL {found} is too old; signoff needs {oldest} or newer"
        )));
    }
    if encoding != "UTF8" {
        return Err(ConnectError::lasting(format!(
            "the database is encoded in {encoding}; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    if recovers {
        return Err(ConnectError::passing(
            "a standby, which takes no writes; name the primary, or all servers",
        ));
    }
    if reads_only {
        return Err(ConnectError::passing("takes no writes: default_transaction_read_only is on"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_cannot_be_used_is_refused_with_the_reason() {
        assert!(check("130000", "UTF8", false, false).is_ok());
        assert!(check("170002", "UTF8", false, false).is_ok());
        for (server, lasts, says) in [
            (("120022", "UTF8", false, false), true, "PostgreSQL 12 is too old; signoff needs 13 or newer"),
            (("90624", "UTF8", true, true), true, "PostgreSQL 9 is too old"),
            (("", "UTF8", false, false), true, "too old"),
            (
                ("150000", "SQL_ASCII", false, false),
                true,
                "encoded in SQL_ASCII; make one with CREATE DATABASE",
            ),
            (("150000", "UTF8", true, true), false, "a standby"),
            (("150000", "UTF8", false, true), false, "default_transaction_read_only is on"),
        ] {
            let trouble = check(server.0, server.1, server.2, server.3).unwrap_err();
            assert_eq!((trouble.lasts, trouble.text.contains(says)), (lasts, true), "{}", trouble.text);
        }
    }

    #[tokio::test]
    async fn a_session_is_set_up_whatever_role_and_database_say() {
        let address = crate::testing::database().await.unwrap();
        let name = address.rsplit('/').next().unwrap().split('?').next().unwrap();
        let shown = async |address: &str| {
            let (_, config) = address.parse::<crate::Address>().unwrap().servers().remove(0);
            let (client, _) =
                connect(&config, None, Duration::from_mins(1)).await.map_err(|trouble| trouble.text).unwrap();
            let mut shown = Vec::new();
            for setting in [
                "statement_timeout",
                "lock_timeout",
                "default_transaction_isolation",
                "synchronous_commit",
                "enable_seqscan",
            ] {
                let row = client.query_one(&format!("SHOW {setting}"), &[]).await.unwrap();
                shown.push(row.get::<_, String>(0));
            }
            shown.join(", ")
        };
        assert_eq!(shown(&address).await, "10s, 5s, read committed, on, off");
        let own = format!(
            "{address}&options=-c%20statement_timeout%3D3s%20-c%20synchronous_commit%3Doff%20-c%20enable_seqscan%3Don"
        );
        assert_eq!(shown(&own).await, "3s, 5s, read committed, on, on");
        let alter = async |settings: &[&str]| {
            for setting in settings {
                crate::testing::sql(&address, &format!("ALTER DATABASE {name} SET {setting}")).await.unwrap();
            }
        };
        alter(&[
            "lock_timeout = '2s'",
            "default_transaction_isolation = serializable",
            "synchronous_commit = local",
        ])
        .await;
        assert_eq!(shown(&address).await, "10s, 2s, read committed, on, off");
        alter(&["synchronous_commit = remote_apply"]).await;
        assert_eq!(shown(&address).await, "10s, 2s, read committed, remote_apply, off");
    }
}
