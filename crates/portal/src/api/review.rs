//! `POST …/operations/{operationId}/steps/{step}/{approve|reject}`: a reviewer's word on a step that waits.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use signoff_engine::ReviewRequest;
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::command::ReviewDecision;
use signoff_lifecycle::ids::{OfferId, OfferKey, PublisherId};
use signoff_lifecycle::refusal::Refusal;
use signoff_text::ErrorText;
use signoff_wire::body::LONGEST_REASON;
use signoff_wire::operation::{OperationDetail, ReviewBody};
use signoff_wire::{ErrorCode, json};

use super::operation_get::find;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::refusal::Subject;
use crate::{Portal, view};

pub(crate) const APPROVE: Endpoint = Endpoint::post(
    "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/approve",
    |method| on(method, approve),
)
.least(Least::Member(Role::Reviewer))
.described(describe_approve);

pub(crate) const REJECT: Endpoint = Endpoint::post(
    "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/reject",
    |method| on(method, reject),
)
.least(Least::Member(Role::Reviewer))
.described(describe_reject);

type Path = Segments<(PublisherId, OfferId, String, String)>;

/// The operation goes on.
async fn approve(
    app: State<Portal>,
    context: Context,
    path: Path,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    rule(app, context, path, headers, body, |_| ReviewDecision::Approve).await
}

/// The operation fails.
async fn reject(
    app: State<Portal>,
    context: Context,
    path: Path,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    rule(app, context, path, headers, body, |reason| ReviewDecision::Reject { reason }).await
}

async fn rule(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer, operation, step)): Path,
    headers: HeaderMap,
    body: Body,
    decision: impl FnOnce(Option<String>) -> ReviewDecision,
) -> Result<Response, ApiError> {
    let named = OfferKey { publisher, offer };
    let standing = app.authorise(&context, &named.publisher, Action::Review).await?;
    let cached = find(&app, &named, &operation).await?;
    if cached.operation.step(&step).is_none() {
        let refusal = Refusal::no_step(step.chars().take(80).collect(), cached.operation.steps());
        return Err(Subject::default().refused(refusal));
    }
    let bytes = reply::body(&headers, body).await?;
    let body: ReviewBody = if bytes.trim_ascii().is_empty() || bytes.trim_ascii() == b"null" {
        ReviewBody::default()
    } else {
        json::from_body(&bytes).map_err(reply::invalid_json)?
    };
    let reason = body.reason.filter(|reason| !reason.trim().is_empty());
    if reason.as_deref().is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
        let text = ErrorText::TooLong { field: "reason".to_owned(), limit: LONGEST_REASON };
        return Err(ApiError::new(ErrorCode::InvalidBody, text).target("reason"));
    }
    let request = ReviewRequest {
        by: context.actor(),
        operation: cached.operation.head().id,
        step,
        decision: decision(reason),
    };
    let subject = Subject { operation: Some(&operation), ..Subject::offer(&cached.key) };
    let done = app.engine_for(&context, standing).review(&cached.key, request).await;
    done.map_err(|error| subject.error(error).introduced(&context))?;
    let reviewed = find(&app, &named, &operation).await?;
    let now = app.engine().clock().now(&named.publisher);
    Ok(reply::json(StatusCode::OK, &view::detail(&reviewed, app.dialect(), now).0))
}

fn describe_approve(call: Call) -> Call {
    described(call.named("operations", "approveStep"))
        .says(
            "Approve a step that waits for a reviewer",
            "The operation goes on. Contract, \"Operations otherwise\".",
        )
        .refuses(&[ErrorCode::SelfReview])
}

fn describe_reject(call: Call) -> Call {
    described(call.named("operations", "rejectStep")).says(
        "Reject a step that waits for a reviewer",
        "The operation undoes itself and fails. Contract, \"Operations otherwise\".",
    )
}

/// What describes a ruling of either kind.
fn described(call: Call) -> Call {
    call.body::<ReviewBody>(false, "May be empty.", json!({ "reason": "the image does not boot" }))
        .reads_json()
        .answers(Answer::of::<OperationDetail<'_>>(200, "The operation as it is now.", samples::operation()))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::OfferNotFound,
            ErrorCode::OperationNotFound,
            ErrorCode::NotFound,
            ErrorCode::StepNotWaiting,
        ])
}
