//! What a third party says of a step that it was asked to do, or to undo, and what it is told.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The body of a callback, and of the reply to a request: how far the third party is, or what it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackBody {
    /// The `Idempotency-Key` of the request that it speaks of. Replies may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// What it says.
    pub status: CallbackStatus,
    /// How far it is, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100)]
    pub progress: Option<u8>,
    /// Its words, for the publisher: plain text, of which 500 characters are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it found: errors if it failed, else warnings. A hundred are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<CallbackFinding>,
}

/// Where a third party stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CallbackStatus {
    /// It has taken the request and is at it.
    InProgress,
    /// It did what was asked.
    Succeeded,
    /// It did not and will not.
    Failed,
}

/// Something that a third party found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallbackFinding {
    /// A code of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The words.
    pub message: String,
    /// What it is about, e.g. a JSON path in the definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// What a callback is told that was taken in, now or when it came first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackReceipt<'a> {
    /// The operation.
    #[schema(value_type = String, format = "uuid")]
    pub operation_id: Uuid,
    /// The step.
    pub step: Cow<'a, str>,
    /// Always `recorded`.
    pub status: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_left_out() {
        let body = CallbackBody {
            idempotency_key: None,
            status: CallbackStatus::InProgress,
            progress: None,
            message: None,
            findings: Vec::new(),
        };
        let text = serde_json::to_string(&body).unwrap();
        assert_eq!(text, r#"{"status":"inProgress"}"#);
        assert_eq!(serde_json::from_str::<CallbackBody>(&text).unwrap(), body);
    }

    #[test]
    fn a_receipt_reads_back() {
        let receipt =
            CallbackReceipt { operation_id: Uuid::nil(), step: "s".into(), status: "recorded".into() };
        let text = serde_json::to_string(&receipt).unwrap();
        assert!(text.ends_with(r#""step":"s","status":"recorded"}"#), "{text}");
        assert_eq!(serde_json::from_str::<CallbackReceipt<'_>>(&text).unwrap(), receipt);
    }
}
