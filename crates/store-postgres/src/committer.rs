//! Group commit: changes that wait at the same time and belong to one publisher go in one statement.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use parking_lot::Mutex;
use signoff_store::StoreError;
use signoff_store::rows::ChangeRows;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

use super::batch::{self, Failure};
use super::deadline::{self, unanswered};
use super::pool::{self, Pool};
use super::settings::PostgresSettings;

/// At most so many changes share a statement.
const GROUP: usize = 128;
/// At most so many statements of one publisher are under way. They follow each other in the audit log, so that each waits
/// for the flush of the one before: while two are at it, the next one gathers more.
const AT_ONCE: usize = 2;
/// At most so many changes wait; further callers are told that the store is busy.
const QUEUE: usize = 8192;
/// So often a change that lost a deadlock is written again.
const TRIES: usize = 3;

struct Waiting {
    rows: ChangeRows,
    caller: oneshot::Sender<Result<(), StoreError>>,
}

#[derive(Default)]
struct Queue {
    lanes: HashMap<String, Lane>,
    /// Publishers of whom a change can be written, in the order in which they are served.
    turns: VecDeque<String>,
    waiting: usize,
}

/// What one publisher's offers wait for.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<Waiting>,
    /// Offers whose change is being written: the next one of the same offer waits for it.
    busy: HashSet<String>,
    /// Statements under way.
    writers: usize,
    has_turn: bool,
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
        for _ in 0..settings.committers() {
            let (pool, queue, pushed) = (pool.clone(), queue.clone(), pushed.clone());
            let answer = settings.answer;
            workers.spawn(async move {
                while let Ok(permit) = pushed.acquire().await {
                    permit.forget();
                    let group = queue.lock().take();
                    if !group.is_empty() {
                        write(&pool, answer, &queue, &pushed, group).await;
                    }
                }
            });
        }
        Self { queue, pushed, answer: settings.answer, _workers: workers }
    }

    /// Writes a change and waits until it is durable.
    pub(super) async fn commit(&self, rows: ChangeRows) -> Result<(), StoreError> {
        let (caller, told) = oneshot::channel();
        self.queue.lock().push(Waiting { rows, caller })?;
        self.pushed.add_permits(1);
        deadline::answer_of(told, self.answer).await
    }
}

impl Queue {
    fn push(&mut self, waiting: Waiting) -> Result<(), StoreError> {
        if self.waiting >= QUEUE {
            return Err(StoreError::Unavailable("too many changes wait for the database".to_owned()));
        }
        self.waiting += 1;
        let publisher = waiting.rows.publisher.clone();
        self.lanes.entry(publisher.clone()).or_default().waiting.push_back(waiting);
        self.give_turn(publisher);
        Ok(())
    }

    /// Puts the publisher at the end of those who are served, if there is something to write.
    fn give_turn(&mut self, publisher: String) {
        self.forget_if_idle(&publisher);
        if let Some(lane) = self.lanes.get_mut(&publisher)
            && !lane.has_turn
            && lane.writers < AT_ONCE
            && !lane.waiting.is_empty()
        {
            lane.has_turn = true;
            self.turns.push_back(publisher);
        }
    }

    fn forget_if_idle(&mut self, publisher: &str) {
        if self.lanes.get(publisher).is_some_and(|lane| lane.waiting.is_empty() && lane.writers == 0) {
            self.lanes.remove(publisher);
        }
    }

    /// Changes of one publisher, each of another offer, none of an offer whose change is being written.
    fn take(&mut self) -> Vec<Waiting> {
        while let Some(publisher) = self.turns.pop_front() {
            let Some(lane) = self.lanes.get_mut(&publisher) else { continue };
            lane.has_turn = false;
            let (mut group, gone) = lane.take();
            self.waiting -= group.len() + gone;
            if group.is_empty() {
                // The changes that are left wait for a statement that is under way.
                self.forget_if_idle(&publisher);
                continue;
            }
            self.give_turn(publisher);
            // Every node locks rows in one order.
            group.sort_by(|a, b| a.rows.offer.offer_id.cmp(&b.rows.offer.offer_id));
            return group;
        }
        Vec::new()
    }

    /// The changes are written, or not: the next ones of their offers may be.
    fn done(&mut self, group: &[Waiting]) {
        let Some(Waiting { rows, .. }) = group.first() else { return };
        if let Some(lane) = self.lanes.get_mut(&rows.publisher) {
            lane.writers -= 1;
            for waiting in group {
                lane.busy.remove(&waiting.rows.offer.offer_id);
            }
        }
        self.give_turn(rows.publisher.clone());
    }
}

impl Lane {
    /// A group, and how many went away before anything of theirs was begun.
    fn take(&mut self) -> (Vec<Waiting>, usize) {
        let mut group: Vec<Waiting> = Vec::new();
        let mut later = VecDeque::new();
        let mut gone = 0;
        while let Some(waiting) = self.waiting.pop_front() {
            if waiting.caller.is_closed() {
                gone += 1;
                continue;
            }
            if group.len() >= GROUP {
                self.waiting.push_front(waiting);
                break;
            }
            if self.busy.insert(waiting.rows.offer.offer_id.clone()) {
                group.push(waiting);
            } else {
                later.push_back(waiting);
            }
        }
        // Those that were passed over came before those that are left.
        later.append(&mut self.waiting);
        self.waiting = later;
        self.writers += usize::from(!group.is_empty());
        (group, gone)
    }
}

async fn write(pool: &Pool, answer: Duration, queue: &Mutex<Queue>, pushed: &Semaphore, group: Vec<Waiting>) {
    let rows: Vec<&ChangeRows> = group.iter().map(|waiting| &waiting.rows).collect();
    let outcomes = match try_to_write(pool, answer, &rows).await {
        Ok(outcomes) => outcomes,
        // One of them spoils it for the others.
        Err(Failure::Refused(_)) if rows.len() > 1 => one_by_one(pool, answer, &rows).await,
        Err(failure) => {
            let error = failure.into_error();
            rows.iter().map(|_| Err(error.clone())).collect()
        }
    };
    let turns = {
        let mut queue = queue.lock();
        queue.done(&group);
        queue.turns.len()
    };
    // A change that was passed over because its offer was busy, or the group full, has its turn.
    if turns > 0 {
        pushed.add_permits(1);
    }
    for (waiting, outcome) in group.into_iter().zip(outcomes) {
        // The caller may have gone away; its change stands all the same.
        let _ = waiting.caller.send(outcome);
    }
}

async fn one_by_one(pool: &Pool, answer: Duration, rows: &[&ChangeRows]) -> Vec<Result<(), StoreError>> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        match try_to_write(pool, answer, std::slice::from_ref(row)).await {
            Ok(mut outcome) => outcomes.push(outcome.pop().unwrap_or(Err(StoreError::Stale))),
            Err(Failure::Unknown(error)) => {
                // Nor would the database answer the next ones.
                outcomes.resize(rows.len(), Err(error));
                break;
            }
            Err(failure) => outcomes.push(Err(failure.into_error())),
        }
    }
    outcomes
}

/// Writes the group. While the server is at work for it, so is this: it may wait for a standby for long.
async fn try_to_write(
    pool: &Pool,
    answer: Duration,
    rows: &[&ChangeRows],
) -> Result<Vec<Result<(), StoreError>>, Failure> {
    let client = pool::take(pool).await.map_err(|trouble| Failure::Unknown(trouble.into()))?;
    let written = write_again(&client, rows);
    let outcome = deadline::answer(pool, &client.session, deadline::until(answer), written).await;
    outcome.unwrap_or_else(|| {
        deadline::throw_away(client);
        Err(Failure::Unknown(unanswered()))
    })
}

/// Who lost a deadlock tries again.
async fn write_again(
    client: &ClientWrapper,
    rows: &[&ChangeRows],
) -> Result<Vec<Result<(), StoreError>>, Failure> {
    let mut outcome = batch::write(client, rows).await;
    for _ in 1..TRIES {
        if !matches!(outcome, Err(Failure::Deadlock)) {
            break;
        }
        outcome = batch::write(client, rows).await;
    }
    outcome
}
