//! Whether a stored state is one that [`crate::decide`] can have made: what must hold of every offer and every operation,
//! whatever happened to them. The model holds each state that it reaches against these rules, `signoff store check` what
//! is in a store.

use crate::ids::OperationId;
use crate::offer::{Aggregate, Offer};
use crate::operation::{Kind, Operation, Outstanding, Phase, StepState, UndoState, WorkKind};

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    /// Of which operation; `None`: of the offer itself.
    pub operation: Option<OperationId>,
    /// In words.
    pub what: String,
}

/// What does not hold of an offer and of the operations that matter for what comes next.
pub fn of_offer(state: &Aggregate) -> Vec<Unsound> {
    let mut found = Findings(Vec::new());
    let Aggregate { offer, target, cancellation } = state;
    let newest = cancellation.as_ref().or(target.as_ref());
    let (id, number) = newest.map_or((None, 0), |newest| (Some(newest.id), newest.publishing_version));
    found.unless(offer.newest == id, None, || {
        format!("its newest operation is said to be {}, and is {}", named(offer.newest), named(id))
    });
    found.unless(offer.publishing_version == number, None, || {
        format!("its newest operation has number {number}, the offer counts {}", offer.publishing_version)
    });
    versions(offer, &mut found);
    for operation in target.iter().chain(cancellation) {
        found.0.extend(of_operation(operation));
        let about = Some(operation.id);
        found.unless(operation.offer_type == offer.offer_type, about, || {
            format!("its offer type is {}, that of the offer {}", operation.offer_type, offer.offer_type)
        });
        found.unless(operation.offer_version <= offer.version, about, || {
            format!("it works on version {}, the offer has {}", operation.offer_version, offer.version)
        });
    }
    if let Some(target) = target {
        found.unless(!matches!(target.kind, Kind::Cancel { .. }), Some(target.id), || {
            "a cancellation stands where the newest publish or golive belongs".to_owned()
        });
    }
    preview(state, &mut found);
    cancels(target.as_ref(), cancellation.as_ref(), &mut found);
    found.0
}

/// What does not hold of an operation by itself.
pub fn of_operation(operation: &Operation) -> Vec<Unsound> {
    let mut found = Findings(Vec::new());
    let about = Some(operation.id);
    let open = operation.steps.iter().any(crate::operation::Step::is_open);
    found.unless(!open || operation.phase == Phase::Running, about, || {
        "a step is open, and the operation does not run".to_owned()
    });
    let waits_for_somebody = operation.steps.iter().any(|step| {
        matches!(step.state, StepState::WaitingForApproval { .. } | StepState::WaitingForSignoff { .. })
    });
    let waits = operation.phase == Phase::Running && waits_for_somebody
        || matches!(operation.phase, Phase::Canceling { .. });
    let wanted = operation.is_running() && !waits;
    found.unless(operation.outstanding.is_some() == wanted, about, || {
        if wanted { "it runs, and nothing moves it on" } else { "it waits for work that nobody wants" }
            .to_owned()
    });
    if let Some(outstanding) = &operation.outstanding {
        found.unless(is_known(operation, outstanding), about, || {
            format!("it waits for attempt {} of work that it does not have", outstanding.attempt)
        });
    }
    undo(operation, &mut found);
    found.0
}

struct Findings(Vec<Unsound>);

impl Findings {
    fn unless(&mut self, holds: bool, operation: Option<OperationId>, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Unsound { operation, what: what() });
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
    let waiting = state.target.as_ref().filter(|target| target.waits_for_signoff()).map(|target| target.id);
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
fn cancels(target: Option<&Operation>, cancellation: Option<&Operation>, found: &mut Findings) {
    let canceled_by = target.and_then(|target| match target.phase {
        Phase::Canceling { cancellation } => Some(cancellation),
        _ => None,
    });
    let running = cancellation.filter(|operation| operation.is_running()).map(|operation| operation.id);
    found.unless(running == canceled_by, target.map(|target| target.id), || {
        let (running, by) = (named(running), named(canceled_by));
        format!("the cancellation that runs is {running}, the one that it waits for {by}")
    });
    let Some(cancellation) = cancellation else { return };
    let about = Some(cancellation.id);
    let of = match cancellation.kind {
        Kind::Cancel { target, .. } => Some(target),
        Kind::Publish | Kind::GoLive => None,
    };
    let target_id = target.map(|target| target.id);
    found.unless(of.is_some() && of == target_id, about, || {
        format!("it cancels {}, the newest publish or golive is {}", named(of), named(target_id))
    });
    let Some(target) = target else { return };
    found.unless(cancellation.slot == target.slot, about, || "its slot is not that of its target".to_owned());
    let together = match cancellation.phase {
        Phase::Completed { .. } => matches!(target.phase, Phase::Canceled { .. }),
        Phase::Failed { .. } => matches!(target.phase, Phase::Failed { .. }),
        Phase::Running => true,
        Phase::Canceling { .. } | Phase::Undoing { .. } | Phase::Canceled { .. } => false,
    };
    found.unless(together, about, || "it ended otherwise than its target".to_owned());
}

fn is_known(operation: &Operation, outstanding: &Outstanding) -> bool {
    let places = match outstanding.what {
        WorkKind::Run | WorkKind::Propagate => operation.steps.len(),
        WorkKind::Undo => operation.undo.len(),
    };
    outstanding.index < places && (1..=operation.last_attempt).contains(&outstanding.attempt)
}

/// Undos run one at a time, in their order, and only while the operation runs.
fn undo(operation: &Operation, found: &mut Findings) {
    let rank = |state: &UndoState| match state {
        UndoState::Done { .. } | UndoState::Failed { .. } | UndoState::GivenUp { .. } => 0,
        UndoState::Running { .. } => 1,
        UndoState::Pending => 2,
    };
    let ranks = || operation.undo.iter().map(|undo| rank(&undo.state));
    let running = ranks().filter(|rank| *rank == 1).count();
    let expected = usize::from(!operation.undo.is_empty() && operation.is_running());
    found.unless(ranks().is_sorted() && running == expected, Some(operation.id), || {
        format!("{running} undos run, and {expected} should, each after those before it")
    });
}
