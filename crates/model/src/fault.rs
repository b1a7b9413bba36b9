//! Planted bugs: each misbehaves in one way, and the checker must say which rule that breaks.
//!
//! A bug of decisions changes what goes into the real `decide` or what comes out of it; a bug of the store, the server
//! or a worker is looked at where the model does their part.

use signoff_lifecycle::Command;
use signoff_lifecycle::decision::{Decision, Reply, Verdict};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Kind, Operation, Phase, StepState};
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::refusal::Refusal;

use crate::call::Which;
use crate::essence::{self, NOW};
use crate::rules::Rule;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A publish starts although an operation runs.
    SecondStart,
    /// Going live again completes the golive that was canceled.
    EndsTwice,
    /// A cancel is answered 200 while the work of its target stays outstanding.
    WorkGoesOn,
    /// A step's artifact is stored although its work was taken back.
    ArtifactUnfenced,
    /// A cancellation forgets the undo of the step that began first.
    UndoSkipped,
    /// A cancellation undoes in the order in which the steps ran.
    UndoInOrder,
    /// A cancellation fails and its target stays as it is.
    FailsAlone,
    /// What force leaves behind is not recorded.
    ForceUnrecorded,
    /// An undo reports success and removes nothing.
    UndoPretended,
    /// A cancel is accepted past the point of no return.
    PastThePoint,
    /// A golive switches the production slot when it starts.
    SwitchAtStart,
    /// A cancel at sign-off leaves the preview slot as it is.
    PreviewStays,
    /// The number of a result is not looked at.
    AttemptIgnored,
    /// A retry is recorded and no work is issued for it.
    RetryForgotten,
    /// The reply leaves before the commit.
    ReplyBeforeCommit,
    /// A commit does not compare the revision.
    NoCompare,
    /// An event is told twice.
    ToldTwice,
    /// A cancel on the spot is told to nobody.
    NotTold,
    /// A repeated cancel starts a second cancellation.
    SecondCancellation,
    /// Work that is due is kept in memory alone.
    WorkInMemory,
    /// The deadline of a third party that does not answer never comes.
    NoDeadline,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::SecondStart,
        Self::EndsTwice,
        Self::WorkGoesOn,
        Self::ArtifactUnfenced,
        Self::UndoSkipped,
        Self::UndoInOrder,
        Self::FailsAlone,
        Self::ForceUnrecorded,
        Self::UndoPretended,
        Self::PastThePoint,
        Self::SwitchAtStart,
        Self::PreviewStays,
        Self::AttemptIgnored,
        Self::RetryForgotten,
        Self::ReplyBeforeCommit,
        Self::NoCompare,
        Self::ToldTwice,
        Self::NotTold,
        Self::SecondCancellation,
        Self::WorkInMemory,
        Self::NoDeadline,
    ];

    /// The rule that it breaks.
    pub fn breaks(self) -> Rule {
        match self {
            Self::SecondStart => Rule::OneRuns,
            Self::EndsTwice => Rule::EndsOnce,
            Self::WorkGoesOn | Self::ArtifactUnfenced => Rule::CanceledAtOnce,
            Self::UndoSkipped
            | Self::UndoInOrder
            | Self::FailsAlone
            | Self::ForceUnrecorded
            | Self::UndoPretended => Rule::CancellationUndoes,
            Self::PastThePoint => Rule::PointOfNoReturn,
            Self::SwitchAtStart | Self::PreviewStays => Rule::SlotsSwitch,
            Self::AttemptIgnored | Self::RetryForgotten => Rule::WorkIsFenced,
            Self::ReplyBeforeCommit | Self::NoCompare => Rule::AnswersLast,
            Self::ToldTwice | Self::NotTold => Rule::ToldOnce,
            Self::SecondCancellation => Rule::SameAnswer,
            Self::WorkInMemory | Self::NoDeadline => Rule::EverythingEnds,
        }
    }
}

/// The real `decide`, with the bug around it if there is one.
pub(crate) fn decide(fault: Option<Fault>, state: &Aggregate, command: &Command) -> Result<Verdict, Refusal> {
    let (mut given, mut sent) = (state.clone(), command.clone());
    if let Some(fault) = fault {
        misread(fault, &mut given, &mut sent);
    }
    let mut verdict = signoff_lifecycle::decide(Some(given), sent, NOW);
    if let (Some(fault), Ok(Verdict::Change(decision))) = (fault, &mut verdict) {
        miswrite(fault, state, command, decision);
    }
    verdict
}

/// What the bug makes of what `decide` is given.
fn misread(fault: Fault, state: &mut Aggregate, command: &mut Command) {
    let is_cancel = matches!(command, Command::Cancel(_));
    match (fault, command) {
        (Fault::SecondStart, Command::Publish(_)) => {
            state.target = None;
            state.cancellation = None;
        }
        (Fault::PastThePoint, Command::Cancel(_)) => {
            for step in state.target.iter_mut().flat_map(|target| &mut target.steps) {
                if step.plan.cancel == CancelPolicy::Refuse {
                    step.plan.cancel = CancelPolicy::Undo;
                }
            }
        }
        (Fault::AttemptIgnored, Command::StepResult(result)) => {
            let target = state.target.as_ref().filter(|target| target.id == result.operation);
            if let Some(outstanding) = target.and_then(|target| target.outstanding.as_ref()) {
                result.attempt = outstanding.attempt;
            }
        }
        (Fault::NoDeadline, Command::StepResult(_)) => {
            essence::deadlines(state).for_each(|deadline| *deadline = essence::SOON);
        }
        (Fault::SecondCancellation, _) if is_cancel => {
            let canceling =
                state.target.as_mut().filter(|target| matches!(target.phase, Phase::Canceling { .. }));
            if let Some(target) = canceling {
                target.phase = Phase::Running;
                state.cancellation = None;
            }
        }
        _ => {}
    }
}

/// What the bug makes of the decision.
fn miswrite(fault: Fault, before: &Aggregate, command: &Command, decision: &mut Decision) {
    match fault {
        Fault::EndsTwice => ends_twice(before, command, decision),
        Fault::WorkGoesOn => work_goes_on(before, decision),
        Fault::UndoSkipped if matches!(decision.reply, Reply::Canceling(_)) => {
            edit(decision, Which::Cancellation, |cancellation| drop(cancellation.undo.pop()));
        }
        Fault::UndoInOrder if matches!(decision.reply, Reply::Canceling(_)) => {
            edit(decision, Which::Cancellation, |cancellation| {
                cancellation.undo.reverse();
                if let Some(outstanding) = &mut cancellation.outstanding {
                    outstanding.index = cancellation.undo.len() - 1;
                }
            });
        }
        Fault::FailsAlone => fails_alone(before, decision),
        Fault::ForceUnrecorded if matches!(decision.reply, Reply::GivenUp(_)) => {
            decision.next.offer.leftovers.clear();
        }
        Fault::SwitchAtStart if matches!(command, Command::GoLive(_)) => {
            decision.next.offer.production = decision.next.offer.preview.clone();
        }
        Fault::PreviewStays if matches!(command, Command::Cancel(_)) => {
            decision.next.offer.preview.clone_from(&before.offer.preview);
        }
        Fault::RetryForgotten => {
            let retried = |it: &Aggregate| it.target.as_ref().is_some_and(is_retried);
            if retried(&decision.next) && !retried(before) {
                decision.work.clear();
            }
        }
        Fault::ToldTwice => decision.notifications.extend(decision.notifications.last().cloned()),
        Fault::NotTold if matches!(decision.reply, Reply::Canceled(_)) => decision.notifications.clear(),
        _ => {}
    }
}

/// Changes the operation in the state and among what is written.
fn edit(decision: &mut Decision, which: Which, change: impl Fn(&mut Operation)) {
    let row = match which {
        Which::Cancellation => &mut decision.next.cancellation,
        Which::Target | Which::Gone => &mut decision.next.target,
    };
    let Some(operation) = row else { return };
    change(operation);
    let changed = operation.clone();
    decision.changed.retain(|other| other.id != changed.id);
    decision.changed.push(changed);
}

fn ends_twice(before: &Aggregate, command: &Command, decision: &mut Decision) {
    let Some(golive) = before.target.as_ref().filter(|target| target.kind == Kind::GoLive) else { return };
    if matches!(command, Command::GoLive(_)) {
        decision.changed.push(Operation { phase: Phase::Completed { at: NOW }, ..golive.clone() });
    }
}

fn work_goes_on(before: &Aggregate, decision: &mut Decision) {
    if let (Reply::Canceled(_), Some(target)) = (&decision.reply, &before.target) {
        decision.settled.clear();
        edit(decision, Which::Target, |canceled| canceled.outstanding.clone_from(&target.outstanding));
    }
}

fn fails_alone(before: &Aggregate, decision: &mut Decision) {
    let failed = |it: &Operation| matches!(it.phase, Phase::Failed { .. });
    if decision.next.cancellation.as_ref().is_some_and(failed) {
        decision.changed.retain(|operation| matches!(operation.kind, Kind::Cancel { .. }));
        decision.next.target.clone_from(&before.target);
    }
}

fn is_retried(operation: &Operation) -> bool {
    operation.steps.iter().any(|step| matches!(step.state, StepState::InProgress { tries: 1.., .. }))
}
