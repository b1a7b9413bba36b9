//! Publish, go live, cancel, approve, reject, call back.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::body::{Action, ActionBody};
use signoff_wire::bulk::CancelResults;
use signoff_wire::callback::{CallbackBody, CallbackReceipt};
use signoff_wire::operation::{Accepted, OperationDetail, ReviewBody, Validation};
use signoff_wire::repeatability::RESULT;
use utoipa::openapi::path::HttpMethod::Post;

use super::call::{Answer, Call, JSON};
use super::operations::operation;
use super::shared::{LOCATION, OPERATION};

const TAG: &str = "operations";

pub(super) fn calls() -> Vec<Call> {
    vec![
        callback(),
        publish(),
        golive(),
        cancel(),
        cancel_many(),
        kill(),
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

/// It takes no token, but a signature.
fn callback() -> Call {
    let body = json!({
        "idempotencyKey": format!("{OPERATION}:displaycertify:run"),
        "status": "failed",
        "message": "the image is not fit to be sold",
        "findings": [{ "code": "Virus", "message": "found in /usr/bin", "target": "plans[0]" }],
    });
    let receipt = json!({ "operationId": OPERATION, "step": "displaycertify", "status": "recorded" });
    Call::new(
        TAG,
        Post,
        "/api/publishers/{publisherId}/offers/{offerId}/operations/{operationId}/steps/{step}/callback",
        "callBackStep",
    )
    .says(
        "Say how far a webhook's step is, or what it came to",
        "For third parties that do steps. Signed in the manner of the Standard Webhooks specification, under the \
         hook's secret; docs/webhooks.md says how. The same answer again is recorded already; one that nobody \
         waits for changes nothing.",
    )
    .takes(&["api-version", "Accept-Language", "webhook-id", "webhook-timestamp", "webhook-signature"])
    .body::<CallbackBody>(true, "At most 256 KiB.", body)
    .answers(Answer::of::<CallbackReceipt<'_>>(200, "It is recorded.", receipt))
    .refuses(&[
        ErrorCode::Unauthorized,
        ErrorCode::InvalidAPIVersion,
        ErrorCode::TooManyRequests,
        ErrorCode::InternalError,
        ErrorCode::ServiceUnavailable,
        ErrorCode::RequestTimeout,
        ErrorCode::PayloadTooLarge,
        ErrorCode::InvalidJson,
        ErrorCode::InvalidBody,
        ErrorCode::InvalidId,
        ErrorCode::OfferNotFound,
        ErrorCode::OperationNotFound,
        ErrorCode::StepNotWaiting,
    ])
}

fn action(path: &'static str, id: &str, kind: Action, text: &str, example: Value) -> Call {
    Call::api(TAG, Post, path, id)
        .takes(&["If-Match", "Prefer"])
        .repeatable()
        .raw_body(JSON, ActionBody::schema_for(kind), false, text, Some(example))
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
    let headers = ["Location", "Operation-Location", "Retry-After", "Preference-Applied", RESULT];
    Answer::of::<Accepted<'_>>(202, text, example).headers(&headers)
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
        Action::Start,
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
        Action::Start,
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
        Action::Cancel,
        "May be empty. A malformed address changes nothing.",
        json!({ "metadata": { "notification-emails": "ops@contoso.example", "reason": "wrong image" } }),
    )
    .says(
        "Cancel the newest publish or golive",
        "200: it is canceled. 202: a cancellation runs; follow its location to the end. 400: it cannot be \
         canceled, the code says why. Repeating it is safe. In the dialect `observed` a cancel of what has ended \
         answers 202 with `\"cancellation\":\"nothingToCancel\"`. With `force` an owner gives up undoing: where \
         stopping needs work the operation and its cancellation end as failed at once (202), and their messages say \
         what is left behind. Page cancel-operations; contract, \"Cancel\".",
    )
    .takes(&["cancelOperationId"])
    .answers(
        Answer::of::<Accepted<'_>>(200, "The operation is canceled; or its cancellation has ended.", canceled)
            .headers(&["Location", "Operation-Location", "Preference-Applied", RESULT]),
    )
    .answers(started("The cancellation runs, or has done so for a while; `status` says how it stands."))
    .refuses(&[
        ErrorCode::OperationNotFound,
        ErrorCode::NoOperationInProgress,
        ErrorCode::OperationNotCancellable,
        ErrorCode::OperationNotRunning,
        ErrorCode::CancellationFailed,
    ])
}

fn cancel_many() -> Call {
    let results = json!({
        "dryRun": false,
        "results": [
            { "offerId": "one", "statusCode": 202, "status": "running", "operationId": OPERATION, "location": LOCATION },
            {
                "offerId": "two",
                "statusCode": 400,
                "code": "OperationNotCancellable",
                "message": "The step 'live' has begun and cannot be called back.",
            },
        ],
        "next": "two",
    });
    Call::api(TAG, Post, "/api/publishers/{publisherId}/cancel", "cancelOperations")
        .says(
            "Cancel the operations of many offers",
            "A cancel for each offer that the filter finds, in the order of their ids, guarded by the operation that \
             was in progress then: one that begins later is not canceled. Unless the filter asks for a status, offers \
             without an operation in progress are left out. At most 100 in a call; `next` leads on.",
        )
        .takes(&["$filter", "dryRun", "topOfMany", "after"])
        .raw_body(
            JSON,
            ActionBody::schema_for(Action::CancelMany),
            false,
            "As of a cancel, without `operationId`.",
            Some(json!({ "metadata": { "reason": "wrong image" } })),
        )
        .reads_json()
        .answers(Answer::of::<CancelResults<'_>>(200, "What came of each.", results))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::InvalidEmail,
            ErrorCode::InvalidFilter,
            ErrorCode::PreconditionFailed,
        ])
}

fn kill() -> Call {
    let completed = json!({ "location": LOCATION, "operationId": OPERATION, "status": "completed" });
    let given_up = json!({ "location": LOCATION, "operationId": OPERATION, "status": "failed" });
    action(
        "/api/publishers/{publisherId}/offers/{offerId}/kill",
        "killOperation",
        Action::Cancel,
        "As of a cancel.",
        json!({ "metadata": { "reason": "the certifier is gone" } }),
    )
    .says(
        "End whatever runs, past a point of no return too",
        "For the operator of the server. What began is left behind and listed (202); where nothing is, the operation \
         is canceled (200); a golive past its switch, which can only complete, is complete at once (200).",
    )
    .takes(&["cancelOperationId"])
    .answers(
        Answer::of::<Accepted<'_>>(200, "The operation is canceled, or complete.", completed)
            .headers(&["Location", "Operation-Location", "Preference-Applied", RESULT]),
    )
    .answers(
        Answer::of::<Accepted<'_>>(202, "It has failed; its cancellation says what is left behind.", given_up)
            .headers(&["Location", "Operation-Location", "Retry-After", "Preference-Applied", RESULT]),
    )
    .refuses(&[
        ErrorCode::OperationNotFound,
        ErrorCode::NoOperationInProgress,
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
        .refuses(if id == "approveStep" { &[ErrorCode::SelfReview] } else { &[] })
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::OfferNotFound,
            ErrorCode::OperationNotFound,
            ErrorCode::NotFound,
            ErrorCode::StepNotWaiting,
        ])
}
