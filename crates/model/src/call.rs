//! What can be sent to an offer, small enough to be kept in a state of the model.
//!
//! To model a new command, add a variant to [`Call`] and its arm to [`Call::command`]; put it into the menu of a
//! configuration if people send it, or let a worker send it.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{
    self, Callback, Cancel, CancelTarget, Checked, Command, GoLive, Guard, Hold, Publish, Put, PutGuard,
    Release, Review, ReviewDecision, StepResult, StopLevel, WorkOutcome,
};
use signoff_lifecycle::ids::{Micros, OperationId};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Operation, OperationRef, StepState};
use signoff_lifecycle::plan::{self, StepPlan};
use signoff_lifecycle::webhook;

/// Which operation is meant. Decisions look at no number as such, so neither does the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The newest publish or golive.
    Target,
    /// Its cancellation.
    Cancellation,
    /// An older one, or one that never was.
    Gone,
}

/// What a cancel is guarded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// Nothing.
    Nothing,
    /// `If-Match` with a tag; whether it is still that of the newest operation.
    Tag(bool),
    /// `operationId`.
    Name(Which),
}

/// How a piece of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Well.
    Done,
    /// In passing it did not.
    Transient,
    /// It failed for good.
    Permanent,
    /// A scenario holds the step before its result.
    Held,
    /// A third party could not be asked.
    NotReached,
    /// A third party has it in hand.
    Waiting,
    /// A third party answered: well.
    AnsweredWell,
    /// Or badly.
    AnsweredBadly,
    /// A third party did not answer, and its time is over.
    Overdue,
}

/// What a third party was asked for; orders [`webhook::Ask`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ask {
    /// To do its part.
    Run,
    /// To undo it.
    Cancel,
}

/// What a third party says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    /// It is at it.
    Progress,
    /// It ended well.
    Well,
    /// It ended badly.
    Badly,
}

/// What can be sent to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// PUT.
    Put,
    /// POST publish.
    Publish,
    /// POST golive.
    GoLive,
    /// POST cancel.
    Cancel(By),
    /// The same by force: undoing is given up.
    Force,
    /// The operator's kill.
    Kill,
    /// A reviewer approves the step that waits.
    Approve,
    /// A reviewer rejects it.
    Reject,
    /// A scenario lets the step that it holds go on.
    Release,
    /// A third party speaks of its own accord of what the newest publish or golive asked, or never asked.
    Word(Ask, Said),
    /// A worker brings the result of work; `waited_for`: the number is that of the work that is outstanding.
    Result { of: Which, waited_for: bool, outcome: Outcome },
}

/// The steps of the operations that a configuration starts.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Those of a publish.
    pub publish: Vec<StepPlan>,
    /// That of a golive.
    pub live: StepPlan,
}

impl Call {
    /// What is loaded when the command is decided: for one that comes after a deadline, with that deadline over.
    pub(crate) fn given(self, state: &Aggregate) -> Aggregate {
        let mut given = state.clone();
        if let Self::Result { outcome: Outcome::Overdue, .. } = self {
            crate::essence::deadlines(&mut given).for_each(|deadline| *deadline = crate::essence::NOW);
        }
        given
    }

    /// The command, for an offer that was loaded as `state`. A new operation gets the next number as its id, too.
    pub fn command(self, state: &Aggregate, pipeline: &Pipeline) -> Command {
        let id = OperationId::of(u128::from(state.offer.publishing_version) + 1);
        let by = Actor::from("");
        match self {
            Self::Put => Command::Put(Put {
                publisher: state.offer.publisher.clone(),
                offer: state.offer.id.clone(),
                guid: state.offer.guid,
                offer_type: None,
                migrated: None,
                guard: PutGuard::Any { creates: false },
            }),
            Self::Publish => Command::Publish(Publish {
                id,
                by,
                emails: Vec::new(),
                migrated_by_default: false,
                plan: pipeline.publish.clone(),
                checked: Checked::Fit { revision: state.offer.draft.revision, warnings: Vec::new() },
                guard: Guard::None,
            }),
            Self::GoLive => Command::GoLive(GoLive {
                id,
                by,
                migrated_by_default: false,
                live: pipeline.live.clone(),
                guard: Guard::None,
            }),
            Self::Cancel(guarded) => Command::Cancel(cancel(state, id, guarded, StopLevel::Cancel)),
            Self::Force => Command::Cancel(cancel(state, id, By::Nothing, StopLevel::Force)),
            Self::Kill => Command::Cancel(cancel(state, id, By::Nothing, StopLevel::Kill)),
            Self::Approve => review(state, ReviewDecision::Approve),
            Self::Reject => review(state, ReviewDecision::Reject { reason: None }),
            Self::Release => Command::Release(Release { step: held_step(state) }),
            Self::Word(ask, said) => word(state, ask, said),
            Self::Result { of, waited_for, outcome } => result(state, of, waited_for, outcome),
        }
    }
}

fn cancel(state: &Aggregate, id: OperationId, guarded: By, level: StopLevel) -> Cancel {
    let guard = match guarded {
        By::Tag(true) => Guard::Newest(vec![state.offer.publishing_version]),
        By::Tag(false) => Guard::Newest(vec![u64::MAX]),
        By::Nothing | By::Name(_) => Guard::None,
    };
    let named = match guarded {
        By::Name(which) => CancelTarget::Operation(id_of(state, which)),
        By::Nothing | By::Tag(_) => CancelTarget::Newest,
    };
    Cancel { id, by: "".into(), reason: None, emails: Vec::new(), named, guard, level }
}

/// The operation that is meant, if there is one.
pub(crate) fn operation(state: &Aggregate, which: Which) -> Option<OperationRef<'_>> {
    match which {
        Which::Target => state.target().map(Operation::Submission),
        Which::Cancellation => state.cancellation().map(Operation::Cancellation),
        Which::Gone => None,
    }
}

/// Its id; that of an operation which is gone names none.
fn id_of(state: &Aggregate, which: Which) -> OperationId {
    operation(state, which).map_or(OperationId::of(0), |operation| operation.head().id)
}

fn review(state: &Aggregate, decision: ReviewDecision) -> Command {
    let waits = |step: &&signoff_lifecycle::operation::Step| {
        matches!(step.state, StepState::WaitingForApproval { .. })
    };
    let target = state.target();
    let step = target.and_then(|target| target.steps.iter().find(waits));
    Command::Review(Review {
        operation: id_of(state, Which::Target),
        step: step.map(|step| step.plan.id.clone()).unwrap_or_default(),
        by: "".into(),
        decision,
        self_review: true,
    })
}

/// The step that a scenario holds, now or when it comes to it.
fn held_step(state: &Aggregate) -> String {
    let steps = state.target().into_iter().flat_map(|target| &target.steps);
    let mut holding = steps.filter(|step| step.plan.holds());
    holding.next().map(|step| step.plan.id.clone()).unwrap_or_default()
}

fn result(state: &Aggregate, of: Which, waited_for: bool, outcome: Outcome) -> Command {
    let outstanding = operation(state, of).and_then(|operation| operation.head().outstanding);
    let attempt = outstanding.filter(|_| waited_for).map_or(0, |outstanding| outstanding.attempt);
    let operation = id_of(state, of);
    let outcome = match outcome {
        Outcome::Held => return Command::Hold(Hold { operation, attempt }),
        Outcome::Done => WorkOutcome::Done { removed: removed(state, of) },
        Outcome::AnsweredWell => WorkOutcome::Answered(answer(plan::Outcome::Succeed)),
        Outcome::AnsweredBadly => WorkOutcome::Answered(answer(plan::Outcome::Fail)),
        Outcome::Waiting | Outcome::Overdue => {
            WorkOutcome::Waiting { progress: None, message: None, again: Micros::ZERO }
        }
        Outcome::Transient => WorkOutcome::Transient { reason: String::new() },
        Outcome::NotReached => WorkOutcome::NotReached { reason: String::new() },
        Outcome::Permanent => WorkOutcome::Permanent { reason: String::new() },
    };
    Command::StepResult(StepResult { operation, attempt, outcome })
}

fn answer(outcome: plan::Outcome) -> webhook::Answer {
    webhook::Answer { outcome, message: None, findings: Vec::new() }
}

fn word(state: &Aggregate, ask: Ask, said: Said) -> Command {
    let steps = state.target().into_iter().flat_map(|target| &target.steps);
    let asked = steps.map(|step| &step.plan).find(|plan| plan.third_party().is_some());
    let step = asked.map(|plan| plan.id.clone()).unwrap_or_default();
    let operation = id_of(state, Which::Target);
    let ask = match ask {
        Ask::Run => webhook::Ask::Run,
        Ask::Cancel => webhook::Ask::Cancel,
    };
    let said = match said {
        Said::Progress => command::WebhookReport::Progress { progress: None, message: None },
        Said::Well => command::WebhookReport::Ended(answer(plan::Outcome::Succeed)),
        Said::Badly => command::WebhookReport::Ended(answer(plan::Outcome::Fail)),
    };
    let key = webhook::work_key(operation, &step, ask);
    Command::Callback(Callback { operation, step, key, said })
}

/// The first step removes what earlier operations left behind.
fn removed(state: &Aggregate, of: Which) -> Vec<signoff_lifecycle::offer::Leftover> {
    if crate::job::of(state, of).is_some_and(|job| job.does == crate::job::Does::Sweep) {
        state.offer.leftovers.clone()
    } else {
        Vec::new()
    }
}
