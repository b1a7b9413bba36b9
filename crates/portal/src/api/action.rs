//! What publish, golive, cancel and kill share: who may, which offer, their optional bodies and their replies.

use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde_json::{Value, json};
use signoff_engine::{Done, Engine, EngineError};
use signoff_front::context::Context;
use signoff_front::door::Refused;
use signoff_front::membership::Standing;
use signoff_front::path_params::Segments;
use signoff_front::problem::Problem;
use signoff_front::wait::Wait;
use signoff_front::{repeat, reply};
use signoff_lifecycle::access;
use signoff_lifecycle::command::Guard;
use signoff_lifecycle::decision::Started;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::repeat::Repeat;
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use signoff_wire::body::{Action as ActionKind, ActionBody, BodyError, LONGEST_REASON};
use signoff_wire::emails::{self, InvalidEmails};
use signoff_wire::operation::Accepted;
use signoff_wire::repeatability::{RESULT, Repeatability};
use signoff_wire::words::OperationState;

use super::{offer_key, resolve_offer};
use crate::error::ApiError;
use crate::openapi::{self, Answer, Call, samples};
use crate::refusal::Subject;
use crate::{Portal, view};

/// An action on an offer, asked for by a caller who may ask and with a body that was read. `W` says who may.
pub(crate) struct Acting<W = Members> {
    pub(super) app: Portal,
    pub(super) context: Context,
    standing: Standing,
    /// The offer.
    pub(super) key: OfferKey,
    uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) wait: Wait,
    pub(super) said: ActionRequest,
    by: PhantomData<W>,
}

/// Who may act, besides what their role says.
pub(crate) trait Actors: Send {
    /// # Errors
    /// The refusal of a caller who is none of them.
    fn check(context: &Context) -> Result<(), ApiError>;
}

/// Whom the publisher's owner lets change offers.
pub(crate) struct Members;

/// The server's operator alone.
pub(crate) struct TheOperator;

impl Actors for Members {
    fn check(_: &Context) -> Result<(), ApiError> {
        Ok(())
    }
}

impl Actors for TheOperator {
    fn check(context: &Context) -> Result<(), ApiError> {
        match context.principal() {
            Some(_) => Err(context.forbidden(ErrorText::OperatorOnly).into()),
            None => Ok(()),
        }
    }
}

impl<W: Actors> FromRequest<Portal> for Acting<W> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Portal) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let context = Context::from_request_parts(&mut parts, app).await.map_err(Refused::into_response)?;
        let Segments(path) =
            Segments::from_request_parts(&mut parts, app).await.map_err(Problem::into_response)?;
        let Ok(wait) = Wait::from_request_parts(&mut parts, app).await;
        Self::read(app, context, path, wait, parts, body).await.map_err(ApiError::into_response)
    }
}

impl<W: Actors> Acting<W> {
    async fn read(
        app: &Portal,
        context: Context,
        named: OfferKey,
        wait: Wait,
        parts: Parts,
        body: Body,
    ) -> Result<Self, ApiError> {
        W::check(&context)?;
        let standing = app.authorise(&context, &named.publisher, access::Action::ChangeOffers).await?;
        let key = offer_key(app.engine(), &named).await?;
        let Parts { uri, headers, .. } = parts;
        let said = read_action(app, &key, &headers, body).await?;
        let app = app.clone();
        Ok(Self { app, context, standing, key, uri, headers, wait, said, by: PhantomData })
    }

    /// The engine at work for the caller.
    pub(super) fn engine(&self) -> Engine {
        self.app.engine_for(&self.context, self.standing)
    }

    /// The query, as it came.
    pub(super) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// What a refusal is about.
    pub(super) fn subject(&self) -> Subject<'_> {
        let sent_tag = reply::if_match(&self.headers);
        Subject { sent_tag, ..Subject::offer(&self.key) }
    }

    /// What `If-Match` demands.
    pub(super) fn guard(&self) -> Guard {
        reply::guard(reply::if_match(&self.headers))
    }

    /// What the engine needs to know this call again: its name and what it says besides path, guard and body.
    pub(super) fn repeat(&self, call: &str, more: &[&str]) -> Option<Repeat> {
        let sent = self.said.repeatability.as_ref()?;
        let guard = reply::if_match(&self.headers).unwrap_or_default();
        let parts = [call, &self.key.publisher, &self.key.offer]
            .into_iter()
            .chain(more.iter().copied())
            .chain([guard]);
        let parts: Vec<&[u8]> = parts.map(str::as_bytes).chain([&*self.said.bytes]).collect();
        Some(repeat::repeat(&self.context, sent, &parts))
    }

    /// The reply to a start.
    pub(super) async fn started(
        &self,
        done: Result<Done<Started>, EngineError>,
    ) -> Result<Response, ApiError> {
        let done = done.map_err(|error| self.subject().error(error))?;
        let Started(reference) = &done.receipt;
        let location = view::location(&self.key, reference);
        let started = done.state.target().map(|target| &target.head).filter(|head| head.id == reference.id);
        let moved = match started {
            Some(head) => self.wait.past(&self.app, &self.context, &self.key.publisher, head).await,
            None => None,
        };
        let state = moved.as_ref().map(|cached| view::state_word(&cached.operation, self.app.dialect()));
        let body =
            Accepted::new(location, view::guid(reference.id), state.unwrap_or(OperationState::Running));
        let response = accepted(&self.app, StatusCode::ACCEPTED, &body);
        Ok(if moved.is_some() { self.wait.applied(response) } else { response })
    }
}

/// What the body of a publish, golive or cancel says.
pub(crate) struct ActionRequest {
    pub(super) emails: Vec<String>,
    pub(super) reason: Option<String>,
    pub(super) operation_id: Option<String>,
    pub(super) force: bool,
    /// What was said about repeating the request.
    repeatability: Option<Repeatability>,
    /// The body as it came.
    bytes: Bytes,
}

/// Reads the body. An offer that does not exist is told before anything that is wrong with the body.
async fn read_action(
    app: &Portal,
    key: &OfferKey,
    headers: &HeaderMap,
    body: Body,
) -> Result<ActionRequest, ApiError> {
    match read(headers, body).await {
        Ok(request) => Ok(request),
        Err(error) => {
            resolve_offer(app.engine(), key).await?;
            Err(error)
        }
    }
}

pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<ActionRequest, ApiError> {
    let bytes = reply::body(headers, body).await?;
    let repeatability = repeat::read(headers)?;
    let body = ActionBody::parse(&bytes).map_err(|error| match error {
        BodyError::Syntax(error) => reply::invalid_json(error),
        BodyError::WrongType { field, expected } => reply::invalid_body(field, expected),
    })?;
    let emails = body.notification_emails.as_deref().map_or(Ok(Vec::new()), emails::parse_list);
    let reason = body.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_deref().is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
        let text = ErrorText::TooLong { field: "metadata.reason".to_owned(), limit: LONGEST_REASON };
        return Err(ApiError::new(ErrorCode::InvalidBody, text).target("metadata.reason"));
    }
    Ok(ActionRequest {
        emails: emails.map_err(|error| invalid_emails(&error))?,
        reason,
        operation_id: body.operation_id.filter(|id| !id.is_empty()),
        repeatability,
        bytes,
        force: body.force,
    })
}

fn invalid_emails(error: &InvalidEmails) -> ApiError {
    let text = match error {
        InvalidEmails::Malformed { entry } | InvalidEmails::ControlCharacter { entry } => {
            ErrorText::InvalidEmail { address: entry.clone() }
        }
        InvalidEmails::TooMany => ErrorText::TooManyEmails { limit: emails::MOST },
    };
    ApiError::new(ErrorCode::InvalidEmail, text).target("metadata.notification-emails")
}

/// A 200 or 202 with the operation's address, twice in the headers and once in the body.
pub(super) fn accepted(app: &Portal, status: StatusCode, body: &Accepted<'_>) -> Response {
    let mut response = reply::json(status, body);
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&body.location) {
        headers.insert(header::LOCATION, location.clone());
        headers.insert("operation-location", location);
    }
    if status == StatusCode::ACCEPTED {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(app.settings().retry_after));
    }
    response
}

/// What describes each action on an offer: `text` is of its body, `example` is one.
pub(super) fn described(call: Call, kind: ActionKind, text: &str, example: Value) -> Call {
    call.guarded(&["Prefer"])
        .raw_body(openapi::JSON, ActionBody::schema_for(kind), false, text, Some(example))
        .reads_json()
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::InvalidEmail,
            ErrorCode::OfferNotFound,
            ErrorCode::PreconditionFailed,
        ])
}

/// What describes the reply of an action that goes on.
pub(super) fn described_start(text: &str) -> Answer {
    let (location, id) = (samples::LOCATION, samples::OPERATION);
    let example = json!({ "location": location, "operationId": id, "status": "running" });
    let headers = ["Location", "Operation-Location", "Retry-After", "Preference-Applied", RESULT];
    Answer::of::<Accepted<'_>>(202, text, example).headers(&headers)
}
