//! State of the development mode: scenarios, clocks, fault rules; and the whole state as one file.

use std::path::Path;

use async_trait::async_trait;

use super::StoreError;

/// What kind of development state it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DevKind {
    /// What comes of the next operations of an offer; keyed by offer.
    Scenario,
    /// How a publisher's clock is set, in a form that the store does not read; the key is empty.
    Clock,
    /// A fault rule; the publisher is empty, the key the rule's id.
    Fault,
    /// Stands for the state as a whole: another one means that it was replaced. Publisher and key are empty.
    World,
    /// The store was used in development mode, and production refuses it. Publisher and key are empty.
    Development,
}

impl DevKind {
    /// The word under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Clock => "clock",
            Self::Fault => "fault",
            Self::World => "world",
            Self::Development => "development",
        }
    }
}

/// State of the development mode.
#[async_trait]
pub trait DevState: Send + Sync {
    /// One entry.
    async fn dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError>;

    /// Every entry of a kind: publisher, key, body; by publisher and key.
    async fn dev_states(&self, kind: DevKind) -> Result<Vec<(String, String, String)>, StoreError>;

    /// Sets an entry; `None` removes it.
    async fn put_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        body: Option<String>,
    ) -> Result<(), StoreError>;

    /// Writes the whole state to a new file.
    async fn snapshot(&self, file: &Path) -> Result<(), StoreError>;

    /// Puts the state of a snapshot in the place of the present one, in one transaction.
    async fn restore(&self, file: &Path) -> Result<(), StoreError>;

    /// Removes everything but the signing keys.
    async fn reset(&self) -> Result<(), StoreError>;
}
