//! What every store must do. Few traits, object-safe; a store takes values, never closures.

mod artifacts;
mod audit;
mod dev;
mod directory;
mod offers;
mod outbox;
mod repeats;
mod retention;
mod sharing;
mod work;

pub use artifacts::Artifacts;
pub use audit::{Audit, AuditEntry, AuditRow, SERVER};
pub use dev::{DevKind, DevState};
pub use directory::{Directory, Keys, PrincipalId, PrincipalRecord, Publisher, SigningKey};
pub use offers::{Change, Content, Loaded, OfferFilter, OfferSummary, Offers, Place, StoredOperation};
pub use outbox::{Delivery, Letter, Mail, Outbox};
pub use repeats::{Repeated, Repeats};
pub use retention::{Aged, Prune, Retention};
pub use sharing::{Connections, Fingerprint, Lookup, Sharing};
pub use work::{Claim, Claimed, Lease, WorkQueue};

/// Why the store could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The offer changed since it was loaded, or a reply with the same key is kept already: load and decide again.
    #[error("the offer changed meanwhile")]
    Stale,
    /// The lease under which the work was done is over; somebody else has it.
    #[error("the lease is over")]
    Fenced,
    /// The store could not be reached or refused; the same call may go through later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored, or was handed in to be stored, cannot be read by this binary.
    #[error("the stored data cannot be read: {0}")]
    Corrupt(String),
}

impl From<signoff_lifecycle::offer::Misplaced> for StoreError {
    fn from(misplaced: signoff_lifecycle::offer::Misplaced) -> Self {
        Self::Corrupt(misplaced.to_string())
    }
}

/// Everything a store does, in one object.
pub trait Store:
    Offers + Repeats + WorkQueue + Outbox + Artifacts + Directory + Keys + Audit + DevState + Retention + Sharing
{
}

impl<S> Store for S where
    S: Offers
        + Repeats
        + WorkQueue
        + Outbox
        + Artifacts
        + Directory
        + Keys
        + Audit
        + DevState
        + Retention
        + Sharing
{
}
