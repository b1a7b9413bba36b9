//! `POST /api/publishers/{publisherId}/offers/{offerId}/cancel` (page `cancel-operations`; contract, "Cancel").

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use signoff_engine::{CancelRequest, Done, Engine, EngineError};
use signoff_lifecycle::access::Action;
use signoff_lifecycle::command::Means;
use signoff_lifecycle::decision::Reply;
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::{Kind, Operation, Phase};
use signoff_lifecycle::refusal::{Reference, Refusal};
use signoff_text::ErrorText;
use signoff_wire::operation::{Accepted, NOTHING_TO_CANCEL};
use signoff_wire::words::OperationState;
use signoff_wire::{Dialect, ErrorCode, path};

use super::started::ActionRequest;
use super::{Segments, accepted, offer_slug, read_action};
use crate::app::App;
use crate::context::{Context, parameter};
use crate::error::ApiError;
use crate::membership::invalid_id;
use crate::refusal::Subject;
use crate::{reply, view};

pub(crate) async fn handle(
    State(app): State<App>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let offer = offer_slug(app.engine(), &publisher, &offer).await?;
    let request = read_action(&app, &publisher, &offer, &headers, body).await?;
    if request.force {
        app.authorise(&context, &publisher, Action::Force).await?;
    }
    let means = if request.force { Means::Force } else { Means::Cancel };
    let call = Call { publisher: &publisher, offer: &offer, uri: &uri, headers: &headers };
    call.answer(&app, &app.engine_for(&context, standing), &context, request, means).await
}

/// What a cancel and a kill say besides their bodies.
pub(super) struct Call<'a> {
    pub(super) publisher: &'a str,
    pub(super) offer: &'a str,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
}

impl Call<'_> {
    /// Stops the operation by these means.
    pub(super) async fn answer(
        &self,
        app: &App,
        engine: &Engine,
        context: &Context,
        request: ActionRequest,
        means: Means,
    ) -> Result<Response, ApiError> {
        let in_query =
            parameter(self.uri.query().unwrap_or_default(), "operationId").filter(|id| !id.is_empty());
        let named = named(in_query, request.operation_id)?;
        let sent_tag = reply::if_match(self.headers);
        let named_text = named.map(|id| id.to_string());
        let subject = Subject {
            sent_tag,
            operation: named_text.as_deref(),
            ..Subject::offer(self.publisher, self.offer)
        };
        let request = CancelRequest {
            by: context.name().to_owned(),
            reason: request.reason,
            emails: request.emails,
            operation: named,
            guard: reply::guard(sent_tag),
            means,
        };
        let (status, body) = stop(app, engine, &subject, request).await?;
        Ok(accepted(app, status, &body))
    }
}

/// Stops one offer's operation: the status and the body of the answer.
pub(super) async fn stop(
    app: &App,
    engine: &Engine,
    subject: &Subject<'_>,
    request: CancelRequest,
) -> Result<(StatusCode, Accepted<'static>), ApiError> {
    let is_cancel = request.means != Means::Kill;
    match engine.cancel(subject.publisher, subject.offer, request).await {
        Ok(done) => Ok(answer(app, subject, &done)),
        Err(error) => match nothing_to_cancel(app, &error).filter(|_| is_cancel) {
            Some(newest) => accepted_nothing(app, subject, &newest).await,
            None => Err(subject.error(error)),
        },
    }
}

/// The operation that has ended, if that makes an answer and no error: the dialect `observed` accepts a cancel of it
/// (contract, head).
pub(super) fn nothing_to_cancel(app: &App, error: &EngineError) -> Option<Reference> {
    match error {
        EngineError::Refused(Refusal::NoOperationInProgress { newest })
            if app.settings().dialect == Dialect::Observed =>
        {
            newest.clone()
        }
        _ => None,
    }
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

fn answer(app: &App, subject: &Subject<'_>, done: &Done) -> (StatusCode, Accepted<'static>) {
    let (status, state, reference) = match &done.reply {
        Reply::GivenUp(reference) => (StatusCode::ACCEPTED, OperationState::Failed, Some(reference)),
        Reply::Completed(reference) => (StatusCode::OK, completed(app.settings().dialect), Some(reference)),
        Reply::Canceling(reference) => (StatusCode::ACCEPTED, OperationState::Running, Some(reference)),
        Reply::CancellationEnded(reference) => {
            (StatusCode::OK, completed(app.settings().dialect), Some(reference))
        }
        Reply::Canceled(reference) => (StatusCode::OK, OperationState::Canceled, Some(reference)),
        _ => (StatusCode::OK, OperationState::Canceled, None),
    };
    let (target, cancellation) = (done.state.target.as_ref(), done.state.cancellation.as_ref());
    let reference = reference.cloned().or_else(|| target.map(Reference::from));
    let location =
        reference.as_ref().map(|reference| view::location(subject.publisher, subject.offer, reference));
    let who = target.and_then(|target| who(target, cancellation));
    let id = reference.map(|reference| view::guid(reference.id)).unwrap_or_default();
    let mut body = Accepted::new(location.unwrap_or_default(), id, state);
    body.canceled_by = who.map(|who| who.by.to_owned().into());
    body.canceled_date_time = who.map(|who| view::time(who.at));
    body.cancellation_reason = who.and_then(|who| who.reason.map(|reason| reason.to_owned().into()));
    (status, body)
}

fn completed(dialect: Dialect) -> OperationState {
    match dialect {
        Dialect::Documented => OperationState::Completed,
        Dialect::Observed => OperationState::Succeeded,
    }
}

/// Who asked first, when and why.
#[derive(Clone, Copy)]
struct Who<'a> {
    by: &'a str,
    at: signoff_lifecycle::ids::Timestamp,
    reason: Option<&'a str>,
}

fn who<'a>(target: &'a Operation, cancellation: Option<&'a Operation>) -> Option<Who<'a>> {
    match (&target.phase, cancellation) {
        (_, Some(Operation { by, created_at, kind: Kind::Cancel { reason, .. }, .. })) => {
            Some(Who { by, at: *created_at, reason: reason.as_deref() })
        }
        (Phase::Canceled { at, by, reason }, _) => Some(Who { by, at: *at, reason: reason.as_deref() }),
        _ => None,
    }
}

async fn accepted_nothing(
    app: &App,
    subject: &Subject<'_>,
    newest: &Reference,
) -> Result<(StatusCode, Accepted<'static>), ApiError> {
    let viewed = app.engine().operation(subject.publisher, newest.id).await?;
    let state = viewed.map(|viewed| view::state_word(&viewed.operation, app.settings().dialect));
    let location = view::location(subject.publisher, subject.offer, newest);
    let mut body = Accepted::new(location, view::guid(newest.id), state.unwrap_or(OperationState::Succeeded));
    body.cancellation = Some(NOTHING_TO_CANCEL.into());
    Ok((StatusCode::ACCEPTED, body))
}
