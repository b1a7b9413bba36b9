//! Error codes and the error body (contract, "Every request").

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! codes {
    ($(#[doc = $meaning:literal] $variant:ident = $status:literal,)+) => {
        /// Everything that `error.code` may say, spelled on the wire as the variant is spelled here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order of their statuses' checks.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The HTTP status that goes with the code.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)+
                }
            }

            /// The word on the wire; never translated.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                }
            }

            /// What the code stands for, in one English sentence for descriptions of the API.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning.trim_ascii(),)+
                }
            }
        }
    };
}

codes! {
    /// No token, or one that is malformed, expired or meant for someone else.
    Unauthorized = 401,
    /// `api-version` is missing or unknown.
    InvalidAPIVersion = 400,
    /// The caller is no member of the publisher, or their role does not permit this.
    Forbidden = 403,
    /// Who started the operation may not approve it.
    SelfReview = 403,
    /// No such offer.
    OfferNotFound = 404,
    /// No such operation.
    OperationNotFound = 404,
    /// The offer has no such version.
    VersionNotFound = 404,
    /// The slot was never filled, or there is no slot of that name.
    SlotNotFound = 404,
    /// Nothing else is there.
    NotFound = 404,
    /// The path exists, the method does not.
    MethodNotAllowed = 405,
    /// The body is larger than the server takes.
    PayloadTooLarge = 413,
    /// The body is not `application/json`.
    UnsupportedMediaType = 415,
    /// The body is not JSON; the message has line and column.
    InvalidJson = 400,
    /// The body is JSON of the wrong shape; the message names the member.
    InvalidBody = 400,
    /// An address in a list of e-mail addresses is malformed.
    InvalidEmail = 400,
    /// `$filter`, `status` or `submissionState` cannot be understood.
    InvalidFilter = 400,
    /// A publisher, offer or operation id has the wrong form.
    InvalidId = 400,
    /// A request header has a value that cannot be understood.
    InvalidHeader = 400,
    /// A query parameter has a value that cannot be understood.
    InvalidParameter = 400,
    /// There is no such offer type.
    UnknownOfferType = 400,
    /// The pipeline has no such step.
    UnknownStep = 400,
    /// The call cannot be made repeatable.
    RepeatabilityNotSupported = 501,
    /// The `Repeatability-Request-ID` belongs to another request.
    RequestIdReused = 400,
    /// `Repeatability-First-Sent` is too long ago, or in the future.
    FirstSentOutOfRange = 412,
    /// The tag of `If-Match` is not the current one.
    PreconditionFailed = 412,
    /// A PUT on an existing offer came without `If-Match`.
    MissingIfMatch = 400,
    /// An operation runs already; `error.location` leads to it.
    OperationInProgress = 400,
    /// There is nothing to cancel.
    NoOperationInProgress = 400,
    /// The operation is past its point of no return.
    OperationNotCancellable = 400,
    /// The named operation has ended or is not the newest.
    OperationNotRunning = 400,
    /// The operation's cancellation failed.
    CancellationFailed = 400,
    /// Nothing waits for go live.
    NotReadyForGoLive = 400,
    /// The publisher would be left without an owner.
    LastOwner = 400,
    /// The server gives no tokens itself: it trusts those of another issuer.
    NoTokenEndpoint = 400,
    /// The step waits for no decision.
    StepNotWaiting = 400,
    /// The draft cannot be published as it is; `details` lists every finding.
    ValidationFailed = 422,
    /// What arrived is not HTTP/1.1, or its body is not framed as its headers say.
    MalformedRequest = 400,
    /// The request's first line and headers are larger, or more, than the server takes.
    HeadersTooLarge = 431,
    /// The body did not arrive in time.
    RequestTimeout = 408,
    /// Too many requests; `Retry-After` says when to come back.
    TooManyRequests = 429,
    /// The server made a mistake.
    InternalError = 500,
    /// The server cannot answer now; `Retry-After` says when to come back.
    ServiceUnavailable = 503,
    /// What was waited for did not happen in time.
    GatewayTimeout = 504,
}

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let lines: Vec<String> = Self::ALL
            .iter()
            .map(|code| format!("- `{code}` ({}): {}", code.status(), code.meaning()))
            .collect();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(lines.join("\n")))
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

impl ToSchema for ErrorCode {}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is no code of this API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an error code of this API")]
pub struct UnknownErrorCode;

impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(word: &str) -> Result<Self, UnknownErrorCode> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word).ok_or(UnknownErrorCode)
    }
}

impl From<ErrorCode> for Cow<'static, str> {
    fn from(code: ErrorCode) -> Self {
        Cow::Borrowed(code.as_str())
    }
}

/// The body of every reply that is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// What kind of error. It is text here, so that a client can show the code of another server too.
    #[schema(value_type = ErrorCode)]
    pub code: Cow<'static, str>,
    /// One sentence in the language of the request.
    #[serde(default)]
    pub message: String,
    /// The member, header or parameter at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The relative address of the operation that is in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Every single finding, where there are several; the first of them, where there are very many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<ErrorItem>,
    /// How many findings there are beyond `details`; left out if there are none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub omitted: u64,
}

/// Whether there are no more than are listed.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(crate) fn is_none(omitted: &u64) -> bool {
    *omitted == 0
}

/// One finding of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorItem {
    /// What kind of finding, in PascalCase.
    pub code: Cow<'static, str>,
    /// One sentence in the language of the request.
    pub message: String,
    /// The JSON path of the value at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

impl ErrorBody {
    /// An error of `code` with `message` and nothing else.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            error: ErrorDetail {
                code: code.into(),
                message: message.into(),
                target: None,
                location: None,
                details: Vec::new(),
                omitted: 0,
            },
        }
    }

    /// The same error, naming the member, header or parameter at fault.
    #[must_use]
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.error.target = Some(target.into());
        self
    }

    /// The same error, leading to the operation that is in the way.
    #[must_use]
    pub fn with_location(mut self, location: impl Into<String>) -> Self {
        self.error.location = Some(location.into());
        self
    }

    /// The same error with its findings.
    #[must_use]
    pub fn with_details(mut self, details: Vec<ErrorItem>) -> Self {
        self.error.details = details;
        self
    }

    /// The code, when it is one of this API.
    pub fn code(&self) -> Option<ErrorCode> {
        self.error.code.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_their_statuses() {
        let table: Vec<String> =
            ErrorCode::ALL.iter().map(|code| format!("{} {code}", code.status())).collect();
        insta::assert_snapshot!(table.join("\n"));
        for code in ErrorCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{code}\""));
        }
        assert_eq!("offerNotFound".parse::<ErrorCode>(), Err(UnknownErrorCode));
    }

    #[test]
    fn the_body_leaves_out_what_is_not_there() {
        let bare = ErrorBody::new(ErrorCode::OfferNotFound, "There is no such offer.");
        insta::assert_snapshot!(
            serde_json::to_string(&bare).unwrap(),
            @r#"{"error":{"code":"OfferNotFound","message":"There is no such offer."}}"#
        );
        assert_eq!(bare.code(), Some(ErrorCode::OfferNotFound));
    }

    #[test]
    fn the_full_body() {
        let full = ErrorBody::new(ErrorCode::ValidationFailed, "The draft has 1 finding.")
            .with_target("definition")
            .with_location("/api/operations/p$o$1$preview?api-version=2017-10-31")
            .with_details(vec![ErrorItem {
                code: "Missing".into(),
                message: "A plan must have a title.".into(),
                target: Some("$.definition.plans[0].title".into()),
            }]);
        insta::assert_json_snapshot!(full);
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<ErrorBody>(&text).unwrap(), full);
    }

    #[test]
    fn a_code_of_another_server_survives() {
        let body: ErrorBody =
            serde_json::from_str(r#"{"error":{"code":"InvalidResourceId","message":"taken"}}"#).unwrap();
        assert_eq!(body.code(), None);
        assert_eq!(body.error.code, "InvalidResourceId");
    }
}
