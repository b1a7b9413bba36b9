//! The one conversion from what went wrong to a reply.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use signoff_text::{ErrorText, FindingText, Lang, clean};
use signoff_wire::error::ErrorItem;
use signoff_wire::{ErrorBody, ErrorCode};

/// An error on its way out. Its words are chosen when the language is known.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(Box<Parts>);

/// What an error is made of.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) code: ErrorCode,
    pub(crate) text: ErrorText,
    pub(crate) target: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) details: Vec<(FindingText, String)>,
    /// How many findings there are beyond those.
    pub(crate) omitted: usize,
    pub(crate) www_authenticate: Option<String>,
    /// Whom the server takes the caller for, of a refusal of a right.
    pub(crate) caller: Option<ErrorText>,
    /// Seconds to wait, where that is known better than in general.
    pub(crate) retry_after: Option<u32>,
    /// Words that a fault rule put in the place of ours.
    pub(crate) message: Option<String>,
    /// The status of a fault rule, where the code has another.
    pub(crate) status: Option<StatusCode>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, text: ErrorText) -> Self {
        Self(Box::new(Parts {
            code,
            text,
            target: None,
            location: None,
            details: Vec::new(),
            omitted: 0,
            www_authenticate: None,
            caller: None,
            retry_after: None,
            message: None,
            status: None,
        }))
    }

    pub(crate) fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    pub(crate) fn location(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        let code = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.status.unwrap_or(code)
    }

    /// The words.
    pub(crate) fn words(&self, lang: Lang) -> String {
        match (&self.message, &self.caller) {
            (Some(message), _) => message.clone(),
            (None, None) => self.text.render(lang),
            (None, Some(caller)) => format!("{} {}", self.text.render(lang), caller.render(lang)),
        }
    }

    /// The body in the language of the request.
    pub(crate) fn body(&self, lang: Lang) -> ErrorBody {
        let mut body = ErrorBody::new(self.code, self.words(lang));
        // A target may hold a member's name as a stranger wrote it.
        let escaped = |target: &String| clean::escaped(target).into_owned();
        body.error.target = self.target.as_ref().map(escaped);
        body.error.location.clone_from(&self.location);
        body.error.details = self
            .details
            .iter()
            .map(|(finding, target)| ErrorItem {
                code: finding.code().into(),
                message: finding.render(lang),
                target: Some(escaped(target)),
            })
            .collect();
        body.error.omitted = self.omitted as u64;
        body
    }

    /// Turns a reply that carries an error into what is sent.
    pub(crate) fn finish(&self, lang: Lang, retry_after: u32) -> Response {
        let body = serde_json::to_vec(&self.body(lang)).unwrap_or_default();
        let mut response = Response::new(body.into());
        let status = self.status();
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if let Some(location) = self.location.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(header::LOCATION, location.clone());
            headers.insert("operation-location", location);
        }
        if let Some(value) =
            self.www_authenticate.as_deref().and_then(|text| HeaderValue::from_str(text).ok())
        {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after.unwrap_or(retry_after)));
        }
        response
    }
}

impl std::ops::Deref for ApiError {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::ops::DerefMut for ApiError {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl IntoResponse for ApiError {
    /// A reply without words; the envelope puts them in.
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_holds_a_members_name_and_steers_nothing() {
        let mut error = ApiError::new(ErrorCode::ValidationFailed, ErrorText::InvalidFirstSent)
            .target("steps.a\u{1b}[2J\u{202e}");
        error
            .details
            .push((FindingText::MissingField { field: "x".to_owned() }, "definition.a\u{7}\nb".to_owned()));
        let body = error.body(Lang::En).error;
        assert_eq!(body.target.as_deref(), Some(r"steps.a\u001b[2J\u202e"));
        assert_eq!(body.details[0].target.as_deref(), Some(r"definition.a\u0007\u000ab"));
    }
}
