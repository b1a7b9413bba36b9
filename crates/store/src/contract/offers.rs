//! Offers and their operations: load, decide elsewhere, commit.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{OfferGuid, OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, Offer, OfferStatus};
use signoff_lifecycle::operation::Operation;

use super::{AuditEntry, Lease, Mail, Repeated, StoreError};

/// An offer's lifecycle state as it was at `revision`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// What commands are decided on; shared with those who keep it.
    pub aggregate: Arc<Aggregate>,
    /// Grows with every commit; a commit names the one it was decided on.
    pub revision: u64,
}

/// The content of one version of an offer. Large; no poll and no cancel reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The offer version under which it is stored.
    pub version: u32,
    /// When it was put.
    pub changed_at: PublisherTime,
    /// The definition as JSON text, without secrets.
    pub definition: String,
    /// The secrets that were taken out, as a JSON object from JSON pointer to value.
    pub secrets: Option<String>,
    /// Further members of the document that are kept, as a JSON array of pairs of name and value.
    pub extra: Option<String>,
    /// `displayText`, for lists.
    pub display_text: String,
}

/// A decision, ready to be committed in one transaction.
#[derive(Clone, Debug)]
pub struct Change {
    /// The revision it was decided on; `None`: the offer must not exist yet.
    pub expected: Option<u64>,
    /// The state as it then is.
    pub next: Arc<Aggregate>,
    /// Operations that changed or are new.
    pub operations: Vec<Operation>,
    /// New work.
    pub work: Vec<Work>,
    /// Work that is done or no longer wanted, by operation and attempt.
    pub finished_work: Vec<(OperationId, u32)>,
    /// Mail to be sent.
    pub mail: Vec<Mail>,
    /// Who asked for it; `None`: nobody did, it is the result of work.
    pub audit: Option<AuditEntry>,
    /// The content of the draft, if it was put.
    pub content: Option<Content>,
    /// The reply, if the request may be repeated.
    pub repeat: Option<Repeated>,
    /// The lease under which the work was done that this change records.
    pub fence: Option<Lease>,
}

/// An operation and the offer it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOperation {
    /// The offer's id.
    pub offer: String,
    /// The operation.
    pub operation: Operation,
}

/// Which offers of a publisher are wanted; `None` leaves it open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferFilter {
    /// The offer type's id.
    pub offer_type: Option<String>,
    /// The status.
    pub status: Option<OfferStatus>,
    /// Only offers whose id comes after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// An offer in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferSummary {
    /// The offer without its content.
    pub offer: Offer,
    /// Its status.
    pub status: OfferStatus,
    /// `displayText` of the draft.
    pub display_text: String,
}

/// The place of an operation among those of its offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The operation, from which those before it are followed.
    pub operation: OperationId,
    /// Its number, by which they are found if it was forgotten meanwhile.
    pub publishing_version: u64,
}

impl Place {
    /// Where this operation is.
    pub fn of(operation: &Operation) -> Self {
        Self { operation: operation.head().id, publishing_version: operation.head().publishing_version }
    }
}

/// Offers and their operations.
#[async_trait]
pub trait Offers: Send + Sync {
    /// The offer's lifecycle state, if it exists.
    async fn load(&self, key: &OfferKey) -> Result<Option<Loaded>, StoreError>;

    /// The same, with the secrets of the draft's content (as [`Content::secrets`]), which are not older.
    async fn load_with_secrets(
        &self,
        key: &OfferKey,
    ) -> Result<Option<(Loaded, Option<String>)>, StoreError> {
        let Some(loaded) = self.load(key).await? else { return Ok(None) };
        let version = loaded.aggregate.offer.draft.content_version;
        let content = self.content(key, version).await?;
        Ok(Some((loaded, content.and_then(|content| content.secrets))))
    }

    /// Records a decision: everything of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the offer changed since, a new one has the id of another in any letter case, or a reply
    /// with the same key is kept already,
    /// [`StoreError::Fenced`] if the lease is over.
    async fn commit(&self, change: &Change) -> Result<(), StoreError>;

    /// The id of the offer with this GUID.
    async fn offer_by_guid(&self, publisher: &str, guid: OfferGuid) -> Result<Option<String>, StoreError>;

    /// The id of the publisher's offer that has this id in any letter case. Of offers that differed in it before there
    /// was a rule against it, one.
    async fn offer_spelled(&self, key: &OfferKey) -> Result<Option<String>, StoreError>;

    /// The offers of a publisher by id.
    async fn list(&self, publisher: &str, filter: OfferFilter) -> Result<Vec<OfferSummary>, StoreError>;

    /// The content that `version` of the offer has.
    async fn content(&self, key: &OfferKey, version: u32) -> Result<Option<Content>, StoreError>;

    /// One operation by its GUID.
    async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<StoredOperation>, StoreError>;

    /// Every operation of the offer, the newest first.
    async fn operations(&self, key: &OfferKey) -> Result<Vec<Operation>, StoreError> {
        self.operations_before(key, None, usize::MAX).await
    }

    /// The operations of the offer that are older than `before`, or all, the newest first, at most `limit`. Wherever they
    /// begin, no others are read.
    async fn operations_before(
        &self,
        key: &OfferKey,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Operation>, StoreError>;

    /// The operation of the offer with this publishing version.
    async fn operation_by_version(
        &self,
        key: &OfferKey,
        publishing_version: u64,
    ) -> Result<Option<Operation>, StoreError>;
}
