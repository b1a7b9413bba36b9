//! The sentences of the core's refusals: `error.message` on the wire (contract, "Every request").

use signoff_lifecycle::refusal::Refusal;

use crate::{
    Lang, clean,
    loader::lookup,
    message::{Args, Clean, Words, in_a_row, unsaid, words},
};

/// A refusal in words, with what the refused call named.
#[derive(Clone, Debug)]
pub struct RefusalText {
    /// Why nothing was changed.
    pub refusal: Refusal,
    /// What was asked for.
    pub call: RefusedCall,
}

/// What a refused call named, as it was sent. What it did not name is empty.
#[derive(Clone, Debug, Default)]
pub struct RefusedCall {
    /// The offer's id.
    pub offer: String,
    /// The operation's id.
    pub operation: String,
    /// The `If-Match`.
    pub if_match: String,
}

words! {
    Refusal, call: RefusedCall;
    OfferNotFound with { offer: call.offer } => "error-offer-not-found",
    OperationNotFound with { operation: call.operation } => "error-operation-not-found",
    StepNotFound { step, known: in_a_row } => "error-step-not-found",
    PreconditionFailed with { sent: call.if_match } => "error-precondition-failed",
    CreateWithTag => "error-create-with-tag",
    MissingIfMatch => "error-missing-if-match",
    IdTaken { existing } with { offer: call.offer } => "error-id-taken",
    OfferTypeChanged { stored, sent } => "error-offer-type-changed",
    OperationInProgress { operation, waits_for_signoff: unsaid } => if *waits_for_signoff {
        "error-waiting-for-signoff"
    } else {
        "error-operation-in-progress"
    },
    CancellationInProgress { cancellation } => "error-cancellation-in-progress",
    NoOperationInProgress { newest: unsaid } with { offer: call.offer } => "error-no-operation-in-progress",
    PastPointOfNoReturn { operation: unsaid, step, forced: unsaid, switched: unsaid } => match (forced, switched) {
        (false, _) => "error-past-point-of-no-return",
        (true, false) => "error-force-past-point-of-no-return",
        (true, true) => "error-force-past-switch",
    },
    AlreadyUndoing { operation: unsaid, step } => "error-already-undoing",
    OperationNotRunning { operation } => "error-operation-not-running",
    CancellationFailed { cancellation } => "error-cancellation-failed",
    NotReadyForGoLive { status } => "error-not-ready-for-go-live",
    ValidationFailed { count } => "error-validation-failed",
    // The engine starts over; if it ever gave up, this would be why.
    DraftChanged => "error-store-conflict",
    StepNotWaiting { step, state } => "error-step-not-waiting",
    SelfReview { step } => "error-self-review",
    NoRunningOperation with { offer: call.offer } => "error-no-such-scenario-operation",
    NotAwaited { step } => "error-callback-not-awaited",
    // Only workers bring results.
    StaleResult => "error-store-conflict",
    RequestIdReused => "error-request-id-reused",
    FirstSentOutOfRange => "error-first-sent-out-of-range",
}

impl RefusalText {
    pub(crate) fn parts(&self, clean: Clean) -> (&'static str, Args) {
        parts(&self.refusal, &self.call, clean)
    }

    /// Every refusal a few times, with a call that names everything.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let named = |name: &str| format!("<{name}>");
        let call =
            RefusedCall { offer: named("offer"), operation: named("operation"), if_match: named("if_match") };
        samples().into_iter().map(|refusal| Self { refusal, call: call.clone() }).collect()
    }
}

/// One or two plain sentences, on one line and of bounded length.
impl Words for RefusalText {
    fn render(&self, lang: Lang) -> String {
        let (key, args) = self.parts(clean::short_line);
        lookup(lang, key, &args)
    }
}
