//! A real issuer of tokens and its published keys.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use parking_lot::RwLock;
use reqwest::redirect;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::{Host, Url};

use super::jwks::PublishedKey;
use super::{AuthError, Clock};

/// One request for the key set may take this long.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a key set that are read.
const SIZE_LIMIT: usize = 1024 * 1024;
/// Seconds in which the key set is looked at [`LOOKS`] times at most, however many unknown keys are asked for.
const PAUSE: i64 = 30;
/// A key that was unknown a moment ago may be published by now: one more look.
const LOOKS: u32 = 2;
/// Seconds between two looks at least.
const SECOND_LOOK: i64 = 1;
/// The same while there has never been an answer.
const FIRST_PAUSE: i64 = 5;
/// Seconds after which the key set is fetched again although every key asked for is known: a key that its issuer
/// withdrew is not trusted for longer.
const FRESH: i64 = 60 * 60;
/// For so many seconds a token counts from its `iat` on, unless the settings say otherwise; its `exp` does not extend
/// this.
pub const MOST_AGE: i64 = 28 * 60 * 60;

/// The issuer whose tokens production trusts (settings `[identity]`).
#[derive(Clone, Debug)]
pub struct ExternalIssuer {
    /// The `iss` claim of its tokens; `{tenantid}` in it stands for the token's own `tid` claim.
    pub issuer: String,
    /// The `aud` claim of tokens for this server, with or without a trailing slash.
    pub audience: String,
    /// Where its key set is: https, or http on this very machine.
    pub keys_url: String,
    /// For so many seconds a token counts from its `iat` on, or without one from when it is seen first.
    pub most_age: i64,
}

/// What is wrong with the settings of an [`ExternalIssuer`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExternalIssuerError {
    /// A setting is empty.
    #[error("identity.{0} is empty; set it to what the issuer documents")]
    Empty(&'static str),
    /// The address of the key set is no absolute http(s) URL.
    #[error("identity.keys_url is not an absolute https address; set it to the issuer's jwks_uri")]
    KeysUrl,
    /// Keys would be fetched in the clear over a network.
    #[error(
        "identity.keys_url must start with https://; http:// is accepted for 127.0.0.1, ::1 and localhost only"
    )]
    Insecure,
    /// TLS could not be set up on this machine.
    #[error("the key set of identity.keys_url cannot be fetched from this machine: {0}")]
    Client(String),
}

/// How many keys that sign tokens the issuer publishes now.
///
/// # Errors
/// What is wrong with the settings, or why its key set cannot be fetched or read.
pub async fn published_keys(issuer: ExternalIssuer) -> Result<usize, String> {
    // No key is judged by its age here.
    let keys = ExternalKeys::new(issuer, std::sync::Arc::new(|| 0)).map_err(|error| error.to_string())?;
    Ok(keys.download().await?.len())
}

/// The keys of an external issuer, fetched when needed.
pub(super) struct ExternalKeys {
    trusted: ExternalIssuer,
    url: Url,
    http: reqwest::Client,
    clock: Clock,
    known: RwLock<Known>,
    /// How often the keys have changed.
    generation: AtomicU64,
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: Vec<(PublishedKey, DecodingKey)>,
    fetched_at: Option<i64>,
    tried_at: Option<i64>,
    /// When the first of the looks was that count together, and how many there were.
    looks: (i64, u32),
}

impl ExternalKeys {
    pub(super) fn new(trusted: ExternalIssuer, clock: Clock) -> Result<Self, ExternalIssuerError> {
        for (name, value) in [("issuer", &trusted.issuer), ("audience", &trusted.audience)] {
            if value.trim().is_empty() {
                return Err(ExternalIssuerError::Empty(name));
            }
        }
        let url = Url::parse(&trusted.keys_url).map_err(|_| ExternalIssuerError::KeysUrl)?;
        let local = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => return Err(ExternalIssuerError::Insecure),
            _ => return Err(ExternalIssuerError::KeysUrl),
        }
        // Fails when the process has chosen its provider already, which serves as well.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none());
        if local {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| ExternalIssuerError::Client(error.to_string()))?;
        Ok(Self {
            trusted,
            url,
            http,
            clock,
            known: RwLock::default(),
            generation: AtomicU64::new(0),
            fetching: Mutex::new(()),
        })
    }

    /// The `iss` of its tokens; `{tenantid}` in it stands for the token's tenant.
    pub(super) fn issuer(&self) -> &str {
        &self.trusted.issuer
    }

    /// Whether tokens of `issuer` with that `tid` claim are this issuer's.
    pub(super) fn trusts(&self, issuer: &str, tenant: Option<&str>) -> bool {
        match tenant {
            Some(tenant) => self.trusted.issuer.replace("{tenantid}", tenant) == issuer,
            None => self.trusted.issuer == issuer,
        }
    }

    /// For so many seconds a token counts from its `iat` on.
    pub(super) fn most_age(&self) -> i64 {
        self.trusted.most_age
    }

    /// How often the keys have changed: what was verified with others is to be verified again.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Fetches keys that are known again when it is time: the issuer may have withdrawn some. While one caller looks,
    /// the known ones are good enough for the others.
    pub(super) async fn look_if_due(&self, now: i64) {
        let is_due = |known: &Known| known.fetched_at.is_some() && !known.is_fresh(now);
        if !is_due(&self.known.read()) {
            return;
        }
        if let Ok(_turn) = self.fetching.try_lock()
            && self.known.read().may_fetch(now)
        {
            self.fetch(now).await;
        }
    }

    /// The key named `kid`, or the only key there is if the token names none; and how often the keys had changed.
    pub(super) async fn key(&self, kid: Option<&str>) -> Result<(DecodingKey, u64), AuthError> {
        let now = (self.clock)();
        let found = |known: &Known| known.find(kid).map(|key| (key, self.generation()));
        if let Some(found) = found(&self.known.read()) {
            return Ok(found);
        }
        let _turn = self.fetching.lock().await;
        let is_unknown = self.known.read().find(kid).is_none();
        if is_unknown && self.known.read().may_fetch(now) {
            self.fetch(now).await;
        }
        let known = self.known.read();
        match found(&known) {
            Some(found) => Ok(found),
            None if known.last_try_failed() => Err(AuthError::KeysUnavailable),
            None => Err(AuthError::Signature),
        }
    }

    async fn fetch(&self, now: i64) {
        let fetched = self.download().await;
        let mut known = self.known.write();
        known.looked(now);
        match fetched {
            Ok(keys) => {
                let published = |keys: &[(PublishedKey, DecodingKey)]| {
                    keys.iter().map(|(published, _)| published.clone()).collect::<Vec<_>>()
                };
                if published(&known.keys) != published(&keys) {
                    self.generation.fetch_add(1, Ordering::AcqRel);
                }
                known.keys = keys;
                known.fetched_at = Some(now);
            }
            Err(reason) => {
                tracing::warn!(%reason, "the issuer's key set (identity.keys_url) could not be fetched");
            }
        }
    }

    async fn download(&self) -> Result<Vec<(PublishedKey, DecodingKey)>, String> {
        let told = |error: reqwest::Error| error.without_url().to_string();
        let mut response = self.http.get(self.url.clone()).send().await.map_err(told)?;
        if response.status() != http::StatusCode::OK {
            return Err(format!("it answered {}", response.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(told)? {
            if body.len() + chunk.len() > SIZE_LIMIT {
                return Err(format!("it is larger than {SIZE_LIMIT} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        usable_keys(&body)
    }
}

impl Known {
    fn find(&self, kid: Option<&str>) -> Option<DecodingKey> {
        match (kid, self.keys.as_slice()) {
            (None, [(_, only)]) => Some(only.clone()),
            (None, _) => None,
            (Some(kid), keys) => {
                keys.iter().find(|(key, _)| key.kid.as_deref() == Some(kid)).map(|(_, key)| key.clone())
            }
        }
    }

    fn is_fresh(&self, now: i64) -> bool {
        self.fetched_at.is_some_and(|at| now.saturating_sub(at) < FRESH)
    }

    /// Whether one more look bothers the issuer not too much.
    fn may_fetch(&self, now: i64) -> bool {
        let Some(tried_at) = self.tried_at else { return true };
        let pause = now.saturating_sub(tried_at);
        if self.fetched_at.is_none() {
            return pause >= FIRST_PAUSE;
        }
        let (first, looks) = self.looks;
        now.saturating_sub(first) >= PAUSE || (looks < LOOKS && pause >= SECOND_LOOK)
    }

    fn looked(&mut self, now: i64) {
        let (first, looks) = self.looks;
        let anew = self.tried_at.is_none() || now.saturating_sub(first) >= PAUSE;
        self.looks = if anew { (now, 1) } else { (first, looks + 1) };
        self.tried_at = Some(now);
    }

    fn last_try_failed(&self) -> bool {
        self.fetched_at.is_none() || self.fetched_at != self.tried_at
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Reads a key set, leaving out the keys that are for anything but RS256.
fn usable_keys(body: &[u8]) -> Result<Vec<(PublishedKey, DecodingKey)>, String> {
    #[derive(Deserialize)]
    struct KeySet {
        keys: Vec<serde_json::Value>,
    }
    let set: KeySet = serde_json::from_slice(body).map_err(|error| format!("it is no key set: {error}"))?;
    let published = set.keys.into_iter().filter_map(|key| serde_json::from_value::<PublishedKey>(key).ok());
    let keys: Vec<_> = published.filter_map(|key| key.decoding_key().map(|usable| (key, usable))).collect();
    if keys.is_empty() {
        Err("it holds no RSA key of at least 2048 bits for RS256".to_owned())
    } else {
        Ok(keys)
    }
}

#[cfg(test)]
mod tests;
