//! Replies: JSON bodies, headers that every reply of a kind has, and the reading of bodies.

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use signoff_engine::Rendered;
use signoff_text::{ErrorText, Lang};
use signoff_wire::etag::IfMatch;
use signoff_wire::json::{Fault, JsonError, LARGEST_BODY};

use crate::problem::{Kind, Problem};
use crate::serve::BodyError;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A JSON body.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    bytes(status, serde_json::to_vec(body).unwrap_or_default().into())
}

/// A JSON body that is there already.
pub fn bytes(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The language of a request.
pub fn lang(headers: &HeaderMap) -> Lang {
    Lang::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// A JSON body that comes bit by bit.
pub fn streamed(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// Adds an entity tag.
pub fn with_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// What a reader gets of a rendered body: 304 if it has these bytes.
pub fn rendered(rendered: Rendered, headers: &HeaderMap) -> Response {
    if is_known(&rendered, headers) {
        return not_modified(&rendered.tag);
    }
    let tag = rendered.tag.clone();
    with_tag(bytes(StatusCode::OK, Bytes::from_owner(rendered.body)), &tag)
}

/// Whether `If-None-Match` names these bytes.
pub fn is_known(rendered: &Rendered, headers: &HeaderMap) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known == "*" || known.split(',').any(|tag| tag.trim() == &*rendered.tag))
}

/// 304 with the tag that is still good.
pub fn not_modified(tag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    with_tag(response, tag)
}

/// The guard that was sent; `None`: none was. A tag that cannot be read matches nothing; it is not the same as no guard.
pub fn if_match(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::IF_MATCH)
        .map(|value| value.to_str().unwrap_or("unreadable"))
        .filter(|value| !value.trim().is_empty())
}

/// What `If-Match` of publish, golive and cancel demands of the newest operation.
pub fn guard(sent: Option<&str>) -> signoff_lifecycle::command::Guard {
    use signoff_lifecycle::command::Guard;
    let Some(sent) = sent else { return Guard::None };
    match IfMatch::parse(sent).map(|tags| tags.sent()) {
        Some(None) => Guard::None,
        Some(Some(tags)) => Guard::Newest(tags.iter().map(|tag| tag.publishing_version).collect()),
        None => Guard::Newest(Vec::new()),
    }
}

/// Reads a body of at most 4 MiB that is JSON, or nothing.
pub async fn body(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let bytes = read(headers, body, LARGEST_BODY).await?;
    let content_type = headers.get(header::CONTENT_TYPE);
    if is_json(headers) || (bytes.is_empty() && content_type.is_none()) {
        Ok(bytes)
    } else {
        let got = content_type.map(|value| value.to_str().unwrap_or("?")).unwrap_or_default();
        let got = got.chars().take(80).collect();
        Err(Problem::new(Kind::UnsupportedMediaType, ErrorText::UnsupportedMediaType { got })
            .target("Content-Type"))
    }
}

/// Whether the body is declared as JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    media_type.is_some_and(|value| value.eq_ignore_ascii_case("application/json"))
}

/// Reads a body of at most `limit` bytes that is not compressed. What is left of a larger one is seen to where the
/// connection is.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    refuse_encoding(headers)?;
    let too_large = || {
        let limit_bytes = limit as u64;
        Problem::new(Kind::TooLarge, ErrorText::PayloadTooLarge { limit_bytes })
    };
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let mut stream = body.into_data_stream();
    let mut kept = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(broken_body)?;
        if kept.len() + chunk.len() > limit {
            return Err(too_large());
        }
        kept.extend_from_slice(&chunk);
    }
    Ok(kept.freeze())
}

/// Bodies are taken as they are: a few bytes may unfold to as many as one likes.
pub fn refuse_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut named = headers.get_all(header::CONTENT_ENCODING).iter();
    let coded = named.find(|value| !value.is_empty() && !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    let Some(coded) = coded else { return Ok(()) };
    let got = String::from_utf8_lossy(coded.as_bytes()).chars().take(80).collect();
    let text = ErrorText::UnsupportedEncoding { got };
    Err(Problem::new(Kind::UnsupportedMediaType, text).target("Content-Encoding"))
}

/// Why there is no more of a body.
fn broken_body(error: axum::Error) -> Problem {
    match error.into_inner().downcast_ref() {
        Some(BodyError::TooSlow) => Problem::new(Kind::TooSlow, ErrorText::BodyTooSlow),
        _ => Problem::new(Kind::Malformed, ErrorText::BodyBroken),
    }
}

/// The error for a body that cannot be read.
pub fn invalid_json(error: JsonError) -> Problem {
    let JsonError { detail, line, column, fault } = error;
    let (text, member) = match fault {
        Fault::Syntax | Fault::Shape(_) => {
            let problem = Problem::new(Kind::InvalidJson, ErrorText::InvalidJson { detail, line, column });
            return match fault {
                Fault::Shape(member) => problem.target(member),
                _ => problem,
            };
        }
        Fault::Repeated(member) => (ErrorText::RepeatedMember { field: member.clone() }, member),
        Fault::Reserved(member) => (ErrorText::ReservedMember { field: member.clone() }, member),
    };
    Problem::new(Kind::InvalidBody, text).target(member)
}

/// The error for a member that is not there.
pub fn missing_member(field: &str) -> Problem {
    Problem::new(Kind::InvalidBody, ErrorText::BodyMissing { field: field.to_owned() }).target(field)
}

/// The error for a member of the wrong shape.
pub fn invalid_body(field: &str, expected: &str) -> Problem {
    let text = ErrorText::BodyShape { field: field.to_owned(), expected: expected.to_owned() };
    Problem::new(Kind::InvalidBody, text).target(field)
}
