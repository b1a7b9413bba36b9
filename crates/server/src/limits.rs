//! Every bound on what a caller can make the server do: one table. `docs/limits.md` is made from it, and a test walks
//! it (`tests/walk/limits`), at each bound and one beyond.
//!
//! A new bound is a row here, whose value names the constant where the bound is used, and its walk there; without the
//! walk the tests do not compile.

mod document;

use signoff_engine::catalogue::MOST_FINDINGS;
use signoff_wire::{ErrorCode, filter, json, path, prefer, repeatability};

pub use document::document;

use crate::{api, identity};

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

use Beyond::{Answered, Refused, TokenRefused};
use Unit::{Bytes, Of, Seconds};

// What is bounded; value, unit, scope, what comes of one more, the setting.
bounds! {
    /// A body of the API
    Body: json::LARGEST_BODY, Bytes, Request, Refused(ErrorCode::PayloadTooLarge), None;
    /// Arrays and objects inside each other in a body
    JsonDepth: json::DEEPEST, Of("levels"), Request, Refused(ErrorCode::InvalidJson), None;
    /// Values in a body, lists and objects among them
    JsonValues: json::MOST_VALUES, Of("values"), Request, Refused(ErrorCode::InvalidJson), None;
    /// Findings of one level that a reply lists
    Findings: MOST_FINDINGS, Of("findings"), Request,
        Answered("lists the first ones, or 256 KiB of them; `omitted` counts the others"), None;
    /// Conditions that a `$filter` joins
    FilterConditions: filter::MOST_CONDITIONS, Of("conditions"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// Offer types that a publisher lists
    OfferTypes: api::publisher_put::MOST_TYPES, Of("types"), Request, Refused(ErrorCode::InvalidBody), None;
    /// The form of a token request
    TokenForm: identity::BODY_LIMIT, Bytes, Request, TokenRefused(413, "invalid_request"), None;
    /// A token
    Token: identity::LENGTH_LIMIT, Bytes, Request, Refused(ErrorCode::Unauthorized), None;
    /// A publisher's or an offer's id
    Id: path::ID_LONGEST, Of("characters"), Request, Refused(ErrorCode::InvalidId), None;
    /// A `Repeatability-Request-ID`
    RepeatabilityId: repeatability::LONGEST_ID, Of("characters"), Request, Refused(ErrorCode::InvalidHeader), None;
    /// The reason of a cancel or of a review
    Reason: api::LONGEST_REASON, Of("characters"), Request, Refused(ErrorCode::InvalidBody), None;
    /// The offers of one call that cancels many (`$top`)
    CancelMany: api::cancel_many::MOST, Of("offers"), Request, Refused(ErrorCode::InvalidFilter), None;
    /// The entries of one page of the audit log (`$top`)
    AuditPage: api::audit::MOST, Of("entries"), Request, Refused(ErrorCode::InvalidFilter), None;
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
