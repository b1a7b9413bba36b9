//! Operations as they are read most: kept decoded, and rendered once for many readers.
//!
//! A node that has its store to itself knows of every change ([`Own`]); one of several asks the store on each look whether
//! what it keeps is still so ([`Clustered`]).

mod cached;
mod clustered;
mod own;

use std::sync::Arc;

use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::operation::Operation;
use signoff_store::cache::Changing;
use signoff_store::{Store, StoreError};

use crate::engine::Engine;
use clustered::Clustered;
use own::Own;

pub use cached::{CachedOperation, Rendered};

const SHARDS: usize = 16;
/// At most so many operations are kept in each shard.
const KEPT: usize = 1024;

/// Where operations are read: chosen once, when the engine is made.
pub(crate) enum Operations {
    /// Nobody else writes to the store.
    Own(Own),
    /// Other nodes do, too.
    Clustered(Clustered),
}

impl Operations {
    /// For a store that nobody else writes to.
    pub(crate) fn own() -> Self {
        Self::Own(Own::default())
    }

    /// For a store that other nodes write to, too.
    pub(crate) fn clustered() -> Self {
        Self::Clustered(Clustered::default())
    }

    /// To be called before a commit that changes these. `None`: nothing of it has to be taken in.
    pub(crate) fn changing(
        &self,
        operations: &[Operation],
    ) -> Option<Changing<OperationId, Arc<CachedOperation>>> {
        match self {
            Self::Own(own) => {
                Some(own.0.changing(operations.iter().map(|operation| operation.head().id).collect()))
            }
            Self::Clustered(_) => None,
        }
    }

    /// Forgets everything: the store was replaced, or a clock.
    pub(crate) fn clear(&self) {
        match self {
            Self::Own(own) => own.0.clear(),
            Self::Clustered(clustered) => clustered.clear(),
        }
    }
}

impl Engine {
    /// One operation of the publisher.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<Arc<CachedOperation>>, StoreError> {
        let store: &dyn Store = self.shared.store.as_ref();
        match &self.shared.operations {
            Operations::Own(own) => own.get(store, publisher, id).await,
            Operations::Clustered(clustered) => clustered.get(store, publisher, id).await,
        }
    }

    /// The operation of the offer with this number.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn numbered_operation(
        &self,
        key: &OfferKey,
        number: u64,
    ) -> Result<Option<Arc<CachedOperation>>, StoreError> {
        let store: &dyn Store = self.shared.store.as_ref();
        match &self.shared.operations {
            Operations::Own(own) => own.numbered(store, key, number).await,
            Operations::Clustered(clustered) => clustered.numbered(store, key, number).await,
        }
    }
}
