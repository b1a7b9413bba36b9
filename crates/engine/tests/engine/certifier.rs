//! A certifier within this process: what it was asked, and what it answers.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::{Value, json};
use signoff_engine::clock::Clock;
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::webhook::OnCancelDeadline;
use signoff_webhook::{
    HookReply, HookRequest, HookSecret, HookSettings, HookTransport, HookedStep, Hooks, NoAnswer,
};
use tokio::sync::watch;

use signoff_engine::testing::VM;

use crate::world::{HOUR, MINUTE};

/// What the certifier does with a request: a body to be signed, a whole reply, or no reply at all.
pub(crate) enum Answer {
    Says(Value),
    Replies(fn(&HookRequest, HookReply) -> HookReply),
    IsSilent,
}

type Behaviour = Box<dyn Fn(&str) -> Answer + Send + Sync>;

pub(crate) struct Certifier {
    pub(crate) settings: Mutex<HookSettings>,
    behaviour: Mutex<Behaviour>,
    asked: Mutex<Vec<HookRequest>>,
    clock: Clock,
    /// Whether it takes its time over each reply, and over how many it does.
    held: watch::Sender<(bool, usize)>,
}

pub(crate) fn secret() -> HookSecret {
    HookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
}

impl Certifier {
    /// One that answers each kind of message so. It is asked every minute, has an hour for a step and as long to
    /// undo it.
    pub(crate) fn new(behaviour: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        let steps = vec![HookedStep { offer_type: Some(VM.to_owned()), step: "displaycertify".to_owned() }];
        let mut settings = HookSettings::new("certifier", "https://certifier.example/hook", secret(), steps);
        settings.poll_every = Some(MINUTE);
        (settings.answer_deadline, settings.cancel_deadline) = (HOUR, HOUR);
        Arc::new(Self {
            settings: Mutex::new(settings),
            behaviour: Mutex::new(Box::new(behaviour)),
            asked: Mutex::default(),
            clock: Clock::default(),
            held: watch::Sender::new((false, 0)),
        })
    }

    /// One that takes every request and then says nothing of it.
    pub(crate) fn slow() -> Arc<Self> {
        Self::new(|_| says("inProgress"))
    }

    /// One that nobody can reach.
    pub(crate) fn silent() -> Arc<Self> {
        Self::new(|_| Answer::IsSilent)
    }

    pub(crate) fn then(&self, behaviour: impl Fn(&str) -> Answer + Send + Sync + 'static) {
        *self.behaviour.lock() = Box::new(behaviour);
    }

    /// From now on it sends no reply.
    pub(crate) fn hold(&self) {
        self.held.send_modify(|(held, _)| *held = true);
    }

    /// Waits until it keeps so many waiting.
    pub(crate) async fn holds(&self, wanted: usize) {
        self.held.subscribe().wait_for(|(_, waiting)| *waiting == wanted).await.unwrap();
    }

    pub(crate) fn let_go(&self) {
        self.held.send_modify(|(held, _)| *held = false);
    }

    /// At the cancel deadline, this comes.
    pub(crate) fn on_cancel_deadline(self: Arc<Self>, then: OnCancelDeadline) -> Arc<Self> {
        self.settings.lock().on_cancel_deadline = then;
        self
    }

    /// It has so long for a step.
    pub(crate) fn within(self: Arc<Self>, deadline: Micros) -> Arc<Self> {
        self.settings.lock().answer_deadline = deadline;
        self
    }

    /// It is asked so often, or calls back.
    pub(crate) fn polled(self: Arc<Self>, every: Option<Micros>) -> Arc<Self> {
        self.settings.lock().poll_every = every;
        self
    }

    pub(crate) fn hooks(self: &Arc<Self>) -> Hooks {
        let settings = self.settings.lock().clone();
        Hooks::new(vec![settings], self.clone(), "https://signoff.example/").unwrap()
    }

    /// The kinds of what it was asked.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.bodies().iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn asked(&self) -> Vec<HookRequest> {
        self.asked.lock().clone()
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.asked.lock().iter().map(|request| request.body.parse().unwrap()).collect()
    }
}

pub(crate) fn says(status: &str) -> Answer {
    Answer::Says(json!({ "status": status }))
}

#[async_trait]
impl HookTransport for Certifier {
    async fn send(&self, request: &HookRequest) -> Result<HookReply, NoAnswer> {
        let now = self.clock.real();
        assert!(secret().verifies(&request.signed, now, request.body.as_bytes()), "signed: {request:?}");
        self.asked.lock().push(request.clone());
        let body: Value = request.body.parse().unwrap();
        self.held.send_modify(|(_, waiting)| *waiting += 1);
        self.held.subscribe().wait_for(|(held, _)| !held).await.unwrap();
        let answer = self.behaviour.lock()(body["type"].as_str().unwrap());
        match answer {
            Answer::Says(body) => Ok(HookReply::signed(request, &secret(), now, &body.to_string())),
            Answer::Replies(change) => {
                let reply = HookReply::signed(request, &secret(), now, r#"{"status":"succeeded"}"#);
                Ok(change(request, reply))
            }
            Answer::IsSilent => Err(NoAnswer::NotReached("it did not answer".to_owned())),
        }
    }
}
