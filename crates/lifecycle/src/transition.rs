//! The moves that several commands share: begin the next step, reach sign-off, complete; [`undo`] has the rest.

mod undo;

use std::ops::{Deref, DerefMut};

use crate::decision::{Audience, Decision, Event, Notification, Started, Verdict, Work};
use crate::ids::{Micros, Moment, OperationId, PublisherTime};
use crate::note::Note;
use crate::offer::{Aggregate, Course, Displaced, Offer, SlotContent};
use crate::operation::{Cancellation, Goal, Head, Operation, Phase, StepState, Submission, WorkKind};
use crate::plan::Executor;
use crate::webhook::WebhookProgress;

/// An operation on its way to its next state, which knows whether it was changed.
pub(crate) struct Tracked<T> {
    value: T,
    changed: bool,
}

impl<T> Tracked<T> {
    /// One that stands as it was.
    pub(crate) fn unchanged(value: T) -> Self {
        Self { value, changed: false }
    }

    /// The operation.
    pub(crate) fn into_inner(self) -> T {
        self.value
    }

    /// One that is new.
    pub(crate) fn started(value: T) -> Self {
        Self { value, changed: true }
    }
}

impl<T> Deref for Tracked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Tracked<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.value
    }
}

/// An offer on its way to its next state, with what has to be recorded beside it. The operations go beside it: each move
/// takes those that it moves, so that none can be made on an offer without them.
pub(crate) struct Transition {
    pub(crate) offer: Offer,
    /// What is written beside what happens; never before what happened.
    pub(crate) now: PublisherTime,
    /// What time it is: what falls due is reckoned from here.
    pub(crate) present: PublisherTime,
    changed: Vec<Operation>,
    work: Vec<Work>,
    finished_work: Vec<(OperationId, u32)>,
    notifications: Vec<Notification>,
    /// Addresses that no operation keeps, told of what happens here only.
    also_notified: Vec<String>,
}

impl Transition {
    /// `now` is [`Aggregate::at`] of `present`.
    pub(crate) fn new(offer: Offer, now: PublisherTime, present: PublisherTime) -> Self {
        Self {
            offer,
            now,
            present,
            changed: Vec::new(),
            work: Vec::new(),
            finished_work: Vec::new(),
            notifications: Vec::new(),
            also_notified: Vec::new(),
        }
    }

    /// Closes the books: this is what has to be committed.
    pub(crate) fn finish<R>(
        mut self,
        target: Tracked<Submission>,
        cancellation: Option<Tracked<Cancellation>>,
        reply: R,
    ) -> Verdict<R> {
        let target = self.close(target, |target| &mut target.head);
        let cancellation = cancellation.map(|it| self.close(it, |cancellation| &mut cancellation.head));
        Verdict::Change(Box::new(Decision {
            next: Aggregate { offer: self.offer, course: Some(Course::of(target, cancellation)) },
            changed: self.changed,
            work: self.work,
            finished_work: self.finished_work,
            notifications: self.notifications,
            reply,
        }))
    }

    /// Records the operation, if it changed.
    fn close<T: Clone + Into<Operation>>(
        &mut self,
        operation: Tracked<T>,
        head: impl FnOnce(&mut T) -> &mut Head,
    ) -> T {
        let Tracked { mut value, changed } = operation;
        if changed {
            head(&mut value).touch(self.now);
            self.changed.push(value.clone().into());
        }
        value
    }

    /// Starts a publish or golive, which takes the place of the newest one.
    pub(crate) fn start(mut self, started: Submission) -> Verdict<Started> {
        let reply = Started((&started).into());
        let mut target = Tracked::started(started);
        self.count(&target.head);
        self.notify(&target, None, Event::Started);
        self.begin_next_step(&mut target);
        self.finish(target, None, reply)
    }

    /// Records the last change of a publish that a golive takes the place of.
    pub(crate) fn displace(&mut self, publish: Tracked<Submission>) {
        self.close(publish, |publish| &mut publish.head);
    }

    /// An operation starts: it is the offer's newest from now on.
    pub(crate) fn count(&mut self, started: &Head) {
        self.offer.publishing_version = started.publishing_version;
        self.offer.newest = Some(started.id);
    }

    /// Takes the outstanding work of an operation back: its result will be refused.
    pub(crate) fn recall(&mut self, head: &mut Head) {
        if let Some(outstanding) = head.outstanding.take() {
            self.finished_work.push((head.id, outstanding.attempt));
        }
    }

    /// Marks the outstanding work of `operation` as done.
    pub(crate) fn finish_work(&mut self, operation: OperationId, attempt: u32) {
        self.finished_work.push((operation, attempt));
    }

    /// Hands out the next work of an operation, due after `delay`.
    pub(crate) fn issue(&mut self, head: &mut Head, index: usize, kind: WorkKind, delay: Micros) {
        let attempt = head.expect_work(index, kind);
        self.work.push(Work { operation: head.id, attempt, kind, due_at: self.present.plus(delay) });
    }

    /// These addresses hear of what happens here, too: a cancel on the spot leaves no operation that keeps them.
    pub(crate) fn also_notify(&mut self, addresses: Vec<String>) {
        self.also_notified = addresses;
    }

    /// Tells the audience of the target, and that of its cancellation.
    pub(crate) fn notify(&mut self, target: &Submission, cancellation: Option<&Cancellation>, event: Event) {
        let audience = if target.head.migrated {
            Audience::SellerContact
        } else {
            let mut addresses = target.head.emails.clone();
            let of_cancellation = cancellation.into_iter().flat_map(|cancellation| &cancellation.head.emails);
            for address in of_cancellation.chain(&self.also_notified) {
                if !addresses.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                    addresses.push(address.clone());
                }
            }
            Audience::List(addresses)
        };
        self.notifications.push(Notification { operation: target.head.id, event, audience });
    }

    /// Begins the first step of the target that has not begun, or ends the target when there is none.
    pub(crate) fn begin_next_step(&mut self, target: &mut Submission) {
        let Some(index) = target.steps.iter().position(|step| step.state == StepState::NotStarted) else {
            return self.complete(target);
        };
        let now = self.now;
        let step = &mut target.steps[index];
        match step.plan.executor {
            Executor::Manual if step.plan.script.is_none() => {
                step.state = StepState::WaitingForApproval { since: now };
                step.note(now, Note::WaitingForApproval);
            }
            Executor::Signoff if step.plan.script.is_none() => self.reach_signoff(target, index),
            _ => {
                step.state = StepState::InProgress { since: now, tries: 0 };
                step.external = WebhookProgress::of_run(&step.plan, self.present);
                let delay = step.plan.duration;
                self.issue(&mut target.head, index, WorkKind::Run, delay);
            }
        }
    }

    /// The publish waits for its publisher, and the preview slot shows what it brought.
    pub(crate) fn reach_signoff(&mut self, target: &mut Submission, index: usize) {
        let (now, id, version) = (self.now, target.head.id, target.head.offer_version);
        let step = &mut target.steps[index];
        step.state = StepState::WaitingForSignoff { since: now };
        step.note(now, Note::PreviewFilled { version });
        step.note(now, Note::WaitingForSignoff);
        let displaced = self.offer.preview.replace(SlotContent { version, operation: id });
        self.offer.displaced = Some(Displaced { by: id, content: displaced });
        self.notify(target, None, Event::WaitingForSignoff);
    }

    /// Puts the preview slot back if the target filled it (promise 6).
    pub(crate) fn restore_preview(&mut self, target: &mut Submission) {
        let id = target.head.id;
        if let Some(displaced) = self.offer.displaced.take_if(|displaced| displaced.by == id) {
            self.offer.preview = displaced.content;
            target.head.note(self.now, Note::PreviewRestored);
        }
    }

    /// The step at `index` ended well.
    pub(crate) fn complete_step(&self, target: &mut Submission, index: usize) {
        let step = &mut target.steps[index];
        step.state = StepState::Complete { at: self.now };
        step.note(self.now, Note::StepCompleted);
    }

    fn complete(&mut self, target: &mut Submission) {
        target.phase = Phase::Completed { at: self.now };
        if target.goal == Goal::GoLive {
            self.notify(target, None, Event::Live { version: target.head.offer_version });
        }
    }
}
