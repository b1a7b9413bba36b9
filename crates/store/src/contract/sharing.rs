//! What a store is to the nodes that use it: one node's own, or shared by any number of them.
//!
//! What a node keeps in memory of a store of its own is right as long as it takes in its own commits. Of a shared one
//! it must ask, and these calls make asking cheap.

use std::sync::Arc;

use async_trait::async_trait;
use signoff_lifecycle::ids::{OperationId, RealTime};

use super::{DevKind, StoreError, StoredOperation};
use crate::packed::unpack;

/// An operation as it was stored at some time, to be compared with how it is stored later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(Arc<[u8]>);

impl Fingerprint {
    fn new(body: &[u8]) -> Self {
        Self(body.into())
    }

    /// Whether `body` is what was stored. All of it is compared: after a restore or a failover to a standby that had
    /// not got everything, a number of old may stand for something new.
    fn is_of(&self, body: &[u8]) -> bool {
        *self.0 == *body
    }
}

/// What a look at an operation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// There is no such operation.
    Gone,
    /// It is as it was.
    Same,
    /// It is otherwise than it was, or was not known.
    Changed(Box<StoredOperation>, Fingerprint),
}

/// The connections of a node to its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// There are at most so many.
    pub most: usize,
    /// There are so many.
    pub open: usize,
    /// Of these so many are in use.
    pub in_use: usize,
    /// So many callers wait for one.
    pub waiting: usize,
}

impl Lookup {
    /// What a look at a stored operation, which is `body`, comes to.
    pub fn at(offer: &str, body: &[u8], known: Option<&Fingerprint>) -> Result<Self, StoreError> {
        if known.is_some_and(|known| known.is_of(body)) {
            return Ok(Self::Same);
        }
        let stored = StoredOperation { offer: offer.to_owned(), operation: unpack(body)? };
        Ok(Self::Changed(Box::new(stored), Fingerprint::new(body)))
    }
}

/// What nodes need that share a store.
#[async_trait]
pub trait Sharing: Send + Sync {
    /// Whether other nodes may write to this store, too.
    fn is_shared(&self) -> bool;

    /// The connections of this node; `None`: the store has none.
    fn connections(&self) -> Option<Connections> {
        None
    }

    /// Whether changes can be stored now.
    ///
    /// # Errors
    /// If they cannot, with the reason: the disk is full, the file or the server takes no writes.
    async fn writable(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// What time it is by the clock that all nodes share; `None`: there is no such clock, and each machine's counts.
    async fn time(&self) -> Result<Option<RealTime>, StoreError>;

    /// The operation, if it is not as it was when `known` was taken.
    async fn look(
        &self,
        publisher: &str,
        id: OperationId,
        known: Option<&Fingerprint>,
    ) -> Result<Lookup, StoreError>;

    /// The revisions of those of these offers that exist, by offer.
    async fn revisions(&self, publisher: &str, offers: &[String]) -> Result<Vec<(String, u64)>, StoreError>;

    /// Sets an entry of the development mode to `next` if it is `present` (`None`: if it is not there; to `None`:
    /// removes it). Answers whether it did: of several who try at once, one does.
    async fn swap_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        present: Option<&str>,
        next: Option<String>,
    ) -> Result<bool, StoreError>;
}
