//! The log of operations: one line for each change of state.

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::note::{Note, NoteAt};
use signoff_lifecycle::offer::{Aggregate, Offer};
use signoff_lifecycle::operation::{
    Cancellation, CancellationPhase, Failure, Kind, Operation, OperationRef, Phase, Standing, StepFailure,
    StepState, Submission, Undo, UndoState,
};

/// How much of a reason a line repeats, in characters.
const LONGEST_REASON: usize = 300;

/// A change of one operation's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    operation: OperationId,
    kind: &'static str,
    version: u32,
    from: String,
    to: String,
    why: Option<String>,
    /// Something is left of it that a person may have to look after.
    is_left: bool,
}

/// Where an offer's operations stood; nothing if nobody reads the log.
#[derive(Default)]
pub(super) struct Before([Option<(OperationId, String)>; 2]);

impl Before {
    pub(super) fn of(state: &Aggregate) -> Self {
        if !is_read() {
            return Self::default();
        }
        let known = |operation: OperationRef<'_>| (operation.head().id, standing(operation));
        let target = state.target().map(|target| known(Operation::Submission(target)));
        let cancellation = state.cancellation().map(|it| known(Operation::Cancellation(it)));
        Self([target, cancellation])
    }
}

fn is_read() -> bool {
    tracing::enabled!(tracing::Level::INFO)
}

/// What changes for the operations of `changed`; nothing if nobody reads it.
pub(super) fn moves(before: &Before, changed: &[Operation]) -> Vec<Moved> {
    if !is_read() {
        return Vec::new();
    }
    changed.iter().filter_map(|now| Moved::of(before, now)).collect()
}

impl Moved {
    fn of(before: &Before, now: &Operation) -> Option<Self> {
        let from = before.0.iter().flatten().find(|(id, _)| *id == now.head().id);
        let (from, to) = (from.map_or("new", |(_, stood)| stood), standing(now.as_ref()));
        (from != to).then(|| Self {
            operation: now.head().id,
            kind: kind(&now.kind()),
            version: now.head().offer_version,
            from: from.to_owned(),
            to,
            why: why(now).map(|reason| reason.chars().take(LONGEST_REASON).collect()),
            is_left: failed_to_cancel(now),
        })
    }

    /// Writes the line. `request` is the id of the request that brought the change about, if one did.
    pub(super) fn tell(&self, offer: &Offer, request: Option<&str>) {
        let Self { operation, kind, version, from, to, why, is_left } = self;
        let (publisher, offer) = (offer.publisher.as_str(), offer.id.as_str());
        let (from, to, why) = (from.as_str(), to.as_str(), why.as_deref());
        if *is_left {
            tracing::warn!(
                publisher, offer, %operation, kind, version, from, to, why, request_id = request,
                "an operation ended with something left behind"
            );
        } else {
            tracing::info!(
                publisher, offer, %operation, kind, version, from, to, why, request_id = request,
                "an operation moved on"
            );
        }
    }
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Publish => "publish",
        Kind::GoLive => "golive",
        Kind::Cancel { .. } => "cancel",
    }
}

/// Where an operation stands, in a word or two: its state, and the step that it is about.
fn standing(operation: OperationRef<'_>) -> String {
    match (operation.standing(), operation) {
        (Standing::Running, OperationRef::Submission(target)) => running(target),
        (Standing::Running | Standing::Undoing, _) => undoing(operation.undo()),
        (Standing::Canceling, _) => "canceling".to_owned(),
        (Standing::Completed, _) => "completed".to_owned(),
        (Standing::Failed, _) => "failed".to_owned(),
        (Standing::Canceled, _) => "canceled".to_owned(),
    }
}

/// Whether a cancellation failed, or its target with it.
fn failed_to_cancel(operation: &Operation) -> bool {
    match operation {
        Operation::Cancellation(cancellation) => cancellation.standing() == Standing::Failed,
        Operation::Submission(target) => {
            matches!(&target.phase, Phase::Failed { failure: Failure::CancellationFailed { .. }, .. })
        }
    }
}

fn running(target: &Submission) -> String {
    let Some(step) = target.steps.iter().find(|step| step.is_open()) else {
        return "running".to_owned();
    };
    let held = target.head.outstanding.is_some_and(|outstanding| outstanding.held);
    let (word, tries) = match step.state {
        StepState::WaitingForApproval { .. } => ("waitingForApproval", 0),
        StepState::WaitingForSignoff { .. } => ("waitingForSignoff", 0),
        StepState::Propagating { tries, .. } => ("propagating", tries),
        StepState::InProgress { tries, .. } if held => ("held", tries),
        StepState::InProgress { tries, .. } => ("running", tries),
        _ => ("running", 0),
    };
    // Each request to a third party has a line of its own.
    again(word, &step.plan.id, if step.external.is_some() { 0 } else { tries })
}

fn undoing(undo: &[Undo]) -> String {
    let running = undo.iter().find_map(|undo| match undo.state {
        UndoState::Running { tries, .. } => {
            Some((&undo.plan.id, if undo.external.is_some() { 0 } else { tries }))
        }
        _ => None,
    });
    running.map_or_else(|| "undoing".to_owned(), |(step, tries)| again("undoing", step, tries))
}

fn again(word: &str, step: &str, tries: u32) -> String {
    match tries {
        0 => format!("{word} {step}"),
        tries => format!("{word} {step} (try {})", tries.saturating_add(1)),
    }
}

/// Why it stands there, without the words of those who asked for it: the audit log has them.
fn why(operation: &Operation) -> Option<String> {
    let phase = match operation {
        Operation::Submission(target) => &target.phase,
        Operation::Cancellation(cancellation) => return why_canceling(cancellation),
    };
    match phase {
        Phase::Failed { failure: Failure::Step(failure), .. } | Phase::Undoing { failure } => {
            Some(reason(failure))
        }
        Phase::Failed { failure: Failure::CancellationFailed { left, .. }, .. } => Some(left_behind(left)),
        Phase::Canceled { by, .. } => Some(format!("by {by}")),
        Phase::Running => {
            let steps = operation.steps().iter().filter(|step| step.is_open());
            steps.flat_map(|step| &step.notes).filter_map(retried).next_back()
        }
        Phase::Canceling { .. } | Phase::Completed { .. } => None,
    }
}

fn why_canceling(cancellation: &Cancellation) -> Option<String> {
    match &cancellation.phase {
        CancellationPhase::Failed { left, .. } => Some(left_behind(left)),
        CancellationPhase::Running => {
            let running = |undo: &&Undo| matches!(undo.state, UndoState::Running { .. });
            let undo = cancellation.undo.iter().filter(running);
            undo.flat_map(|undo| &undo.notes).filter_map(retried).next_back()
        }
        CancellationPhase::Completed { .. } => None,
    }
}

fn retried(NoteAt { note, .. }: &NoteAt) -> Option<String> {
    match note {
        Note::StepRetry { reason, .. } | Note::UndoRetry { reason, .. } => Some(reason.clone()),
        _ => None,
    }
}

fn reason(failure: &StepFailure) -> String {
    match failure {
        StepFailure::Failed { step, reason } => format!("{step}: {reason}"),
        StepFailure::Rejected { step, .. } => format!("{step}: a reviewer rejected it"),
    }
}

fn left_behind(left: &[String]) -> String {
    format!("left behind: {}", left.join(", "))
}
