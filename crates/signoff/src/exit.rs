//! How commands end: one failure type, one table of exit codes.

use std::io;

use signoff_server::tls::TlsError;
use signoff_settings::BadSetting;
use signoff_store_postgres::OpenError;
use signoff_upkeep::UpkeepError;
use signoff_wire::ErrorCode;
use signoff_wire::client::{ClientError, is_this_machine};

use crate::node::NodeError;

/// The exit codes as `--help` shows them; `docs/cli.md` says the same.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  done
  1  the operation failed or was canceled while it was followed, a check found something, or something else went wrong
  2  a wrong option, argument, setting or input file
  3  not found
  4  refused by the server (400, 405, 409, 412, 413, 415, 422, 501)
  5  not signed in, or not permitted (401, 403, no token given out)
  6  the server cannot be reached or cannot answer now (429, 502, 503, 504); for serve, its database cannot be reached
  130  Ctrl-C ended the following of an operation, or of something with a store";

/// The exit code of a program that Ctrl-C ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// Who a development server knows from its start on.
const SEEDED: &str = "a server that was started with --dev knows
  export SIGNOFF_PUBLISHER=contoso
  export SIGNOFF_TENANT=11111111-1111-1111-1111-111111111111
  export SIGNOFF_CLIENT_ID=contoso-owner SIGNOFF_CLIENT_SECRET=contoso-secret";

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// An option, argument, setting or input file is wrong.
    #[error("{0}")]
    Usage(String),
    /// A setting of the client is missing.
    #[error("{message}")]
    Unconfigured {
        /// Which, and where to set it.
        message: String,
        /// Whether the server is on this machine.
        local: bool,
    },
    /// There is nothing of that name.
    #[error("{0}")]
    NotFound(String),
    /// The server said no, or nothing.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server went away while an operation was followed.
    #[error("{error}")]
    Unwatched {
        /// What came last.
        error: ClientError,
        /// How to go on.
        hint: String,
    },
    /// Ctrl-C while an operation was followed: what goes on, and how to go on.
    #[error("{0}")]
    Interrupted(String),
    /// The operation that was followed did not end well.
    #[error("{0}")]
    Ended(String),
    /// The server is there, and wants no requests.
    #[error("not ready: {0}")]
    NotReady(String),
    /// A setting of a server cannot be used.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// There is no server.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Something was not done with a whole store.
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    /// There is no certificate to serve with.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The output could not be written, or the program could not be set up.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Unconfigured { .. }
            | Self::Setting(_)
            | Self::Client(ClientError::Setting(_))
            | Self::Upkeep(UpkeepError::Refused(_))
            | Self::Node(
                NodeError::Open(_)
                | NodeError::Development { .. }
                | NodeError::Database(OpenError::Setting(_) | OpenError::Refused(_))
                | NodeError::Identity(_)
                | NodeError::Mail(_)
                | NodeError::Setting(_)
                | NodeError::Hook(_),
            ) => 2,
            Self::NotFound(_) => 3,
            Self::Interrupted(_) => INTERRUPTED,
            Self::Client(ClientError::Token { .. }) => 5,
            Self::NotReady(_)
            | Self::Unwatched { .. }
            | Self::Client(ClientError::Unreachable { .. })
            | Self::Node(NodeError::Database(OpenError::Unreachable { .. }))
            | Self::Upkeep(UpkeepError::Unreachable(_)) => 6,
            Self::Client(ClientError::Api { status, .. }) => match status {
                401 | 403 => 5,
                404 => 3,
                429 | 502..=504 => 6,
                400..=499 | 501 => 4,
                _ => 1,
            },
            Self::Client(ClientError::Unreadable { .. })
            | Self::Ended(_)
            | Self::Io(_)
            | Self::Node(
                NodeError::Store(_) | NodeError::Database(OpenError::Store(_)) | NodeError::HookTransport(_),
            )
            | Self::Upkeep(UpkeepError::Differs(_) | UpkeepError::Store(_))
            | Self::Tls(_) => 1,
        }
    }

    /// What kind it is, for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Usage(_) | Self::Client(ClientError::Setting(_)) => "Usage",
            Self::Unconfigured { .. } => "NotConfigured",
            Self::NotFound(_) => "NotFound",
            Self::Client(ClientError::Api { .. }) => "HttpError",
            Self::Client(ClientError::Unreachable { .. }) | Self::Unwatched { .. } => "Unreachable",
            Self::Client(ClientError::Token { .. }) => "NoToken",
            Self::Client(ClientError::Unreadable { .. }) => "UnreadableReply",
            Self::Interrupted(_) => "Interrupted",
            Self::Ended(_) => "Ended",
            Self::NotReady(_) => "NotReady",
            Self::Setting(_) => "BadSetting",
            Self::Node(_) => "NotStarted",
            Self::Upkeep(_) => "Store",
            Self::Tls(_) => "Tls",
            Self::Io(_) => "InputOutput",
        }
    }

    /// What to do about it, where that is not in the message.
    pub(crate) fn hint(&self) -> Option<&str> {
        let body = match self {
            Self::Unconfigured { local: true, .. } => return Some(SEEDED),
            Self::Unwatched { hint, .. } => return Some(hint),
            // The reason says what to write instead.
            Self::Client(ClientError::Unreachable { reason, .. }) if reason.contains(": write ") => {
                return None;
            }
            Self::Client(ClientError::Unreachable { url, .. }) => {
                let local = url.parse().is_ok_and(|url| is_this_machine(&url));
                return local
                    .then_some("is it running? `signoff serve --dev` starts one on http://127.0.0.1:8080");
            }
            Self::Client(ClientError::Api { body: Some(body), .. }) => body,
            _ => return None,
        };
        match body.code()? {
            ErrorCode::MissingIfMatch => {
                Some("give the tag of `signoff offer show OFFER --etag` with --if-match, or use --force")
            }
            ErrorCode::PreconditionFailed if body.error.target.as_deref() == Some("If-Match") => {
                Some("somebody was faster: read it again, then decide")
            }
            ErrorCode::Unauthorized => Some(
                "set --token, or --tenant, --client-id and --client-secret; `signoff token` shows what they give",
            ),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use signoff_wire::ErrorBody;

    use super::*;

    fn api(status: u16, code: ErrorCode) -> Failure {
        let body = Some(Box::new(ErrorBody::new(code, "x")));
        Failure::Client(ClientError::Api { status, body, text: String::new() })
    }

    #[test]
    fn every_code_of_the_api_has_the_exit_code_of_the_table() {
        for code in ErrorCode::ALL {
            let expected = match code.status() {
                401 | 403 => 5,
                404 => 3,
                429 | 503 | 504 => 6,
                500 => 1,
                _ => 4,
            };
            assert_eq!(api(code.status(), *code).code(), expected, "{code}");
        }
        assert!(api(400, ErrorCode::MissingIfMatch).hint().is_some());
        assert!(api(404, ErrorCode::OfferNotFound).hint().is_none());
    }

    #[test]
    fn what_never_got_an_answer_is_told_apart() {
        let text = || String::from("x");
        for (failure, code) in [
            (Failure::Usage(text()), 2),
            (Failure::NotFound(text()), 3),
            (Failure::Ended(text()), 1),
            (Failure::NotReady(text()), 6),
            (Failure::Interrupted(text()), 130),
            (ClientError::Setting(text()).into(), 2),
            (ClientError::Token { url: text(), reason: text() }.into(), 5),
            (ClientError::Unreachable { url: text(), reason: text() }.into(), 6),
            (ClientError::Unreadable { url: text(), reason: text() }.into(), 1),
        ] {
            assert_eq!(failure.code(), code, "{failure:?}");
        }
    }
}
