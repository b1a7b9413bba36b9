//! The operations of an offer: what may be started and stopped, and what happens by itself.
//!
//! Written from the contract ("Cancel", "Operations otherwise"), not from the code.

use super::Object;
use super::calls::{cancel, golive, look, publish};

/// An operation, by the number under which its address was seen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Op(pub(crate) usize);

/// An operation of the state: seen, or started by a call that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Name {
    Seen(Op),
    /// By the call with this number.
    Unseen(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Publish,
    GoLive,
}

/// Where T stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// Nothing that began needs undoing: a cancel is answered 200.
    Early,
    /// Something does: 202.
    Deep,
    /// It waits for the publisher's sign-off.
    Signoff,
    /// The switch is done.
    PastReturn,
    /// A step failed, and what began is undone.
    Undoing,
    /// A cancellation runs.
    Canceling,
    Canceled,
    Completed,
    Failed,
    /// Failed, because its cancellation failed.
    CancellationFailed,
}

/// The newest publish or golive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) phase: Phase,
    /// Its cancellation.
    pub(crate) cancellation: Option<Name>,
}

/// How an operation that is not the newest any more ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Completed,
    Canceled,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct State {
    pub(crate) target: Option<Target>,
    /// What ended before, in the order of ending; those that nobody saw are left out.
    pub(crate) past: Vec<(Op, End)>,
}

/// What is asked of an offer's operations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    Publish,
    GoLive,
    /// Of the newest, or of the one named.
    Cancel(Option<Op>),
    Status,
    Look(Op),
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// 202 to a publish or golive.
    Started(Op),
    /// 200: this operation is canceled.
    Canceled(Op),
    /// 202: this cancellation runs.
    Canceling(Op),
    /// 200: this cancellation has ended well.
    CancellationEnded(Op),
    /// 400, with the address of what runs.
    InProgress(Op),
    NotReadyForGoLive,
    NothingInProgress,
    NotCancellable(Op),
    CancellationFailed(Op),
    NotRunning,
    /// The offer's status, in the word of the wire.
    Status(String),
    /// `status` and `cancellationRequestState` of an operation, in the words of the wire.
    Shows {
        status: String,
        cancel: String,
    },
    /// 404.
    NotFound,
}

/// The operations of an offer whose scenario lets them fail, or not.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Life {
    /// A step may fail.
    pub(crate) fails: bool,
    /// An undo may fail.
    pub(crate) undo_fails: bool,
}

impl Object for Life {
    type State = State;
    type Ask = Ask;
    type Reply = Reply;

    fn beginning(&self) -> State {
        State::default()
    }

    fn by_itself(&self, state: &State) -> Vec<State> {
        let Some(target) = state.target else { return Vec::new() };
        let mut next: Vec<Phase> = match (target.phase, target.kind) {
            (Phase::Early, _) => vec![Phase::Deep],
            (Phase::Deep, Kind::Publish) => vec![Phase::Signoff],
            (Phase::Deep, Kind::GoLive) => vec![Phase::PastReturn],
            (Phase::PastReturn, _) => vec![Phase::Completed],
            (Phase::Undoing, _) => vec![Phase::Failed],
            (Phase::Canceling, _) if self.undo_fails => vec![Phase::Canceled, Phase::CancellationFailed],
            (Phase::Canceling, _) => vec![Phase::Canceled],
            _ => Vec::new(),
        };
        if self.fails && matches!(target.phase, Phase::Early | Phase::Deep) {
            next.extend([Phase::Undoing, Phase::Failed]);
        }
        next.into_iter().map(|phase| state.at(phase)).collect()
    }

    fn after(&self, state: &State, number: usize, ask: &Ask, reply: Option<&Reply>) -> Vec<State> {
        let changed = match (ask, reply) {
            (Ask::Publish, reply) => publish(state, number, reply),
            (Ask::GoLive, reply) => golive(state, number, reply),
            (Ask::Cancel(named), reply) => cancel(state, number, *named, reply),
            (Ask::Status, Some(Reply::Status(word))) => (state.status() == word).then(|| state.clone()),
            (Ask::Look(op), Some(reply)) => look(state, *op, reply),
            (Ask::Status | Ask::Look(_), _) => None,
        };
        changed.into_iter().collect()
    }

    fn changes(&self, ask: &Ask) -> bool {
        matches!(ask, Ask::Publish | Ask::GoLive | Ask::Cancel(_))
    }
}

impl State {
    pub(super) fn at(&self, phase: Phase) -> Self {
        let target = self.target.map(|target| Target { phase, ..target });
        Self { target, past: self.past.clone() }
    }

    fn status(&self) -> &'static str {
        self.target.map_or("neverPublished", |target| match target.phase {
            Phase::Signoff => "waitingForPublisherReview",
            Phase::Early | Phase::Deep | Phase::PastReturn | Phase::Undoing | Phase::Canceling => "running",
            Phase::Completed => "succeeded",
            Phase::Canceled => "canceled",
            Phase::Failed | Phase::CancellationFailed => "failed",
        })
    }

    /// Nobody has seen this operation yet.
    pub(super) fn is_new(&self, op: Op) -> bool {
        let is = |name: Option<Name>| name == Some(Name::Seen(op));
        let of_target = is(self.target.map(|target| target.name));
        let of_cancellation = is(self.target.and_then(|target| target.cancellation));
        !of_target && !of_cancellation && self.past.iter().all(|(past, _)| *past != op)
    }

    /// Starts an operation in the place of T, whose end is `end`.
    pub(super) fn start(&self, name: Name, kind: Kind, end: Option<End>) -> Option<Self> {
        if let Name::Seen(op) = name
            && !self.is_new(op)
        {
            return None;
        }
        let mut past = self.past.clone();
        if let Some(target) = self.target {
            let (end, of_cancellation) = match target.phase {
                Phase::Canceled => (End::Canceled, End::Completed),
                Phase::Failed | Phase::CancellationFailed => (End::Failed, End::Failed),
                _ => (end.unwrap_or(End::Completed), End::Completed),
            };
            past.extend(seen(target.name).map(|op| (op, end)));
            past.extend(target.cancellation.and_then(seen).map(|op| (op, of_cancellation)));
        }
        let phase = if kind == Kind::Publish { Phase::Early } else { Phase::Deep };
        Some(Self { target: Some(Target { name, kind, phase, cancellation: None }), past })
    }

    /// `op` is T; if nobody saw T before, it is now known to be.
    pub(super) fn target_is(&self, op: Op) -> Option<Self> {
        let target = self.target?;
        let name = self.identify(target.name, op)?;
        Some(Self { target: Some(Target { name, ..target }), past: self.past.clone() })
    }

    /// `op` is the cancellation of T, in the same way.
    pub(super) fn cancellation_is(&self, op: Op) -> Option<Self> {
        let target = self.target?;
        let cancellation = Some(self.identify(target.cancellation?, op)?);
        Some(Self { target: Some(Target { cancellation, ..target }), past: self.past.clone() })
    }

    fn identify(&self, name: Name, op: Op) -> Option<Name> {
        match name {
            Name::Seen(seen) => (seen == op).then_some(name),
            Name::Unseen(_) => self.is_new(op).then_some(Name::Seen(op)),
        }
    }

    /// What publish and golive are told while something runs.
    pub(super) fn in_progress(&self, op: Op) -> Option<Self> {
        match self.target?.phase {
            Phase::Early | Phase::Deep | Phase::Signoff | Phase::PastReturn | Phase::Undoing => {
                self.target_is(op)
            }
            Phase::Canceling => self.cancellation_is(op),
            _ => None,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.target.is_none_or(|target| target.phase.is_end())
    }
}

impl Phase {
    fn is_end(self) -> bool {
        matches!(self, Self::Canceled | Self::Completed | Self::Failed | Self::CancellationFailed)
    }
}

fn seen(name: Name) -> Option<Op> {
    match name {
        Name::Seen(op) => Some(op),
        Name::Unseen(_) => None,
    }
}
