//! Every bound on what a caller can make the server do: one table. `docs/limits.md` is made from it, and a test walks
//! it (`tests/walk/limits`), at each bound and one beyond.
//!
//! A new bound is a row here, whose value names the constant where the bound is used, and its walk there; without the
//! walk the tests do not compile. Bounds of the server's own memory, which no call can see, are walked by the tests beside
//! them.

mod document;

use signoff_definition::{LONGEST_PLAN_ID, MOST_CHANGES, MOST_FINDINGS};
use signoff_engine::FollowLimits;
use signoff_wire::{ErrorCode, emails, filter, json, names, path, prefer, repeatability};

pub use document::document;

use signoff_front::{quotas, serve, token_hosts};
use signoff_portal::bounds;

/// Lines of the log that wait to be written; the program that starts the log keeps to it.
pub const LOG_LINES: usize = 16_384;

/// What a bound counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Things of this name, in the plural.
    Of(&'static str),
}

/// What a bound holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each network address; of IPv6 the first 64 bits.
    Address,
    /// Each connection.
    Connection,
    /// Each caller with a token.
    Principal,
    /// Each publisher.
    Publisher,
    /// The whole server: one process.
    Server,
    /// Each request.
    Request,
}

impl Scope {
    /// The word in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Connection => "connection",
            Self::Principal => "caller",
            Self::Publisher => "publisher",
            Self::Server => "server",
            Self::Request => "request",
        }
    }
}

/// What comes of going beyond a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// The request is refused with this code, and with its status.
    Refused(ErrorCode),
    /// A token host refuses in its own words, with this status and `error`.
    TokenRefused(u16, &'static str),
    /// The connection is closed without a reply.
    Closed,
    /// The request is answered all the same; the words say what is different.
    Answered(&'static str),
}

/// One bound.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name in the code.
    pub name: &'static str,
    /// What is bounded, in a few words.
    pub what: &'static str,
    /// The most that is taken; with a setting, its default.
    pub value: u64,
    /// What `value` counts.
    pub unit: Unit,
    /// What it holds for.
    pub scope: Scope,
    /// What comes of one more.
    pub beyond: Beyond,
    /// The setting that changes it, if one does.
    pub setting: Option<&'static str>,
}

macro_rules! bounds {
    ($($(#[doc = $what:literal])+ $name:ident: $value:expr, $unit:expr, $scope:ident, $beyond:expr, $setting:expr;)+) => {
        /// The rows of the table, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bound {
            $($(#[doc = $what])+ $name,)+
        }

        impl Bound {
            /// Every bound, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The bound's row.
            pub fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        name: stringify!($name),
                        what: concat!($($what),+).trim_ascii(),
                        value: $value as u64,
                        unit: $unit,
                        scope: Scope::$scope,
                        beyond: $beyond,
                        setting: $setting,
                    },)+
                }
            }
        }
    };
}

use Beyond::{Answered, Closed, Refused, TokenRefused};
use Unit::{Bytes, Of, Seconds};

// What is bounded; value, unit, scope, what comes of one more, the setting.
bounds! {
    /// Connections, on all listeners together
    Connections: serve::CONNECTIONS, Of("connections"), Server, Refused(ErrorCode::ServiceUnavailable), Some("limits.connections");
    /// Connections that have not yet sent a whole request with a good token; a silent one makes room
    Strangers: serve::STRANGERS, Of("connections"), Address, Refused(ErrorCode::TooManyRequests), Some("limits.connections_per_address");
    /// Connections beyond those, on which `healthz` and `readyz` alone are answered
    HealthPlaces: serve::RESERVE, Of("connections"), Server, Answered("the oldest of them is closed"), None;
    /// The time for a request's first line and headers
    HeadTime: serve::HEAD_TIME.as_secs(), Seconds, Request, Closed, Some("limits.head_time");
    /// The time that a connection is idle which has sent a good token; others have that of a head
    IdleTime: serve::IDLE_TIME.as_secs(), Seconds, Connection, Closed, None;
    /// The time for a body, on every route but that of snapshots
    BodyTime: serve::BODY_TIME.as_secs(), Seconds, Request, Refused(ErrorCode::RequestTimeout), Some("limits.body_time");
    /// The time in which a client takes no byte of a reply
    WriteTime: serve::WRITE_TIME.as_secs(), Seconds, Connection, Closed, Some("limits.write_time");
    /// A request's first line and headers
    Head: serve::HEAD_BYTES, Bytes, Request, Refused(ErrorCode::HeadersTooLarge), None;
    /// Headers
    Headers: serve::MOST_HEADERS, Of("headers"), Request, Refused(ErrorCode::HeadersTooLarge), None;
    /// What is read of a body that a refusal does not need
    UnreadBody: serve::READ_TO_THE_END, Bytes, Request, Answered("the connection is closed behind the reply"), None;
    /// A body of the API
    Body: json::LARGEST_BODY, Bytes, Request, Refused(ErrorCode::PayloadTooLarge), None;
    /// Arrays and objects inside each other in a body
    JsonDepth: json::DEEPEST, Of("levels"), Request, Refused(ErrorCode::InvalidJson), None;
    /// Values in a body, lists and objects among them
    JsonValues: json::MOST_VALUES, Of("values"), Request, Refused(ErrorCode::InvalidJson), None;
    /// A body of an action that is tried as JSON5 when it is no JSON
    Json5: json::LARGEST_JSON5, Bytes, Request, Refused(ErrorCode::InvalidJson), None;
    /// Findings of one level that a reply lists
    Findings: MOST_FINDINGS, Of("findings"), Request,
        Answered("lists the first ones, or 256 KiB of them; `omitted` counts the others"), None;
    /// Changes that a diff of an offer lists
    Changes: MOST_CHANGES, Of("changes"), Request,
        Answered("lists the first ones, or 256 KiB of them; `omitted` counts the others"), None;
    /// Conditions that a `$filter` joins
    FilterConditions: filter::MOST_CONDITIONS, Of("conditions"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// Offer types that a publisher lists
    OfferTypes: bounds::OFFER_TYPES, Of("types"), Request, Refused(ErrorCode::InvalidBody), None;
    /// The form of a token request
    TokenForm: token_hosts::BODY_LIMIT, Bytes, Request, TokenRefused(413, "invalid_request"), None;
    /// A token
    Token: signoff_identity::LENGTH_LIMIT, Bytes, Request, Refused(ErrorCode::Unauthorized), None;
    /// A publisher's or an offer's id
    Id: path::ID_LONGEST, Of("characters"), Request, Refused(ErrorCode::InvalidId), None;
    /// A `Repeatability-Request-ID`
    RepeatabilityId: repeatability::LONGEST_ID, Of("characters"), Request, Refused(ErrorCode::InvalidHeader), None;
    /// The name of a tenant, a client or a person
    Name: names::LONGEST, Of("characters"), Request, Refused(ErrorCode::InvalidId), None;
    /// The secret of a client
    Secret: bounds::SECRET, Bytes, Request, Refused(ErrorCode::InvalidBody), None;
    /// The addresses in `metadata.notification-emails`
    Recipients: emails::MOST, Of("addresses"), Request, Refused(ErrorCode::InvalidEmail), None;
    /// One such address
    Address: emails::LONGEST, Of("characters"), Request, Refused(ErrorCode::InvalidEmail), None;
    /// The id of a plan
    PlanId: LONGEST_PLAN_ID, Of("characters"), Request, Refused(ErrorCode::ValidationFailed), None;
    /// Publishes and golives in an hour
    PublishesAnHour: quotas::PUBLISHES as usize, Of("operations"), Principal, Refused(ErrorCode::TooManyRequests), Some("quotas.publishes");
    /// The addresses that requests name in an hour
    RecipientsAnHour: quotas::RECIPIENTS as usize, Of("addresses"), Publisher, Refused(ErrorCode::TooManyRequests), Some("quotas.recipients");
    /// Sign-ins that fail in a minute
    FailedSignIns: quotas::FAILED_SIGN_INS as usize, Of("sign-ins"), Address, TokenRefused(429, "temporarily_unavailable"), Some("quotas.failed_sign_ins");
    /// The reason of a cancel or of a review
    Reason: signoff_wire::body::LONGEST_REASON, Of("characters"), Request, Refused(ErrorCode::InvalidBody), None;
    /// The offers of one call that cancels many (`$top`)
    CancelMany: bounds::CANCEL_MANY, Of("offers"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// The entries of one page of the audit log (`$top`)
    AuditPage: bounds::AUDIT_PAGE, Of("entries"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// The publishers in one page of the operator's list (`$top`)
    PublisherPage: bounds::PUBLISHER_PAGE, Of("publishers"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// Operations in one reply, or offers if `$top` is sent; the next ones by `Link`
    List: bounds::LIST, Of("entries"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// The body of a third party's callback
    Callback: bounds::CALLBACK, Bytes, Request, Refused(ErrorCode::PayloadTooLarge), None;
    /// The findings in a third party's word that are kept
    WebhookFindings: signoff_webhook::MOST_FINDINGS, Of("findings"), Request, Answered("the first ones are kept"), None;
    /// A text in a third party's word
    WebhookText: signoff_webhook::LONGEST_TEXT, Of("characters"), Request, Answered("the text is cut"), None;
    /// The reply of a third party
    WebhookReply: signoff_webhook::LARGEST_REPLY, Bytes, Request, Answered("the attempt counts as failed"), None;
    /// The id of a client in a token request
    ClientId: token_hosts::LONGEST_CLIENT, Of("characters"), Request, TokenRefused(400, "invalid_request"), None;
    /// The resource or scope of a token request
    Resource: token_hosts::LONGEST_RESOURCE, Bytes, Request, TokenRefused(400, "invalid_request"), None;
    /// A publisher's name
    PublisherName: bounds::PUBLISHER_NAME, Of("characters"), Request, Refused(ErrorCode::InvalidBody), None;
    /// A snapshot that is put back, in development mode
    Snapshot: signoff_dev::LARGEST_SNAPSHOT, Bytes, Request, Refused(ErrorCode::PayloadTooLarge), None;
    /// Rules for faults, in development mode
    FaultRules: signoff_dev::FAULT_RULES, Of("rules"), Server, Refused(ErrorCode::InvalidBody), None;
    /// The time that a rule for faults holds a reply back, in development mode
    FaultLatency: signoff_dev::LONGEST_LATENCY.as_secs(), Seconds, Request, Refused(ErrorCode::InvalidBody), None;
    /// Streams of events
    StreamsOfPublisher: FollowLimits::STREAMS_OF_PUBLISHER, Of("streams"), Publisher, Refused(ErrorCode::TooManyRequests), Some("limits.streams_per_publisher");
    /// Streams of events that one caller reads
    StreamsOfCaller: FollowLimits::STREAMS_OF_CALLER, Of("streams"), Principal, Refused(ErrorCode::TooManyRequests), Some("limits.streams_per_caller");
    /// Calls that wait, streams among them
    Waits: FollowLimits::PLACES, Of("calls"), Server, Answered("is not waited for"), None;
    /// Callers, publishers or addresses that a quota remembers
    QuotaKeys: quotas::REMEMBERED, Of("names"), Server, Answered("those who did least are forgotten"), None;
    /// Lines of the log that wait to be written
    LogLines: LOG_LINES, Of("lines"), Server, Answered("the line is dropped, and the log says how many were"), None;
    /// The time that a reply waits for a change (`Prefer: wait`)
    Wait: prefer::LONGEST_WAIT, Seconds, Request, Answered("waits no longer; `Preference-Applied` says so"), None;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_what_is_bounded_once() {
        let mut said: Vec<&str> = Bound::ALL.iter().map(|bound| bound.row().what).collect();
        assert!(said.iter().all(|what| !what.is_empty() && !what.contains(['|', '\n'])));
        said.sort_unstable();
        let all = said.len();
        said.dedup();
        assert_eq!(said.len(), all);
    }

    #[test]
    fn no_bound_is_nothing() {
        for bound in Bound::ALL {
            assert!(bound.row().value > 0, "{bound:?}");
        }
    }
}
