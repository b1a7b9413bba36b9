//! The audit logs: `GET /api/publishers/{publisherId}/audit`, and the server's own, `GET /api/audit`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::me::Actor;

/// A part of an audit log, the newest entry first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage<'a> {
    /// The entries.
    pub entries: Vec<AuditEntry<'a>>,
    /// Send it as `before` to read on; absent at the end of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One change that somebody asked for and that went through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry<'a> {
    /// Counts from 1 per log, without a gap.
    pub number: u64,
    /// When, RFC 3339, on the publisher's clock.
    pub time: Cow<'a, str>,
    /// Who, as one text: `tenant/client`, of a person `tenant/user:id`, or `operator`.
    pub by: Cow<'a, str>,
    /// Who, in parts; absent of entries of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor<'a>>,
    /// What they were to the publisher then: `owner`, `contributor`, `reviewer`, `reader` or `operator`.
    pub role: Cow<'a, str>,
    /// `put`, `publish`, `golive`, `cancel`, `force`, `kill`, `approve`, `reject`, `putPublisher`, `putMember`,
    /// `removeMember`; in the server's own log `putPrincipal`.
    pub action: Cow<'a, str>,
    /// The publisher; absent in the server's own log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher_id: Option<Cow<'a, str>>,
    /// The offer, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<Cow<'a, str>>,
    /// The publish or golive, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub operation_id: Option<Uuid>,
    /// The step that was reviewed, or the member or client (`tenant/client`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Cow<'a, str>>,
    /// What came of it: `created`, `stored`, `started`, `canceled`, `canceling`, `givenUp`, `completed`, `recorded`;
    /// of a member its role, or `removed`.
    pub outcome: Cow<'a, str>,
    /// Why, in the caller's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, str>>,
    /// The `x-ms-request-id` of the reply.
    pub request_id: Cow<'a, str>,
}
