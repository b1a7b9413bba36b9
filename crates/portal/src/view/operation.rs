//! Operations.

use std::sync::Arc;

use signoff_engine::{CachedOperation, Rendered};
use signoff_lifecycle::ids::{OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::operation::{
    Cancellation, CancellationPhase, CancellationRequestState, Failure, Kind, Operation, Phase, Slot,
    Standing, StepFailure,
};
use signoff_lifecycle::refusal::Reference;
use signoff_text::{ErrorText, Lang, Words};
use signoff_wire::Dialect;
use signoff_wire::operation::{
    OperationDefinition, OperationDetail, OperationError, OperationItem, OperationMetadata, TargetRef,
};
use signoff_wire::path::{NumberedAddress, OperationAddress};
use signoff_wire::words::{self, OperationState, SubmissionSlot, SubmissionType};

use super::note::messages;
use super::{guid, steps, time};

/// The relative address of an operation (contract, "Location").
pub(crate) fn location(key: &OfferKey, reference: &Reference) -> String {
    address(key, reference.migrated, reference.id, reference.publishing_version, reference.slot)
}

fn address(
    key: &OfferKey,
    migrated: bool,
    operation: OperationId,
    publishing_version: u64,
    slot: Slot,
) -> String {
    let (publisher, offer) = key.texts();
    let address = if migrated {
        OperationAddress::Migrated { publisher, offer, operation: guid(operation) }
    } else {
        let slot = submission_slot(slot);
        OperationAddress::Numbered(NumberedAddress { publisher, offer, publishing_version, slot })
    };
    address.to_string()
}

fn submission_slot(slot: Slot) -> SubmissionSlot {
    match slot {
        Slot::Preview => SubmissionSlot::Staging,
        Slot::Production => SubmissionSlot::Production,
    }
}

fn submission_type(kind: &Kind) -> SubmissionType {
    match kind {
        Kind::Publish => SubmissionType::Publish,
        Kind::GoLive => SubmissionType::GoLive,
        Kind::Cancel { .. } => SubmissionType::Cancel,
    }
}

/// The word for where an operation stands, in the server's dialect.
pub(crate) fn state_word(operation: &Operation, dialect: Dialect) -> OperationState {
    let observed = dialect == Dialect::Observed;
    match operation.standing() {
        Standing::Running if observed && operation.waits_for_signoff() => OperationState::Succeeded,
        Standing::Running | Standing::Canceling | Standing::Undoing => OperationState::Running,
        Standing::Completed if observed => OperationState::Succeeded,
        Standing::Completed => OperationState::Completed,
        Standing::Failed => OperationState::Failed,
        Standing::Canceled => OperationState::Canceled,
    }
}

/// The addresses of the request; migrated offers keep them to themselves.
fn emails(operation: &Operation) -> Option<String> {
    (!operation.head().migrated).then(|| operation.head().emails.join(","))
}

/// An operation in a list.
pub(crate) fn item<'a>(key: &'a OfferKey, operation: &'a Operation, dialect: Dialect) -> OperationItem<'a> {
    let (publisher, offer) = key.texts();
    let emails = emails(operation).map(Into::into);
    OperationItem {
        id: guid(operation.head().id),
        offer_id: offer.into(),
        offer_version: operation.head().offer_version.into(),
        offer_type_id: operation.head().offer_type.as_str().into(),
        publisher_id: publisher.into(),
        submission_type: submission_type(&operation.kind()),
        submission_state: state_word(operation, dialect),
        publishing_version: operation.head().publishing_version,
        slot: submission_slot(operation.slot()),
        version: signoff_wire::time::ticks(i64::try_from(operation.head().revision).unwrap_or(i64::MAX)),
        definition: OperationDefinition { metadata: OperationMetadata { emails } },
        changed_time: time(operation.head().changed_at),
    }
}

/// One operation, whole, and until when it reads so.
pub(crate) fn detail(
    cached: &CachedOperation,
    dialect: Dialect,
    now: PublisherTime,
) -> (OperationDetail<'_>, PublisherTime) {
    let operation = &cached.operation;
    let head = operation.head();
    let steps = steps(operation.as_ref(), dialect, now);
    let canceled = match operation.submission().map(|submission| &submission.phase) {
        Some(Phase::Canceled { at, by, reason }) => Some((*at, by, reason)),
        _ => None,
    };
    let detail = OperationDetail {
        id: guid(head.id),
        submission_type: submission_type(&operation.kind()),
        status: state_word(operation, dialect),
        messages: messages(&head.notes),
        publishing_version: head.publishing_version,
        offer_version: head.offer_version.into(),
        cancellation_request_state: match operation.cancellation_request_state() {
            CancellationRequestState::CanCancel => words::CancellationRequestState::CanCancel,
            CancellationRequestState::CancelRequested => words::CancellationRequestState::CancelRequested,
            CancellationRequestState::Canceled => words::CancellationRequestState::Canceled,
            CancellationRequestState::CannotCancel => words::CancellationRequestState::CannotCancel,
        },
        steps: steps.steps,
        preview_links: Vec::new(),
        live_links: Vec::new(),
        created_date_time: time(head.created_at),
        last_action_date_time: time(head.changed_at),
        error: error(operation),
        canceled_by: canceled.map(|(_, by, _)| by.into()),
        canceled_date_time: canceled.map(|(at, ..)| time(at)),
        cancellation_reason: canceled.and_then(|(.., reason)| reason.as_deref().map(Into::into)),
        target: target(cached),
        notification_emails: emails(operation).map(Into::into),
    };
    (detail, steps.until)
}

fn error(operation: &Operation) -> Option<OperationError<'static>> {
    let cancellation_failed = |cancellation: OperationId| {
        let text = ErrorText::CancellationFailed { cancellation: cancellation.to_string() };
        ("CancellationFailed", text.render(Lang::En))
    };
    let (code, message) = match operation {
        Operation::Cancellation(cancellation) => match cancellation.phase {
            CancellationPhase::Failed { .. } => cancellation_failed(cancellation.head.id),
            CancellationPhase::Running | CancellationPhase::Completed { .. } => return None,
        },
        Operation::Submission(submission) => match &submission.phase {
            Phase::Failed { failure: Failure::CancellationFailed { cancellation, .. }, .. } => {
                cancellation_failed(*cancellation)
            }
            Phase::Failed { failure: Failure::Step(failure), .. } => step_failed(failure),
            _ => return None,
        },
    };
    Some(OperationError { code: code.into(), message: message.into(), details: Vec::new() })
}

fn step_failed(failure: &StepFailure) -> (&'static str, String) {
    let code = match failure {
        StepFailure::Failed { .. } => "StepFailed",
        StepFailure::Rejected { .. } => "StepRejected",
    };
    let (step, reason) = failure.step_and_reason();
    (code, Note::OperationFailed { step: step.to_owned(), reason: reason.to_owned() }.render(Lang::En))
}

fn target(cached: &CachedOperation) -> Option<TargetRef<'static>> {
    let Cancellation { head, slot, target, target_version, .. } = cached.operation.cancellation()?;
    let location = address(&cached.key, head.migrated, *target, *target_version, *slot);
    Some(TargetRef { operation_id: guid(*target), location: location.into() })
}

/// The bytes of one operation.
pub(crate) fn render_operation(cached: &CachedOperation, dialect: Dialect, now: PublisherTime) -> Rendered {
    let (detail, until) = detail(cached, dialect, now);
    let body: Arc<[u8]> = serde_json::to_vec(&detail).unwrap_or_default().into();
    let progress: u32 = detail.steps.iter().map(|step| u32::from(step.progress_percentage)).sum();
    let head = cached.operation.head();
    let tag = format!("W/\"{}.{}.{progress}\"", head.id, head.revision);
    Rendered { body, tag: tag.into(), until }
}
