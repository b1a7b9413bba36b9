//! Steps: those of a pipeline, and the undos that are the steps of a cancellation.

use signoff_definition::{OfferType, OfferTypes};
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_lifecycle::operation::{OperationRef, Step, StepState, Undo, UndoState};
use signoff_lifecycle::plan::Executor;
use signoff_wire::Dialect;
use signoff_wire::operation::StepView;
use signoff_wire::words::StepStatus;

use super::note::messages;

/// The steps of an operation, and until when they read so.
pub(crate) struct StepsView {
    pub(crate) steps: Vec<StepView<'static>>,
    /// When the progress of a step shows another number.
    pub(crate) until: PublisherTime,
}

/// The steps of `operation` as they are at `now`.
pub(crate) fn steps(operation: OperationRef<'_>, dialect: Dialect, now: PublisherTime) -> StepsView {
    let offer_type = OfferTypes::load().get(&operation.head().offer_type);
    let mut until = PublisherTime(i64::MAX);
    let steps = if operation.cancellation().is_some() {
        operation.undo().iter().map(|undo| undo_view(undo, offer_type, now, &mut until)).collect()
    } else {
        operation.steps().iter().map(|step| step_view(step, offer_type, dialect, now, &mut until)).collect()
    };
    StepsView { steps, until }
}

fn step_view(
    step: &Step,
    offer_type: Option<&'static OfferType>,
    dialect: Dialect,
    now: PublisherTime,
    until: &mut PublisherTime,
) -> StepView<'static> {
    let id = step.plan.id.clone();
    let spec = offer_type.and_then(|offer_type| offer_type.step(&id));
    // Released clients look for the sign-off step by its id in `stepName`.
    let named_by_id = dialect == Dialect::Observed && step.plan.executor == Executor::Signoff;
    let name = spec.filter(|_| !named_by_id).map(|spec| spec.name.as_str().into());
    StepView {
        estimated_time_frame: spec.map(|spec| spec.time_frame.as_str().into()),
        step_name: name.unwrap_or_else(|| id.clone().into()),
        description: spec.map(|spec| spec.description.as_str().into()).unwrap_or_default(),
        status: step_status(&step.state),
        messages: messages(&step.notes),
        progress_percentage: match step.state {
            StepState::InProgress { since, .. } => match &step.external {
                // Only the third party knows.
                Some(external) => external.progress,
                None => progress(since, step.plan.duration, now, until),
            },
            StepState::Propagating { .. } => 90,
            StepState::Complete { .. } | StepState::Inherited { .. } => 100,
            _ => 0,
        },
        id: id.into(),
    }
}

fn undo_view(
    undo: &Undo,
    offer_type: Option<&'static OfferType>,
    now: PublisherTime,
    until: &mut PublisherTime,
) -> StepView<'static> {
    let undone = &undo.plan.id;
    let spec = offer_type.and_then(|offer_type| offer_type.step(undone));
    let name = spec.map_or(undone.as_str(), |spec| spec.name.as_str());
    StepView {
        estimated_time_frame: spec.map(|spec| spec.time_frame.as_str().into()),
        id: format!("undo-{undone}").into(),
        step_name: format!("Undo {name}").into(),
        description: format!("What the step {name} made is removed.").into(),
        status: match undo.state {
            UndoState::Pending => StepStatus::NotStarted,
            UndoState::Running { .. } => StepStatus::InProgress,
            UndoState::Done { .. } => StepStatus::Complete,
            UndoState::Failed { .. } | UndoState::GivenUp { .. } => StepStatus::Blocked,
        },
        messages: messages(&undo.notes),
        progress_percentage: match undo.state {
            UndoState::Running { since, .. } => match &undo.external {
                Some(external) => external.progress,
                None => progress(since, undo.plan.undo_duration, now, until),
            },
            UndoState::Done { .. } => 100,
            UndoState::Pending | UndoState::Failed { .. } | UndoState::GivenUp { .. } => 0,
        },
    }
}

/// How far a step is that takes `duration`; 99 at most while it runs. Lowers `until` to when it shows more.
fn progress(since: PublisherTime, duration: Micros, now: PublisherTime, until: &mut PublisherTime) -> u8 {
    let elapsed = now.since(since).0;
    if duration.is_zero() {
        return 0;
    }
    let percent = (u128::from(elapsed) * 100 / u128::from(duration.0)).min(99);
    if percent < 99 {
        let next = u64::try_from((percent + 1) * u128::from(duration.0) / 100).unwrap_or(u64::MAX);
        *until = (*until).min(since.plus(Micros(next.saturating_add(1))));
    }
    u8::try_from(percent).unwrap_or(99)
}

/// The word of the wire for where a step stands.
fn step_status(state: &StepState) -> StepStatus {
    match state {
        StepState::NotStarted => StepStatus::NotStarted,
        StepState::InProgress { .. } | StepState::Propagating { .. } => StepStatus::InProgress,
        StepState::WaitingForApproval { .. } => StepStatus::WaitingForApproval,
        StepState::WaitingForSignoff { .. } => StepStatus::WaitingForPublisherReview,
        StepState::Complete { .. } | StepState::Inherited { .. } => StepStatus::Complete,
        StepState::Blocked { .. } => StepStatus::Blocked,
        StepState::Rejected { .. } => StepStatus::Rejected,
        StepState::Canceled { .. } => StepStatus::Canceled,
    }
}

#[cfg(test)]
mod tests {
    use signoff_lifecycle::refusal::Refusal;
    use signoff_text::{Lang, RefusalText, RefusedCall, Words};

    use super::*;

    #[test]
    fn a_refusal_names_the_status_that_the_step_shows() {
        let (at, since, tries) = (PublisherTime(0), PublisherTime(0), 0);
        for state in [
            StepState::NotStarted,
            StepState::InProgress { since, tries },
            StepState::WaitingForApproval { since },
            StepState::WaitingForSignoff { since },
            StepState::Propagating { since, tries },
            StepState::Complete { at },
            StepState::Inherited { at },
            StepState::Blocked { at },
            StepState::Rejected { at },
            StepState::Canceled { at },
        ] {
            let word = step_status(&state);
            let refusal = Refusal::StepNotWaiting { step: "certify".to_owned(), state };
            let text = RefusalText { refusal, call: RefusedCall::default() }.render(Lang::En);
            assert!(text.contains(&format!("is '{}', so", word.as_str())), "{text}");
        }
    }

    #[test]
    fn progress_never_shows_a_hundred_before_the_end() {
        let mut until = PublisherTime(i64::MAX);
        let hour = Micros(3_600_000_000);
        assert_eq!(progress(PublisherTime(0), hour, PublisherTime(0), &mut until), 0);
        assert_eq!(until, PublisherTime(36_000_001));
        assert_eq!(progress(PublisherTime(0), hour, until, &mut until), 1);
        assert_eq!(progress(PublisherTime(0), hour, PublisherTime(9_000_000_000), &mut until), 99);
    }
}
