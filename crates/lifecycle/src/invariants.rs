//! Whether a stored state is one that [`crate::decide`] can have made: what must hold of every offer and every operation,
//! whatever happened to them. The model holds each state that it reaches against these rules, `signoff store check` what
//! is in a store.

use crate::ids::OperationId;
use crate::offer::{Aggregate, Course, Offer};
use crate::operation::{
    Cancellation, CancellationPhase, Head, Operation, Outstanding, Phase, Step, StepState, Submission, Undo,
    UndoState, WorkKind,
};

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Of which operation; `None`: of the offer itself.
    pub operation: Option<OperationId>,
    /// In words.
    pub what: String,
}

/// What does not hold of an offer and of the operations that matter for what comes next.
pub fn of_offer(state: &Aggregate) -> Vec<Violation> {
    let mut found = Findings(Vec::new());
    let offer = &state.offer;
    let newest = state.operations().last();
    let (id, number) =
        newest.map_or((None, 0), |newest| (Some(newest.head().id), newest.head().publishing_version));
    found.unless(offer.newest == id, None, || {
        format!("its newest operation is said to be {}, and is {}", named(offer.newest), named(id))
    });
    found.unless(offer.publishing_version == number, None, || {
        format!("its newest operation has number {number}, the offer counts {}", offer.publishing_version)
    });
    versions(offer, &mut found);
    for operation in state.operations() {
        let head = operation.head();
        let about = Some(head.id);
        found.unless(head.offer_type == offer.offer_type, about, || {
            format!("its offer type is {}, that of the offer {}", head.offer_type, offer.offer_type)
        });
        found.unless(head.offer_version <= offer.version, about, || {
            format!("it works on version {}, the offer has {}", head.offer_version, offer.version)
        });
    }
    preview(state, &mut found);
    match &state.course {
        None => {}
        Some(Course::Alone(target)) => {
            submission(target, &mut found);
            found.unless(!matches!(target.phase, Phase::Canceling { .. }), Some(target.head.id), || {
                "it waits for a cancellation that is not there".to_owned()
            });
        }
        Some(Course::Canceling(target, its_cancellation)) => {
            submission(target, &mut found);
            cancellation(its_cancellation, &mut found);
            cancels(target, its_cancellation, &mut found);
        }
    }
    found.0
}

/// What does not hold of an operation by itself.
pub fn of_operation(operation: &Operation) -> Vec<Violation> {
    let mut found = Findings(Vec::new());
    match operation {
        Operation::Submission(target) => submission(target, &mut found),
        Operation::Cancellation(it) => cancellation(it, &mut found),
    }
    found.0
}

fn submission(target: &Submission, found: &mut Findings) {
    let open = target.steps.iter().any(Step::is_open);
    found.unless(!open || target.phase == Phase::Running, Some(target.head.id), || {
        "a step is open, and the operation does not run".to_owned()
    });
    let waits_for_somebody = target.steps.iter().any(|step| {
        matches!(step.state, StepState::WaitingForApproval { .. } | StepState::WaitingForSignoff { .. })
    });
    let waits = target.phase == Phase::Running && waits_for_somebody
        || matches!(target.phase, Phase::Canceling { .. });
    outstanding(&target.head, target.is_running() && !waits, found);
    if let Some(outstanding) = &target.head.outstanding {
        let places = match outstanding.what {
            WorkKind::Run | WorkKind::Propagate => target.steps.len(),
            WorkKind::Undo => target.undo.len(),
        };
        is_known(&target.head, outstanding, places, found);
    }
    undo(target.head.id, &target.undo, target.is_running(), found);
}

fn cancellation(cancellation: &Cancellation, found: &mut Findings) {
    let Cancellation { head, undo: list, .. } = cancellation;
    outstanding(head, cancellation.is_running(), found);
    if let Some(outstanding) = &head.outstanding {
        found.unless(outstanding.what == WorkKind::Undo, Some(head.id), || {
            "a cancellation waits for work that undoes nothing".to_owned()
        });
        is_known(head, outstanding, list.len(), found);
    }
    undo(head.id, list, cancellation.is_running(), found);
}

struct Findings(Vec<Violation>);

impl Findings {
    fn unless(&mut self, holds: bool, operation: Option<OperationId>, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Violation { operation, what: what() });
        }
    }
}

fn named(id: Option<OperationId>) -> String {
    id.map_or_else(|| "none".to_owned(), |id| id.to_string())
}

/// Nothing is of a version that the offer has not had.
fn versions(offer: &Offer, found: &mut Findings) {
    let displaced = offer.displaced.as_ref().and_then(|displaced| displaced.content.as_ref());
    let slots = [("preview", offer.preview.as_ref()), ("production", offer.production.as_ref())];
    let slots = slots.into_iter().chain([("preview before the publish that runs", displaced)]);
    for (slot, content) in slots.filter_map(|(slot, content)| Some((slot, content?))) {
        found.unless(content.version <= offer.version, None, || {
            format!("its {slot} holds version {}, the offer has {}", content.version, offer.version)
        });
    }
    found.unless(offer.draft.content_version <= offer.version, None, || {
        format!(
            "its draft is that of version {}, the offer has {}",
            offer.draft.content_version, offer.version
        )
    });
}

/// What was displaced from the preview is remembered as long as the publish that did so waits for its sign-off.
fn preview(state: &Aggregate, found: &mut Findings) {
    let waiting = state.target().filter(|target| target.waits_for_signoff()).map(|target| target.head.id);
    let displaced_by = state.offer.displaced.as_ref().map(|displaced| displaced.by);
    found.unless(displaced_by == waiting, None, || {
        let (waiting, by) = (named(waiting), named(displaced_by));
        format!("its preview was displaced by {by}, the publish that waits for sign-off is {waiting}")
    });
    if let Some(waiting) = waiting {
        let preview = state.offer.preview.as_ref().map(|content| content.operation);
        found.unless(preview == Some(waiting), Some(waiting), || {
            format!("it waits for sign-off, and the preview is of {}", named(preview))
        });
    }
}

/// A cancellation runs with its target and ends with it.
fn cancels(target: &Submission, cancellation: &Cancellation, found: &mut Findings) {
    let about = Some(cancellation.head.id);
    let canceled_by = match target.phase {
        Phase::Canceling { cancellation } => Some(cancellation),
        _ => None,
    };
    let running = about.filter(|_| cancellation.is_running());
    found.unless(running == canceled_by, Some(target.head.id), || {
        let (running, by) = (named(running), named(canceled_by));
        format!("the cancellation that runs is {running}, the one that it waits for {by}")
    });
    found.unless(cancellation.target == target.head.id, about, || {
        format!("it cancels {}, the newest publish or golive is {}", cancellation.target, target.head.id)
    });
    found.unless(cancellation.slot == target.slot(), about, || {
        "its slot is not that of its target".to_owned()
    });
    let together = match cancellation.phase {
        CancellationPhase::Completed { .. } => matches!(target.phase, Phase::Canceled { .. }),
        CancellationPhase::Failed { .. } => matches!(target.phase, Phase::Failed { .. }),
        CancellationPhase::Running => true,
    };
    found.unless(together, about, || "it ended otherwise than its target".to_owned());
}

/// Work is outstanding while the operation runs and waits for no person.
fn outstanding(head: &Head, wanted: bool, found: &mut Findings) {
    found.unless(head.outstanding.is_some() == wanted, Some(head.id), || {
        if wanted { "it runs, and nothing moves it on" } else { "it waits for work that nobody wants" }
            .to_owned()
    });
}

fn is_known(head: &Head, outstanding: &Outstanding, places: usize, found: &mut Findings) {
    let known = outstanding.index < places && (1..=head.last_attempt).contains(&outstanding.attempt);
    found.unless(known, Some(head.id), || {
        format!("it waits for attempt {} of work that it does not have", outstanding.attempt)
    });
}

/// Undos run one at a time, in their order, and only while the operation runs.
fn undo(operation: OperationId, undo: &[Undo], is_running: bool, found: &mut Findings) {
    let rank = |state: &UndoState| match state {
        UndoState::Done { .. } | UndoState::Failed { .. } | UndoState::GivenUp { .. } => 0,
        UndoState::Running { .. } => 1,
        UndoState::Pending => 2,
    };
    let ranks = || undo.iter().map(|undo| rank(&undo.state));
    let running = ranks().filter(|rank| *rank == 1).count();
    let expected = usize::from(!undo.is_empty() && is_running);
    found.unless(ranks().is_sorted() && running == expected, Some(operation), || {
        format!("{running} undos run, and {expected} should, each after those before it")
    });
}
