//! What differs between two contents of an offer: `GET /api/publishers/{publisherId}/offers/{offerId}/diff`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::{OfferSlot, UnknownWord};

/// The form of [`ContentName`] in a query; an empty text stands for the default.
pub const PATTERN: &str = "^(draft|preview|production|[0-9]+)?$";

/// One of the contents of an offer, as `from` and `to` name it: a slot in any letter case, or a version number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentName {
    /// What stands in a slot.
    Slot(OfferSlot),
    /// A version of the draft, from 1; a number that is too large for any is [`u64::MAX`].
    Version(u64),
}

impl FromStr for ContentName {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Version(word.parse().unwrap_or(u64::MAX)));
        }
        let known = &["draft", "preview", "production", "a version number"];
        word.parse().map(Self::Slot).map_err(|error: UnknownWord| UnknownWord { known, ..error })
    }
}

impl fmt::Display for ContentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slot(slot) => f.write_str(slot.as_str()),
            Self::Version(version) => write!(f, "{version}"),
        }
    }
}

/// What differs between two contents of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferDiff<'a> {
    /// The first changes, in the order of the document.
    pub changes: Vec<OfferChange<'a>>,
    /// How many changes there are beyond those; left out if there are none.
    #[serde(default, skip_serializing_if = "crate::error::is_none")]
    pub omitted: u64,
}

/// One difference: changed if it has `from` and `to`, added if it has `to` alone, removed if it has `from` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferChange<'a> {
    /// Where it is, for example `definition.plans[planId=basic].microsoft-azure-virtualmachines.skuTitle`.
    pub path: Cow<'a, str>,
    /// What stood there; `***` of a secret.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub from: Option<Value>,
    /// What stands there; `***` of a secret.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub to: Option<Value>,
}

/// Reads a member that is there: `null` is a value like any other.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_the_sides_that_it_was_sent_with() {
        let text = r#"{"changes":[{"path":"a","from":1.10,"to":null},{"path":"b","to":null},{"path":"c","from":""}]}"#;
        let diff: OfferDiff<'_> = serde_json::from_str(text).unwrap();
        let sides: Vec<_> =
            diff.changes.iter().map(|change| (change.from.is_some(), change.to.is_some())).collect();
        assert_eq!(sides, [(true, true), (false, true), (true, false)]);
        assert_eq!(serde_json::to_string(&diff).unwrap(), text);
    }

    #[test]
    fn a_content_is_a_slot_or_a_version() {
        for (word, name) in [
            ("draft", ContentName::Slot(OfferSlot::Draft)),
            ("Production", ContentName::Slot(OfferSlot::Production)),
            ("12", ContentName::Version(12)),
            ("99999999999999999999", ContentName::Version(u64::MAX)),
        ] {
            assert_eq!(word.parse(), Ok(name), "{word}");
        }
        for word in ["", "staging", "-1", "1.0"] {
            let error = word.parse::<ContentName>().unwrap_err();
            assert_eq!(error.known, ["draft", "preview", "production", "a version number"], "{word}");
        }
    }

    #[test]
    fn what_is_described_is_understood() {
        for word in ["draft", "preview", "production", "7"] {
            assert_eq!(word.parse::<ContentName>().unwrap().to_string(), word);
        }
    }
}
