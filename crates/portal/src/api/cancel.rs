//! `POST /api/publishers/{publisherId}/offers/{offerId}/cancel` (page `cancel-operations`; contract, "Cancel").

use axum::response::Response;
use axum::routing::on;
use http::StatusCode;
use serde_json::json;
use signoff_engine::{CancelReceipt, CancelRequest, Done};
use signoff_front::path_params::invalid_id;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::decision::StopReply;
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::operation::Head;
use signoff_lifecycle::refusal::Reference;
use signoff_text::ErrorText;
use signoff_wire::body::Action as ActionKind;
use signoff_wire::operation::{Accepted, NOTHING_TO_CANCEL};
use signoff_wire::repeatability::RESULT;
use signoff_wire::words::OperationState;
use signoff_wire::{Dialect, ErrorCode, path};

use super::action::{Acting, Actors, accepted, described, described_start};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::query::parameter;
use crate::refusal::Subject;
use crate::{Portal, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::post("/api/publishers/{publisher}/offers/{offer}/cancel", |method| on(method, handle))
        .least(Least::Member(Role::Contributor))
        .repeatable()
        .described(describe);

async fn handle(acting: Acting) -> Result<Response, ApiError> {
    let force = acting.said.force;
    if force {
        acting.app.authorise(&acting.context, &acting.key.publisher, Action::Force).await?;
    }
    stop(acting, if force { StopLevel::Force } else { StopLevel::Cancel }).await
}

/// Stops the operation by these means.
pub(super) async fn stop<W: Actors>(mut acting: Acting<W>, level: StopLevel) -> Result<Response, ApiError> {
    let in_query = parameter(acting.query(), "operationId").filter(|id| !id.is_empty());
    let named = named(in_query, acting.said.operation_id.take())?;
    let named_text = named.map(|id| id.to_string());
    let call = if level == StopLevel::Kill { "kill" } else { "cancel" };
    let request = CancelRequest {
        by: acting.context.actor(),
        reason: acting.said.reason.take(),
        emails: std::mem::take(&mut acting.said.emails),
        operation: named,
        guard: acting.guard(),
        level,
        accepts_ended: accepts_ended(&acting.app, level),
        repeat: acting.repeat(call, &[named_text.as_deref().unwrap_or_default()]),
    };
    let subject = Subject { operation: named_text.as_deref(), ..acting.subject() };
    let Acting { app, context, key, wait, .. } = &acting;
    let taken = app.take_recipients(&key.publisher, request.emails.len())?;
    let done = acting.engine().cancel(key, request).await;
    if done.is_err() {
        app.release_quota(&key.publisher, taken);
    }
    let done = done.map_err(|error| subject.error(error))?;
    let (status, mut body) = answer(app, key, &done.receipt).await?;
    // A 202 stays one even if the cancellation ends meanwhile: `status` says how it stands.
    let moved = match started(&done).filter(|_| status == StatusCode::ACCEPTED) {
        Some(cancellation) => wait.past(app, context, &key.publisher, cancellation).await,
        None => None,
    };
    if let Some(cached) = &moved {
        body.status = view::state_word(&cached.operation, app.dialect());
    }
    let response = accepted(app, status, &body);
    let waited = moved.is_some() || status == StatusCode::OK;
    Ok(if waited { wait.applied(response) } else { response })
}

/// Whether a cancel of what has ended is accepted: the dialect's exception, which no operator needs.
pub(super) fn accepts_ended(app: &Portal, level: StopLevel) -> bool {
    app.dialect() == Dialect::Observed && level != StopLevel::Kill
}

/// The operation that the query or the body names; both may, if they agree.
fn named(in_query: Option<String>, in_body: Option<String>) -> Result<Option<OperationId>, ApiError> {
    let read = |text: String| {
        let guid = path::operation_id(&text).map_err(|error| invalid_id(&error, &text))?;
        Ok::<_, ApiError>(OperationId::of(guid.as_u128()))
    };
    let (in_query, in_body) = (in_query.map(read).transpose()?, in_body.map(read).transpose()?);
    match (in_query, in_body) {
        (Some(one), Some(other)) if one != other => {
            Err(ApiError::new(ErrorCode::InvalidId, ErrorText::ConflictingOperationId).target("operationId"))
        }
        (one, other) => Ok(one.or(other)),
    }
}

/// The cancellation that the answer speaks of.
fn started(done: &Done<CancelReceipt>) -> Option<&Head> {
    let told = match &done.receipt {
        CancelReceipt::Stopped { reply: StopReply::Canceling(told) | StopReply::GivenUp(told), .. } => told,
        CancelReceipt::Stopped { .. } | CancelReceipt::NothingToCancel(_) => return None,
    };
    done.state.cancellation().map(|cancellation| &cancellation.head).filter(|head| head.id == told.id)
}

/// The status and the body of the answer to a cancel.
pub(super) async fn answer(
    app: &Portal,
    key: &OfferKey,
    receipt: &CancelReceipt,
) -> Result<(StatusCode, Accepted<'static>), ApiError> {
    let dialect = app.dialect();
    let (reply, asked) = match receipt {
        CancelReceipt::Stopped { reply, asked } => (reply, asked),
        CancelReceipt::NothingToCancel(newest) => return nothing_to_cancel(app, key, newest).await,
    };
    let (status, state, reference) = match reply {
        StopReply::GivenUp(reference) => (StatusCode::ACCEPTED, OperationState::Failed, reference),
        StopReply::Canceling(reference) => (StatusCode::ACCEPTED, OperationState::Running, reference),
        StopReply::CancellationEnded(reference) | StopReply::Completed(reference) => {
            (StatusCode::OK, completed(dialect), reference)
        }
        StopReply::Canceled(reference) => (StatusCode::OK, OperationState::Canceled, reference),
    };
    let location = view::location(key, reference);
    let mut body = Accepted::new(location, view::guid(reference.id), state);
    if let Some(asked) = asked {
        body.canceled_by = Some(asked.by.clone().into());
        body.canceled_date_time = Some(view::time(asked.at));
        body.cancellation_reason = asked.reason.clone().map(Into::into);
    }
    Ok((status, body))
}

fn completed(dialect: Dialect) -> OperationState {
    match dialect {
        Dialect::Documented => OperationState::Completed,
        Dialect::Observed => OperationState::Succeeded,
    }
}

/// The dialect `observed` accepts a cancel of what has ended (contract, head).
async fn nothing_to_cancel(
    app: &Portal,
    key: &OfferKey,
    newest: &Reference,
) -> Result<(StatusCode, Accepted<'static>), ApiError> {
    let cached = app.engine().operation(&key.publisher, newest.id).await?;
    let state = cached.map(|cached| view::state_word(&cached.operation, app.dialect()));
    let location = view::location(key, newest);
    let mut body = Accepted::new(location, view::guid(newest.id), state.unwrap_or(OperationState::Succeeded));
    body.cancellation = Some(NOTHING_TO_CANCEL.into());
    Ok((StatusCode::ACCEPTED, body))
}

fn describe(call: Call) -> Call {
    let canceled = json!({
        "location": samples::LOCATION,
        "operationId": samples::OPERATION,
        "status": "canceled",
        "canceledBy": "contoso-owner",
        "canceledDateTime": "2026-11-21T08:00:00.1234560Z",
        "cancellationReason": "wrong image",
    });
    let text = "May be empty. A malformed address changes nothing.";
    let example =
        json!({ "metadata": { "notification-emails": "ops@contoso.example", "reason": "wrong image" } });
    described(call.named("operations", "cancelOperation"), ActionKind::Cancel, text, example)
        .says(
            "Cancel the newest publish or golive",
            "200: it is canceled. 202: a cancellation runs; follow its location to the end. 400: it \
             cannot be canceled, the code says why. Repeating it is safe. In the dialect `observed` a \
             cancel of what has ended answers 202 with `\"cancellation\":\"nothingToCancel\"`. With \
             `force` an owner gives up undoing: where stopping needs work the operation and its \
             cancellation end as failed at once (202), and their messages say what is left behind. Page \
             cancel-operations; contract, \"Cancel\".",
        )
        .takes(&["cancelOperationId"])
        .answers(
            Answer::of::<Accepted<'_>>(
                200,
                "The operation is canceled; or its cancellation has ended.",
                canceled,
            )
            .headers(&["Location", "Operation-Location", "Preference-Applied", RESULT]),
        )
        .answers(described_start(
            "The cancellation runs, or has done so for a while; `status` says how it stands.",
        ))
        .refuses(&[
            ErrorCode::OperationNotFound,
            ErrorCode::NoOperationInProgress,
            ErrorCode::OperationNotCancellable,
            ErrorCode::OperationNotRunning,
            ErrorCode::CancellationFailed,
        ])
}
