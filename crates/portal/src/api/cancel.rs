//! `POST /api/publishers/{publisherId}/offers/{offerId}/cancel` (page `cancel-operations`; contract, "Cancel").

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use signoff_engine::{CancelRequest, Done, Engine};
use signoff_lifecycle::access::Action;
use signoff_lifecycle::command::Means;
use signoff_lifecycle::decision::Reply;
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::Operation;
use signoff_lifecycle::refusal::Reference;
use signoff_store::StoreError;
use signoff_text::ErrorText;
use signoff_wire::operation::{Accepted, NOTHING_TO_CANCEL};
use signoff_wire::words::OperationState;
use signoff_wire::{Dialect, ErrorCode, path};

use super::started::ActionRequest;
use super::{accepted, offer_slug, read_action};
use crate::Portal;
use crate::error::ApiError;
use crate::query::parameter;
use crate::refusal::Subject;
use signoff_front::context::Context;
use signoff_front::reply;
use signoff_front::segments::{Segments, invalid_id};
use signoff_front::wait::Wait;

use crate::view;

pub(crate) async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    wait: Wait,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let offer = offer_slug(app.engine(), &publisher, &offer).await?;
    let request = read_action(&app, &publisher, &offer, &headers, body).await?;
    if request.force {
        app.authorise(&context, &publisher, Action::Force).await?;
    }
    let means = if request.force { Means::Force } else { Means::Cancel };
    let call = Call { publisher: &publisher, offer: &offer, uri: &uri, headers: &headers, wait: &wait };
    call.answer(&app, &app.engine_for(&context, standing), &context, request, means).await
}

/// What a cancel and a kill say besides their bodies.
pub(super) struct Call<'a> {
    pub(super) publisher: &'a str,
    pub(super) offer: &'a str,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) wait: &'a Wait,
}

impl Call<'_> {
    /// Stops the operation by these means.
    pub(super) async fn answer(
        &self,
        app: &Portal,
        engine: &Engine,
        context: &Context,
        request: ActionRequest,
        means: Means,
    ) -> Result<Response, ApiError> {
        let in_query =
            parameter(self.uri.query().unwrap_or_default(), "operationId").filter(|id| !id.is_empty());
        let named = named(in_query, request.operation_id.clone())?;
        let sent_tag = reply::if_match(self.headers);
        let named_text = named.map(|id| id.to_string());
        let subject = Subject {
            sent_tag,
            operation: named_text.as_deref(),
            ..Subject::offer(self.publisher, self.offer)
        };
        let call = if means == Means::Kill { "kill" } else { "cancel" };
        let call = [call, self.publisher, self.offer, named_text.as_deref().unwrap_or_default()];
        let repeat = request.repeat(context, self.headers, &call);
        let request = CancelRequest {
            by: context.actor(),
            reason: request.reason,
            emails: request.emails,
            operation: named,
            guard: reply::guard(sent_tag),
            means,
            accepts_ended: accepts_ended(app, means),
            repeat,
        };
        let taken = app.take_recipients(self.publisher, request.emails.len())?;
        let done = engine.cancel(self.publisher, self.offer, request).await;
        if done.is_err() {
            app.give_back(self.publisher, taken);
        }
        let done = done.map_err(|error| subject.error(error))?;
        let (status, mut body) = answer(app, &subject, &done).await?;
        // A 202 stays one even if the cancellation ends meanwhile: `status` says how it stands.
        let moved = match started(&done).filter(|_| status == StatusCode::ACCEPTED) {
            Some(cancellation) => self.wait.past(app, context, self.publisher, cancellation).await,
            None => None,
        };
        if let Some(viewed) = &moved {
            body.status = view::state_word(&viewed.operation, app.dialect());
        }
        let response = accepted(app, status, &body);
        let waited = moved.is_some() || status == StatusCode::OK;
        Ok(if waited { self.wait.applied(response) } else { response })
    }
}

/// Whether a cancel of what has ended is accepted: the dialect's exception, which no operator needs.
pub(super) fn accepts_ended(app: &Portal, means: Means) -> bool {
    app.dialect() == Dialect::Observed && means != Means::Kill
}

/// The operation that the query or the body names; both may, if they agree.
fn named(in_query: Option<String>, in_body: Option<String>) -> Result<Option<OperationId>, ApiError> {
    let read = |text: String| {
        let guid = path::operation_id(&text).map_err(|error| invalid_id(&error, &text))?;
        Ok::<_, ApiError>(OperationId(guid.as_u128()))
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
fn started(done: &Done) -> Option<&Operation> {
    let (Reply::Canceling(told) | Reply::GivenUp(told)) = &done.told.reply else { return None };
    done.state.cancellation.as_ref().filter(|operation| operation.id == told.id)
}

/// The status and the body of the answer to a cancel.
pub(super) async fn answer(
    app: &Portal,
    subject: &Subject<'_>,
    done: &Done,
) -> Result<(StatusCode, Accepted<'static>), ApiError> {
    let dialect = app.dialect();
    let (status, state, reference) = match &done.told.reply {
        Reply::GivenUp(reference) => (StatusCode::ACCEPTED, OperationState::Failed, reference),
        Reply::Canceling(reference) => (StatusCode::ACCEPTED, OperationState::Running, reference),
        Reply::CancellationEnded(reference) | Reply::Completed(reference) => {
            (StatusCode::OK, completed(dialect), reference)
        }
        Reply::Canceled(reference) => (StatusCode::OK, OperationState::Canceled, reference),
        Reply::NothingToCancel(newest) => return nothing_to_cancel(app, subject, newest).await,
        _ => return Err(StoreError::Corrupt("a cancel that speaks of no operation".to_owned()).into()),
    };
    let location = view::location(subject.publisher, subject.offer, reference);
    let mut body = Accepted::new(location, view::guid(reference.id), state);
    if let Some(asked) = &done.told.asked {
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
    subject: &Subject<'_>,
    newest: &Reference,
) -> Result<(StatusCode, Accepted<'static>), ApiError> {
    let viewed = app.engine().operation(subject.publisher, newest.id).await?;
    let state = viewed.map(|viewed| view::state_word(&viewed.operation, app.dialect()));
    let location = view::location(subject.publisher, subject.offer, newest);
    let mut body = Accepted::new(location, view::guid(newest.id), state.unwrap_or(OperationState::Succeeded));
    body.cancellation = Some(NOTHING_TO_CANCEL.into());
    Ok((StatusCode::ACCEPTED, body))
}
