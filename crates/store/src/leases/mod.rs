//! Leases of the stores that have one server. They live in memory: when the server dies, the server that opens the state
//! next may take up everything at once.

mod letters;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use signoff_lifecycle::ids::OperationId;

pub use letters::{Holds, LetterHolds};

use crate::StoreError;
use crate::contract::Lease;

type Key = (String, OperationId, u32);

/// How much time has passed since a moment that is always the same. It never goes back.
pub type Elapsed = Arc<dyn Fn() -> Duration + Send + Sync>;

pub struct Leases {
    held: Mutex<Held>,
    elapsed: Elapsed,
    /// Letters that somebody is sending.
    pub letters: LetterHolds,
}

#[derive(Default)]
struct Held {
    /// When each lease ends.
    by_work: HashMap<Key, (u64, Duration)>,
    last_token: u64,
}

#[expect(clippy::disallowed_methods, reason = "leases run on real time, whatever the publisher's clock says")]
fn real() -> Elapsed {
    let start = Instant::now();
    Arc::new(move || start.elapsed())
}

fn key(lease: &Lease) -> Key {
    (lease.publisher.clone(), lease.operation, lease.attempt)
}

impl Leases {
    /// Leases on real time.
    pub fn on_real_time() -> Self {
        Self::on(real())
    }

    /// Leases on the time that is handed in.
    pub fn on(elapsed: Elapsed) -> Self {
        Self { held: Mutex::default(), letters: LetterHolds::on(elapsed.clone()), elapsed }
    }

    fn now(&self) -> Duration {
        (self.elapsed)()
    }

    /// Whether somebody holds the work.
    pub fn is_held(&self, publisher: &str, operation: OperationId, attempt: u32) -> bool {
        let held = self.held.lock();
        held.by_work
            .get(&(publisher.to_owned(), operation, attempt))
            .is_some_and(|(_, until)| *until > self.now())
    }

    /// Leases the work, unless somebody holds it.
    pub fn take(
        &self,
        publisher: &str,
        operation: OperationId,
        attempt: u32,
        lease_for: Duration,
    ) -> Option<Lease> {
        let mut held = self.held.lock();
        let key = (publisher.to_owned(), operation, attempt);
        if held.by_work.get(&key).is_some_and(|(_, until)| *until > self.now()) {
            return None;
        }
        held.last_token += 1;
        let token = held.last_token;
        held.by_work.insert(key, (token, self.now() + lease_for));
        Some(Lease { publisher: publisher.to_owned(), operation, attempt, token })
    }

    /// Whether the lease still holds; nobody may have taken the work since.
    pub fn check(&self, lease: &Lease) -> Result<(), StoreError> {
        match self.held.lock().by_work.get(&key(lease)) {
            Some((token, _)) if *token == lease.token => Ok(()),
            _ => Err(StoreError::Fenced),
        }
    }

    pub fn renew(&self, lease: &Lease, lease_for: Duration) -> Result<(), StoreError> {
        match self.held.lock().by_work.get_mut(&key(lease)) {
            Some((token, until)) if *token == lease.token => {
                *until = self.now() + lease_for;
                Ok(())
            }
            _ => Err(StoreError::Fenced),
        }
    }

    pub fn release(&self, lease: &Lease) {
        let mut held = self.held.lock();
        let key = key(lease);
        if held.by_work.get(&key).is_some_and(|(token, _)| *token == lease.token) {
            held.by_work.remove(&key);
        }
    }

    /// The work is gone, and with it its lease, if there was one.
    pub fn forget(&self, publisher: &str, operation: OperationId, attempt: u32) {
        self.held.lock().by_work.remove(&(publisher.to_owned(), operation, attempt));
    }

    /// All work and every letter is gone.
    pub fn clear(&self) {
        self.held.lock().by_work.clear();
        self.letters.clear();
    }
}
