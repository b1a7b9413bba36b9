//! Replies: JSON bodies, headers that every reply of a kind has, and the reading of bodies.

use axum::body::Body;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use signoff_engine::Rendered;
use signoff_text::{ErrorText, Lang};
use signoff_wire::ErrorCode;
use signoff_wire::etag::IfMatch;
use signoff_wire::json::{Fault, JsonError, LARGEST_BODY};

use crate::error::ApiError;

/// A body that is too large is read on up to so many times the limit.
const DRAINED: usize = 16;
/// How long a body may take to arrive.
const BODY_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    bytes(status, serde_json::to_vec(body).unwrap_or_default().into())
}

/// A JSON body that is there already.
pub(crate) fn bytes(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The language of a request.
pub(crate) fn lang(headers: &HeaderMap) -> Lang {
    Lang::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// Adds an entity tag.
pub(crate) fn with_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// What a reader gets of a rendered body: 304 if it has these bytes.
pub(crate) fn rendered(rendered: Rendered, headers: &HeaderMap) -> Response {
    if is_known(&rendered, headers) {
        return not_modified(&rendered.tag);
    }
    let tag = rendered.tag.clone();
    with_tag(bytes(StatusCode::OK, Bytes::from_owner(rendered.body)), &tag)
}

/// Whether `If-None-Match` names these bytes.
pub(crate) fn is_known(rendered: &Rendered, headers: &HeaderMap) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known == "*" || known.split(',').any(|tag| tag.trim() == &*rendered.tag))
}

/// 304 with the tag that is still good.
pub(crate) fn not_modified(tag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    with_tag(response, tag)
}

/// The guard that was sent; `None`: none was. What cannot be read is a tag that nobody was given, not no guard.
pub(crate) fn if_match(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::IF_MATCH)
        .map(|value| value.to_str().unwrap_or("unreadable"))
        .filter(|value| !value.trim().is_empty())
}

/// What `If-Match` of publish, golive and cancel demands of the newest operation.
pub(crate) fn guard(sent: Option<&str>) -> signoff_lifecycle::command::Guard {
    use signoff_lifecycle::command::Guard;
    let Some(sent) = sent else { return Guard::None };
    match IfMatch::parse(sent).map(|tags| tags.sent()) {
        Some(None) => Guard::None,
        Some(Some(tags)) => Guard::Newest(tags.iter().map(|tag| tag.publishing_version).collect()),
        None => Guard::Newest(Vec::new()),
    }
}

/// Reads a body of at most 4 MiB that is JSON, or nothing.
pub(crate) async fn body(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let bytes = tokio::time::timeout(BODY_LIMIT, read(body, LARGEST_BODY))
        .await
        .map_err(|_| ApiError::new(ErrorCode::RequestTimeout, ErrorText::BodyTooSlow))??;
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    let is_json = media_type.is_some_and(|value| value.eq_ignore_ascii_case("application/json"));
    if is_json || (bytes.is_empty() && media_type.is_none()) {
        Ok(bytes)
    } else {
        let got = content_type.unwrap_or_default().chars().take(80).collect();
        Err(ApiError::new(ErrorCode::UnsupportedMediaType, ErrorText::UnsupportedMediaType { got })
            .target("Content-Type"))
    }
}

/// Reads a body of at most `limit` bytes. One that is larger is read on for a while and thrown away: who is still
/// sending would else see a broken connection instead of the answer.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut seen) = (BytesMut::new(), 0_usize);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| reply_to_broken_body())?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            kept.extend_from_slice(&chunk);
        } else if seen > limit.saturating_mul(DRAINED) {
            break;
        }
    }
    if seen <= limit {
        return Ok(kept.freeze());
    }
    let limit_bytes = limit as u64;
    Err(ApiError::new(ErrorCode::PayloadTooLarge, ErrorText::PayloadTooLarge { limit_bytes }))
}

/// The connection broke while the body came; nobody will read this.
fn reply_to_broken_body() -> ApiError {
    ApiError::new(ErrorCode::RequestTimeout, ErrorText::BodyTooSlow)
}

/// The error for a body that cannot be read.
pub(crate) fn invalid_json(error: JsonError) -> ApiError {
    let JsonError { detail, line, column, fault } = error;
    let (text, member) = match fault {
        Fault::Syntax => {
            return ApiError::new(ErrorCode::InvalidJson, ErrorText::InvalidJson { detail, line, column });
        }
        Fault::Repeated(member) => (ErrorText::RepeatedMember { field: member.clone() }, member),
        Fault::Reserved(member) => (ErrorText::ReservedMember { field: member.clone() }, member),
    };
    ApiError::new(ErrorCode::InvalidBody, text).target(member)
}

/// The error for a member that is not there.
pub(crate) fn missing_member(field: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidBody, ErrorText::BodyMissing { field: field.to_owned() }).target(field)
}

/// The error for a member of the wrong shape.
pub(crate) fn invalid_body(field: &str, expected: &str) -> ApiError {
    let text = ErrorText::BodyShape { field: field.to_owned(), expected: expected.to_owned() };
    ApiError::new(ErrorCode::InvalidBody, text).target(field)
}
