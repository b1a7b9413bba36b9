//! The moves that several commands share: begin the next step, reach sign-off, complete; [`undo`] has the rest.

mod undo;

use crate::decision::{Audience, Decision, Event, Notification, Reply, Verdict, Work};
use crate::ids::{OperationId, Timestamp};
use crate::note::Note;
use crate::offer::{Aggregate, Displaced, SlotContent};
use crate::operation::{Kind, Operation, Phase, StepState, WorkKind};
use crate::plan::Executor;
use crate::webhook::External;
pub(crate) use undo::undo_of;

/// A state on its way to the next one, with what has to be recorded beside it.
pub(crate) struct Transition {
    pub(crate) state: Aggregate,
    /// What is written beside what happens; never before what happened.
    pub(crate) now: Timestamp,
    /// What time it is: what falls due is reckoned from here.
    pub(crate) present: Timestamp,
    /// Operations that are neither target nor cancellation any more, yet changed.
    parted: Vec<Operation>,
    target_changed: bool,
    cancellation_changed: bool,
    work: Vec<Work>,
    settled: Vec<(OperationId, u32)>,
    notifications: Vec<Notification>,
    /// Addresses that no operation keeps, told of what happens here only.
    also_told: Vec<String>,
}

impl Transition {
    pub(crate) fn new(state: Aggregate, present: Timestamp) -> Self {
        Self {
            now: state.at(present),
            present,
            state,
            parted: Vec::new(),
            target_changed: false,
            cancellation_changed: false,
            work: Vec::new(),
            settled: Vec::new(),
            notifications: Vec::new(),
            also_told: Vec::new(),
        }
    }

    /// Closes the books: this is what has to be committed.
    pub(crate) fn finish(mut self, reply: Reply) -> Verdict {
        let now = self.now;
        let mut changed = self.parted;
        for (operation, is_changed) in [
            (&mut self.state.target, self.target_changed),
            (&mut self.state.cancellation, self.cancellation_changed),
        ] {
            if let Some(operation) = operation.as_mut().filter(|_| is_changed) {
                operation.touch(now);
                changed.push(operation.clone());
            }
        }
        Verdict::Change(Box::new(Decision {
            next: self.state,
            changed,
            work: self.work,
            settled: self.settled,
            notifications: self.notifications,
            reply,
        }))
    }

    /// The newest publish or golive, to be changed.
    pub(crate) fn target(&mut self) -> Option<&mut Operation> {
        self.target_changed |= self.state.target.is_some();
        self.state.target.as_mut()
    }

    /// The cancellation, to be changed.
    pub(crate) fn cancellation(&mut self) -> Option<&mut Operation> {
        self.cancellation_changed |= self.state.cancellation.is_some();
        self.state.cancellation.as_mut()
    }

    /// Puts a new publish or golive in the place of the newest one.
    pub(crate) fn start(&mut self, operation: Operation) {
        self.take_number(&operation);
        if let Some(mut old) = self.state.target.take().filter(|_| self.target_changed) {
            old.touch(self.now);
            self.parted.push(old);
        }
        self.state.cancellation = None;
        self.state.target = Some(operation);
        self.target_changed = true;
    }

    /// Puts a new cancellation beside the newest publish or golive.
    pub(crate) fn start_cancellation(&mut self, operation: Operation) {
        self.take_number(&operation);
        self.state.cancellation = Some(operation);
        self.cancellation_changed = true;
    }

    fn take_number(&mut self, operation: &Operation) {
        self.state.offer.publishing_version = operation.publishing_version;
        self.state.offer.newest = Some(operation.id);
    }

    /// Takes the outstanding work of the target back: its result will be refused.
    pub(crate) fn recall_work(&mut self) {
        let Some(target) = self.target() else { return };
        if let Some(outstanding) = target.outstanding.take() {
            let id = target.id;
            self.settled.push((id, outstanding.attempt));
        }
    }

    /// Takes the outstanding work of the cancellation back: its result will be refused.
    pub(crate) fn recall_undo(&mut self) {
        let Some(cancellation) = self.cancellation() else { return };
        if let Some(outstanding) = cancellation.outstanding.take() {
            let id = cancellation.id;
            self.settled.push((id, outstanding.attempt));
        }
    }

    /// Marks the outstanding work of `operation` as done.
    pub(crate) fn settle(&mut self, operation: OperationId, attempt: u32) {
        self.settled.push((operation, attempt));
    }

    /// Hands out work, due after `delay`.
    pub(crate) fn issue(
        &mut self,
        operation: OperationId,
        attempt: u32,
        kind: WorkKind,
        delay: crate::ids::Micros,
    ) {
        self.work.push(Work { operation, attempt, kind, due_at: self.present.plus(delay) });
    }

    /// These addresses hear of what happens here, too: a cancel on the spot leaves no operation that keeps them.
    pub(crate) fn also_tell(&mut self, addresses: Vec<String>) {
        self.also_told = addresses;
    }

    /// Tells the audience of the target.
    pub(crate) fn notify(&mut self, event: Event) {
        let Some(target) = &self.state.target else { return };
        let audience = if target.migrated {
            Audience::SellerContact
        } else {
            let mut addresses = target.emails.clone();
            let of_cancellation = self.state.cancellation.iter().flat_map(|operation| &operation.emails);
            for address in of_cancellation.chain(&self.also_told) {
                if !addresses.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                    addresses.push(address.clone());
                }
            }
            Audience::List(addresses)
        };
        self.notifications.push(Notification { operation: target.id, event, audience });
    }

    /// Begins the first step of the target that has not begun, or ends the target when there is none.
    pub(crate) fn begin_next_step(&mut self) {
        let (now, present) = (self.now, self.present);
        let Some(target) = self.target() else { return };
        let id = target.id;
        let Some(index) = target.steps.iter().position(|step| step.state == StepState::NotStarted) else {
            return self.complete();
        };
        let step = &mut target.steps[index];
        match step.plan.executor {
            Executor::Manual if step.plan.script.is_none() => {
                step.state = StepState::WaitingForApproval { since: now };
                step.note(now, Note::WaitingForApproval);
            }
            Executor::Signoff if step.plan.script.is_none() => self.reach_signoff(index),
            _ => {
                step.state = StepState::InProgress { since: now, tries: 0 };
                step.external = External::of_run(&step.plan, present);
                let delay = step.plan.duration;
                let attempt = target.expect_work(index, WorkKind::Run);
                self.issue(id, attempt, WorkKind::Run, delay);
            }
        }
    }

    /// The publish waits for its publisher, and the preview slot shows what it brought.
    pub(crate) fn reach_signoff(&mut self, index: usize) {
        let now = self.now;
        let Some(target) = self.target() else { return };
        let version = target.offer_version;
        let content = SlotContent { version, operation: target.id };
        let by = target.id;
        let step = &mut target.steps[index];
        step.state = StepState::WaitingForSignoff { since: now };
        step.note(now, Note::PreviewFilled { version });
        step.note(now, Note::WaitingForSignoff);
        let displaced = self.state.offer.preview.replace(content);
        self.state.offer.displaced = Some(Displaced { by, content: displaced });
        self.notify(Event::WaitingForSignoff);
    }

    /// Puts the preview slot back if the target filled it (promise 6).
    pub(crate) fn restore_preview(&mut self) {
        let offer = &mut self.state.offer;
        let Some(target) = &self.state.target else { return };
        if let Some(displaced) = offer.displaced.take_if(|displaced| displaced.by == target.id) {
            offer.preview = displaced.content;
            let now = self.now;
            if let Some(target) = self.target() {
                target.note(now, Note::PreviewRestored);
            }
        }
    }

    /// The step at `index` ended well.
    pub(crate) fn complete_step(&mut self, index: usize) {
        let now = self.now;
        let Some(target) = self.target() else { return };
        let step = &mut target.steps[index];
        step.state = StepState::Complete { at: now };
        step.note(now, Note::StepCompleted);
    }

    fn complete(&mut self) {
        let now = self.now;
        let Some(target) = self.target() else { return };
        target.phase = Phase::Completed { at: now };
        let version = target.offer_version;
        if target.kind == Kind::GoLive {
            self.notify(Event::Live { version });
        }
    }
}
