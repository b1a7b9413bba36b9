//! Work that is due: claimed under a lease, fenced when its result is committed.

use std::time::Duration;

use async_trait::async_trait;
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{PublisherTime, RealTime};

use super::StoreError;

/// The right to do one piece of work, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The publisher whose work it is.
    pub publisher: String,
    /// The piece of work: its operation,
    pub operation: signoff_lifecycle::ids::OperationId,
    /// and the number of the attempt.
    pub attempt: u32,
    /// Tells this claim from every other.
    pub token: u64,
}

/// A piece of work and the lease on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The offer.
    pub offer: String,
    /// The work.
    pub work: Work,
    /// The lease.
    pub lease: Lease,
}

/// What is asked of [`WorkQueue::claim`].
#[derive(Clone, Debug)]
pub struct Claim {
    /// The time for publishers whose clock is not set.
    pub now: RealTime,
    /// The time of each publisher whose clock is set; it alone counts there, even if it stands still meanwhile.
    pub clocks: Vec<(String, PublisherTime)>,
    /// How long the lease lasts, in real time.
    pub lease_for: Duration,
    /// At most so many pieces.
    pub limit: usize,
}

/// Work that is due.
#[async_trait]
pub trait WorkQueue: Send + Sync {
    /// Leases work that is due and that nobody else holds, the earliest due first.
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError>;

    /// Makes the lease last `lease_for` from now on.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] if it is over.
    async fn renew(&self, lease: &Lease, lease_for: Duration) -> Result<(), StoreError>;

    /// Gives the lease back: the work may be claimed at once.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// When the next work of the publisher is due that nobody holds; with `None`, of publishers not in `except`.
    async fn next_due(
        &self,
        publisher: Option<&str>,
        except: &[String],
    ) -> Result<Option<PublisherTime>, StoreError>;

    /// The publisher's work that is due by `until`, held by a lease or not.
    async fn due_by(&self, publisher: &str, until: PublisherTime) -> Result<Vec<(String, Work)>, StoreError>;
}
