//! Publish, go live, cancel, approve, reject.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::body::ActionBody;
use signoff_wire::operation::{Accepted, OperationDetail, ReviewBody, Validation};
use signoff_wire::repeatability::RESULT;
use utoipa::openapi::path::HttpMethod::Post;

use super::call::{Answer, Call};
use super::operations::operation;
use super::shared::{LOCATION, OPERATION};

const TAG: &str = "operations";

pub(super) fn calls() -> Vec<Call> {
    vec![
        publish(),
        golive(),
        cancel(),
        review(
            "/api/publishers/{publisherId}/offers/{offerId}/operations/{operationId}/steps/{step}/approve",
        )
        .says(
            "Approve a step that waits for a reviewer",
            "The operation goes on. Contract, \"Operations otherwise\".",
        ),
        review("/api/publishers/{publisherId}/offers/{offerId}/operations/{operationId}/steps/{step}/reject")
            .says(
                "Reject a step that waits for a reviewer",
                "The operation undoes itself and fails. Contract, \"Operations otherwise\".",
            ),
    ]
}

fn action(path: &'static str, id: &str, text: &str, example: Value) -> Call {
    Call::api(TAG, Post, path, id)
        .takes(&["If-Match"])
        .repeatable()
        .body::<ActionBody>(false, text, example)
        .reads_json()
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::InvalidEmail,
            ErrorCode::OfferNotFound,
            ErrorCode::PreconditionFailed,
        ])
}

fn started(text: &str) -> Answer {
    let example = json!({ "location": LOCATION, "operationId": OPERATION, "status": "running" });
    Answer::of::<Accepted<'_>>(202, text, example).headers(&[
        "Location",
        "Operation-Location",
        "Retry-After",
        RESULT,
    ])
}

fn publish() -> Call {
    let warning = json!({
        "code": "SasIncomplete",
        "message": "The address may not work for long enough.",
        "target": "definition.plans[0].microsoft-azure-virtualmachines.vmImages",
    });
    let valid = json!({ "status": "valid", "warnings": [warning] });
    action(
        "/api/publishers/{publisherId}/offers/{offerId}/publish",
        "publishOffer",
        "Whom to notify; migrated offers notify the seller contact instead.",
        json!({ "metadata": { "notification-emails": "dev@contoso.example,ops@contoso.example" } }),
    )
    .says(
        "Publish the draft",
        "Works on a snapshot of the draft and ends at the sign-off. With `validateOnly=true` it makes the checks of a \
         publish and answers as one would, but starts and writes nothing: 200 where a publish would start. Page \
         publish-offer; contract, \"Operations otherwise\".",
    )
    .takes(&["validateOnly"])
    .answers(
        Answer::of::<Validation<'_>>(200, "With `validateOnly=true`: a publish would start.", valid)
            .headers(&[RESULT]),
    )
    .answers(started("The publish runs."))
    .refuses(&[ErrorCode::InvalidParameter, ErrorCode::OperationInProgress, ErrorCode::ValidationFailed])
}

fn golive() -> Call {
    action(
        "/api/publishers/{publisherId}/offers/{offerId}/golive",
        "goLive",
        "May be empty. Its addresses are checked and otherwise ignored: those of the publish are told.",
        json!({}),
    )
    .says(
        "Take the preview live",
        "Completes the publish that waits for sign-off and starts an operation of its own. Page go-live.",
    )
    .answers(started("The golive runs."))
    .refuses(&[ErrorCode::OperationInProgress, ErrorCode::NotReadyForGoLive])
}

fn cancel() -> Call {
    let canceled = json!({
        "location": LOCATION,
        "operationId": OPERATION,
        "status": "canceled",
        "canceledBy": "contoso-owner",
        "canceledDateTime": "2026-11-21T08:00:00.1234560Z",
        "cancellationReason": "wrong image",
    });
    action(
        "/api/publishers/{publisherId}/offers/{offerId}/cancel",
        "cancelOperation",
        "May be empty. A malformed address changes nothing.",
        json!({ "metadata": { "notification-emails": "ops@contoso.example", "reason": "wrong image" } }),
    )
    .says(
        "Cancel the newest publish or golive",
        "200: it is canceled. 202: a cancellation runs; follow its location to the end. 400: it cannot be \
         canceled, the code says why. Repeating it is safe. In the dialect `observed` a cancel of what has ended \
         answers 202 with `\"cancellation\":\"nothingToCancel\"`. Page cancel-operations; contract, \"Cancel\".",
    )
    .takes(&["cancelOperationId"])
    .answers(
        Answer::of::<Accepted<'_>>(200, "The operation is canceled; or its cancellation has ended.", canceled)
            .headers(&["Location", "Operation-Location", RESULT]),
    )
    .answers(started("The cancellation runs, or has done so for a while."))
    .refuses(&[
        ErrorCode::OperationNotFound,
        ErrorCode::NoOperationInProgress,
        ErrorCode::OperationNotCancellable,
        ErrorCode::OperationNotRunning,
        ErrorCode::CancellationFailed,
    ])
}

fn review(path: &'static str) -> Call {
    let id = if path.ends_with("approve") { "approveStep" } else { "rejectStep" };
    Call::api(TAG, Post, path, id)
        .body::<ReviewBody>(false, "May be empty.", json!({ "reason": "the image does not boot" }))
        .reads_json()
        .answers(Answer::of::<OperationDetail<'_>>(200, "The operation as it is now.", operation()))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::OfferNotFound,
            ErrorCode::OperationNotFound,
            ErrorCode::NotFound,
            ErrorCode::StepNotWaiting,
        ])
}
