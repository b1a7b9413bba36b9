//! What went wrong with the database, in words that name the remedy.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use signoff_store::StoreError;
use tokio_postgres::error::SqlState;

/// Why there is no connection.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct ConnectError {
    pub(crate) text: String,
    /// Whether it stays so until somebody changes something.
    pub(crate) lasts: bool,
}

impl ConnectError {
    pub(super) fn passing(text: impl Into<String>) -> Self {
        Self { text: text.into(), lasts: false }
    }

    pub(super) fn lasting(text: impl Into<String>) -> Self {
        Self { text: text.into(), lasts: true }
    }

    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        let text = match error.code().and_then(remedy) {
            Some(remedy) => format!("{}; {remedy}", describe(error)),
            None => describe(error),
        };
        let lasts = match error.code() {
            Some(code) => stays_so(code),
            None => text.contains("password missing") || is_bad_certificate(error),
        };
        if lasts && text.contains("password missing") {
            return Self::lasting("the server asks for a password; give it with SIGNOFF_STORE_PASSWORD");
        }
        Self { text, lasts }
    }
}

impl From<ConnectError> for StoreError {
    fn from(trouble: ConnectError) -> Self {
        Self::Unavailable(trouble.text)
    }
}

/// What helps against it.
pub(super) fn remedy(code: &SqlState) -> Option<&'static str> {
    Some(match code.code() {
        "28P01" | "28000" => "check the user and the password, and pg_hba.conf of the server",
        "3D000" => "create the database as docs/postgresql.md says",
        "3F000" | "42501" => {
            "make the role the owner of the database, or grant it USAGE and CREATE on the schema; see docs/postgresql.md"
        }
        "53300" => "lower --connections, or raise max_connections of the server",
        "08P01" => {
            "if a pooler stands between, let signoff connect to the server itself; see docs/postgresql.md"
        }
        "53100" => "make room on the disk of the database",
        "25006" => "the server takes no writes now",
        _ => return None,
    })
}

/// Whether waiting does not help.
fn stays_so(code: &SqlState) -> bool {
    let code = code.code();
    ["28", "3D", "3F", "42", "0A"].iter().any(|class| code.starts_with(class)) || code == "08P01"
}

/// Whether TLS did not come about, other than by the end of the connection.
fn is_bad_certificate(error: &tokio_postgres::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() != io::ErrorKind::InvalidData)
    };
    error.to_string().starts_with("error performing TLS handshake")
        && !std::error::Error::source(error).is_some_and(broken)
}

/// How often a server said that it takes no changes any more. A connection that is older than the last time is not
/// used again: the next one may find the server that takes over.
static DOUBTS: AtomicU64 = AtomicU64::new(0);

/// How many doubts there were.
pub(super) fn doubts() -> u64 {
    DOUBTS.load(Ordering::Relaxed)
}

/// The server of the present connections takes no changes.
pub(super) fn doubt() {
    DOUBTS.fetch_add(1, Ordering::Relaxed);
}

/// What a failed statement means to the caller.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
pub(super) fn failed(error: tokio_postgres::Error) -> StoreError {
    if error.code().is_some_and(casts_doubt) {
        doubt();
    }
    StoreError::Unavailable(ConnectError::of(&error).text)
}

/// Whether the server is not, or will not be, one that takes changes.
fn casts_doubt(code: &SqlState) -> bool {
    let code = code.code();
    code.starts_with("08") || matches!(code, "25006" | "57P01" | "57P02" | "57P03")
}

/// The error with its causes: the outermost says little.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_waited_for() {
        for (code, lasts) in [
            ("28P01", true),
            ("3D000", true),
            ("42501", true),
            ("57P03", false),
            ("53300", false),
            ("25006", false),
            ("08006", false),
        ] {
            assert_eq!(stays_so(&SqlState::from_code(code)), lasts, "{code}");
        }
    }

    #[test]
    fn a_server_that_goes_or_takes_no_changes_is_not_asked_again() {
        for (code, doubt) in [
            ("25006", true),
            ("57P01", true),
            ("57P02", true),
            ("57P03", true),
            ("08006", true),
            ("40P01", false),
        ] {
            assert_eq!(casts_doubt(&SqlState::from_code(code)), doubt, "{code}");
        }
    }
}
