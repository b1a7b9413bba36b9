//! Group commit: changes that wait at the same time and belong to one publisher go in one statement.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::batch::{self, Failure};
use super::commit::Rows;
use super::pool::{self, Pool};
use super::settings::PostgresSettings;
use crate::StoreError;

/// At most so many changes share a statement.
const GROUP: usize = 64;
/// At most so many changes wait; further callers are told that the store is busy.
const QUEUE: usize = 8192;
/// So often a change that lost a deadlock is written again.
const TRIES: usize = 3;

struct Waiting {
    rows: Rows,
    caller: oneshot::Sender<Result<(), StoreError>>,
}

#[derive(Default)]
struct Queue {
    /// By publisher, in the order in which they are served.
    lanes: VecDeque<(String, VecDeque<Waiting>)>,
    /// Offers whose change is being written: the next one of the same offer waits for it.
    busy: HashSet<(String, String)>,
    waiting: usize,
}

/// Hands changes to the database.
pub(super) struct Committer {
    queue: Arc<Mutex<Queue>>,
    /// One permit for each push.
    pushed: Arc<Semaphore>,
    /// How long a caller waits.
    answer: Duration,
    _workers: JoinSet<()>,
}

impl Committer {
    /// Starts the tasks that write, on half of the connections: reads need the others.
    pub(super) fn start(pool: &Pool, settings: &PostgresSettings) -> Self {
        let (queue, pushed) = (Arc::<Mutex<Queue>>::default(), Arc::new(Semaphore::new(0)));
        let mut workers = JoinSet::new();
        for _ in 0..(settings.connections / 2).max(1) {
            let (pool, queue, pushed) = (pool.clone(), queue.clone(), pushed.clone());
            workers.spawn(async move {
                while let Ok(permit) = pushed.acquire().await {
                    permit.forget();
                    let group = queue.lock().take();
                    if !group.is_empty() {
                        write(&pool, &queue, &pushed, group).await;
                    }
                }
            });
        }
        Self { queue, pushed, answer: settings.answer, _workers: workers }
    }

    /// Writes a change and waits until it is durable.
    pub(super) async fn commit(&self, rows: Rows) -> Result<(), StoreError> {
        let (caller, told) = oneshot::channel();
        self.queue.lock().push(Waiting { rows, caller })?;
        self.pushed.add_permits(1);
        match timeout(self.answer, told).await {
            Ok(told) => {
                told.unwrap_or_else(|_| Err(StoreError::Unavailable("the store is being closed".to_owned())))
            }
            // It may be written yet, or be gone.
            Err(_) => Err(pool::unanswered()),
        }
    }
}

impl Queue {
    fn push(&mut self, waiting: Waiting) -> Result<(), StoreError> {
        if self.waiting >= QUEUE {
            return Err(StoreError::Unavailable("too many changes wait for the database".to_owned()));
        }
        self.waiting += 1;
        let publisher = &waiting.rows.publisher;
        match self.lanes.iter_mut().find(|(of, _)| of == publisher) {
            Some((_, lane)) => lane.push_back(waiting),
            None => self.lanes.push_back((publisher.clone(), VecDeque::from([waiting]))),
        }
        Ok(())
    }

    /// Changes of one publisher, each of another offer, none of an offer whose change is being written.
    fn take(&mut self) -> Vec<Waiting> {
        for _ in 0..self.lanes.len() {
            let Some((publisher, mut lane)) = self.lanes.pop_front() else { break };
            let mut group: Vec<Waiting> = Vec::new();
            let mut later = VecDeque::new();
            while let Some(waiting) = lane.pop_front() {
                if waiting.caller.is_closed() {
                    // Nobody waits for it any more, and nothing of it was begun.
                    self.waiting -= 1;
                    continue;
                }
                let key = (publisher.clone(), waiting.rows.offer.clone());
                if group.len() < GROUP && self.busy.insert(key) {
                    group.push(waiting);
                } else {
                    later.push_back(waiting);
                }
            }
            if !later.is_empty() {
                self.lanes.push_back((publisher, later));
            }
            if !group.is_empty() {
                self.waiting -= group.len();
                // Rows are locked in one order, whoever locks them.
                group.sort_by(|a, b| a.rows.offer.cmp(&b.rows.offer));
                return group;
            }
        }
        Vec::new()
    }

    /// The changes are written, or not: the next ones of their offers may be.
    fn done(&mut self, group: &[Waiting]) {
        for waiting in group {
            self.busy.remove(&(waiting.rows.publisher.clone(), waiting.rows.offer.clone()));
        }
    }
}

async fn write(pool: &Pool, queue: &Mutex<Queue>, pushed: &Semaphore, group: Vec<Waiting>) {
    let rows: Vec<&Rows> = group.iter().map(|waiting| &waiting.rows).collect();
    let outcomes = match try_to_write(pool, &rows).await {
        Ok(outcomes) => outcomes,
        // One of them spoils it for the others.
        Err(Failure::Refused(_)) if rows.len() > 1 => one_by_one(pool, &rows).await,
        Err(failure) => {
            let error = failure.into_error();
            rows.iter().map(|_| Err(error.clone())).collect()
        }
    };
    let left = {
        let mut queue = queue.lock();
        queue.done(&group);
        queue.waiting
    };
    // Whoever was passed over because its offer was busy, or the group full, has its turn.
    if left > 0 {
        pushed.add_permits(1);
    }
    for (waiting, outcome) in group.into_iter().zip(outcomes) {
        // The caller may have gone away; its change stands all the same.
        let _ = waiting.caller.send(outcome);
    }
}

async fn one_by_one(pool: &Pool, rows: &[&Rows]) -> Vec<Result<(), StoreError>> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        let outcome = try_to_write(pool, std::slice::from_ref(row)).await;
        outcomes.push(match outcome {
            Ok(mut outcome) => outcome.pop().unwrap_or(Err(StoreError::Stale)),
            Err(failure) => Err(failure.into_error()),
        });
    }
    outcomes
}

/// Writes the group; who lost a deadlock tries again.
async fn try_to_write(pool: &Pool, rows: &[&Rows]) -> Result<Vec<Result<(), StoreError>>, Failure> {
    let client = pool::take(pool).await.map_err(|trouble| Failure::Unknown(trouble.into()))?;
    let mut outcome = batch::write(&client, rows).await;
    for _ in 1..TRIES {
        if !matches!(outcome, Err(Failure::Deadlock)) {
            break;
        }
        outcome = batch::write(&client, rows).await;
    }
    outcome
}
