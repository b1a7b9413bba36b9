//! What every store must do.

mod directory;

pub use directory::{Directory, Keys, PrincipalId, PrincipalRecord, Publisher, SigningKey};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The offer changed since it was loaded: load and decide again.
    #[error("the offer changed meanwhile")]
    Stale,
    /// The store could not be reached or refused; the same call may go through later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored cannot be read by this binary.
    #[error("the stored data cannot be read: {0}")]
    Corrupt(String),
}
