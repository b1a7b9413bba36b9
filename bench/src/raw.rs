//! The limit of durable writes: group commit on the same disk, with nothing around it.
//!
//! Each request is one transaction's worth of rows: 1 KB, and two small ones with an index over due times. Ids are
//! ordered by time. Up to 256 requests share a commit, and each is answered after the fsync that covers it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::Error;
use crate::stats::Sample;

const GROUP: usize = 256;
const BODY: usize = 1024;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    CREATE TABLE large (id BLOB PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE due (id BLOB PRIMARY KEY, due_at INTEGER NOT NULL);
    CREATE INDEX due_by_time ON due (due_at);
    CREATE TABLE small (id BLOB PRIMARY KEY, word TEXT NOT NULL);
";

/// One request: its number, and whom to tell that it is durable.
type Job = (u64, oneshot::Sender<()>);

/// Keeps `waiting` requests waiting on a fresh file in `folder` for `time`.
pub(crate) async fn run(folder: &Path, waiting: usize, time: Duration) -> Result<Sample, Error> {
    let folder = tempfile::tempdir_in(folder)?;
    let connection = Connection::open(folder.path().join("raw.db"))?;
    connection.execute_batch(SCHEMA)?;
    let (jobs, queue) = channel::<Job>();
    let writer = thread::spawn(move || write(&connection, &queue));
    let last = Arc::new(AtomicU64::new(0));
    let mut clients = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..waiting {
        let (jobs, last) = (jobs.clone(), last.clone());
        clients.spawn(async move {
            let mut latencies = Vec::with_capacity(1024);
            let mut sent = begun;
            while sent - begun < time {
                let (done, durable) = oneshot::channel();
                jobs.send((last.fetch_add(1, Ordering::Relaxed), done))?;
                durable.await?;
                let answered = Instant::now();
                latencies.push(answered - sent);
                sent = answered;
            }
            Ok::<_, Error>(latencies)
        });
    }
    drop(jobs);
    let mut latencies = Vec::new();
    while let Some(ended) = clients.join_next().await {
        latencies.extend(ended??);
    }
    let elapsed = begun.elapsed();
    writer.join().map_err(|_| "the raw writer panicked")??;
    Ok(Sample { elapsed, latencies })
}

fn write(connection: &Connection, queue: &Receiver<Job>) -> Result<(), rusqlite::Error> {
    let body = "x".repeat(BODY);
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut commit = connection.prepare("COMMIT")?;
    let mut large = connection.prepare("INSERT INTO large (id, body) VALUES (?1, ?2)")?;
    let mut due = connection.prepare("INSERT INTO due (id, due_at) VALUES (?1, ?2)")?;
    let mut small = connection.prepare("INSERT INTO small (id, word) VALUES (?1, 'started')")?;
    let mut waiting = Vec::with_capacity(GROUP);
    while let Ok(first) = queue.recv() {
        begin.execute([])?;
        let mut next = Some(first);
        while let Some((number, done)) = next {
            let id = u128::from(number).to_be_bytes();
            large.execute(params![id, body])?;
            due.execute(params![id, number])?;
            small.execute(params![id])?;
            waiting.push(done);
            next = if waiting.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        commit.execute([])?;
        for done in waiting.drain(..) {
            // Whoever waited may have run out of time.
            let _ = done.send(());
        }
    }
    Ok(())
}
