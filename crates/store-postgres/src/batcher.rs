//! Reads of single rows by their key. Those that wait at the same time and belong to one publisher go in one statement:
//! a row more costs the database a fraction of a statement more, and a node a fraction of a round trip.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use signoff_store::StoreError;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSqlOwned, ToSql};

use super::deadline::{BusyClient, answer_of, until, within};
use super::pool::{self, Pool};
use super::settings::PostgresSettings;
use super::values::column;

/// At most so many rows are read by one statement.
const GROUP: usize = 128;
/// At most so many readers wait; further ones are told that the store is busy.
const QUEUE: usize = 8192;

/// What a row is found by, within its publisher.
pub(super) trait Key: FromSqlOwned + ToSql + Eq + Hash + Clone + Send + Sync + 'static {}
impl<K: FromSqlOwned + ToSql + Eq + Hash + Clone + Send + Sync + 'static> Key for K {}

type Found = Result<Option<Arc<Row>>, StoreError>;

struct Waiting<K> {
    key: K,
    caller: oneshot::Sender<Found>,
}

struct Queue<K> {
    lanes: HashMap<String, VecDeque<Waiting<K>>>,
    /// The publishers that have a lane, in the order in which they are served.
    turns: VecDeque<String>,
    waiting: usize,
}

/// Reads rows of one kind.
pub(super) struct Batcher<K> {
    queue: Arc<Mutex<Queue<K>>>,
    /// A permit for each row that is waited for, at least.
    pushed: Arc<Semaphore>,
    /// How long a caller waits.
    answer: Duration,
    _readers: JoinSet<()>,
}

impl<K: Key> Batcher<K> {
    /// Starts the tasks that read, each with a connection at a time. `text` selects rows whose first column is the key,
    /// of the publisher that is its first parameter, by the keys that are its second.
    pub(super) fn start(pool: &Pool, settings: &PostgresSettings, text: &'static str) -> Self {
        let empty = Queue { lanes: HashMap::new(), turns: VecDeque::new(), waiting: 0 };
        let (queue, pushed) = (Arc::new(Mutex::new(empty)), Arc::new(Semaphore::new(0)));
        let mut tasks = JoinSet::new();
        let answer = settings.answer;
        for _ in 0..(settings.connections / 4).max(1) {
            let (pool, queue, pushed) = (pool.clone(), queue.clone(), pushed.clone());
            tasks.spawn(async move {
                while let Ok(permit) = pushed.acquire().await {
                    permit.forget();
                    let taken = queue.lock().take();
                    if let Some((publisher, group)) = taken {
                        read(&pool, answer, text, &publisher, group).await;
                    }
                }
            });
        }
        Self { queue, pushed, answer, _readers: tasks }
    }

    /// The row as it is at some time after this call; `None`: there is none.
    pub(super) async fn row(&self, publisher: &str, key: K) -> Found {
        let (caller, told) = oneshot::channel();
        self.queue.lock().push(publisher, Waiting { key, caller })?;
        self.pushed.add_permits(1);
        answer_of(told, self.answer).await
    }
}

impl<K> Queue<K> {
    fn push(&mut self, publisher: &str, waiting: Waiting<K>) -> Result<(), StoreError> {
        if self.waiting >= QUEUE {
            return Err(StoreError::Unavailable("too many reads wait for the database".to_owned()));
        }
        self.waiting += 1;
        if let Some(lane) = self.lanes.get_mut(publisher) {
            lane.push_back(waiting);
        } else {
            self.lanes.insert(publisher.to_owned(), VecDeque::from([waiting]));
            self.turns.push_back(publisher.to_owned());
        }
        Ok(())
    }

    /// Those who wait for rows of the publisher whose turn it is.
    fn take(&mut self) -> Option<(String, Vec<Waiting<K>>)> {
        let publisher = self.turns.pop_front()?;
        let mut lane = self.lanes.remove(&publisher)?;
        let group: Vec<Waiting<K>> = lane.drain(..lane.len().min(GROUP)).collect();
        self.waiting -= group.len();
        if !lane.is_empty() {
            self.lanes.insert(publisher.clone(), lane);
            self.turns.push_back(publisher.clone());
        }
        Some((publisher, group))
    }
}

async fn read<K: Key>(
    pool: &Pool,
    answer: Duration,
    text: &str,
    publisher: &str,
    mut group: Vec<Waiting<K>>,
) {
    // Whoever has gone away needs no row.
    group.retain(|waiting| !waiting.caller.is_closed());
    if group.is_empty() {
        return;
    }
    let keys: Vec<K> = group.iter().map(|waiting| waiting.key.clone()).collect();
    match rows(pool, answer, text, publisher, &keys).await {
        Ok(rows) => {
            for waiting in group {
                let _ = waiting.caller.send(Ok(rows.get(&waiting.key).cloned()));
            }
        }
        Err(error) => {
            for waiting in group {
                let _ = waiting.caller.send(Err(error.clone()));
            }
        }
    }
}

async fn rows<K: Key>(
    pool: &Pool,
    answer: Duration,
    text: &str,
    publisher: &str,
    keys: &[K],
) -> Result<HashMap<K, Arc<Row>>, StoreError> {
    let until = until(answer);
    let read = async {
        let client = BusyClient::new(pool::take(pool).await?, None, until);
        client.rows(text, &[&publisher, &keys]).await
    };
    let rows = within(until, read).await?;
    rows.into_iter().map(|row| Ok((column(&row, 0)?, Arc::new(row)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(key: usize) -> Waiting<usize> {
        Waiting { key, caller: oneshot::channel().0 }
    }

    #[test]
    fn a_group_is_of_one_publisher_and_everyone_has_a_turn() {
        let mut queue = Queue { lanes: HashMap::new(), turns: VecDeque::new(), waiting: 0 };
        for key in 0..=GROUP {
            queue.push("contoso", waiting(key)).unwrap();
        }
        queue.push("fabrikam", waiting(7)).unwrap();
        let mut taken = || queue.take().map(|(publisher, group)| (publisher, group.len()));
        assert_eq!(taken(), Some(("contoso".to_owned(), GROUP)));
        assert_eq!(taken(), Some(("fabrikam".to_owned(), 1)));
        assert_eq!(taken(), Some(("contoso".to_owned(), 1)));
        assert_eq!(taken(), None);
        assert_eq!(queue.waiting, 0);
    }

    #[test]
    fn a_queue_that_is_full_says_so() {
        let mut queue = Queue { lanes: HashMap::new(), turns: VecDeque::new(), waiting: QUEUE };
        assert!(matches!(queue.push("contoso", waiting(1)), Err(StoreError::Unavailable(_))));
    }
}
