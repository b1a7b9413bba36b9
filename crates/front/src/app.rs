//! What every request needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signoff_engine::Engine;
use signoff_identity::{Issuer, Verifier};

use crate::door::Doors;
use crate::membership::Memberships;
use crate::operator_token::OperatorToken;
use crate::quotas::{QuotaSettings, Quotas};
use crate::unmatched_calls::UnknownCalls;

/// How the front answers, whichever door a request comes to.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// Whether callers may do what tests need: register clients, and approve what they published.
    pub dev: bool,
    /// Whether publishers come into being, and callers become their owners, on first use (`signoff run`).
    pub adopt: bool,
    /// The bearer token of the server's operator, who may create publishers; `None`: there is no such caller.
    pub operator_token: Option<OperatorToken>,
    /// `Retry-After` of every 202, in seconds.
    pub retry_after: u32,
    /// How much callers may do in a while.
    pub quotas: QuotaSettings,
}

/// The state that all doors share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) verifier: Verifier,
    issuer: Option<Arc<Issuer>>,
    settings: AppSettings,
    doors: Doors,
    pub(crate) memberships: Memberships,
    pub(crate) quotas: Quotas,
    draining: AtomicBool,
    unknown: UnknownCalls,
}

impl App {
    /// A front of `doors` over `engine` that lets in whom `verifier` knows; `issuer` answers at the token hosts' paths.
    pub fn new(
        engine: Engine,
        verifier: Verifier,
        issuer: Option<Arc<Issuer>>,
        doors: Doors,
        settings: AppSettings,
    ) -> Self {
        let memberships = Memberships::new(engine.directory_counts_for());
        Self {
            inner: Arc::new(Inner {
                engine,
                verifier,
                issuer,
                quotas: Quotas::new(settings.quotas),
                settings,
                doors,
                memberships,
                draining: AtomicBool::new(false),
                unknown: UnknownCalls::default(),
            }),
        }
    }

    /// Takes up what the store keeps of the development mode.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recover(&self) -> Result<(), signoff_store::StoreError> {
        self.engine().recover().await?;
        self.directory_changed();
        Ok(())
    }

    /// Forgets what was looked up of the directory.
    pub fn directory_changed(&self) {
        self.engine().forget_publishers();
        self.inner.memberships.clear();
    }

    /// Forgets everything that was looked up in a state that was replaced since; signing keys are part of the state.
    pub fn state_replaced(&self) {
        self.inner.issuer.iter().for_each(|issuer| issuer.forget());
        self.inner.verifier.forget();
        self.directory_changed();
    }

    /// Says from now on that this server goes away: the readiness check says so, and each answer
    /// closes its connection. Everything is answered all the same.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// How the front answers.
    pub fn settings(&self) -> &AppSettings {
        &self.inner.settings
    }

    /// The doors.
    pub fn doors(&self) -> &Doors {
        &self.inner.doors
    }

    /// The server's own token endpoint, if it has one.
    pub fn issuer(&self) -> Option<&Arc<Issuer>> {
        self.inner.issuer.as_ref()
    }

    /// The roles that were looked up.
    pub fn memberships(&self) -> &Memberships {
        &self.inner.memberships
    }

    /// The issuer whose tokens are trusted beside our own, as their `iss` claim names it.
    pub fn external_issuer(&self) -> Option<&str> {
        self.inner.verifier.external_issuer()
    }

    /// Remembers a call that nothing answers, as `METHOD path`.
    pub(crate) fn note_unknown(&self, method: &http::Method, path: &str) {
        self.inner.unknown.note(method.as_str(), path);
    }

    /// The calls that nothing answered, with their number.
    pub fn unknown_calls(&self) -> Vec<(String, u64)> {
        self.inner.unknown.list()
    }

    /// The real time in seconds since the Unix epoch, for certificates.
    pub fn now_seconds(&self) -> i64 {
        self.engine().clock().real().0 / 1_000_000
    }
}
