//! The numbers and switches of queries that read or act in parts.

use axum::response::Response;
use http::{HeaderValue, header};
use signoff_text::ErrorText;
use signoff_wire::{ErrorCode, api_version};

use crate::error::ApiError;
use crate::query::parameter;

/// The number that the query has under this name, between 1 and `most`; `None`: it has none.
pub(super) fn number(query: &str, name: &'static str, most: u64) -> Result<Option<u64>, ApiError> {
    let Some(text) = parameter(query, name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u64>() {
        Ok(number) if digits && (1..=most).contains(&number) => Ok(Some(number)),
        _ => Err(invalid(name, &text, format!("1 – {most}"))),
    }
}

/// How many members of a list the query wants at most; one that does not say so gets [`LONGEST_LIST`].
pub(super) fn length(query: &str) -> Result<u64, ApiError> {
    Ok(number(query, "$top", LONGEST_LIST)?.unwrap_or(LONGEST_LIST))
}

/// Whether the query switches this on.
pub(super) fn switch(query: &str, name: &'static str) -> Result<bool, ApiError> {
    match parameter(query, name).as_deref() {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(text) => Err(invalid(name, text, "true, false".to_owned())),
    }
}

/// Whether the query has this as `true`, in any letter case.
pub(super) fn flag(query: &str, name: &'static str) -> Result<bool, ApiError> {
    match parameter(query, name) {
        None => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("false") => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("true") => Ok(true),
        Some(other) => {
            let (field, value) = (name.to_owned(), other.chars().take(80).collect());
            let text = ErrorText::InvalidFlag { field, value };
            Err(ApiError::new(ErrorCode::InvalidParameter, text).target(name))
        }
    }
}

/// The error for a parameter that is none of those that are `known`.
pub(super) fn invalid(name: &'static str, text: &str, known: String) -> ApiError {
    let given: String = text.chars().take(80).collect();
    let text = ErrorText::InvalidFilter { detail_value: format!("{name}={given}"), known };
    ApiError::new(ErrorCode::InvalidFilter, text).target(name)
}

/// The most members of a list in one reply.
pub(crate) const LONGEST_LIST: u64 = 1000;
/// Where the list goes on, in the address of the next part.
pub(crate) const SKIP: &str = "$skiptoken";

/// Says where the list goes on: at `path` with the same query, from behind `last`.
pub(super) fn with_next(mut response: Response, path: &str, query: &str, last: &str) -> Response {
    let mut next = url::form_urlencoded::Serializer::new(String::new());
    next.append_pair("api-version", api_version::CURRENT);
    let kept = url::form_urlencoded::parse(query.as_bytes());
    next.extend_pairs(kept.filter(|(name, _)| name != "api-version" && name != SKIP));
    next.append_pair(SKIP, last);
    let link = format!("<{path}?{}>; rel=\"next\"", next.finish());
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_thousand_members_at_most() {
        for (query, most) in [("", 1000), ("$top=", 1000), ("$top=1", 1), ("$top=1000", 1000)] {
            assert_eq!(length(query).unwrap(), most, "{query}");
        }
        for query in ["$top=0", "$top=1001", "$top=-1", "$top=x"] {
            assert_eq!(length(query).unwrap_err().code, ErrorCode::InvalidFilter, "{query}");
        }
    }
}
