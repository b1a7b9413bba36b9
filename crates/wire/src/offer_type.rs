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
