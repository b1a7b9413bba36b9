//! A VM offer whose certification a third party does, and what that one says.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::{Callback, WebhookReport, WorkOutcome};
use signoff_lifecycle::ids::{Micros, OperationId, PublisherTime};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::operation::Undo;
use signoff_lifecycle::plan::{CancelPolicy, Executor, Outcome, StepPlan};
use signoff_lifecycle::webhook::{
    Answer, Ask, Finding, OnCancelDeadline, Webhook, WebhookProgress, work_key,
};

use crate::plans::{CERTIFY, step, vm_plan};
use crate::world::{self, World};

pub(crate) const HOOK: &str = "certifier";
pub(crate) const POLL: Micros = Micros::from_millis(60_000);
pub(crate) const ANSWER: Micros = Micros::from_millis(3_600_000);
pub(crate) const CANCEL: Micros = Micros::from_millis(600_000);

/// A step that a third party does.
pub(crate) fn by_webhook(id: &str, cancel: CancelPolicy, then: OnCancelDeadline) -> StepPlan {
    let webhook = Webhook {
        hook: HOOK.to_owned(),
        poll_every: Some(POLL),
        answer_deadline: ANSWER,
        cancel_deadline: CANCEL,
        on_cancel_deadline: then,
    };
    StepPlan { webhook: Some(Box::new(webhook)), ..step(id, Executor::Webhook, cancel) }
}

pub(crate) fn succeeded() -> Answer {
    Answer { outcome: Outcome::Succeed, message: None, findings: Vec::new() }
}

pub(crate) fn failed() -> Answer {
    let finding =
        Finding { code: "Virus".to_owned(), target: "plans[0]".to_owned(), text: "found one".to_owned() };
    Answer { outcome: Outcome::Fail, message: Some("not clean".to_owned()), findings: vec![finding] }
}

pub(crate) fn waiting() -> WorkOutcome {
    WorkOutcome::Waiting { progress: Some(40), message: Some("scanning".to_owned()), again: POLL }
}

pub(crate) fn not_reached() -> WorkOutcome {
    WorkOutcome::NotReached { reason: "nobody there".to_owned() }
}

pub(crate) fn progress(percent: u8, words: &str) -> WebhookReport {
    WebhookReport::Progress { progress: Some(percent), message: Some(words.to_owned()) }
}

impl World {
    /// An offer whose certification a third party does.
    pub(crate) fn certified(then: OnCancelDeadline) -> Self {
        let mut plan = vm_plan();
        plan[1] = by_webhook(CERTIFY, CancelPolicy::Undo, then);
        Self::new(plan)
    }

    /// The same, published until the third party is asked.
    pub(crate) fn certifying(then: OnCancelDeadline) -> Self {
        let mut world = Self::certified(then);
        world.publish_to(CERTIFY);
        world
    }

    /// The same, cancelled: the third party is to be told.
    pub(crate) fn calling_off(then: OnCancelDeadline) -> Self {
        let mut world = Self::certifying(then);
        world.end(CERTIFY, waiting());
        world.cancel().unwrap();
        world
    }

    pub(crate) fn callback(&mut self, ask: Ask, said: WebhookReport) -> world::Answer {
        let operation = self.target().head.id;
        self.callback_of(operation, &work_key(operation, CERTIFY, ask), said)
    }

    pub(crate) fn callback_of(
        &mut self,
        operation: OperationId,
        key: &str,
        said: WebhookReport,
    ) -> world::Answer {
        let (step, key) = (CERTIFY.to_owned(), key.to_owned());
        self.send(&Command::Callback(Callback { operation, step, key, said }))
    }

    /// Lets the clock go to when the work is due.
    pub(crate) fn wait_until_due(&mut self) -> PublisherTime {
        self.now = self.now.max(self.work().due_at);
        self.now
    }

    pub(crate) fn external(&self) -> &WebhookProgress {
        self.target().step(CERTIFY).unwrap().external.as_ref().unwrap()
    }

    pub(crate) fn notes_of(&self, step: &str) -> Vec<Note> {
        let notes = &self.target().step(step).unwrap().notes;
        notes.iter().map(|note| note.note.clone()).collect()
    }

    /// The undo of the certification.
    pub(crate) fn undo(&self) -> &Undo {
        let of_cancellation = self.aggregate().cancellation().map(|cancellation| &cancellation.undo);
        of_cancellation.unwrap_or(&self.target().undo).iter().find(|undo| undo.plan.id == CERTIFY).unwrap()
    }

    pub(crate) fn notes_of_undo(&self) -> Vec<Note> {
        self.undo().notes.iter().map(|note| note.note.clone()).collect()
    }
}
