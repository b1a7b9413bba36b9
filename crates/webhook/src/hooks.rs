//! The hooks that the settings name: which steps they take over, and how each is asked.

use std::sync::Arc;

use signoff_definition::OfferType;
use signoff_lifecycle::ids::{OperationId, PublisherTime, RealTime};
use signoff_lifecycle::plan::{Executor, StepPlan};
use signoff_lifecycle::webhook::{Ask, Webhook, work_key};

use crate::message::{self, Data, Message};
use crate::settings::{self, Hook};
use crate::{BadHook, HookAnswer, HookReply, HookRequest, HookSettings, HookTransport, NoAnswer, Signed};

/// Every hook of the settings, and the way to them.
pub struct Hooks {
    all: Vec<Hook>,
    transport: Option<Arc<dyn HookTransport>>,
    callback_base: String,
}

/// What a third party is asked, and of which step.
pub struct Question<'a> {
    /// To do its part, or to undo it.
    pub ask: Ask,
    /// It has taken the request already.
    pub accepted: bool,
    /// The publisher's id.
    pub publisher: &'a str,
    /// The offer's id.
    pub offer: &'a str,
    /// The offer type's id.
    pub offer_type: &'a str,
    /// The version of the offer that is published.
    pub offer_version: u32,
    /// The operation whose step it is.
    pub operation: OperationId,
    /// The step's id.
    pub step: &'a str,
    /// The number of the piece of work.
    pub attempt: u32,
    /// When the step is given up, on the publisher's clock; `None`: there is no deadline yet.
    pub deadline: Option<PublisherTime>,
}

impl Hooks {
    /// No hooks: every step is done here.
    pub fn none() -> Self {
        Self { all: Vec::new(), transport: None, callback_base: String::new() }
    }

    /// These hooks over `transport`. Third parties call back below `callback_base`, such as
    /// `https://signoff.example`.
    ///
    /// # Errors
    /// [`BadHook`], which names the hook, the setting and what helps.
    pub fn new(
        settings: Vec<HookSettings>,
        transport: Arc<dyn HookTransport>,
        callback_base: &str,
    ) -> Result<Self, BadHook> {
        let all = settings::checked(settings)?;
        let callback_base = callback_base.trim_end_matches('/').to_owned();
        Ok(Self { all, transport: Some(transport), callback_base })
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The hook under whose secret the message was signed not long ago, by name.
    pub fn signed_by(&self, signed: &Signed, now: RealTime, body: &[u8]) -> Option<&str> {
        let signs = |hook: &&Hook| hook.settings.secret.verifies(signed, now, body);
        self.all.iter().find(signs).map(|hook| hook.settings.name.as_str())
    }

    /// Hands the step to the third party that takes it over, if one does.
    pub fn take_over(&self, offer_type: &OfferType, plan: &mut StepPlan) {
        let takes = |hook: &&Hook| hook.takes(&offer_type.id, &plan.id);
        let Some(Hook { settings, .. }) = self.all.iter().find(takes) else { return };
        plan.executor = Executor::Webhook;
        plan.cancel = settings.cancel;
        (plan.duration, plan.undo_duration) = Default::default();
        plan.webhook = Some(Box::new(Webhook {
            hook: settings.name.clone(),
            poll_every: settings.poll_every,
            answer_deadline: settings.answer_deadline,
            cancel_deadline: settings.cancel_deadline,
            on_cancel_deadline: settings.on_cancel_deadline,
        }));
    }

    /// Asks the hook called `name` at `now`.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(
        &self,
        name: &str,
        question: &Question<'_>,
        now: impl Fn() -> RealTime,
    ) -> Result<HookAnswer, NoAnswer> {
        let hook = self.all.iter().find(|hook| hook.settings.name == name);
        let (Some(hook), Some(transport)) = (hook, &self.transport) else {
            return Err(NoAnswer::NotReached(format!("the settings name no webhook {name}")));
        };
        let request = self.request(hook, question, now());
        let reply = transport.send(&request).await.and_then(|reply| {
            let is_signed = reply.signed.id == request.signed.id
                && hook.settings.secret.verifies(&reply.signed, now(), &reply.body);
            answer(&reply, is_signed)
        });
        reply.map_err(|problem| problem.of(name))
    }

    fn request(&self, hook: &Hook, question: &Question<'_>, now: RealTime) -> HookRequest {
        let Question { ask, accepted, publisher, offer, operation, step, attempt, .. } = *question;
        let key = work_key(operation, step, ask);
        let message = Message {
            kind: message::kind(ask, accepted),
            timestamp: message::time(now.0),
            data: Data {
                idempotency_key: &key,
                of: accepted.then(|| ask.as_str()),
                publisher_id: publisher,
                offer_id: offer,
                offer_type_id: question.offer_type,
                offer_version: question.offer_version,
                operation_id: operation.to_string(),
                step,
                attempt,
                callback_url: format!(
                    "{}/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/callback\
                     ?api-version=2017-10-31",
                    self.callback_base
                ),
                deadline: question.deadline.map(|deadline| message::time(deadline.0)),
            },
        };
        let body = serde_json::to_string(&message).unwrap_or_default();
        // A request that is repeated keeps its id; each look at how far it is has its own.
        let id = if accepted { format!("{key}:poll:{attempt}") } else { key.clone() };
        HookRequest {
            hook: hook.settings.name.clone(),
            url: hook.url.clone(),
            signed: hook.settings.secret.sign(&id, now, body.as_bytes()),
            idempotency_key: key,
            body,
            timeout: hook.settings.timeout,
        }
    }
}

/// What the reply says, once it is known whose it is.
fn answer(reply: &HookReply, is_signed: bool) -> Result<HookAnswer, NoAnswer> {
    match reply.status {
        200..300 if is_signed => {
            HookAnswer::parse(&reply.body).map_err(|error| NoAnswer::Wrong(error.to_string()))
        }
        200..300 => Err(NoAnswer::Wrong("its reply is not signed as it must be".to_owned())),
        // It, or the proxy before it, says that this is not the time.
        status @ (408 | 429 | 500..600) => Err(NoAnswer::NotReached(format!("it answered {status}"))),
        status => Err(NoAnswer::Wrong(format!("it answered {status}"))),
    }
}
