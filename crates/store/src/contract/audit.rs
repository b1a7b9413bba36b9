//! Who changed what: an append-only log per publisher and one of the server's own, written with the change that it
//! tells of.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::ids::{OperationId, PublisherTime};

use super::StoreError;

/// Where the log of what belongs to no publisher stands: no publisher can have this id.
pub const SERVER: &str = "$server";

/// One change that a person asked for and that went through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When, on the publisher's clock.
    pub at: PublisherTime,
    /// Who.
    pub by: Actor,
    /// What they were to the publisher: a role's word, or `operator`.
    pub role: String,
    /// What was asked for, e.g. `force`.
    pub action: String,
    /// The offer; `None`: it was about the publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// The publish or golive that it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationId>,
    /// What of it, where that is not said yet: the step that was reviewed, the member or client (`tenant/client`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What came of it, e.g. `givenUp`; of a member: its role from now on.
    pub outcome: String,
    /// Why, in the caller's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The id of the request, as its reply told it.
    pub request: String,
}

/// An entry and its place in the publisher's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Counts from 1 without a gap: a missing number is a missing entry.
    pub number: u64,
    /// The entry.
    pub entry: AuditEntry,
}

/// The log, for reading. It is written by the changes themselves.
#[async_trait]
pub trait Audit: Send + Sync {
    /// The newest entries of the publisher that are older than number `before`, the newest first, at most `limit`.
    /// With `None`: the newest of all.
    async fn audit(
        &self,
        publisher: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_an_older_version_is_read() {
        let entry = |by: &str| {
            let text = format!(
                r#"{{"at":7,"by":{by},"role":"owner","action":"put","outcome":"stored","request":"r"}}"#
            );
            (serde_json::from_str::<AuditEntry>(&text).unwrap(), text)
        };
        assert_eq!(entry(r#""tenant/ann""#).0.by.in_full(), "tenant/ann");
        assert_eq!(entry(r#""operator""#).0.by, Actor::Operator);
        let (read, text) = entry(r#"{"kind":"app","tenant":"a/b","id":"c"}"#);
        assert_eq!(read.by, Actor::App { tenant: "a/b".to_owned(), id: "c".to_owned() });
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}
