//! Requests that may come again without being carried out twice (OASIS "Repeatable Requests" 1.0). What makes two
//! requests the same one, and what the reply says about it. Which calls may, their door knows.

use axum::extract::MatchedPath;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request};
use sha2::{Digest as _, Sha256};
use signoff_lifecycle::ids::RealTime;
use signoff_lifecycle::repeat::Repeat;
use signoff_text::ErrorText;
use signoff_wire::repeatability::{
    ACCEPTED, FIRST_SENT, LONGEST_ID, REJECTED, REQUEST_ID, Repeatability, parse_fixdate, request_id,
};

use crate::context::Context;
use crate::door::{Doors, Refusal};
use crate::problem::{Kind, Problem};

/// Whether the headers count: reads may be repeated without them.
fn counts(method: &Method, headers: &HeaderMap) -> bool {
    ![Method::GET, Method::HEAD].contains(method)
        && (headers.contains_key(REQUEST_ID) || headers.contains_key(FIRST_SENT))
}

/// Refuses a call that says it may come again and is none of those that may.
pub(crate) fn refuse_others(doors: &Doors, parts: &Parts) -> Result<(), Problem> {
    if !counts(&parts.method, &parts.headers) {
        return Ok(());
    }
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if doors.at(parts.uri.path()).is_some_and(|door| door.is_repeatable(&parts.method, route)) {
        return Ok(());
    }
    Err(Problem::new(Kind::NotRepeatable, ErrorText::RepeatabilityNotSupported).target(REQUEST_ID))
}

/// What the headers say; `None`: none of them was sent.
///
/// # Errors
/// If one of them is missing, there twice, or not as it must be.
pub fn read(headers: &HeaderMap) -> Result<Option<Repeatability>, Problem> {
    let (id, first_sent) = (one(headers, REQUEST_ID), one(headers, FIRST_SENT));
    let missing = |missing: &'static str, sent: &str| {
        let text = ErrorText::RepeatabilityIncomplete { missing: missing.to_owned(), sent: sent.to_owned() };
        Err(Problem::new(Kind::InvalidHeader, text).target(missing))
    };
    let (id, first_sent) = match (id, first_sent) {
        (None, None) => return Ok(None),
        (Some(_), None) => return missing(FIRST_SENT, REQUEST_ID),
        (None, Some(_)) => return missing(REQUEST_ID, FIRST_SENT),
        (Some(id), Some(first_sent)) => (id, first_sent),
    };
    let id = request_id(id).ok_or_else(|| {
        let text = ErrorText::InvalidRequestId { limit: LONGEST_ID };
        Problem::new(Kind::InvalidHeader, text).target(REQUEST_ID)
    })?;
    let first_sent = parse_fixdate(first_sent)
        .ok_or_else(|| Problem::new(Kind::InvalidHeader, ErrorText::InvalidFirstSent).target(FIRST_SENT))?;
    Ok(Some(Repeatability { id, first_sent }))
}

/// The value of a header that may be there once. What cannot be read reads as an empty text, which is never right.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(first.to_str().ok().filter(|_| values.next().is_none()).unwrap_or_default())
}

/// What the engine needs to know the request again. `call` is everything that the request says, in an unambiguous
/// order: the method, the path in its one spelling, the parts of the query that matter, the guard, the body.
pub fn repeat(context: &Context, sent: &Repeatability, call: &[&[u8]]) -> Repeat {
    let caller = context.principal();
    let caller = caller.map_or(["", ""], |principal| [&principal.tenant, &principal.client]);
    let first_sent = sent.first_sent.to_be_bytes();
    let digest = [&[first_sent.as_slice()], call].concat();
    Repeat {
        key: hash(&[caller[0].as_bytes(), caller[1].as_bytes(), sent.id.as_bytes()]),
        digest: hash(&digest),
        first_sent: RealTime(sent.first_sent),
    }
}

/// A hash over parts, each with its length before it: no two lists of parts read the same.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What the reply must say about the repeating of its request.
#[derive(Clone, Copy)]
pub(crate) struct Wanted(bool);

impl Wanted {
    /// Reads what the request asks.
    pub(crate) fn by<B>(request: &Request<B>, doors: &Doors) -> Self {
        Self(counts(request.method(), request.headers()) && doors.at(request.uri().path()).is_some())
    }

    /// `accepted`, unless the headers themselves were refused: however often the request comes, it is carried out
    /// once at most. `None`: it was not asked for. `refusal` is what the reply tells, if it is one.
    pub(crate) fn result(self, refusal: Option<&dyn Refusal>) -> Option<HeaderValue> {
        let refused = refusal.is_some_and(Refusal::refuses_repeatability);
        let result = if refused { REJECTED } else { ACCEPTED };
        self.0.then(|| HeaderValue::from_static(result))
    }
}
