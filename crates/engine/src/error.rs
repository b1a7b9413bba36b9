//! Why a use case came to nothing.

use signoff_definition::Finding;
use signoff_lifecycle::refusal::Refusal;
use signoff_store::StoreError;

/// Why nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The rules say no.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The draft is not fit to be published.
    #[error("the draft has {} findings", findings.len() + omitted)]
    Unfit {
        /// The first of the findings that say so.
        findings: Vec<Finding>,
        /// How many there are beyond those.
        omitted: usize,
    },
    /// The offer type is not known.
    #[error("unknown offer type {0}")]
    UnknownOfferType(String),
    /// A member of the body is not as it must be.
    #[error("{field} must be {expected}")]
    Body {
        /// The member.
        field: String,
        /// What it must be.
        expected: &'static str,
    },
    /// Others changed the offer again and again meanwhile.
    #[error("too many changes at once")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
