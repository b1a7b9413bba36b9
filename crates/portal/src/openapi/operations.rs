//! Operations, at each of their addresses.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::operation::{OperationDetail, OperationItem};
use utoipa::openapi::path::HttpMethod::Get;

use super::call::{Answer, Call};
use super::forms::string;
use super::shared::OPERATION;

const TAG: &str = "operations";

pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::api(TAG, Get, "/api/publishers/{publisherId}/offers/{offerId}/submissions", "listOperations")
            .says(
                "List the operations of an offer, newest first",
                "Page retrieve-operations. In the dialect `observed` cancellations are left out.",
            )
            .takes(&["status", "submissionState", "topOfList", "behindOperation"])
            .answers(Answer::list::<OperationItem<'_>>("The operations.", item()).may_have(&["Link"]))
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
        events(
            "/api/publishers/{publisherId}/offers/{offerId}/operations/{operationId}/events",
            "followOperation",
        ),
        events(
            "/api/publishers/{publisherId}/offers/{offerId}/submissions/operations/{operationId}/events",
            "followOperationOfSubmissions",
        ),
        events("/api/operations/{address}/events", "followOperationByNumber"),
    ]
}

fn events(path: &'static str, id: &str) -> Call {
    let text = "Server-sent events. `operation` holds the operation as a GET has it: at once, then whenever it changed. \
                `end` is the last one. The id of an event is the operation's revision.";
    let stream = Answer::empty(200, text).with_body("text/event-stream", string(), Some(json!(STREAM)));
    Call::api(TAG, Get, path, id)
        .says(
            "Follow one operation",
            "Who comes back with `Last-Event-ID` gets what is new. A comment comes every 15 seconds; the stream ends \
             with the token, and when the caller is no member any more.",
        )
        .takes(&["Last-Event-ID"])
        .answers(stream)
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::OfferNotFound,
            ErrorCode::OperationNotFound,
        ])
}

/// What a stream looks like, for the example.
const STREAM: &str = "retry: 2000\n\nevent: operation\nid: 1763712002000000\ndata: {…}\n\nevent: end\n\
                      id: 1763712002000000\ndata: {\"operationId\":\"…\",\"status\":\"completed\"}\n\n";

fn one(path: &'static str, id: &str) -> Call {
    Call::api(TAG, Get, path, id)
        .takes(&["If-None-Match", "Prefer"])
        .answers(
            Answer::of::<OperationDetail<'_>>(200, "The operation, one object.", operation())
                .headers(&["ETag", "Preference-Applied"]),
        )
        .answers(Answer::empty(304, "The tag sent is still good.").headers(&["ETag", "Preference-Applied"]))
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
