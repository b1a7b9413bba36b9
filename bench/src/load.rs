//! Closed-loop load: each connection sends its next request when it has read the reply to the last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::Error;
use crate::client::Connection;
use crate::stats::Sample;

/// Writes the request with this number into a buffer that is empty.
pub(crate) type Requests = Arc<dyn Fn(usize, &mut Vec<u8>) + Send + Sync>;

/// Looks at each reply of the expected status; the connection holds it.
pub(crate) type Seen = Arc<dyn Fn(&Connection) -> Result<(), Error> + Send + Sync>;

/// What is sent.
#[derive(Clone)]
pub(crate) struct Load {
    /// Connections, all open before the first request leaves.
    pub(crate) connections: usize,
    pub(crate) requests: Requests,
    /// Requests altogether; without, as many as there is time for.
    pub(crate) count: Option<usize>,
    /// How long, at most.
    pub(crate) time: Duration,
    /// The status of every reply.
    pub(crate) expected: u16,
    pub(crate) seen: Option<Seen>,
}

/// Sends `load` to `address`.
///
/// # Errors
/// If a reply has another status: what was measured would be something else.
pub(crate) async fn run(address: SocketAddr, load: &Load) -> Result<Sample, Error> {
    run_over(&mut Vec::new(), &[address], load).await
}

/// Sends `load` over the connections that are `kept` and as many new ones as it needs besides, to each of `addresses` in
/// turn; those that are open afterwards are kept.
pub(crate) async fn run_over(
    kept: &mut Vec<Connection>,
    addresses: &[SocketAddr],
    load: &Load,
) -> Result<Sample, Error> {
    let next = Arc::new(AtomicUsize::new(0));
    let ready = Arc::new(Barrier::new(load.connections + 1));
    let mut clients = JoinSet::new();
    // Those that are opened are spread evenly; those that are kept were.
    let mut nodes = addresses.iter().copied().cycle();
    for _ in 0..load.connections {
        let connection = match (kept.pop(), nodes.next()) {
            (Some(connection), _) => connection,
            (None, Some(address)) => Connection::open(address).await?,
            (None, None) => return Err("nobody to send the load to".into()),
        };
        clients.spawn(client(connection, load.clone(), next.clone(), ready.clone()));
    }
    ready.wait().await;
    let begun = Instant::now();
    let mut latencies = Vec::new();
    while let Some(ended) = clients.join_next().await {
        let (connection, its) = ended??;
        kept.push(connection);
        latencies.extend(its);
    }
    Ok(Sample { elapsed: begun.elapsed(), latencies })
}

async fn client(
    mut connection: Connection,
    load: Load,
    next: Arc<AtomicUsize>,
    ready: Arc<Barrier>,
) -> Result<(Connection, Vec<Duration>), Error> {
    let mut latencies = Vec::with_capacity(1024);
    let mut request = Vec::with_capacity(4096);
    ready.wait().await;
    let begun = Instant::now();
    let mut sent = begun;
    while sent - begun < load.time {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if load.count.is_some_and(|count| number >= count) {
            break;
        }
        request.clear();
        (load.requests)(number, &mut request);
        let status = connection.ask(&request).await?;
        let answered = Instant::now();
        if status != load.expected {
            let body = String::from_utf8_lossy(connection.body()).into_owned();
            return Err(format!("request {number} got {status}, not {}: {body}", load.expected).into());
        }
        if let Some(seen) = &load.seen {
            seen(&connection)?;
        }
        latencies.push(answered - sent);
        sent = answered;
    }
    Ok((connection, latencies))
}
