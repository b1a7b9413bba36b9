//! What publish, golive and cancel share: their optional bodies and their replies.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use signoff_lifecycle::decision::Reply;
use signoff_lifecycle::repeat::Repeat;
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use signoff_wire::body::{ActionBody, BodyError, LONGEST_REASON};
use signoff_wire::emails::{self, InvalidEmails};
use signoff_wire::operation::Accepted;
use signoff_wire::repeatability::Repeatability;
use signoff_wire::words::OperationState;

use super::resolve_offer;
use crate::Portal;
use crate::error::ApiError;
use crate::refusal::Subject;
use signoff_front::context::Context;
use signoff_front::wait::Wait;
use signoff_front::{repeat, reply};

use crate::view;

/// What the body of a publish, golive or cancel says.
pub(crate) struct ActionRequest {
    pub(crate) emails: Vec<String>,
    pub(crate) reason: Option<String>,
    pub(crate) operation_id: Option<String>,
    pub(crate) force: bool,
    /// What was said about repeating the request.
    repeatability: Option<Repeatability>,
    /// The body as it came.
    bytes: Bytes,
}

impl ActionRequest {
    /// What the engine needs to know this call again; `call` names it in its one spelling.
    pub(crate) fn repeat(&self, context: &Context, headers: &HeaderMap, call: &[&str]) -> Option<Repeat> {
        let guard = reply::if_match(headers).unwrap_or_default();
        let call: Vec<&[u8]> =
            call.iter().copied().chain([guard]).map(str::as_bytes).chain([&*self.bytes]).collect();
        self.repeatability.as_ref().map(|sent| repeat::repeat(context, sent, &call))
    }
}

/// Reads the body. An offer that does not exist is told before anything that is wrong with the body.
pub(crate) async fn read_action(
    app: &Portal,
    publisher: &str,
    offer: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<ActionRequest, ApiError> {
    match read(headers, body).await {
        Ok(request) => Ok(request),
        Err(error) => {
            resolve_offer(app.engine(), publisher, offer).await?;
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

/// The reply to a started publish or golive.
pub(super) async fn started(
    app: &Portal,
    context: &Context,
    subject: &Subject<'_>,
    done: Result<signoff_engine::Done, signoff_engine::EngineError>,
    wait: &Wait,
) -> Result<Response, ApiError> {
    let done = match done {
        Ok(done) => done,
        Err(error) => return Err(subject.error(error)),
    };
    let Reply::Started(reference) = &done.told.reply else {
        return Err(signoff_store::StoreError::Corrupt("a start that started nothing".to_owned()).into());
    };
    let location = view::location(subject.publisher, subject.offer, reference);
    let started = done.state.target.as_ref().filter(|operation| operation.id == reference.id);
    let moved = match started {
        Some(operation) => wait.past(app, context, subject.publisher, operation).await,
        None => None,
    };
    let state = moved.as_ref().map(|viewed| view::state_word(&viewed.operation, app.dialect()));
    let body = Accepted::new(location, view::guid(reference.id), state.unwrap_or(OperationState::Running));
    let response = accepted(app, StatusCode::ACCEPTED, &body);
    Ok(if moved.is_some() { wait.applied(response) } else { response })
}

/// A 200 or 202 with the operation's address, twice in the headers and once in the body.
pub(crate) fn accepted(app: &Portal, status: StatusCode, body: &Accepted<'_>) -> Response {
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
