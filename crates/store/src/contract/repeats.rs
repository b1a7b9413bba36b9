//! Replies to repeatable requests: kept with the change that they tell of, and given again to who asks again.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::ids::RealTime;

use super::StoreError;

/// A reply that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// The publisher.
    pub publisher: String,
    /// Stands for the caller and the id of the request; unique for the publisher.
    pub key: [u8; 32],
    /// Stands for everything that the request said.
    pub digest: [u8; 32],
    /// From when on, in real time, it need not be kept.
    pub expires_at: RealTime,
    /// The reply, in a form that the store does not read.
    pub reply: String,
}

/// The replies that are kept. Most are written by [`super::Offers::commit`].
#[async_trait]
pub trait Repeats: Send + Sync {
    /// The reply with this key. A caller that loads an offer first and then finds none knows that the offer was loaded
    /// without the change that the reply tells of.
    async fn repeated(&self, publisher: &str, key: [u8; 32]) -> Result<Option<Repeated>, StoreError>;

    /// Keeps the reply to a request that changed nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if there is one with this key.
    async fn keep_reply(&self, repeated: Repeated) -> Result<(), StoreError>;

    /// Removes at most `limit` replies that expired by `now`, the oldest first; answers how many.
    async fn prune_repeated(&self, now: RealTime, limit: usize) -> Result<usize, StoreError>;
}
