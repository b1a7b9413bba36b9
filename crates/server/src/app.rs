//! What every request needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use signoff_engine::Engine;
use signoff_wire::Dialect;

use crate::identity::{Issuer, Verifier};
use crate::lab::{Faults, refuse_unsound};
use crate::membership::Memberships;
use crate::operator_token::OperatorToken;
use crate::quotas::{QuotaSettings, Quotas};
use crate::unknown::UnknownCalls;

/// How the server answers.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// The dialect it speaks.
    pub dialect: Dialect,
    /// Whether `/_signoff/*` has the powers that tests need.
    pub dev: bool,
    /// Whether publishers come into being, and callers become their owners, on first use (`signoff run`).
    pub adopt: bool,
    /// The bearer token of the server's operator, who may create publishers; `None`: there is no such caller.
    pub operator_token: Option<OperatorToken>,
    /// `Retry-After` of every 202, in seconds.
    pub retry_after: u32,
    /// How much callers may do in a while.
    pub quotas: QuotaSettings,
    /// Names by which a development server is reached, besides those of its own machine.
    pub allowed_hosts: Vec<String>,
}

/// The server's state. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) verifier: Verifier,
    pub(crate) issuer: Option<Arc<Issuer>>,
    pub(crate) settings: AppSettings,
    pub(crate) memberships: Memberships,
    pub(crate) quotas: Quotas,
    pub(crate) faults: Faults,
    /// How many worlds of the development mode the engine had seen when nothing of an older one was kept here.
    worlds: AtomicU64,
    draining: AtomicBool,
    unknown: UnknownCalls,
}

impl App {
    /// A server over `engine` that lets in whom `verifier` knows; `issuer` answers at the token hosts' paths.
    pub fn new(
        engine: Engine,
        verifier: Verifier,
        issuer: Option<Arc<Issuer>>,
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
                memberships,
                faults: Faults::default(),
                worlds: AtomicU64::default(),
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
        self.inner.faults.load(self.engine().store().as_ref()).await
    }

    /// Forgets what was looked up of the directory.
    pub(crate) fn directory_changed(&self) {
        self.engine().forget_publishers();
        self.inner.memberships.clear();
    }

    /// Takes up the state of the development mode as other nodes left it, where there are any.
    pub(crate) async fn refresh(&self) -> Result<(), signoff_store::StoreError> {
        let store = self.engine().store();
        if !store.is_shared() {
            return Ok(());
        }
        self.engine().refresh().await?;
        let worlds = self.engine().worlds();
        if self.inner.worlds.swap(worlds, Ordering::SeqCst) != worlds {
            // Signing keys are part of the state.
            self.inner.issuer.iter().for_each(|issuer| issuer.forget());
            self.inner.verifier.forget();
            self.directory_changed();
        }
        self.inner.faults.load(store.as_ref()).await
    }

    /// Says from now on that this server goes away: whoever asks whether it is ready is told so, and each answer
    /// closes its connection. Everything is answered all the same.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn settings(&self) -> &AppSettings {
        &self.inner.settings
    }

    /// Remembers a call that nothing answers, as `METHOD path`.
    pub(crate) fn note_unknown(&self, method: &http::Method, path: &str) {
        self.inner.unknown.note(method.as_str(), path);
    }

    /// The calls that nothing answered, with their number.
    pub fn unknown_calls(&self) -> Vec<(String, u64)> {
        self.inner.unknown.list()
    }
}

impl App {
    /// Puts the state of a snapshot in the place of the present one.
    ///
    /// # Errors
    /// If the file is no snapshot of this server, is damaged or holds what breaks a rule, or the store fails; the present state
    /// then stays.
    pub async fn restore(&self, file: &std::path::Path) -> Result<(), signoff_store::StoreError> {
        refuse_unsound(file).await?;
        self.engine().restore(file).await?;
        self.recover().await
    }

    /// The real time in seconds since the Unix epoch, for certificates.
    pub fn now_seconds(&self) -> i64 {
        self.engine().clock().real().0 / 1_000_000
    }
}
