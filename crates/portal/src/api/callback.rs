//! `POST …/operations/{operationId}/steps/{step}/callback`: a third party that does a step speaks of its own accord.
//! It has no token: its signature says who it is.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use axum::routing::on;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use signoff_engine::{CallbackRequest, EngineError};
use signoff_front::path_params::{Segments, invalid_id};
use signoff_front::reply;
use signoff_front::request_log::{By, Call as Logged};
use signoff_lifecycle::ids::{OfferId, OfferKey, OperationId, PublisherId};
use signoff_lifecycle::refusal::Refusal;
use signoff_text::ErrorText;
use signoff_webhook::{BadAnswer, HookAnswer, Signed};
use signoff_wire::callback::{CallbackBody, CallbackReceipt};
use signoff_wire::{ErrorCode, json, path};

use super::offer_key;
use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::query::check_api_version;
use crate::refusal::{Subject, operation_not_found};

pub(crate) const ENDPOINT: Endpoint = Endpoint::post(
    "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/callback",
    |method| on(method, handle),
)
.least(Least::Signature)
.described(describe);

/// The largest body, in bytes.
pub(crate) const LARGEST: usize = 256 * 1024;

type Path = Segments<(PublisherId, OfferId, String, String)>;

/// Takes in what the third party says.
async fn handle(
    State(app): State<Portal>,
    Segments((publisher, offer, operation, step)): Path,
    OriginalUri(uri): OriginalUri,
    Extension(call): Extension<Logged>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let (hook, body) = signed_by(&app, &headers, body).await?;
    call.is_by(By::Hook(hook.as_str().into()));
    check_api_version(uri.query().unwrap_or_default())?;
    let id = path::operation_id(&operation).map_err(|error| invalid_id(&error, &operation))?;
    let offer = offer_key(app.engine(), &OfferKey { publisher, offer }).await?;
    let subject = Subject::offer(&offer);
    let refused = |error| match error {
        // A third party learns of its own steps only.
        EngineError::Refused(Refusal::StepNotFound { .. } | Refusal::OperationNotFound) => {
            operation_not_found(&operation)
        }
        error => subject.error(error),
    };
    let asked = OperationId::of(id.as_u128());
    app.engine().is_step_of(&offer, asked, &step, &hook).await.map_err(refused)?;
    json::text(&body).and_then(json::check).map_err(reply::invalid_json)?;
    let answer = HookAnswer::parse(&body).map_err(bad_answer)?;
    let Some(key) = answer.key else {
        return Err(reply::invalid_body(
            "idempotencyKey",
            "the Idempotency-Key of the request that is answered",
        )
        .into());
    };
    let request = CallbackRequest { hook, operation: asked, step: step.clone(), key, said: answer.said };
    app.engine().callback(&offer, request).await.map_err(refused)?;
    let receipt = CallbackReceipt { operation_id: id, step: step.into(), status: "recorded".into() };
    Ok(reply::json(StatusCode::OK, &receipt))
}

/// The hook whose secret the body was signed with, and the body. Nothing is said of anything before.
async fn signed_by(app: &Portal, headers: &HeaderMap, body: Body) -> Result<(String, Bytes), ApiError> {
    let hooks = app.engine().hooks();
    let signed = Signed::of(|name| headers.get(name).and_then(|value| value.to_str().ok()));
    if hooks.is_empty() || signed.signature.is_empty() {
        return Err(not_signed());
    }
    let body = reply::read(headers, body, LARGEST).await?;
    // Third parties keep real time, whatever a test clock shows.
    let now = app.engine().clock().real();
    let hook = hooks.signed_by(&signed, now, &body).ok_or_else(not_signed)?;
    Ok((hook.to_owned(), body))
}

fn not_signed() -> ApiError {
    let mut error = ApiError::new(ErrorCode::Unauthorized, ErrorText::WebhookSignature);
    error.www_authenticate = Some("Webhook".to_owned());
    error
}

fn bad_answer(error: BadAnswer) -> ApiError {
    match error {
        BadAnswer::Shape { detail, at: (line, column), is_json: false } => {
            ApiError::new(ErrorCode::InvalidJson, ErrorText::InvalidJson { detail, line, column })
        }
        BadAnswer::Shape { .. } => reply::invalid_body(
            "body",
            "an object of idempotencyKey, status, progress, message and findings [{code, message, target}]",
        )
        .into(),
        BadAnswer::Member { field, expected } => reply::invalid_body(field, expected).into(),
    }
}

fn describe(call: Call) -> Call {
    let body = json!({
        "idempotencyKey": format!("{}:displaycertify:run", samples::OPERATION),
        "status": "failed",
        "message": "the image is not fit to be sold",
        "findings": [{ "code": "Virus", "message": "found in /usr/bin", "target": "plans[0]" }],
    });
    let receipt =
        json!({ "operationId": samples::OPERATION, "step": "displaycertify", "status": "recorded" });
    call.named("operations", "callBackStep")
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
