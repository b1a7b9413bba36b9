//! Many cancels in one call: `POST /api/publishers/{publisherId}/cancel`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ErrorCode;
use crate::words::OperationState;

/// What came of each cancel, in the order of the offers' ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelResults<'a> {
    /// Nothing was changed: this is what would have come of it.
    pub dry_run: bool,
    /// One for each offer.
    pub results: Vec<CancelResult<'a>>,
    /// Send it as `after`, with everything else as it was, to go on; absent when no offer is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cow<'a, str>>,
}

/// What came of the cancel of one offer: what the same cancel of this offer alone is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelResult<'a> {
    /// The offer.
    pub offer_id: Cow<'a, str>,
    /// 200: canceled. 202: a cancellation runs. Anything else: refused.
    pub status_code: u16,
    /// Of a refusal: its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<ErrorCode>,
    /// Where the operation at `location` stands; of a dry run, where it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OperationState>,
    /// The operation to look at; of a dry run, the one that would be canceled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub operation_id: Option<Uuid>,
    /// Its relative address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Cow<'a, str>>,
    /// Of a refusal: why, in the language of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Cow<'a, str>>,
}

impl CancelResult<'_> {
    /// Whether the cancel went through, or would have.
    pub fn went_well(&self) -> bool {
        self.code.is_none()
    }
}
