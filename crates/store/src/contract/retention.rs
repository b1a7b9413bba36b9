//! Forgetting operations that ended long ago. What may go is decided elsewhere, see `signoff_lifecycle::retention`.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::ids::OperationId;

use super::{StoreError, StoredOperation};

/// An operation that ended long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Aged {
    /// Its GUID.
    pub id: OperationId,
    /// Its number on the offer.
    pub publishing_version: u64,
    /// The version of the offer it worked on.
    pub offer_version: u32,
}

/// What is to be forgotten of one offer, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// The publisher.
    pub publisher: String,
    /// The offer.
    pub offer: String,
    /// The revision of the offer on which this was decided.
    pub revision: u64,
    /// Operations that go, with their letters and artifacts.
    pub remove: Vec<Aged>,
    /// Older operations among them that stay, to be listed and found as before.
    pub keep: Vec<Aged>,
    /// Content of versions below this one goes, unless it is that of one of `versions` or of an operation that stays.
    pub contents_below: u32,
    /// Versions of the offer whose content stays.
    pub versions: Vec<u32>,
}

/// Operations in the order of their age, and their end.
#[async_trait]
pub trait Retention: Send + Sync {
    /// The first publisher after this one, by id, that has operations.
    async fn publisher_after(&self, publisher: Option<&str>) -> Result<Option<String>, StoreError>;

    /// The publisher's operations with an id after `after`, the least id first, at most `limit`.
    async fn operations_after(
        &self,
        publisher: &str,
        after: Option<OperationId>,
        limit: usize,
    ) -> Result<Vec<StoredOperation>, StoreError>;

    /// Removes what is to be forgotten, everything of it or nothing, and answers how many operations went. One with a
    /// letter that is still to be sent stays; one that is gone already counts for nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the offer changed since.
    async fn prune(&self, prune: Prune) -> Result<usize, StoreError>;
}
