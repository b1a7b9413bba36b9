//! Replies that no route makes: to what is no request, and to what there is no room for.

use std::fmt::Write as _;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use signoff_text::{ErrorText, Lang};
use signoff_wire::ErrorCode;

use super::{HEAD_BYTES, MOST_HEADERS};
use crate::error::ApiError;
use crate::identity;

/// After so many seconds a client that there was no room for may try again.
const RETRY_AFTER: u32 = 1;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// What every reply has that no route, and so nothing around the routes, has made.
pub(crate) fn reply(error: &ApiError, request: &HeaderMap) -> Response {
    let lang = Lang::negotiate(request.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
    let mut response = error.finish(lang, RETRY_AFTER);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&identity::new_identifier().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    harden(headers);
    response
}

/// Headers that keep browsers and caches from making anything else of a reply.
pub(crate) fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The reply, whole, in the place of one with which the library refuses a head: that one says nothing but its status.
pub(super) fn in_place_of(refusal: &[u8]) -> Vec<u8> {
    let error = match refusal.get(b"HTTP/1.1 ".len()..).and_then(|rest| rest.get(..3)) {
        // An address alone may be too long, too.
        Some(b"431" | b"414") => {
            let text = ErrorText::HeadTooLarge { bytes: HEAD_BYTES, headers: MOST_HEADERS };
            ApiError::new(ErrorCode::HeadersTooLarge, text)
        }
        _ => ApiError::new(ErrorCode::MalformedRequest, ErrorText::MalformedRequest),
    };
    let mut response = reply(&error, &HeaderMap::new());
    let body = serde_json::to_vec(&error.body(Lang::default())).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let mut text = format!("HTTP/1.1 {}\r\n", error.status());
    for (name, value) in response.headers() {
        let _ = write!(text, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_librarys_gets_our_words() {
        for (refusal, status, code) in [
            ("HTTP/1.1 400 Bad Request\r\n", "400 Bad Request", "MalformedRequest"),
            ("HTTP/1.1 431 Request Header", "431 Request Header Fields Too Large", "HeadersTooLarge"),
            ("HTTP/1.1 414 URI Too Long\r\n", "431 Request Header Fields Too Large", "HeadersTooLarge"),
            ("?", "400 Bad Request", "MalformedRequest"),
        ] {
            let reply = String::from_utf8(in_place_of(refusal.as_bytes())).unwrap();
            let (head, body) = reply.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{head}");
            for line in
                ["connection: close", "content-type: application/json", "x-ms-request-id: ", "nosniff"]
            {
                assert!(head.contains(line), "{line}: {head}");
            }
            assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
            assert!(body.starts_with(&format!("{{\"error\":{{\"code\":\"{code}\",\"message\":")), "{body}");
        }
    }
}
