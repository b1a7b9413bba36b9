//! From what the engine refuses to an error of the API. Every refusal has its place here.

use signoff_engine::EngineError;
use signoff_lifecycle::operation::Kind;
use signoff_lifecycle::refusal::{Reference, Refusal};
use signoff_text::{ErrorText, OperationKind};
use signoff_wire::ErrorCode;
use signoff_wire::repeatability::{FIRST_SENT, REQUEST_ID};

use crate::error::ApiError;
use crate::view;

/// What the refused call was about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) publisher: &'a str,
    pub(crate) offer: &'a str,
    /// The `If-Match` that was sent, if any.
    pub(crate) sent_tag: Option<&'a str>,
    /// The operation that was named, if any.
    pub(crate) operation: Option<&'a str>,
}

impl<'a> Subject<'a> {
    pub(crate) fn offer(publisher: &'a str, offer: &'a str) -> Self {
        Self { publisher, offer, sent_tag: None, operation: None }
    }

    fn location(&self, reference: &Reference) -> String {
        view::location(self.publisher, self.offer, reference)
    }

    /// The error that a failed use case comes to.
    pub(crate) fn error(&self, error: EngineError) -> ApiError {
        match error {
            EngineError::Refused(refusal) => self.refused(refusal),
            EngineError::Unfit { findings, omitted } => {
                let text = ErrorText::ValidationFailed { count: findings.len() + omitted };
                let mut error = ApiError::new(ErrorCode::ValidationFailed, text);
                error.omitted = omitted;
                error.details =
                    findings.into_iter().map(|finding| (finding.detail, finding.target)).collect();
                error
            }
            EngineError::UnknownOfferType(offer_type) => unknown_offer_type(offer_type),
            EngineError::Body { field, expected } => {
                let text = ErrorText::BodyShape { field: field.clone(), expected: expected.to_owned() };
                ApiError::new(ErrorCode::InvalidBody, text).target(field)
            }
            EngineError::Conflict => ApiError::new(ErrorCode::ServiceUnavailable, ErrorText::StoreConflict),
            EngineError::Store(error) => error.into(),
        }
    }

    fn refused(&self, refusal: Refusal) -> ApiError {
        match refusal {
            Refusal::OperationInProgress { operation, waits_for_signoff } => {
                let location = self.location(&operation);
                let id = operation.id.to_string();
                let text = if waits_for_signoff {
                    ErrorText::WaitingForSignoff { operation: id }
                } else {
                    ErrorText::OperationInProgress { kind: kind(&operation.kind), operation: id }
                };
                ApiError::new(ErrorCode::OperationInProgress, text).location(location)
            }
            Refusal::CancellationInProgress { cancellation } => {
                let text = ErrorText::CancellationInProgress { cancellation: cancellation.id.to_string() };
                ApiError::new(ErrorCode::OperationInProgress, text).location(self.location(&cancellation))
            }
            Refusal::NoOperationInProgress { .. } => {
                let text = ErrorText::NoOperationInProgress { offer: self.offer.to_owned() };
                ApiError::new(ErrorCode::NoOperationInProgress, text)
            }
            Refusal::PastPointOfNoReturn { operation, step, forced, switched } => {
                let text = match (forced, switched) {
                    (false, _) => ErrorText::PastPointOfNoReturn { step },
                    (true, false) => ErrorText::ForcePastPointOfNoReturn { step },
                    (true, true) => ErrorText::ForcePastSwitch { step },
                };
                ApiError::new(ErrorCode::OperationNotCancellable, text).location(self.location(&operation))
            }
            Refusal::AlreadyUndoing { operation, step } => {
                ApiError::new(ErrorCode::OperationNotCancellable, ErrorText::AlreadyUndoing { step })
                    .location(self.location(&operation))
            }
            Refusal::OperationNotRunning { operation } => {
                let text = ErrorText::OperationNotRunning { operation: operation.to_string() };
                ApiError::new(ErrorCode::OperationNotRunning, text).target("operationId")
            }
            Refusal::CancellationFailed { cancellation } => {
                let text = ErrorText::CancellationFailed { cancellation: cancellation.id.to_string() };
                ApiError::new(ErrorCode::CancellationFailed, text).location(self.location(&cancellation))
            }
            Refusal::NotReadyForGoLive { status } => {
                let text = ErrorText::NotReadyForGoLive { state: status.as_str().to_owned() };
                ApiError::new(ErrorCode::NotReadyForGoLive, text)
            }
            Refusal::StepNotWaiting { step, state } => {
                let status = view::step_status(&state).as_str().to_owned();
                ApiError::new(ErrorCode::StepNotWaiting, ErrorText::StepNotWaiting { step, status })
            }
            Refusal::SelfReview { step } => {
                ApiError::new(ErrorCode::SelfReview, ErrorText::SelfReview { step })
            }
            Refusal::NotAwaited { step } => {
                ApiError::new(ErrorCode::StepNotWaiting, ErrorText::CallbackNotAwaited { step })
            }
            Refusal::RequestIdReused => {
                ApiError::new(ErrorCode::RequestIdReused, ErrorText::RequestIdReused).target(REQUEST_ID)
            }
            Refusal::FirstSentOutOfRange => {
                ApiError::new(ErrorCode::FirstSentOutOfRange, ErrorText::FirstSentOutOfRange)
                    .target(FIRST_SENT)
            }
            other => self.not_found_or_guarded(&other),
        }
    }

    fn not_found_or_guarded(&self, refusal: &Refusal) -> ApiError {
        let sent = self.sent_tag.unwrap_or_default().to_owned();
        match refusal {
            Refusal::OfferNotFound => offer_not_found(self.offer),
            Refusal::OperationNotFound => operation_not_found(self.operation.unwrap_or_default()),
            Refusal::StepNotFound { step } => {
                let text = ErrorText::StepNotFound { step: step.clone(), known: String::new() };
                ApiError::new(ErrorCode::NotFound, text)
            }
            Refusal::PreconditionFailed => {
                let text = ErrorText::PreconditionFailed { sent };
                ApiError::new(ErrorCode::PreconditionFailed, text).target("If-Match")
            }
            Refusal::CreateWithTag => {
                ApiError::new(ErrorCode::PreconditionFailed, ErrorText::CreateWithTag).target("If-Match")
            }
            Refusal::MissingIfMatch => {
                ApiError::new(ErrorCode::MissingIfMatch, ErrorText::MissingIfMatch).target("If-Match")
            }
            Refusal::IdTaken { existing } => {
                let (field, value) = ("offerId".to_owned(), self.offer.to_owned());
                let text = ErrorText::IdTaken { field, value, existing: existing.clone() };
                ApiError::new(ErrorCode::InvalidId, text).target("offerId")
            }
            Refusal::OfferTypeChanged { stored, sent } => {
                let text = ErrorText::OfferTypeChanged { stored: stored.clone(), sent: sent.clone() };
                ApiError::new(ErrorCode::InvalidBody, text).target("offerTypeId")
            }
            Refusal::NoRunningOperation => {
                let text = ErrorText::NoSuchScenarioOperation { offer: self.offer.to_owned() };
                ApiError::new(ErrorCode::OperationNotFound, text)
            }
            // What is left has its own arm above, or comes from workers and never from a call.
            _ => ApiError::new(ErrorCode::InternalError, ErrorText::Internal { request_id: String::new() }),
        }
    }
}

fn kind(kind: &Kind) -> OperationKind {
    match kind {
        Kind::Publish => OperationKind::Publish,
        Kind::GoLive => OperationKind::GoLive,
        Kind::Cancel { .. } => OperationKind::Cancel,
    }
}

pub(crate) fn offer_not_found(offer: &str) -> ApiError {
    ApiError::new(ErrorCode::OfferNotFound, ErrorText::OfferNotFound { offer: offer.to_owned() })
}

pub(crate) fn operation_not_found(operation: &str) -> ApiError {
    let text = ErrorText::OperationNotFound { operation: operation.to_owned() };
    ApiError::new(ErrorCode::OperationNotFound, text)
}

/// The same of a path.
pub(crate) fn no_such_offer_type(offer_type: &str) -> ApiError {
    let mut error = unknown_offer_type(offer_type.chars().take(80).collect());
    error.code = ErrorCode::NotFound;
    error
}

pub(crate) fn unknown_offer_type(offer_type: String) -> ApiError {
    let known: Vec<&str> =
        signoff_definition::OfferTypes::load().all().iter().map(|known| known.id.as_str()).collect();
    let text = ErrorText::UnknownOfferType { offer_type, known: known.join(", ") };
    ApiError::new(ErrorCode::UnknownOfferType, text).target("offerTypeId")
}
