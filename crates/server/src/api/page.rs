//! The numbers and switches of queries that read or act in parts.

use signoff_text::ErrorText;
use signoff_wire::ErrorCode;

use crate::context::parameter;
use crate::error::ApiError;

/// The number that the query has under this name, between 1 and `most`; `None`: it has none.
pub(super) fn number(query: &str, name: &'static str, most: u64) -> Result<Option<u64>, ApiError> {
    let Some(text) = parameter(query, name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u64>() {
        Ok(number) if digits && (1..=most).contains(&number) => Ok(Some(number)),
        _ => Err(invalid(name, &text, format!("1 – {most}"))),
    }
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

fn invalid(name: &'static str, text: &str, known: String) -> ApiError {
    let given: String = text.chars().take(80).collect();
    let text = ErrorText::InvalidFilter { detail_value: format!("{name}={given}"), known };
    ApiError::new(ErrorCode::InvalidFilter, text).target(name)
}
