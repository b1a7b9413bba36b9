//! The one conversion from what went wrong to a reply.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use signoff_front::context::Context;
use signoff_front::door::{Reader, Refusal, Refused};
use signoff_front::problem::{self, Kind, Problem};
use signoff_store::StoreError;
use signoff_text::{ErrorText, FindingText, Lang, Words, clean};
use signoff_wire::error::ErrorItem;
use signoff_wire::repeatability::{FIRST_SENT, REQUEST_ID};
use signoff_wire::{ErrorBody, ErrorCode};

/// An error on its way out. Its words are chosen when the language is known.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(Box<Parts>);

/// What an error is made of.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) code: ErrorCode,
    pub(crate) text: Arc<dyn Words>,
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
    /// Words in the place of ours, as they are.
    pub(crate) message: Option<String>,
    /// The status, where it is not that of the code.
    pub(crate) status: Option<StatusCode>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, text: impl Words + 'static) -> Self {
        Self::saying(code, Arc::new(text))
    }

    fn saying(code: ErrorCode, text: Arc<dyn Words>) -> Self {
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

    pub(crate) fn status(&self) -> StatusCode {
        let code = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.status.unwrap_or(code)
    }

    /// The error; if it refuses a right, it says whom the server takes the caller for.
    pub(crate) fn introduced(mut self, context: &Context) -> Self {
        if self.status() == StatusCode::FORBIDDEN {
            self.caller = Some(context.taken_for());
        }
        self
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
}

impl Refusal for ApiError {
    fn code(&self) -> &'static str {
        self.code.as_str()
    }

    fn status(&self) -> StatusCode {
        self.status()
    }

    fn reply(&self, to: &Reader<'_>) -> http::Response<Vec<u8>> {
        let body = if self.code == ErrorCode::InternalError {
            let mut error = self.clone();
            error.text = Arc::new(ErrorText::Internal { request_id: to.request_id.to_owned() });
            error.body(to.lang)
        } else {
            self.body(to.lang)
        };
        let mut response = http::Response::new(serde_json::to_vec(&body).unwrap_or_default());
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
            let seconds = self.retry_after.unwrap_or(to.retry_after);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn refuses_repeatability(&self) -> bool {
        match self.code {
            ErrorCode::RepeatabilityNotSupported
            | ErrorCode::RequestIdReused
            | ErrorCode::FirstSentOutOfRange => true,
            ErrorCode::InvalidHeader => {
                self.target.as_deref().is_some_and(|target| [REQUEST_ID, FIRST_SENT].contains(&target))
            }
            _ => false,
        }
    }
}

/// The code for what the front refuses.
fn code(kind: Kind) -> ErrorCode {
    match kind {
        Kind::Malformed => ErrorCode::MalformedRequest,
        Kind::InvalidHeader => ErrorCode::InvalidHeader,
        Kind::InvalidJson => ErrorCode::InvalidJson,
        Kind::InvalidBody => ErrorCode::InvalidBody,
        Kind::InvalidId => ErrorCode::InvalidId,
        Kind::NoSuchStep => ErrorCode::UnknownStep,
        Kind::Unauthenticated => ErrorCode::Unauthorized,
        Kind::Forbidden => ErrorCode::Forbidden,
        Kind::NoSuchOffer => ErrorCode::OfferNotFound,
        Kind::NoSuchOperation => ErrorCode::OperationNotFound,
        Kind::NotFound => ErrorCode::NotFound,
        Kind::MethodNotAllowed => ErrorCode::MethodNotAllowed,
        Kind::TooSlow => ErrorCode::RequestTimeout,
        Kind::TooLarge => ErrorCode::PayloadTooLarge,
        Kind::UnsupportedMediaType => ErrorCode::UnsupportedMediaType,
        Kind::TooMany => ErrorCode::TooManyRequests,
        Kind::HeadTooLarge => ErrorCode::HeadersTooLarge,
        Kind::Internal => ErrorCode::InternalError,
        Kind::NotRepeatable => ErrorCode::RepeatabilityNotSupported,
        Kind::Unavailable => ErrorCode::ServiceUnavailable,
        Kind::TimedOut => ErrorCode::GatewayTimeout,
        Kind::Injected(status) => {
            let fitting = ErrorCode::ALL.iter().copied().find(|code| code.status() == status.as_u16());
            fitting.unwrap_or(ErrorCode::InternalError)
        }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        let problem::Parts { kind, text, target, www_authenticate, caller, retry_after, message } =
            problem.into_parts();
        let mut error = Self::saying(code(kind), text);
        error.status = Some(kind.status());
        error.target = target;
        error.www_authenticate = www_authenticate;
        error.caller = caller;
        error.retry_after = retry_after;
        error.message = message;
        error
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
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
    fn into_response(self) -> Response {
        Refused::ByDoor(Arc::new(self)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_front_refuses_has_a_code_of_the_same_status() {
        for kind in Kind::ALL {
            assert_eq!(code(*kind).status(), kind.status().as_u16(), "{kind:?}");
        }
    }

    #[test]
    fn a_refusal_that_passes_says_when_to_come_again() {
        let retry_after = |code, own| {
            let mut error = ApiError::new(code, ErrorText::Starting);
            error.retry_after = own;
            let reply = error.reply(&Reader { lang: Lang::En, request_id: "r", retry_after: 7 });
            reply.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned())
        };
        for code in [ErrorCode::ServiceUnavailable, ErrorCode::TooManyRequests] {
            assert_eq!(retry_after(code, None).as_deref(), Some("7"), "{code:?}");
            assert_eq!(retry_after(code, Some(3)).as_deref(), Some("3"), "{code:?}");
        }
        assert_eq!(retry_after(ErrorCode::NotFound, None), None);
    }

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
