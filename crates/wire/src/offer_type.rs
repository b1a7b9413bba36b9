//! Offer types, `GET /api/offerTypes` (contract, "Endpoints").

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of offer and the steps that publishing one takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferType<'a> {
    /// What `offerTypeId` of an offer says.
    pub id: Cow<'a, str>,
    /// Its name for people.
    #[serde(default)]
    pub display_text: Cow<'a, str>,
    /// The steps of its pipeline, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<OfferTypeStep<'a>>,
}

/// An offer type with every key that its offers may use, `GET /api/offerTypes/{offerTypeId}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferTypeKeys<'a> {
    /// What `offerTypeId` of an offer says.
    pub id: Cow<'a, str>,
    /// Other names by which the type is known.
    #[serde(default)]
    pub aliases: Vec<Cow<'a, str>>,
    /// Its name for people.
    #[serde(default)]
    pub display_text: Cow<'a, str>,
    /// The steps of its pipeline, in their order.
    #[serde(default)]
    pub steps: Vec<OfferTypeStep<'a>>,
    /// The keys of its categories; empty if it has none.
    #[serde(default)]
    pub categories: Vec<KeyGroup<'a>>,
    /// The keys of its industries; empty if it has none.
    #[serde(default)]
    pub industries: Vec<KeyGroup<'a>>,
    /// The core sizes that its plans may price; empty if they are not priced per core.
    #[serde(default)]
    pub core_sizes: Vec<Cow<'a, str>>,
    /// The regions in which its plans may be priced; empty if they are not priced per core.
    #[serde(default)]
    pub regions: Vec<Region<'a>>,
}

/// A key of the first level with those below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyGroup<'a> {
    /// The key, to be used letter by letter.
    pub key: Cow<'a, str>,
    /// What it means, in English.
    #[serde(default)]
    pub name: Cow<'a, str>,
    /// The keys of the second level.
    #[serde(default)]
    pub below: Vec<Cow<'a, str>>,
}

/// A region and the currency of its prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Region<'a> {
    /// The two-letter code.
    pub region: Cow<'a, str>,
    /// The three-letter code.
    pub currency: Cow<'a, str>,
}

/// One step of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferTypeStep<'a> {
    /// The step's id.
    pub id: Cow<'a, str>,
    /// Its name for people.
    #[serde(default)]
    pub step_name: Cow<'a, str>,
    /// How long it usually takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_time_frame: Option<Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape() {
        let step = |id: &'static str, frame: Option<&'static str>| OfferTypeStep {
            id: id.into(),
            step_name: "Certification".into(),
            estimated_time_frame: frame.map(Into::into),
        };
        insta::assert_json_snapshot!([
            OfferType {
                id: "microsoft-azure-virtualmachines".into(),
                display_text: "Virtual machine".into(),
                steps: vec![step("displaycertify", Some("< 5 days")), step("publisher-signoff", None)],
            },
            OfferType { id: "bare".into(), display_text: "Bare".into(), steps: Vec::new() },
        ]);
    }
}
