//! Connections that do not answer. No call waits longer than its limit. The connection that owes it stays where it is
//! while the server is at work for it: a commit may wait for a standby for long, and another connection in its place would
//! be one too many. Else it is thrown away, and its place is free.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use deadpool::managed;
use deadpool_postgres::ClientWrapper;
use signoff_store::StoreError;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tokio_postgres::Row;

use super::connect_error::failed;
use super::pool::{Pool, PooledClient};
use super::silent_connections::Session;
use super::values::{Parameter, column};

/// Whether the server is at work for the session of this name. One that waits for its client to read is not.
const AT_WORK: &str = "SELECT EXISTS (
    SELECT 1 FROM pg_stat_activity
    WHERE concat(pid, ' since ', extract(epoch FROM backend_start)) = $1 AND state = 'active'
        AND wait_event_type IS DISTINCT FROM 'Client')";

/// When an answer must be there that is asked for now.
pub(super) fn until(limit: Duration) -> Instant {
    sleep(limit).deadline()
}

/// What the work comes to, unless it is not done in time: it may be done yet, or not.
pub(super) async fn within<T>(
    until: Instant,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout_at(until, work).await.unwrap_or_else(|_| Err(unanswered()))
}

/// What a change or a read comes to that the database did not answer in time.
pub(super) fn unanswered() -> StoreError {
    StoreError::Unavailable("the database did not answer in time".to_owned())
}

/// What the task answers that was asked, unless that takes longer than `limit`: it may be done yet, or not.
pub(super) async fn answer_of<T>(
    told: oneshot::Receiver<Result<T, StoreError>>,
    limit: Duration,
) -> Result<T, StoreError> {
    match timeout(limit, told).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(StoreError::Unavailable("the store is being closed".to_owned())),
        Err(_) => Err(unanswered()),
    }
}

/// What the connection with this session answers; `None`: the time is over, and the server is not at work for it, so that
/// there will be no answer.
pub(super) async fn answer<T>(
    pool: &Pool,
    session: &Session,
    until: Instant,
    asked: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        answer = asked => Some(answer),
        () = end_of_work(pool, session, until) => None,
    }
}

/// Returns when the time is over and the server is not at work for the session.
async fn end_of_work(pool: &Pool, session: &Session, until: Instant) {
    sleep_until(until).await;
    while is_at_work(pool, session).await {
        sleep(pool.manager().silence.limit()).await;
    }
}

/// Asks over another connection whether the server is at work for the session.
async fn is_at_work(pool: &Pool, session: &Session) -> bool {
    let silence = &pool.manager().silence;
    // One call asks at a time; if there is no answer, it has asked for all.
    let _turn = silence.turn().await;
    if silence.was_unreached_since(session.found) {
        return false;
    }
    let asked = async {
        let other = managed::Manager::create(pool.manager()).await?;
        let row = other.query_one(AT_WORK, &[&session.name]).await.map_err(failed)?;
        column::<bool>(&row, 0)
    };
    let found = timeout(silence.limit(), asked).await.unwrap_or_else(|_| Err(unanswered()));
    let why = match found {
        Ok(true) => return true,
        Ok(false) => "the server is not at work for it".to_owned(),
        Err(error) => {
            silence.no_server_answers();
            error.to_string()
        }
    };
    silence.is_lost();
    let found = silence.found();
    pool.retain(|pooled, _| pooled.session.found == found);
    tracing::warn!("a connection to the database does not answer and is thrown away: {why}");
    false
}

/// A connection that is asked something. If it is dropped before it answered, whoever asked has gone or waited too long:
/// it goes back to the pool when it has answered, unless it never will.
pub(super) struct BusyClient {
    /// There until it is dropped.
    client: Option<PooledClient>,
    room: Option<OwnedSemaphorePermit>,
    until: Instant,
}

impl BusyClient {
    pub(super) fn new(client: PooledClient, room: Option<OwnedSemaphorePermit>, until: Instant) -> Self {
        Self { client: Some(client), room, until }
    }

    /// The rows that the statement finds. The connection is free again when it has answered.
    pub(super) async fn rows(self, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let asked = async {
            let statement = self.prepare_cached(text).await?;
            self.query(&statement, parameters).await
        };
        let rows = asked.await;
        self.answered();
        rows.map_err(failed)
    }

    /// It has answered all that it was asked.
    pub(super) fn answered(mut self) {
        self.client = None;
    }
}

impl Drop for BusyClient {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let (room, until) = (self.room.take(), self.until);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(await_answer(client, room, until))),
            // The node ends.
            Err(_) => throw_away(client),
        }
    }
}

/// Waits for the answer that is owed. Until then the connection's place, and the room that it takes, are not free.
async fn await_answer(client: PooledClient, room: Option<OwnedSemaphorePermit>, until: Instant) {
    let Some(pool) = PooledClient::pool(&client) else { return };
    // Answers come in order. An error is one, too: of the end of the connection.
    let asked = client.simple_query("");
    if answer(&pool, &client.session, until, asked).await.is_none() {
        throw_away(client);
    }
    drop(room);
}

/// Ends the connection; its place in the pool is free.
pub(super) fn throw_away(client: PooledClient) {
    drop(PooledClient::take(client));
}

const HELD: &str = "it is there until it is dropped";

impl Deref for BusyClient {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        self.client.as_ref().expect(HELD)
    }
}

impl DerefMut for BusyClient {
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        self.client.as_mut().expect(HELD)
    }
}
