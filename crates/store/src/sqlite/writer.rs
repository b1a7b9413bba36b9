//! The one writer: a thread that commits many waiting changes in one transaction and answers after the fsync.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{connect, sql, unavailable};
use crate::StoreError;

/// At most so many changes share a transaction.
const GROUP: usize = 256;
/// At most so many changes wait; further callers wait for a place.
const QUEUE: usize = 4096;
/// From this size of the write-ahead log on, it is copied into the database beside the writer.
const CHECKPOINT_FROM_BYTES: u64 = 4 << 20;
/// From this size on, the copying also makes the writer start the log anew.
const RESTART_FROM_BYTES: u64 = 128 << 20;

/// Tells a caller what became of its change, once that is known.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Applies a change; says whether it holds, and how to answer.
type Apply = Box<dyn FnOnce(&Connection) -> (bool, Answer) + Send>;

enum Job {
    Change(Apply),
    /// Runs alone, outside any transaction.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer's thread and the one that copies the log.
    pub(super) fn start(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let checkpoints = start_checkpoints(path)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = PathBuf::from(log);
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(connection, queue, &checkpoints, &log))
            .map_err(|error| unavailable(path, &error))?;
        Ok(Self { jobs })
    }

    /// Applies `change` and waits until it is durable. If it fails, nothing of it is kept.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_then(change, || {}).await
    }

    /// Like [`Writer::write`]; `then` runs when the commit is through and before anybody hears of it, even if the
    /// caller goes away meanwhile.
    pub(super) async fn write_then<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce() + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let apply = Box::new(move |connection: &Connection| {
            let result = change(connection);
            let holds = result.is_ok();
            let answer: Answer = Box::new(move |committed| {
                then();
                // The caller may have gone away; its change stands all the same.
                let _ = sender.send(result.and_then(|value| committed.map(|()| value)));
            });
            (holds, answer)
        });
        self.send(Job::Change(apply)).await?;
        receiver.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Runs `work` alone on the writer's connection, outside any transaction.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.send(Job::Alone(Box::new(move |connection| {
            let _ = sender.send(work(connection));
        })))
        .await?;
        receiver.await.unwrap_or_else(|_| Err(gone()))
    }

    async fn send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.send(job).await.map_err(|_| gone())
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

fn run(
    mut connection: Connection,
    mut queue: mpsc::Receiver<Job>,
    checkpoints: &SyncSender<u64>,
    log: &Path,
) {
    while let Some(mut job) = queue.blocking_recv() {
        loop {
            let leftover = match job {
                Job::Alone(work) => {
                    work(&mut connection);
                    None
                }
                Job::Change(first) => commit_group(&connection, first, &mut queue),
            };
            match leftover {
                Some(next) => job = next,
                None => break,
            }
        }
        let bytes = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
        if bytes >= CHECKPOINT_FROM_BYTES {
            // A full channel means that a checkpoint is under way already.
            let _ = checkpoints.try_send(bytes);
        }
    }
}

/// Commits `first` and what waits behind it; gives back a job that has to run alone, if it met one.
fn commit_group(connection: &Connection, first: Apply, queue: &mut mpsc::Receiver<Job>) -> Option<Job> {
    let begun = batch(connection, "BEGIN IMMEDIATE");
    if let Err(error) = begun {
        // Dropping the change drops its answer's sender: the caller is told that the store is unavailable.
        tracing::error!(%error, "no transaction could be begun");
        return None;
    }
    let mut answers = Vec::new();
    let mut next = Some(first);
    let mut alone = None;
    while let Some(apply) = next.take() {
        answers.push(apply_one(connection, apply));
        if answers.len() >= GROUP {
            break;
        }
        match queue.try_recv() {
            Ok(Job::Change(apply)) => next = Some(apply),
            Ok(job) => alone = Some(job),
            Err(_) => {}
        }
    }
    let committed = batch(connection, "COMMIT").inspect_err(|error| {
        tracing::error!(%error, "a group of changes could not be committed");
        let _ = batch(connection, "ROLLBACK");
    });
    for answer in answers {
        answer(committed.clone());
    }
    alone
}

/// Applies one change under a savepoint of its own: if it fails, its neighbours stand.
fn apply_one(connection: &Connection, apply: Apply) -> Answer {
    if let Err(error) = batch(connection, "SAVEPOINT change") {
        return Box::new(move |_| tracing::error!(%error, "a change could not be begun"));
    }
    let (holds, answer) = apply(connection);
    let undone = if holds { Ok(()) } else { batch(connection, "ROLLBACK TO change") };
    match undone.and_then(|()| batch(connection, "RELEASE change")) {
        Ok(()) => answer,
        Err(error) => Box::new(move |_| answer(Err(error))),
    }
}

fn batch(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(statement)
        .and_then(|mut prepared| prepared.execute([]))
        .map(|_| ())
        .map_err(sql)
}

/// Starts the thread that copies the write-ahead log into the database, off the writer's path.
fn start_checkpoints(path: &Path) -> Result<SyncSender<u64>, StoreError> {
    let (sender, requests) = sync_channel::<u64>(1);
    let connection = connect(path)?;
    thread::Builder::new()
        .name("store-checkpoint".to_owned())
        .spawn(move || {
            for bytes in requests {
                let mode = if bytes >= RESTART_FROM_BYTES { "RESTART" } else { "PASSIVE" };
                let run =
                    |mode| connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
                // First without holding anybody up; what is left then is little.
                if let Err(error) =
                    run("PASSIVE").and_then(|()| if mode == "PASSIVE" { Ok(()) } else { run(mode) })
                {
                    tracing::warn!(%error, "the write-ahead log could not be copied");
                }
            }
        })
        .map_err(|error| unavailable(path, &error))?;
    Ok(sender)
}
