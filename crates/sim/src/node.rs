//! One life of the server: everything but sockets, on the store that its predecessor left.

use std::sync::Arc;
use std::time::Duration;

use signoff_engine::clock::Clock;
use signoff_engine::{Engine, PipelineKind, Settings};
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::webhook::OnCancelDeadline;
use signoff_mail::{Deliverer, DeliverySettings};
use signoff_server::identity::{DEFAULT_AUDIENCE, Verifier};
use signoff_server::{AppSettings, QuotaSettings, Routes, Server, ServerSettings};
use signoff_store::{Store, StoreError};
use signoff_webhook::{HookSettings, HookedStep, Hooks};
use signoff_wire::Dialect;
use tokio::sync::watch;

use crate::certifier::Certifier;
use crate::mailman::Mailman;
use crate::profile::Profile;
use crate::template::Template;
use crate::time::Timeline;

/// Seconds are enough for a mail server that is ill for seconds.
const DELIVERY: DeliverySettings = DeliverySettings {
    first_pause: Micros::from_millis(1_000),
    longest_pause: Micros::from_millis(8_000),
    attempts: 4,
    at_once: 4,
    look_every: None,
};

pub(crate) struct Node {
    pub(crate) routes: Routes,
    pub(crate) engine: Engine,
    /// The workers end when it is dropped.
    _stop: watch::Sender<bool>,
}

impl Node {
    /// Starts the server and its workers in the present runtime.
    ///
    /// # Errors
    /// If the store fails: the caller tries again.
    pub(crate) async fn start(
        store: Arc<dyn Store>,
        profile: &Profile,
        timeline: &Timeline,
        mailman: &Mailman,
        certifier: &Certifier,
    ) -> Result<Self, StoreError> {
        let settings = Settings {
            pipeline: PipelineKind::Development,
            dev: true,
            deliver_mail: true,
            lease_for: profile.lease_for,
            concurrency: profile.concurrency,
            ..Settings::development()
        };
        let engine =
            Engine::with(store.clone(), settings, Clock::on(timeline.clone()), hooks(profile, certifier));
        let seconds = {
            let clock = engine.clock().clone();
            Arc::new(move || clock.real().0 / 1_000_000)
        };
        let issuer = Template::get().issuer.clone();
        let audience = vec![DEFAULT_AUDIENCE.to_owned()];
        let verifier = Verifier::new(Some(issuer), None, audience, seconds)
            .expect("without another issuer nothing can be wrong with it");
        let app = AppSettings {
            dev: true,
            adopt: false,
            operator_token: None,
            retry_after: 1,
            quotas: QuotaSettings::default(),
        };
        let settings = ServerSettings { dialect: Dialect::Documented, app, allowed_hosts: Vec::new() };
        let server = Server::new(engine.clone(), verifier, None, settings);
        server.recover().await?;
        let (stop, stopped) = watch::channel(false);
        let (clock, written) = (engine.clock().clone(), engine.mail_written());
        let deliverer = Deliverer::new(store, clock, Arc::new(mailman.clone()), DELIVERY, written);
        tokio::spawn(deliverer.run(std::future::pending(), std::future::pending()));
        let worker = engine.clone();
        tokio::spawn(async move { worker.run(stopped).await });
        Ok(Self { routes: server.routes(), engine, _stop: stop })
    }
}

/// The third party does the second step, if the profile has one.
fn hooks(profile: &Profile, certifier: &Certifier) -> Hooks {
    let Some(agreed) = profile.certifier else { return Hooks::none() };
    let step = HookedStep { offer_type: None, step: "displaycertify".to_owned() };
    let settings = HookSettings {
        cancel: if agreed.is_told { CancelPolicy::Undo } else { CancelPolicy::Interrupt },
        poll_every: agreed.poll_every.map(Micros::from_millis),
        answer_deadline: Micros::from_millis(agreed.answer_deadline),
        cancel_deadline: Micros::from_millis(agreed.cancel_deadline),
        on_cancel_deadline: if agreed.silence_is_done {
            OnCancelDeadline::Complete
        } else {
            OnCancelDeadline::Fail
        },
        timeout: Duration::from_secs(2),
        ..HookSettings::new("certifier", "https://certifier.example/", certifier.secret(), vec![step])
    };
    Hooks::new(vec![settings], Arc::new(certifier.clone()), "https://signoff.example")
        .expect("the agreement is within all limits")
}
