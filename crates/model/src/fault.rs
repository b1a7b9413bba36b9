//! Planted bugs: each misbehaves in one way, and the checker must say which rule that breaks.
//!
//! A bug of decisions changes what goes into the real `decide` or what comes out of it; a bug of the store, the server
//! or a worker is looked at where the model does their part.

use signoff_lifecycle::Command;
use signoff_lifecycle::decision::{Decision, Reply, StopReply, Verdict};
use signoff_lifecycle::offer::{Aggregate, Course};
use signoff_lifecycle::operation::{Cancellation, Goal, Operation, Phase, Standing, StepState, Submission};
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::refusal::Refusal;

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
    /// A cancel on the spot sends no notification.
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
            state.course = None;
        }
        (Fault::PastThePoint, Command::Cancel(_)) => {
            for step in target_mut(state).into_iter().flat_map(|target| &mut target.steps) {
                if step.plan.cancel == CancelPolicy::Refuse {
                    step.plan.cancel = CancelPolicy::Undo;
                }
            }
        }
        (Fault::AttemptIgnored, Command::StepResult(result)) => {
            let target = state.target().filter(|target| target.head.id == result.operation);
            if let Some(outstanding) = target.and_then(|target| target.head.outstanding) {
                result.attempt = outstanding.attempt;
            }
        }
        (Fault::NoDeadline, Command::StepResult(_)) => {
            essence::deadlines(state).for_each(|deadline| *deadline = essence::SOON);
        }
        (Fault::SecondCancellation, _) if is_cancel => {
            if let Some(Course::Canceling(target, _)) = &state.course
                && matches!(target.phase, Phase::Canceling { .. })
            {
                let target = Submission { phase: Phase::Running, ..target.clone() };
                state.course = Some(Course::Alone(target));
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
        Fault::UndoSkipped if matches!(decision.reply, Reply::Stopped(StopReply::Canceling(_))) => {
            edit_cancellation(decision, |cancellation| drop(cancellation.undo.pop()));
        }
        Fault::UndoInOrder if matches!(decision.reply, Reply::Stopped(StopReply::Canceling(_))) => {
            edit_cancellation(decision, |cancellation| {
                cancellation.undo.reverse();
                if let Some(outstanding) = &mut cancellation.head.outstanding {
                    outstanding.index = cancellation.undo.len() - 1;
                }
            });
        }
        Fault::FailsAlone => fails_alone(before, decision),
        Fault::ForceUnrecorded if matches!(decision.reply, Reply::Stopped(StopReply::GivenUp(_))) => {
            decision.next.offer.leftovers.clear();
        }
        Fault::SwitchAtStart if matches!(command, Command::GoLive(_)) => {
            decision.next.offer.production = decision.next.offer.preview.clone();
        }
        Fault::PreviewStays if matches!(command, Command::Cancel(_)) => {
            decision.next.offer.preview.clone_from(&before.offer.preview);
        }
        Fault::RetryForgotten => {
            let retried = |it: &Aggregate| it.target().is_some_and(is_retried);
            if retried(&decision.next) && !retried(before) {
                decision.work.clear();
            }
        }
        Fault::ToldTwice => decision.notifications.extend(decision.notifications.last().cloned()),
        Fault::NotTold if matches!(decision.reply, Reply::Stopped(StopReply::Canceled(_))) => {
            decision.notifications.clear();
        }
        _ => {}
    }
}

fn target_mut(state: &mut Aggregate) -> Option<&mut Submission> {
    match &mut state.course {
        None => None,
        Some(Course::Alone(target) | Course::Canceling(target, _)) => Some(target),
    }
}

/// Changes the newest publish or golive in the state and among what is written.
fn edit_target(decision: &mut Decision, change: impl Fn(&mut Submission)) {
    if let Some(target) = target_mut(&mut decision.next) {
        change(target);
        let changed = target.clone();
        rewrite(decision, changed.into());
    }
}

/// Changes the cancellation in the state and among what is written.
fn edit_cancellation(decision: &mut Decision, change: impl Fn(&mut Cancellation)) {
    if let Some(Course::Canceling(_, cancellation)) = &mut decision.next.course {
        change(cancellation);
        let changed = cancellation.clone();
        rewrite(decision, changed.into());
    }
}

fn rewrite(decision: &mut Decision, changed: Operation) {
    decision.changed.retain(|other| other.head().id != changed.head().id);
    decision.changed.push(changed);
}

fn ends_twice(before: &Aggregate, command: &Command, decision: &mut Decision) {
    let Some(golive) = before.target().filter(|target| target.goal == Goal::GoLive) else { return };
    if matches!(command, Command::GoLive(_)) {
        let ended = Submission { phase: Phase::Completed { at: NOW }, ..golive.clone() };
        decision.changed.push(ended.into());
    }
}

fn work_goes_on(before: &Aggregate, decision: &mut Decision) {
    if let (Reply::Stopped(StopReply::Canceled(_)), Some(target)) = (&decision.reply, before.target()) {
        decision.finished_work.clear();
        edit_target(decision, |canceled| canceled.head.outstanding = target.head.outstanding);
    }
}

fn fails_alone(before: &Aggregate, decision: &mut Decision) {
    if let (Some(Course::Canceling(target, cancellation)), Some(earlier)) =
        (&mut decision.next.course, before.target())
        && cancellation.standing() == Standing::Failed
    {
        decision.changed.retain(|operation| operation.cancellation().is_some());
        target.clone_from(earlier);
    }
}

fn is_retried(target: &Submission) -> bool {
    target.steps.iter().any(|step| matches!(step.state, StepState::InProgress { tries: 1.., .. }))
}
