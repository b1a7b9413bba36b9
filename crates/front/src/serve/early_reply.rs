//! Replies that no route makes: to what is no request, and to what there is no room for.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use signoff_text::{ErrorText, Lang};

use super::{HEAD_BYTES, MOST_HEADERS};
use crate::door::{Doors, Reader};
use crate::problem::{Kind, Problem};

/// After so many seconds a client that there was no room for may try again.
const RETRY_AFTER: u32 = 1;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// A reply that no route, and so nothing around the routes, has made, to a request for `path`.
pub(crate) fn reply(doors: &Doors, problem: Problem, path: &str, request: &HeaderMap) -> Response {
    let lang = Lang::negotiate(request.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
    whole(doors, problem, path, lang).map(Body::from)
}

fn whole(doors: &Doors, problem: Problem, path: &str, lang: Lang) -> http::Response<Vec<u8>> {
    let id = signoff_identity::new_identifier().to_string();
    let to = Reader { lang, request_id: &id, retry_after: RETRY_AFTER };
    let mut response = doors.shape(path, problem.into()).reply(&to);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
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
pub(super) fn in_place_of(doors: &Doors, refusal: &[u8]) -> Vec<u8> {
    let problem = match refusal.get(b"HTTP/1.1 ".len()..).and_then(|rest| rest.get(..3)) {
        // An address alone may be too long, too.
        Some(b"431" | b"414") => {
            let text = ErrorText::HeadTooLarge { bytes: HEAD_BYTES, headers: MOST_HEADERS };
            Problem::new(Kind::HeadTooLarge, text)
        }
        _ => Problem::new(Kind::Malformed, ErrorText::MalformedRequest),
    };
    // The path is not known: the head was not read to its end.
    let (mut head, body) = whole(doors, problem, "", Lang::default()).into_parts();
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let mut text = format!("HTTP/1.1 {}\r\n", head.status);
    for (name, value) in &head.headers {
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
    use crate::testing;

    #[test]
    fn a_refusal_of_the_librarys_gets_our_words() {
        for (refusal, status, code) in [
            ("HTTP/1.1 400 Bad Request\r\n", "400 Bad Request", "Malformed"),
            ("HTTP/1.1 431 Request Header", "431 Request Header Fields Too Large", "HeadTooLarge"),
            ("HTTP/1.1 414 URI Too Long\r\n", "431 Request Header Fields Too Large", "HeadTooLarge"),
            ("?", "400 Bad Request", "Malformed"),
        ] {
            let reply = String::from_utf8(in_place_of(&testing::doors(), refusal.as_bytes())).unwrap();
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
