//! What can go wrong between a client and a server.

use std::error::Error;
use std::iter;

use url::Url;

use crate::error::ErrorBody;

/// A call did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server answered with an error.
    #[error("{}", describe(*.status, .body.as_deref(), .text))]
    Api {
        /// The HTTP status.
        status: u16,
        /// The error, when the body is one of this API.
        body: Option<Box<ErrorBody>>,
        /// The body as it came, cut to 2000 characters.
        text: String,
    },
    /// The server did not answer.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why, down to the last cause.
        reason: String,
    },
    /// No token was given out.
    #[error("no token from {url}: {reason}")]
    Token {
        /// The token endpoint.
        url: String,
        /// What it said.
        reason: String,
    },
    /// The reply is not what this API sends.
    #[error("the reply of {url} cannot be understood: {reason}")]
    Unreadable {
        /// What was asked for.
        url: String,
        /// What is wrong with the reply.
        reason: String,
    },
    /// A setting cannot be used.
    #[error("{0}")]
    Setting(String),
}

impl ClientError {
    /// The HTTP status, when the server answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the server may answer if it is asked again: it did not, or said that it cannot now.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Api { status: 429 | 502..=504, .. })
    }
}

/// One line of code and message, and one for every finding.
fn describe(status: u16, body: Option<&ErrorBody>, text: &str) -> String {
    let Some(ErrorBody { error }) = body else {
        let text = text.trim();
        return if text.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {text}") };
    };
    let first = format!("{} ({status}): {}", error.code, error.message);
    let findings = error
        .details
        .iter()
        .map(|item| format!("{}: {} ({})", item.target.as_deref().unwrap_or("-"), item.message, item.code));
    let omitted = (error.omitted > 0).then(|| format!("and {} more", error.omitted));
    let location = error.location.iter().map(|location| format!("see {location}"));
    iter::once(first).chain(findings).chain(omitted).chain(location).collect::<Vec<_>>().join("\n  ")
}

/// Why a server cannot be reached, in one line; and where it speaks another protocol than the address says, what to
/// write instead.
pub(super) fn unreachable(error: reqwest::Error, url: &Url) -> ClientError {
    let mut reason = causes(&error.without_url());
    let server = |scheme: &str| {
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{host}{port}")
    };
    match url.scheme() {
        // What rustls makes of a reply that is no TLS.
        "https" if reason.contains("InvalidContentType") || reason.contains("corrupt message") => {
            reason = format!("it speaks http, not https: write {}", server("http"));
        }
        // What hyper makes of a TLS alert.
        "http" if reason.contains("invalid HTTP version") => {
            reason = format!("it speaks https, not http: write {}", server("https"));
        }
        _ => {}
    }
    ClientError::Unreachable { url: url.to_string(), reason }
}

/// The error and everything that caused it, in one line.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = inner.source();
    }
    line
}
