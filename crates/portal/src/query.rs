//! What the query of a request says.

use signoff_text::ErrorText;
use signoff_wire::{ErrorCode, api_version};

use crate::error::ApiError;

/// Whether the query names a version that we speak.
pub(crate) fn check_api_version(query: &str) -> Result<(), ApiError> {
    // Most clients send nothing else.
    if query == "api-version=2017-10-31" {
        return Ok(());
    }
    api_version::check(parameter(query, "api-version").as_deref()).map_err(|_| {
        let known = api_version::KNOWN.join(", ");
        ApiError::new(ErrorCode::InvalidAPIVersion, ErrorText::InvalidApiVersion { known })
            .target("api-version")
    })
}

/// The first value of a query parameter, decoded.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
