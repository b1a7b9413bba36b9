//! A ledger of what clients were told while their server was being killed.

use serde_json::Value;

use crate::server::of_offer;

/// An offer that the clients fight over.
pub(crate) struct Offer {
    pub(crate) publisher: &'static str,
    pub(crate) id: &'static str,
    /// What its operations do.
    pub(crate) steps: Value,
    pub(crate) drafted_by: DraftedBy,
}

/// Who changes the draft of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DraftedBy {
    Nobody,
    /// The client that publishes it.
    One,
    /// Two others.
    Two,
}

impl Offer {
    pub(crate) fn path(&self, rest: &str) -> String {
        of_offer(self.publisher, self.id, rest)
    }
}

/// Something that a client was told, and that has to be true from then on.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// A draft was stored.
    Stored { version: u64, edit: u64, tag: String },
    /// An operation was started.
    Started { kind: &'static str, location: String, operation: String },
    /// 200: an operation is canceled.
    Canceled { location: String },
    /// 200: a cancellation has ended well.
    CancellationEnded { location: String },
    /// 202: a cancellation runs.
    Canceling { location: String },
    /// An operation was seen to have ended.
    Ended { location: String, body: Value },
    /// No answer came to a change of the draft: it may have been stored, or not.
    Unknown { edit: u64 },
}

impl Told {
    /// The address that it gives.
    pub(crate) fn location(&self) -> Option<&str> {
        match self {
            Self::Stored { .. } | Self::Unknown { .. } => None,
            Self::Started { location, .. }
            | Self::Canceled { location }
            | Self::CancellationEnded { location }
            | Self::Canceling { location }
            | Self::Ended { location, .. } => Some(location),
        }
    }

    /// What kind of promise it is. Drafts are counted elsewhere: not all that are stored come into the ledger.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Stored { .. } | Self::Unknown { .. } => None,
            Self::Started { kind, .. } => Some(kind),
            Self::Canceled { .. } | Self::CancellationEnded { .. } => Some("200 to a cancel"),
            Self::Canceling { .. } => Some("202 to a cancel"),
            Self::Ended { .. } => Some("end"),
        }
    }
}

/// Draws numbers in a fixed order (xorshift).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
