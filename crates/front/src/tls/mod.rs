//! TLS for a server that answers in the portal's stead.
//!
//! Released clients have the portal's host and its token hosts built in and accept nothing but https. So a
//! private server brings an [`Authority`] of its own, made on the spot, whose certificate names those hosts;
//! [`bundle()`] adds it to the roots that the machine trusts already, and [`serve_tls`] answers with it.
//! No function here reads the clock: times come in as Unix seconds.

mod authority;
mod bundle;
mod files;
mod listen;
mod serve;

pub use authority::Authority;
pub use bundle::bundle;
pub use listen::Stop;
pub(crate) use listen::listen;
pub use serve::serve_tls;
pub(crate) use serve::{Broken, handshake};

use std::io;
use std::path::PathBuf;

/// The hosts that released clients have built in: the portal itself, the hosts that issue tokens, and the
/// Partner Center host that one of them asks first. A private server answers all of them.
pub const PORTAL_HOSTS: [&str; 6] = [
    "cloudpartner.azure.com",
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "api.partner.microsoft.com",
];

/// Names of this machine that the certificate holds too. They are not answered in the proxy: what a tool runs
/// on its own machine stays its own.
pub const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Whether `host` (without port; any letter case, with or without the final dot) is one of [`PORTAL_HOSTS`].
pub fn is_portal_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    PORTAL_HOSTS.iter().any(|portal| portal.eq_ignore_ascii_case(host))
}

/// Why there is no certificate to serve with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file or its folder could not be read or written.
    #[error("cannot {doing} `{}`: {source}; check that the folder exists and belongs to this user", path.display())]
    File {
        /// What was tried: `read`, `write`, `create`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is there, but is no authority that this server wrote.
    #[error(
        "`{}` holds no certificate authority of this server ({why}): restore it from a backup, or delete it \
         to have a new one made",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The stored authority begins in the future. It is not replaced: clients may trust it already.
    #[error(
        "the certificate authority in `{}` begins at {begins}, which is after the clock's {now} (Unix \
         seconds): set the clock, or delete the file to have a new one made",
        path.display()
    )]
    NotYetValid {
        /// The file.
        path: PathBuf,
        /// Begin of validity, Unix seconds.
        begins: i64,
        /// The time that was passed in, Unix seconds.
        now: i64,
    },
    /// The time cannot be written into a certificate.
    #[error("{0} (Unix seconds) is no time that a certificate can hold: set the clock")]
    Time(i64),
    /// A key or a certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the certificate.
    #[error("cannot serve TLS: {0}")]
    Tls(#[from] rustls::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portal_hosts_are_known_in_any_spelling() {
        assert!(is_portal_host("cloudpartner.azure.com"));
        assert!(is_portal_host("Login.MicrosoftOnline.COM."));
        for other in ["localhost", "127.0.0.1", "azure.com", "evil-cloudpartner.azure.com", "", "."] {
            assert!(!is_portal_host(other), "{other} is not the portal");
        }
    }
}
