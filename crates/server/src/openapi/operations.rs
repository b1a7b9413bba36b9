//! Operations, at each of their addresses.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::operation::{OperationDetail, OperationItem};
use utoipa::openapi::path::HttpMethod::Get;

use super::call::{Answer, Call};
use super::shared::OPERATION;

const TAG: &str = "operations";

pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::api(TAG, Get, "/api/publishers/{publisherId}/offers/{offerId}/submissions", "listOperations")
            .says(
                "List the operations of an offer, newest first",
                "Page retrieve-operations. In the dialect `observed` cancellations are left out.",
            )
            .takes(&["status", "submissionState"])
            .answers(Answer::list::<OperationItem<'_>>("The operations.", item()))
            .refuses(&[
                ErrorCode::Forbidden,
                ErrorCode::InvalidId,
                ErrorCode::InvalidFilter,
                ErrorCode::OfferNotFound,
            ]),
        one("/api/publishers/{publisherId}/offers/{offerId}/operations/{operationId}", "getOperation").says(
            "Get one operation",
            "The address that replies name for migrated offers (contract, \"Location\").",
        ),
        one(
            "/api/publishers/{publisherId}/offers/{offerId}/submissions/operations/{operationId}",
            "getOperationOfSubmissions",
        )
        .says("Get one operation", "The address of page retrieve-operations."),
        one("/api/operations/{address}", "getOperationByNumber").says(
            "Get one operation",
            "The address that replies name for other offers (contract, \"Location\").",
        ),
    ]
}

fn one(path: &'static str, id: &str) -> Call {
    Call::api(TAG, Get, path, id)
        .takes(&["If-None-Match"])
        .answers(
            Answer::of::<OperationDetail<'_>>(200, "The operation, one object.", operation())
                .headers(&["ETag"]),
        )
        .answers(Answer::empty(304, "The tag sent is still good.").headers(&["ETag"]))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::OfferNotFound,
            ErrorCode::OperationNotFound,
        ])
}

pub(super) fn step() -> Value {
    json!({
        "estimatedTimeFrame": "< 5 days",
        "id": "displaycertify",
        "stepName": "Certification",
        "description": "The images are certified.",
        "status": "inProgress",
        "messages": [],
        "progressPercentage": 40,
    })
}

pub(super) fn operation() -> Value {
    json!({
        "id": OPERATION,
        "submissionType": "publish",
        "status": "running",
        "messages": [],
        "publishingVersion": 1,
        "offerVersion": 1,
        "cancellationRequestState": "canCancel",
        "steps": [step()],
        "previewLinks": [],
        "liveLinks": [],
        "createdDateTime": "2026-11-21T08:00:00.1234560Z",
        "lastActionDateTime": "2026-11-21T08:00:02.0000000Z",
    })
}

fn item() -> Value {
    json!({
        "id": OPERATION,
        "offerId": "sample-vm",
        "offerVersion": 1,
        "offerTypeId": "microsoft-azure-virtualmachines",
        "publisherId": "contoso",
        "submissionType": "publish",
        "submissionState": "running",
        "publishingVersion": 1,
        "slot": "staging",
        "version": 639_000_000_000_000_000_i64,
        "definition": { "metadata": {} },
        "changedTime": "2026-11-21T08:00:02.0000000Z",
    })
}
