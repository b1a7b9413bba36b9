//! What is wrong with an address, or another setting.

/// Why a text is no address of a database, and what to write instead. Shows no part that may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadAddress(String);

impl BadAddress {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}
