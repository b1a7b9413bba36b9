//! POST cancel: stop the operation in progress, on the spot or by an operation of its own (contract, "Cancel").

use super::Guard;
use crate::actor::Actor;
use crate::decision::{Reply, Verdict};
use crate::ids::{OperationId, Timestamp};
use crate::note::Note;
use crate::offer::Aggregate;
use crate::operation::{Failure, Kind, Operation, Phase, StepState};
use crate::refusal::{Reference, Refusal};
use crate::transition::{Transition, undo_of};

/// The operation that a caller names, looked up on the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// None was named: the newest is meant.
    Newest,
    /// This one, which exists on the offer.
    Operation(OperationId),
    /// One that the offer does not have.
    Unknown,
}

/// How far a caller goes to stop an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Means {
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
    pub named: Named,
    /// The concurrency guard.
    pub guard: Guard,
    /// How far to go.
    pub means: Means,
}

impl Cancel {
    /// The rules of the contract in their order of precedence; the numbers are the contract's.
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        if self.named == Named::Unknown {
            return Err(Refusal::OperationNotFound);
        }
        // Cancel rule 6, before cancel rules 1 and 7.
        if let Some(cancellation) = failed_cancellation(&state) {
            return Err(Refusal::CancellationFailed { cancellation: cancellation.into() });
        }
        // Cancel rule 7: an id that names what is cancelled already gets the first answer, whatever the guard says.
        let names_current = self.names(state.target.as_ref()) || self.names(state.cancellation.as_ref());
        let repeated = repeated_answer(&state);
        if let (true, Some(reply)) = (names_current, &repeated) {
            let reply = reply.clone();
            return Ok(self.repeat(state, reply, present));
        }
        self.guard.check(&state)?;
        if let Named::Operation(operation) = self.named {
            let is_running_target = names_current && state.target.as_ref().is_some_and(Operation::is_running);
            if !is_running_target {
                return Err(Refusal::OperationNotRunning { operation });
            }
        }
        // Cancel rule 5.
        if let Some(reply) = repeated {
            return Ok(self.repeat(state, reply, present));
        }
        // Cancel rules 1 and 4.
        let target = stoppable(&state, self.means)?;
        // Cancel rules 2 and 3: what has begun decides, not chance.
        Ok(if target.is_switched() {
            self.complete_at_once(state, present)
        } else if target.to_undo().next().is_none() {
            self.stop_on_the_spot(state, present)
        } else if self.means == Means::Cancel {
            self.start_cancellation(state, present)
        } else {
            self.give_up(state, present)
        })
    }

    /// The first answer again. Force has more to do only while a cancellation still runs.
    fn repeat(self, state: Aggregate, reply: Reply, present: Timestamp) -> Verdict {
        match (self.means, &reply) {
            (Means::Force | Means::Kill, Reply::Canceling(_)) => self.give_up(state, present),
            _ => Verdict::already(state, reply),
        }
    }

    fn names(&self, operation: Option<&Operation>) -> bool {
        operation.is_some_and(|operation| self.named == Named::Operation(operation.id))
    }

    fn stop_on_the_spot(self, state: Aggregate, present: Timestamp) -> Verdict {
        let reference = state.target.as_ref().map(Into::into);
        let mut transition = Transition::new(state, present);
        stop_open_steps(&mut transition);
        transition.restore_preview();
        transition.also_tell(self.emails);
        transition.end_canceled(self.by.to_string(), self.reason);
        match reference {
            Some(reference) => transition.finish(Reply::Canceled(reference)),
            None => transition.finish(Reply::Recorded),
        }
    }

    fn start_cancellation(self, state: Aggregate, present: Timestamp) -> Verdict {
        let note = Note::CancelRequested { by: self.by.to_string(), reason: self.reason.clone() };
        let mut transition = Transition::new(state, present);
        let at = transition.now;
        let Some(reference) = self.begin_cancellation(&mut transition) else {
            return transition.finish(Reply::Recorded);
        };
        if let Some(target) = transition.target() {
            target.note(at, note);
        }
        transition.undo_next_of_cancellation();
        transition.finish(Reply::Canceling(reference))
    }

    /// Stops the steps of the target and puts a cancellation beside it, which has undone nothing yet that the target
    /// had not undone itself.
    pub(super) fn begin_cancellation(self, transition: &mut Transition) -> Option<Reference> {
        let now = transition.now;
        stop_open_steps(transition);
        transition.restore_preview();
        let (newest, number) = (transition.state.offer.newest, transition.state.offer.publishing_version);
        let target = transition.target()?;
        let undo = match target.phase {
            Phase::Undoing { .. } => target.undo.clone(),
            _ => undo_of(target),
        };
        target.phase = Phase::Canceling { cancellation: self.id };
        let cancellation = Operation {
            id: self.id,
            kind: Kind::Cancel {
                target: target.id,
                target_version: target.publishing_version,
                reason: self.reason,
            },
            publishing_version: number + 1,
            slot: target.slot,
            offer_type: target.offer_type.clone(),
            offer_version: target.offer_version,
            previous: newest,
            migrated: target.migrated,
            by: self.by,
            emails: self.emails,
            created_at: now,
            changed_at: now,
            revision: 0,
            phase: Phase::Running,
            steps: Vec::new(),
            undo,
            outstanding: None,
            last_attempt: 0,
            released: Vec::new(),
            notes: Vec::new(),
        };
        let reference = (&cancellation).into();
        transition.start_cancellation(cancellation);
        Some(reference)
    }
}

/// The cancellation that failed together with the newest operation.
fn failed_cancellation(state: &Aggregate) -> Option<&Operation> {
    let target = state.target.as_ref()?;
    matches!(target.phase, Phase::Failed { .. }).then_some(state.cancellation.as_ref()).flatten()
}

/// What the first cancel was answered, if there was one.
fn repeated_answer(state: &Aggregate) -> Option<Reply> {
    let target = state.target.as_ref()?;
    match (&target.phase, &state.cancellation) {
        (Phase::Canceling { .. }, Some(cancellation)) => Some(Reply::Canceling(cancellation.into())),
        (Phase::Canceled { .. }, Some(cancellation)) => Some(Reply::CancellationEnded(cancellation.into())),
        (Phase::Canceled { .. }, None) => Some(Reply::Canceled(target.into())),
        _ => None,
    }
}

/// The operation in progress, if these means stop it.
fn stoppable(state: &Aggregate, means: Means) -> Result<&Operation, Refusal> {
    let newest = state.target.as_ref();
    let Some(target) = newest.filter(|target| target.is_running()) else {
        return Err(Refusal::NoOperationInProgress { newest: newest.map(Into::into) });
    };
    if let Phase::Undoing { failure } = &target.phase {
        if means != Means::Cancel {
            return Ok(target);
        }
        let (Failure::StepFailed { step, .. } | Failure::StepRejected { step, .. }) = failure else {
            return Err(Refusal::NoOperationInProgress { newest: Some(target.into()) });
        };
        return Err(Refusal::AlreadyUndoing { operation: target.into(), step: step.clone() });
    }
    if let Some(step) = target.point_of_no_return().filter(|_| means != Means::Kill) {
        return Err(Refusal::PastPointOfNoReturn {
            operation: target.into(),
            step: step.plan.id.clone(),
            forced: means == Means::Force,
            switched: target.is_switched(),
        });
    }
    Ok(target)
}

fn stop_open_steps(transition: &mut Transition) {
    transition.recall_work();
    let now = transition.now;
    let Some(target) = transition.target() else { return };
    for step in target.steps.iter_mut().filter(|step| step.is_open()) {
        step.state = StepState::Canceled { at: now };
        step.note(now, Note::StepStopped);
    }
}
