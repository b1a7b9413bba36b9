//! The connections of a node: a stated number at most, each to the server that takes writes now.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::bad_address::BadAddress;
use super::connect;
use super::connect_error::{ConnectError, doubts};
use super::settings::{PasswordSource, PostgresSettings};
use super::silent_connections::{Session, Silence};

/// Who waits longer for a free connection is told that the store is unavailable.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

pub(super) type Pool = managed::Pool<Manager>;

/// A connection that goes back to the pool when it is dropped.
pub(super) type PooledClient = managed::Object<Manager>;

/// Makes connections, and throws away those that cannot be trusted any more.
pub(super) struct Manager {
    servers: Vec<(String, Config)>,
    password: Option<PasswordSource>,
    tls: Option<MakeRustlsConnect>,
    limit: Duration,
    /// The server that took writes last: it is asked first.
    last: AtomicUsize,
    /// What became known of connections that do not answer.
    pub(super) silence: Silence,
}

/// A connection as the pool keeps it.
pub(super) struct Pooled {
    client: ClientWrapper,
    pub(super) session: Session,
    /// How many doubts there were when it was made.
    doubts: u64,
}

/// A pool that connects when it is first asked.
pub(super) fn pool(settings: &PostgresSettings) -> Result<Pool, BadAddress> {
    let fewest = PostgresSettings::FEWEST_CONNECTIONS;
    if settings.connections < fewest {
        return Err(BadAddress::new(format!("a node needs at least {fewest} connections")));
    }
    let address = &settings.address;
    let manager = Manager {
        servers: address.servers(),
        password: settings.password.clone(),
        tls: address.tls().connector()?,
        limit: address.connect_limit(),
        last: AtomicUsize::new(0),
        silence: Silence::new(settings.answer),
    };
    managed::Pool::builder(manager)
        .max_size(settings.connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT_LIMIT))
        .build()
        .map_err(|error| BadAddress::new(error.to_string()))
}

/// A free connection, or a new one.
pub(super) async fn take(pool: &Pool) -> Result<PooledClient, ConnectError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(trouble) => trouble,
        PoolError::Timeout(_) => ConnectError::passing(format!(
            "all {} connections of this node are busy; see --connections",
            pool.status().max_size
        )),
        other => ConnectError::passing(other.to_string()),
    })
}

impl managed::Manager for Manager {
    type Type = Pooled;
    type Error = ConnectError;

    async fn create(&self) -> Result<Pooled, ConnectError> {
        let (count, first) = (self.servers.len(), self.last.load(Ordering::Relaxed));
        let password = self.password.as_ref().map(PasswordSource::read).transpose();
        let password = password.map_err(|why| ConnectError::passing(format!("no password: {why}")))?;
        let mut troubles = Vec::new();
        for place in (0..count).map(|step| (first + step) % count) {
            let (name, config) = &self.servers[place];
            let mut config = config.clone();
            if let Some(password) = &password {
                config.password(password);
            }
            let (doubts, found) = (doubts(), self.silence.found());
            // Boxed: it is large, and rarely awaited.
            match Box::pin(connect::connect(&config, self.tls.as_ref(), self.limit)).await {
                Ok((client, name)) => {
                    self.last.store(place, Ordering::Relaxed);
                    return Ok(Pooled { client, session: Session { name, found }, doubts });
                }
                Err(trouble) => {
                    troubles.push(ConnectError { text: format!("{name}: {}", trouble.text), ..trouble });
                }
            }
        }
        Err(all(&troubles))
    }

    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<ConnectError> {
        if pooled.client.is_closed() {
            return Err(RecycleError::message("closed"));
        }
        if pooled.doubts != doubts() {
            return Err(RecycleError::message("the server may take no changes any more"));
        }
        if pooled.session.found != self.silence.found() {
            return Err(RecycleError::message("connections of its time do not answer any more"));
        }
        Ok(())
    }
}

/// One trouble for those of all servers. It lasts if none of them passes.
fn all(troubles: &[ConnectError]) -> ConnectError {
    let texts: Vec<&str> = troubles.iter().map(|trouble| trouble.text.as_str()).collect();
    ConnectError { text: texts.join("; "), lasts: troubles.iter().all(|trouble| trouble.lasts) }
}

impl Deref for Pooled {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        &mut self.client
    }
}
