//! Refusals of the token hosts, in the shape that their clients read.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use signoff_identity::{ClientRefusal, KeyError, new_identifier};
use uuid::Uuid;

/// A refusal: an OAuth error name (RFC 6749, section 5.2), the number that the real token hosts give it, and a text.
#[derive(Debug)]
pub(super) struct TokenError {
    status: StatusCode,
    error: &'static str,
    code: u32,
    description: String,
    /// Seconds to wait, of a 429.
    retry_after: Option<u64>,
}

impl TokenError {
    fn new(status: StatusCode, error: &'static str, code: u32, description: String) -> Self {
        Self { status, error, code, description, retry_after: None }
    }

    fn bad(error: &'static str, code: u32, description: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, code, description)
    }

    pub(super) fn tenant() -> Self {
        let text = "The first part of the path must be a tenant: a GUID or a domain name.";
        Self::bad("invalid_request", 90_002, text.to_owned())
    }

    pub(super) fn shared_tenant(tenant: &str) -> Self {
        let text = format!("'{tenant}' is no tenant of its own; put the client's tenant into the path.");
        Self::bad("invalid_request", 90_002, text)
    }

    pub(super) fn host() -> Self {
        let text = "The Host header must be a plain host name or address, with a port if need be.";
        Self::bad("invalid_request", 90_100, text.to_owned())
    }

    pub(super) fn missing(field: &str) -> Self {
        let text = format!("The request must contain '{field}', and it must not be empty.");
        Self::bad("invalid_request", 900_144, text)
    }

    pub(super) fn invalid(field: &str, remedy: &str) -> Self {
        Self::bad("invalid_request", 90_100, format!("'{field}' is not valid: {remedy}."))
    }

    pub(super) fn body(status: StatusCode, text: &str) -> Self {
        Self::new(status, "invalid_request", 90_100, text.to_owned())
    }

    pub(super) fn grant() -> Self {
        let text = "Only grant_type 'client_credentials' is supported.";
        Self::bad("unsupported_grant_type", 70_003, text.to_owned())
    }

    pub(super) fn scope() -> Self {
        let text = "'scope' must be one resource followed by '/.default', e.g. \
                    'https://cloudpartner.azure.com/.default'.";
        Self::bad("invalid_scope", 70_011, text.to_owned())
    }

    pub(super) fn client(refusal: ClientRefusal, client: &str, tenant: &str) -> Self {
        match refusal {
            ClientRefusal::NotAdmitted => {
                let text = format!(
                    "Client '{client}' is unknown in tenant '{tenant}', or its secret is another; the operator \
                     of this server registers clients and replaces secrets."
                );
                Self::new(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_215, text)
            }
            ClientRefusal::Store(error) => Self::unavailable(&error.into()),
        }
    }

    /// Too many sign-ins from one address failed; the next may come in so many seconds.
    pub(super) fn too_many(seconds: u64) -> Self {
        let text = format!("Too many sign-ins from this address failed; try again in {seconds} s.");
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", 50_196, text);
        error.retry_after = Some(seconds);
        error
    }

    pub(super) fn unavailable(error: &KeyError) -> Self {
        tracing::warn!(%error, "a token host cannot answer");
        let text = "The server cannot issue tokens just now; try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", 90_033, text.to_owned())
    }

    /// The reply at `now`, seconds since the Unix epoch, to a request with these headers.
    pub(super) fn reply(self, now: i64, request: &HeaderMap) -> Response {
        let body = json!({
            "error": self.error,
            "error_description": format!("AADSTS{}: {}", self.code, self.description),
            "error_codes": [self.code],
            "timestamp": timestamp(now),
            "trace_id": new_identifier(),
            "correlation_id": correlation(request),
        });
        let mut response = (self.status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
        let extra = match self.status {
            StatusCode::UNAUTHORIZED => {
                Some((WWW_AUTHENTICATE, "Basic realm=\"signoff\", charset=\"UTF-8\""))
            }
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, "1")),
            _ => None,
        };
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

fn timestamp(now: i64) -> String {
    jiff::Timestamp::from_second(now).unwrap_or_default().strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The request's own identifier if it sent one, so that its sender finds it again.
fn correlation(request: &HeaderMap) -> Uuid {
    let sent = request.get("client-request-id").and_then(|value| value.to_str().ok());
    sent.and_then(|text| Uuid::try_parse(text).ok()).unwrap_or_else(new_identifier)
}
