//! From what the engine refuses to an error of the API. Every refusal has its place here.

use signoff_engine::EngineError;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::refusal::{Reference, Refusal};
use signoff_text::{ErrorText, RefusalText, RefusedCall};
use signoff_wire::ErrorCode;
use signoff_wire::repeatability::{FIRST_SENT, REQUEST_ID};

use crate::error::ApiError;
use crate::view;

/// What the refused call was about.
#[derive(Clone, Copy, Default)]
pub(crate) struct Subject<'a> {
    /// The offer, if the call names one.
    pub(crate) key: Option<&'a OfferKey>,
    /// The `If-Match` that was sent, if any.
    pub(crate) sent_tag: Option<&'a str>,
    /// The operation that was named, if any.
    pub(crate) operation: Option<&'a str>,
}

impl<'a> Subject<'a> {
    pub(crate) fn offer(key: &'a OfferKey) -> Self {
        Self { key: Some(key), sent_tag: None, operation: None }
    }

    /// The error that a failed use case comes to.
    pub(crate) fn error(&self, error: EngineError) -> ApiError {
        match error {
            EngineError::Refused(refusal) => self.refused(refusal),
            EngineError::Unfit { findings, omitted } => {
                let mut error = self.refused(Refusal::ValidationFailed { count: findings.len() + omitted });
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

    /// The error that a refusal comes to.
    pub(crate) fn refused(&self, refusal: Refusal) -> ApiError {
        let Place { code, target, location } = place(&refusal);
        let location = location.zip(self.key).map(|(reference, key)| view::location(key, reference));
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let call = RefusedCall {
            offer: owned(self.key.map(|key| &*key.offer)),
            operation: owned(self.operation),
            if_match: owned(self.sent_tag),
        };
        let mut error = ApiError::new(code, RefusalText { refusal, call });
        error.target = target.map(str::to_owned);
        error.location = location;
        error
    }
}

/// Where a refusal stands in the API.
struct Place<'a> {
    code: ErrorCode,
    /// The member, header or parameter at fault.
    target: Option<&'static str>,
    /// The operation that the caller is led to.
    location: Option<&'a Reference>,
}

impl<'a> Place<'a> {
    fn at(code: ErrorCode, target: &'static str) -> Self {
        Self { target: Some(target), ..Self::from(code) }
    }

    fn led_to(code: ErrorCode, operation: &'a Reference) -> Self {
        Self { location: Some(operation), ..Self::from(code) }
    }
}

impl From<ErrorCode> for Place<'_> {
    fn from(code: ErrorCode) -> Self {
        Self { code, target: None, location: None }
    }
}

/// The table of refusals (contract, "Every request").
fn place(refusal: &Refusal) -> Place<'_> {
    use ErrorCode as Code;
    match refusal {
        Refusal::OfferNotFound => Code::OfferNotFound.into(),
        Refusal::OperationNotFound | Refusal::NoRunningOperation => Code::OperationNotFound.into(),
        Refusal::StepNotFound { .. } => Code::NotFound.into(),
        Refusal::PreconditionFailed | Refusal::CreateWithTag => {
            Place::at(Code::PreconditionFailed, "If-Match")
        }
        Refusal::MissingIfMatch => Place::at(Code::MissingIfMatch, "If-Match"),
        Refusal::IdTaken { .. } => Place::at(Code::InvalidId, "offerId"),
        Refusal::OfferTypeChanged { .. } => Place::at(Code::InvalidBody, "offerTypeId"),
        Refusal::OperationInProgress { operation, .. } => Place::led_to(Code::OperationInProgress, operation),
        Refusal::CancellationInProgress { cancellation } => {
            Place::led_to(Code::OperationInProgress, cancellation)
        }
        Refusal::NoOperationInProgress { .. } => Code::NoOperationInProgress.into(),
        Refusal::PastPointOfNoReturn { operation, .. } | Refusal::AlreadyUndoing { operation, .. } => {
            Place::led_to(Code::OperationNotCancellable, operation)
        }
        Refusal::OperationNotRunning { .. } => Place::at(Code::OperationNotRunning, "operationId"),
        Refusal::CancellationFailed { cancellation } => Place::led_to(Code::CancellationFailed, cancellation),
        Refusal::NotReadyForGoLive { .. } => Code::NotReadyForGoLive.into(),
        Refusal::ValidationFailed { .. } => Code::ValidationFailed.into(),
        Refusal::StepNotWaiting { .. } | Refusal::NotAwaited { .. } => Code::StepNotWaiting.into(),
        Refusal::SelfReview { .. } => Code::SelfReview.into(),
        Refusal::RequestIdReused => Place::at(Code::RequestIdReused, REQUEST_ID),
        Refusal::FirstSentOutOfRange => Place::at(Code::FirstSentOutOfRange, FIRST_SENT),
        // The engine answers both itself: it starts over, or drops the result. A call that gets one met a mistake of ours.
        Refusal::DraftChanged | Refusal::StaleResult => Code::InternalError.into(),
    }
}

pub(crate) fn offer_not_found(key: &OfferKey) -> ApiError {
    Subject::offer(key).refused(Refusal::OfferNotFound)
}

pub(crate) fn operation_not_found(operation: &str) -> ApiError {
    Subject { operation: Some(operation), ..Subject::default() }.refused(Refusal::OperationNotFound)
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
