//! The one writer: a thread that commits many waiting changes in one transaction and answers after the fsync.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use signoff_store::StoreError;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::{sql, unavailable};

/// At most so many changes share a transaction.
const GROUP: usize = 256;
/// At most so many changes wait; further callers wait for a place.
const QUEUE: usize = 4096;

/// A change that waits for its turn, and the caller that waits for it.
trait Waiting: Send {
    /// Applies the change, perhaps for the second time; says whether it holds.
    fn apply(&mut self, connection: &Connection) -> bool;
    /// Tells the caller what became of it, now that it is known whether the transaction is durable.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<T, C, F> {
    change: C,
    then: F,
    result: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, C, F> Waiting for Pending<T, C, F>
where
    T: Send,
    C: FnMut(&Connection) -> Result<T, StoreError> + Send,
    F: FnOnce(bool) + Send,
{
    fn apply(&mut self, connection: &Connection) -> bool {
        let result = (self.change)(connection);
        let holds = result.is_ok();
        self.result = Some(result);
        holds
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = self.result.unwrap_or_else(|| Err(gone()));
        let answer = result.and_then(|value| committed.map(|()| value));
        (self.then)(answer.is_ok());
        // The caller may have gone away; its change stands all the same.
        let _ = self.caller.send(answer);
    }
}

type Change = Box<dyn Waiting>;

enum Job {
    Change(Change),
    /// Runs alone, outside any transaction.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

pub(super) struct Writer {
    /// `None` only while it is dropped.
    jobs: Option<mpsc::Sender<Job>>,
    /// Whether the last change could not be written.
    troubled: AtomicBool,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    /// Waits for what is being written: the next server that opens the file finds all of it.
    fn drop(&mut self) {
        self.jobs = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer did not end well");
        }
    }
}

impl Writer {
    /// Starts the writer's thread and the one that copies the log.
    pub(super) fn start(mut connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let checkpoints = Checkpoints::start(&mut connection, path)?;
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(connection, queue, checkpoints))
            .map_err(|error| unavailable(path, &error))?;
        Ok(Self { jobs: Some(jobs), troubled: AtomicBool::new(false), thread: Some(thread) })
    }

    /// Applies `change` and waits until it is durable. If it fails, nothing of it is kept. It may be applied more
    /// than once before it is.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_then(change, |_| {}).await
    }

    /// Like [`Writer::write`]; `then` runs when it is known whether the change is durable and before anybody hears of
    /// it, even if the caller goes away meanwhile.
    pub(super) async fn write_then<T: Send + 'static>(
        &self,
        change: impl FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(bool) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, receiver) = oneshot::channel();
        self.send(Job::Change(Box::new(Pending { change, then, result: None, caller }))).await?;
        let answer = receiver.await.unwrap_or_else(|_| Err(gone()));
        match &answer {
            Ok(_) => self.troubled.store(false, Ordering::Relaxed),
            Err(StoreError::Unavailable(_)) => self.troubled.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        answer
    }

    /// Whether the last change that somebody heard of could not be written.
    pub(super) fn is_troubled(&self) -> bool {
        self.troubled.load(Ordering::Relaxed)
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
        match &self.jobs {
            Some(jobs) => jobs.send(job).await.map_err(|_| gone()),
            None => Err(gone()),
        }
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Job>, mut checkpoints: Checkpoints) {
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
        checkpoints.after_commit(&connection);
    }
}

/// Commits `first` and what waits behind it; gives back a job that has to run alone, if it met one.
fn commit_group(connection: &Connection, first: Change, queue: &mut mpsc::Receiver<Job>) -> Option<Job> {
    let mut group = Vec::new();
    let mut next = Some(first);
    let mut alone = None;
    let mut applied = batch(connection, "BEGIN IMMEDIATE").map(|()| true);
    while let Some(mut change) = next.take() {
        if let Ok(true) = applied {
            applied = Ok(apply(connection, change.as_mut()));
        }
        group.push(change);
        if group.len() >= GROUP {
            break;
        }
        match queue.try_recv() {
            Ok(Job::Change(change)) => next = Some(change),
            Ok(job) => alone = Some(job),
            Err(_) => {}
        }
    }
    let committed = match applied {
        Ok(true) => batch(connection, "COMMIT"),
        Ok(false) => apply_apart(connection, &mut group),
        Err(error) => Err(error),
    };
    let committed = committed.inspect_err(|error| {
        tracing::debug!(%error, "a group of changes could not be committed");
        // There may be no transaction any more.
        let _ = batch(connection, "ROLLBACK");
    });
    for change in group {
        change.answer(committed.clone());
    }
    alone
}

/// Applies one change; says whether the transaction is fit to be committed: a change that fails mostly does so
/// before it writes anything.
fn apply(connection: &Connection, change: &mut dyn Waiting) -> bool {
    let before = connection.total_changes();
    change.apply(connection) || (connection.total_changes() == before && !connection.is_autocommit())
}

/// Starts the group anew, each change under a savepoint of its own, which costs more: if one fails halfway, its
/// neighbours stand.
fn apply_apart(connection: &Connection, group: &mut [Change]) -> Result<(), StoreError> {
    // SQLite ends the transaction itself after some failures.
    let _ = batch(connection, "ROLLBACK");
    batch(connection, "BEGIN IMMEDIATE")?;
    for change in group {
        batch(connection, "SAVEPOINT change")?;
        if !change.apply(connection) {
            batch(connection, "ROLLBACK TO change")?;
        }
        batch(connection, "RELEASE change")?;
    }
    batch(connection, "COMMIT")
}

fn batch(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(statement)
        .and_then(|mut prepared| prepared.execute([]))
        .map(|_| ())
        .map_err(sql)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect;

    type Receiver = oneshot::Receiver<Result<(), StoreError>>;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)").unwrap();
        connection
    }

    /// A change that inserts these numbers and then fails if it is told to.
    fn numbers(numbers: &'static [i64], fails: bool) -> (Change, Receiver) {
        let (caller, receiver) = oneshot::channel();
        let change = move |connection: &Connection| {
            for number in numbers {
                connection.execute("INSERT INTO t (n) VALUES (?1)", [number]).map_err(sql)?;
            }
            if fails { Err(StoreError::Stale) } else { Ok(()) }
        };
        (Box::new(Pending { change, then: |_| {}, result: None, caller }), receiver)
    }

    /// Commits the changes as one group; answers what each caller heard, and what is stored then.
    fn commit(changes: Vec<(Change, Receiver)>) -> (Vec<bool>, Vec<i64>) {
        let connection = connection();
        let (jobs, mut queue) = mpsc::channel(8);
        let (mut changes, receivers): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let first = changes.remove(0);
        for change in changes {
            jobs.try_send(Job::Change(change)).ok().unwrap();
        }
        assert!(commit_group(&connection, first, &mut queue).is_none());
        let heard = receivers.into_iter().map(|mut receiver| receiver.try_recv().unwrap().is_ok()).collect();
        let mut statement = connection.prepare("SELECT n FROM t ORDER BY n").unwrap();
        let stored = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        (heard, stored)
    }

    #[test]
    fn a_change_that_fails_before_it_writes_leaves_its_neighbours_alone() {
        let changes = vec![numbers(&[1], false), numbers(&[], true), numbers(&[3], false)];
        assert_eq!(commit(changes), (vec![true, false, true], vec![1, 3]));
    }

    #[test]
    fn of_a_change_that_fails_halfway_nothing_is_kept_and_its_neighbours_stand() {
        let changes =
            vec![numbers(&[1], false), numbers(&[2, 1], false), numbers(&[3], true), numbers(&[4], false)];
        assert_eq!(commit(changes), (vec![true, false, false, true], vec![1, 4]));
    }

    #[test]
    fn what_follows_knows_whether_the_change_is_durable() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let changes = [true, false].map(|fails| {
            let sender = sender.clone();
            let (caller, _) = oneshot::channel::<Result<(), StoreError>>();
            let change = move |_: &Connection| if fails { Err(StoreError::Stale) } else { Ok(()) };
            let then = move |durable| sender.send(durable).unwrap();
            let pending: Change = Box::new(Pending { change, then, result: None, caller });
            pending
        });
        let (jobs, mut queue) = mpsc::channel(8);
        let [first, second] = changes;
        jobs.try_send(Job::Change(second)).ok().unwrap();
        commit_group(&connection(), first, &mut queue);
        drop(sender);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [false, true]);
    }

    fn insert(size: usize) -> impl FnMut(&Connection) -> Result<(), StoreError> {
        move |connection| {
            let insert = connection.execute("INSERT INTO note (body) VALUES (zeroblob(?1))", [size]);
            insert.map(|_| ()).map_err(sql)
        }
    }

    fn sizes(connection: &Connection) -> Vec<usize> {
        let mut statement = connection.prepare("SELECT length(body) FROM note ORDER BY 1").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Of changes that wait together one does not fit on the disk. What the others are told must be so.
    #[tokio::test]
    async fn a_full_disk_makes_no_answer_a_lie() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("signoff.db");
        signoff_store::files::create_new(&path).unwrap();
        let connection = connect(&path).unwrap();
        connection.execute_batch("CREATE TABLE note (body BLOB); PRAGMA max_page_count = 20;").unwrap();
        let writer = Writer::start(connection, &path).unwrap();
        let (go, wait) = std::sync::mpsc::channel();
        let (held, first, too_large, last, much_later) = tokio::join!(
            writer.alone(move |_| wait.recv().map_err(|_| gone())),
            writer.write(insert(10)),
            writer.write(insert(1_000_000)),
            writer.write(insert(20)),
            async {
                // Everything above waits in the queue by now.
                go.send(()).unwrap();
                writer.write(insert(30)).await
            },
        );
        held.unwrap();
        assert!(too_large.is_err());
        let answered: Vec<usize> = [(10, first), (20, last), (30, much_later)]
            .into_iter()
            .filter_map(|(size, answer)| answer.is_ok().then_some(size))
            .collect();
        assert_eq!(sizes(&connect(&path).unwrap()), answered);
        // And there is room for what comes later.
        writer.write(insert(40)).await.unwrap();
        assert!(sizes(&connect(&path).unwrap()).contains(&40));
    }
}
