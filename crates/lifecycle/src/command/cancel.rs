//! POST cancel: stop the operation in progress, on the spot or by an operation of its own (contract, "Cancel").

use super::{Decide, Guard, existing};
use crate::actor::Actor;
use crate::decision::{StopReply, Verdict};
use crate::ids::{OperationId, PublisherTime};
use crate::note::Note;
use crate::offer::{Aggregate, Course, Offer};
use crate::operation::{Cancellation, CancellationPhase, Head, Phase, StepState, Submission};
use crate::refusal::Refusal;
use crate::transition::{Tracked, Transition};

/// The operation that a caller names, looked up on the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelTarget {
    /// None was named: the newest is meant.
    Newest,
    /// This one, which exists on the offer.
    Operation(OperationId),
    /// One that the offer does not have.
    Unknown,
}

/// How far a caller goes to stop an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopLevel {
    /// What began is undone.
    #[default]
    Cancel,
    /// Undoing is given up, and what began is left behind. An owner may.
    Force,
    /// The same past a point of no return. The server's operator may.
    Kill,
}

/// Stops the operation in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// The GUID of the cancellation, should one be needed.
    pub id: OperationId,
    /// Who asks.
    pub by: Actor,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// Who else wants to hear of it.
    pub emails: Vec<String>,
    /// Which operation is meant.
    pub named: CancelTarget,
    /// The concurrency guard.
    pub guard: Guard,
    /// How far to go.
    pub level: StopLevel,
}

impl Decide for Cancel {
    type Reply = StopReply;

    /// The rules of the contract in their order of precedence; the numbers are the contract's.
    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<StopReply>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        if self.named == CancelTarget::Unknown {
            return Err(Refusal::OperationNotFound);
        }
        let Some(course) = course else { return Err(self.refuse_without_course(&offer)) };
        // Cancel rule 6, before cancel rules 1 and 7.
        let repeated = first_answer(&course).transpose()?;
        // Cancel rule 7: an id that names what is cancelled already gets the first answer, whatever the guard says.
        let names_current = matches!(self.named, CancelTarget::Operation(id) if course.includes(id));
        let transition = |offer| Transition::new(offer, now, present);
        if let (true, Some(reply)) = (names_current, &repeated) {
            let reply = reply.clone();
            return Ok(self.repeat(transition(offer), course, reply));
        }
        self.guard.check(&offer)?;
        if let CancelTarget::Operation(operation) = self.named
            && !(names_current && course.target().is_running())
        {
            return Err(Refusal::OperationNotRunning { operation });
        }
        // Cancel rule 5.
        if let Some(reply) = repeated {
            return Ok(self.repeat(transition(offer), course, reply));
        }
        // Cancel rules 1 and 4.
        let target = stoppable(course, self.level)?;
        // Cancel rules 2 and 3: what has begun decides, not chance.
        Ok(if let Some(switched) = target.switched() {
            self.complete_at_once(transition(offer), target, switched)
        } else if target.to_undo().next().is_none() {
            self.stop_on_the_spot(transition(offer), target)
        } else if self.level == StopLevel::Cancel {
            self.start_cancellation(transition(offer), target)
        } else {
            self.give_up(transition(offer), target)
        })
    }
}

impl Cancel {
    /// There is nothing to cancel on an offer that never had an operation.
    fn refuse_without_course(&self, offer: &Offer) -> Refusal {
        match (self.guard.check(offer), self.named) {
            (Err(refusal), _) => refusal,
            (Ok(()), CancelTarget::Operation(operation)) => Refusal::OperationNotRunning { operation },
            (Ok(()), CancelTarget::Newest | CancelTarget::Unknown) => {
                Refusal::NoOperationInProgress { newest: None }
            }
        }
    }

    /// The first answer again. Force has more to do only while a cancellation still runs.
    fn repeat(self, transition: Transition, course: Course, reply: StopReply) -> Verdict<StopReply> {
        match course {
            Course::Canceling(target, cancellation)
                if self.level != StopLevel::Cancel && cancellation.is_running() =>
            {
                self.give_up_cancellation(transition, target, cancellation)
            }
            course => Verdict::already(Aggregate { offer: transition.offer, course: Some(course) }, reply),
        }
    }

    fn stop_on_the_spot(self, mut transition: Transition, target: Submission) -> Verdict<StopReply> {
        let reply = StopReply::Canceled((&target).into());
        let mut target = Tracked::unchanged(target);
        stop_open_steps(&mut transition, &mut target);
        transition.restore_preview(&mut target);
        transition.also_notify(self.emails);
        transition.end_canceled(&mut target, None, self.by.to_string(), self.reason);
        transition.finish(target, None, reply)
    }

    fn start_cancellation(self, mut transition: Transition, target: Submission) -> Verdict<StopReply> {
        let note = Note::CancelRequested { by: self.by.to_string(), reason: self.reason.clone() };
        let (mut target, mut cancellation) = self.begin_cancellation(&mut transition, target);
        let reply = StopReply::Canceling((&*cancellation).into());
        target.head.note(transition.now, note);
        transition.undo_next_of_cancellation(&mut target, &mut cancellation);
        transition.finish(target, Some(cancellation), reply)
    }

    /// Stops the steps of the target and puts a cancellation beside it, which has undone nothing yet that the target
    /// had not undone itself.
    pub(super) fn begin_cancellation(
        self,
        transition: &mut Transition,
        target: Submission,
    ) -> (Tracked<Submission>, Tracked<Cancellation>) {
        let mut target = Tracked::unchanged(target);
        stop_open_steps(transition, &mut target);
        transition.restore_preview(&mut target);
        let undo = match target.phase {
            Phase::Undoing { .. } => target.undo.clone(),
            _ => target.undo_of_steps(),
        };
        target.phase = Phase::Canceling { cancellation: self.id };
        let cancellation = Cancellation {
            head: Head {
                offer_version: target.head.offer_version,
                emails: self.emails,
                ..Head::next(&transition.offer, self.id, self.by, target.head.migrated, transition.now)
            },
            slot: target.slot(),
            target: target.head.id,
            target_version: target.head.publishing_version,
            reason: self.reason,
            phase: CancellationPhase::Running,
            undo,
        };
        transition.count(&cancellation.head);
        (target, Tracked::started(cancellation))
    }
}

/// What a cancel of these operations was answered, if there was one: it is answered so again, unless its cancellation
/// failed since.
fn first_answer(course: &Course) -> Option<Result<StopReply, Refusal>> {
    match course {
        Course::Canceling(_, cancellation) => Some(match cancellation.phase {
            CancellationPhase::Running => Ok(StopReply::Canceling(cancellation.into())),
            CancellationPhase::Completed { .. } => Ok(StopReply::CancellationEnded(cancellation.into())),
            CancellationPhase::Failed { .. } => {
                Err(Refusal::CancellationFailed { cancellation: cancellation.into() })
            }
        }),
        Course::Alone(target) => match target.phase {
            Phase::Canceled { .. } => Some(Ok(StopReply::Canceled(target.into()))),
            Phase::Running
            | Phase::Undoing { .. }
            | Phase::Canceling { .. }
            | Phase::Completed { .. }
            | Phase::Failed { .. } => None,
        },
    }
}

/// The operation in progress, if these means stop it.
fn stoppable(course: Course, level: StopLevel) -> Result<Submission, Refusal> {
    let (target, _) = course.into_parts();
    if !target.is_running() {
        return Err(Refusal::NoOperationInProgress { newest: Some((&target).into()) });
    }
    if let Phase::Undoing { failure } = &target.phase {
        if level != StopLevel::Cancel {
            return Ok(target);
        }
        let (step, _) = failure.step_and_reason();
        return Err(Refusal::AlreadyUndoing { operation: (&target).into(), step: step.to_owned() });
    }
    if let Some(step) = target.point_of_no_return().filter(|_| level != StopLevel::Kill) {
        return Err(Refusal::PastPointOfNoReturn {
            operation: (&target).into(),
            step: step.plan.id.clone(),
            forced: level == StopLevel::Force,
            switched: target.is_switched(),
        });
    }
    Ok(target)
}

fn stop_open_steps(transition: &mut Transition, target: &mut Submission) {
    let now = transition.now;
    transition.recall(&mut target.head);
    for step in target.steps.iter_mut().filter(|step| step.is_open()) {
        step.state = StepState::Canceled { at: now };
        step.note(now, Note::StepStopped);
    }
}
