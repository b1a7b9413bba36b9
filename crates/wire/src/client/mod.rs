//! A typed client for any server of this API.
//!
//! The program that uses it installs a rustls crypto provider first (`rustls::crypto::ring::default_provider()`);
//! building a [`Client`] without one panics inside reqwest. Reads are repeated a few times when the server is busy or
//! out of reach. What changes state is sent again after a 401 with a fresh token, or when it cannot have arrived; and
//! when no reply came, if it is marked as repeatable and the server is known to carry such a request out once.

mod auth;
mod dev;
mod error;
mod offers;
mod operations;
mod publishers;
mod ready;
mod repeat;
mod send;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use reqwest::Certificate;
use url::{Host, Url};

use crate::repeatability::Repeatability;

pub use auth::{ClientCredentials, PORTAL_HOST, PUBLIC_AUTHORITY, TokenSource, default_authority};
pub use error::ClientError;
pub use offers::{OfferRead, PutReply, Which};
pub use operations::{Action, Many, OperationRead, Started, Verdict};
pub use ready::Readiness;
pub use watch::{News, Pace, Until, waits_for_sign_off};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request may take from its first byte to the reply's last.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// How often a request is repeated, and how long the first pause before that is; it doubles.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Repetitions after the first try; 0 for none.
    pub most: u32,
    /// The first pause when the server names none.
    pub first_pause: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { most: 4, first_pause: Duration::from_millis(200) }
    }
}

/// What a [`Client`] is made of.
pub struct Config {
    /// The server, for example `https://cloudpartner.azure.com`.
    pub base: Url,
    /// Where the token comes from.
    pub tokens: TokenSource,
    /// Certificates in PEM to trust beside the system's.
    pub extra_roots_pem: Option<Vec<u8>>,
    /// How requests are repeated.
    pub retries: Retries,
    /// Marks each put of an offer, publish, go live and cancel, so that it may be repeated; `None`: they are not.
    pub marks: Option<Marks>,
}

/// Makes a new mark: an id that was never used, and the time.
pub type Marks = Arc<dyn Fn() -> Repeatability + Send + Sync>;

/// A connection to one server as one caller.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    tokens: auth::Tokens,
    retries: Retries,
    marks: Option<Marks>,
    /// Whether the server is known to carry out a marked request once.
    repeats: AtomicBool,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// Makes a client; nothing is sent yet.
    ///
    /// Fails when the base address is more than `http(s)://host:port`, or a certificate cannot be read.
    pub fn new(config: Config) -> Result<Self, ClientError> {
        check_base(&config.base)?;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            // A token must never follow a redirect to another host.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("signoff/", env!("CARGO_PKG_VERSION")));
        if config.tokens.stays_on(&config.base) && is_this_machine(&config.base) {
            // A proxy that the environment names reaches its own machine, not this one.
            builder = builder.no_proxy();
        }
        if let Some(pem) = &config.extra_roots_pem {
            let roots = Certificate::from_pem_bundle(pem)
                .map_err(|error| ClientError::Setting(format!("the certificates cannot be read: {error}")))?;
            builder = builder.tls_certs_merge(roots);
        }
        let http = builder.build().map_err(|error| {
            ClientError::Setting(format!("the client cannot be set up: {}", error::causes(&error)))
        })?;
        Ok(Self {
            tokens: auth::Tokens::new(config.tokens),
            http,
            base: config.base,
            retries: config.retries,
            marks: config.marks,
            repeats: AtomicBool::new(false),
        })
    }

    /// The token that requests carry; fetched now if it has to be.
    pub async fn token(&self) -> Result<String, ClientError> {
        self.tokens.get(&self.http).await
    }
}

/// Whether the address leads to this very machine.
pub fn is_this_machine(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Refuses what is no bare server address: the addresses that servers give out start at the root.
fn check_base(base: &Url) -> Result<(), ClientError> {
    let web = matches!(base.scheme(), "http" | "https") && base.host().is_some();
    let address_only = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
    if web && address_only && base.username().is_empty() && base.password().is_none() {
        return Ok(());
    }
    let remedy =
        "the server's address must look like https://host or http://host:port, without user, path and query";
    Err(ClientError::Setting(remedy.into()))
}

#[cfg(test)]
mod repeat_tests;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tests;
