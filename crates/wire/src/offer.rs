//! Offers as they are read (contract, "Shapes").

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::ErrorItem;
use crate::words::{OfferStatus, PcMigrationStatus};

/// One offer: its draft, a version or a slot.
///
/// The definition stays text from PUT to GET, so that numbers keep their digits and objects the order of their keys.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Offer<'a> {
    /// What kind of offer, for example `microsoft-azure-virtualmachines`.
    pub offer_type_id: Cow<'a, str>,
    /// Whose offer.
    pub publisher_id: Cow<'a, str>,
    /// Where publishing stands.
    pub status: OfferStatus,
    /// The offer's id within the publisher.
    pub id: Cow<'a, str>,
    /// The version of the draft, from 1. A publish takes it, and the draft goes on as the next version; changes alone
    /// do not count.
    pub version: u64,
    /// `displayText`, `offer`, `plans` and all else that was put.
    #[schema(value_type = Object)]
    pub definition: Cow<'a, RawValue>,
    /// When it last changed, RFC 3339.
    pub changed_time: Cow<'a, str>,
    /// Whether the offer was migrated.
    #[serde(default = "migrated")]
    pub pc_migration_status: PcMigrationStatus,
    /// The versions of the offer type that it was written for, as put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub offer_type_versions: Option<Cow<'a, RawValue>>,
    /// Of a reply to a PUT: what was put and does not count. Read-only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ErrorItem>,
    /// Unknown members of the document, as put.
    #[serde(flatten, skip_deserializing)]
    #[schema(ignore)]
    pub other: OtherMembers<'a>,
}

fn migrated() -> PcMigrationStatus {
    PcMigrationStatus::Migrated
}

/// Unknown members of a document, in the order in which they were put.
#[derive(Clone, Default)]
pub struct OtherMembers<'a>(pub Cow<'a, [(String, Box<RawValue>)]>);

impl Serialize for OtherMembers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl fmt::Debug for OtherMembers<'_> {
    // Their values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// One offer in a list: its definition holds `displayText` only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferSummary<'a> {
    /// What kind of offer.
    pub offer_type_id: Cow<'a, str>,
    /// Whose offer.
    pub publisher_id: Cow<'a, str>,
    /// Where publishing stands.
    pub status: OfferStatus,
    /// The offer's id within the publisher.
    pub id: Cow<'a, str>,
    /// The version of the draft, from 1. A publish takes it, and the draft goes on as the next version; changes alone
    /// do not count.
    pub version: u64,
    /// The part of the definition that a list shows.
    pub definition: SummaryDefinition<'a>,
    /// When it last changed, RFC 3339.
    pub changed_time: Cow<'a, str>,
    /// Whether the offer was migrated.
    #[serde(default = "migrated")]
    pub pc_migration_status: PcMigrationStatus,
}

/// The part of a definition that a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryDefinition<'a> {
    /// The offer's name for people.
    #[serde(default)]
    pub display_text: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn the_definition_keeps_digits_and_order_and_unknown_members_come_last() {
        let definition = raw(r#"{"z":1.10,"a":12345678901234567890123,"displayText":"VM"}"#);
        let versions = raw(r#"{"microsoft-azure-virtualmachines":87}"#);
        let other = [("isvUpgradeRequest".to_owned(), raw("false")), ("Custom".to_owned(), raw("1e400"))];
        let offer = Offer {
            offer_type_id: "microsoft-azure-virtualmachines".into(),
            publisher_id: "contoso".into(),
            status: OfferStatus::NeverPublished,
            id: "sample-vm".into(),
            version: 3,
            definition: Cow::Borrowed(&definition),
            changed_time: "2018-03-27T19:10:24.3770000Z".into(),
            pc_migration_status: PcMigrationStatus::None,
            offer_type_versions: Some(Cow::Borrowed(&versions)),
            warnings: Vec::new(),
            other: OtherMembers(Cow::Borrowed(&other)),
        };
        let text = serde_json::to_string(&offer).unwrap();
        insta::assert_snapshot!(text);
        let read: Offer<'static> = serde_json::from_str(&text).unwrap();
        assert_eq!(read.definition.get(), definition.get());
        assert_eq!(read.offer_type_versions.unwrap().get(), versions.get());
        assert!(!format!("{:?}", offer.other).contains("1e400"));
    }

    #[test]
    fn a_summary_holds_the_name_only() {
        let summary = OfferSummary {
            offer_type_id: "microsoft-azure-virtualmachines".into(),
            publisher_id: "contoso".into(),
            status: OfferStatus::Running,
            id: "sample-vm".into(),
            version: 3,
            definition: SummaryDefinition { display_text: "Sample VM".into() },
            changed_time: "2018-03-27T19:10:24.3770000Z".into(),
            pc_migration_status: PcMigrationStatus::Migrated,
        };
        insta::assert_json_snapshot!(summary);
    }
}
