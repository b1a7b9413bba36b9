//! Leases of the embedded store. They live in memory: the file has one server, and when that dies,
//! whoever opens the file next may take up everything at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use signoff_lifecycle::ids::OperationId;

use super::letters::LetterHolds;
use crate::StoreError;
use crate::contract::Lease;

type Key = (String, OperationId, u32);

#[derive(Default)]
pub(super) struct Leases {
    held: Mutex<Held>,
    /// Letters that somebody is sending.
    pub(super) letters: LetterHolds,
}

#[derive(Default)]
struct Held {
    by_work: HashMap<Key, (u64, Instant)>,
    last_token: u64,
}

#[expect(clippy::disallowed_methods, reason = "leases run on real time, whatever the publisher's clock says")]
pub(super) fn now() -> Instant {
    Instant::now()
}

fn key(lease: &Lease) -> Key {
    (lease.publisher.clone(), lease.operation, lease.attempt)
}

impl Leases {
    /// Whether somebody holds the work.
    pub(super) fn is_held(&self, publisher: &str, operation: OperationId, attempt: u32) -> bool {
        let held = self.held.lock();
        held.by_work.get(&(publisher.to_owned(), operation, attempt)).is_some_and(|(_, until)| *until > now())
    }

    /// Leases the work, unless somebody holds it.
    pub(super) fn take(
        &self,
        publisher: &str,
        operation: OperationId,
        attempt: u32,
        lease_for: Duration,
    ) -> Option<Lease> {
        let mut held = self.held.lock();
        let key = (publisher.to_owned(), operation, attempt);
        if held.by_work.get(&key).is_some_and(|(_, until)| *until > now()) {
            return None;
        }
        held.last_token += 1;
        let token = held.last_token;
        held.by_work.insert(key, (token, now() + lease_for));
        Some(Lease { publisher: publisher.to_owned(), operation, attempt, token })
    }

    /// Whether the lease still holds; nobody may have taken the work since.
    pub(super) fn check(&self, lease: &Lease) -> Result<(), StoreError> {
        match self.held.lock().by_work.get(&key(lease)) {
            Some((token, _)) if *token == lease.token => Ok(()),
            _ => Err(StoreError::Fenced),
        }
    }

    pub(super) fn renew(&self, lease: &Lease, lease_for: Duration) -> Result<(), StoreError> {
        match self.held.lock().by_work.get_mut(&key(lease)) {
            Some((token, until)) if *token == lease.token => {
                *until = now() + lease_for;
                Ok(())
            }
            _ => Err(StoreError::Fenced),
        }
    }

    pub(super) fn release(&self, lease: &Lease) {
        let mut held = self.held.lock();
        let key = key(lease);
        if held.by_work.get(&key).is_some_and(|(token, _)| *token == lease.token) {
            held.by_work.remove(&key);
        }
    }

    /// The work is gone, and with it whatever lease there was.
    pub(super) fn forget(&self, publisher: &str, operation: OperationId, attempt: u32) {
        self.held.lock().by_work.remove(&(publisher.to_owned(), operation, attempt));
    }

    /// All work and every letter is gone.
    pub(super) fn clear(&self) {
        self.held.lock().by_work.clear();
        self.letters.clear();
    }
}
