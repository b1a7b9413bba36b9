//! Whether what a client is told is so: for every answer there must be a moment between question and answer at which
//! it was right, and what it promises must hold from then on.

use std::sync::Arc;

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{
    CancellationRequestState, Kind as OperationKind, Operation, OperationRef, Standing, Submission,
};

use crate::call::Answer;
use crate::client::{Kind, Plan};
use crate::rules::{self, Seen, hold};

/// What a client was told, and what has to be true from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// An operation was started.
    Exists(OperationId),
    /// 200 to a cancel: this operation is canceled.
    Canceled(OperationId),
    /// 202 to a cancel, or 200 for one that has ended: this cancellation is there.
    Cancellation(OperationId),
    /// 400: this operation cannot be canceled any more.
    NotCancellable(OperationId),
    /// A read showed that it ended so.
    Ended(OperationId, &'static str),
}

/// What was so between question and answer.
pub(crate) struct Window<'a> {
    pub(crate) seen: &'a Seen,
    /// Every state of the offer from the question to the answer.
    pub(crate) states: &'a [Arc<Aggregate>],
    /// The number of the newest operation when it was asked.
    pub(crate) newest_before: u64,
}

impl Window<'_> {
    fn any(&self, holds: impl Fn(&Aggregate) -> bool) -> bool {
        self.states.iter().any(|state| holds(state))
    }
}

/// What the answer promises.
///
/// # Errors
/// If it is not true.
pub(crate) fn judge(plan: &Plan, answer: &Answer, window: &Window<'_>) -> Result<Option<Promise>, String> {
    let explain = |what: String| {
        format!("{what}: {} {} answered {} {}", plan.ask.method, plan.ask.path, answer.status, answer.body)
    };
    let judged = match (answer.status, plan.kind) {
        (202, Kind::Publish | Kind::GoLive) => started(plan, answer, window).map(Some),
        (200 | 202, Kind::Cancel) => canceled(plan, answer, window).map(Some),
        (200, Kind::Operation) => shown(plan, answer, window),
        (200, Kind::Put) => stored(plan, window).map(|()| None),
        (200, Kind::Offer) => {
            let status = |state: &Aggregate| state.status().as_str() == answer.text("status");
            hold(window.any(status), || "the offer never had this status meanwhile".to_owned()).map(|()| None)
        }
        (200, Kind::List) => listed(answer, window).map(|()| None),
        (200, _) | (404, Kind::Release | Kind::Review) => Ok(None),
        (400 | 412, _) => refused(plan, answer, window),
        _ => Err("no answer that this call may have".to_owned()),
    };
    judged.map_err(explain)
}

/// The operation that an answer speaks of.
fn named(answer: &Answer, window: &Window<'_>) -> Result<Operation, String> {
    let id: OperationId = answer.text("operationId").parse().map_err(|_| "no operation id".to_owned())?;
    let operation = window.seen.operations.get(&id).cloned().ok_or("it names what does not exist")?;
    let at = by_address(answer.location(), window.seen);
    hold(at.is_some_and(|at| at.head().id == id), || "its address is another's".to_owned())?;
    Ok(operation)
}

/// The operation at an address.
pub(crate) fn by_address<'a>(location: &str, seen: &'a Seen) -> Option<&'a Operation> {
    let path = location.split('?').next()?;
    let last = path.rsplit('/').next()?;
    if let Ok(id) = last.parse() {
        return seen.operations.get(&id);
    }
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8().ok()?;
    let mut parts = decoded.split('$');
    let (publisher, offer, number) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    seen.numbered(publisher, offer, number)
}

fn started(plan: &Plan, answer: &Answer, window: &Window<'_>) -> Result<Promise, String> {
    let operation = named(answer, window)?;
    let wanted = if plan.kind == Kind::Publish { OperationKind::Publish } else { OperationKind::GoLive };
    hold(operation.kind() == wanted, || "it started something else".to_owned())?;
    hold(operation.head().publishing_version > window.newest_before, || "it was there before".to_owned())?;
    if let Some(guard) = plan.guard {
        hold(operation.head().publishing_version == guard + 1, || {
            "its guard was for another state".to_owned()
        })?;
    }
    Ok(Promise::Exists(operation.head().id))
}

fn canceled(plan: &Plan, answer: &Answer, window: &Window<'_>) -> Result<Promise, String> {
    let operation = named(answer, window)?;
    let target = operation.cancellation().map(|cancellation| cancellation.target);
    let id = operation.head().id;
    let is_meant = plan.named.is_none_or(|named| named == id || Some(named) == target);
    hold(is_meant, || "it canceled another operation than the one that was named".to_owned())?;
    let is_cancellation = target.is_some();
    match (answer.status, answer.text("status")) {
        (200, "canceled") => {
            let is = operation.standing() == Standing::Canceled;
            hold(is, || format!("promise 3: 200, and it is {}", rules::phase(&operation)))?;
            Ok(Promise::Canceled(id))
        }
        (200, "completed") => {
            let is = is_cancellation && operation.standing() == Standing::Completed;
            hold(is, || "200 for a cancellation that has not ended well".to_owned())?;
            Ok(Promise::Cancellation(id))
        }
        // Who waits is told how it stands by then.
        (202, _) => {
            hold(is_cancellation, || "promise 4: 202 without a cancellation".to_owned())?;
            Ok(Promise::Cancellation(id))
        }
        _ => Err("no answer to a cancel".to_owned()),
    }
}

/// A read shows the operation as it was at some moment since it was asked for.
fn shown(plan: &Plan, answer: &Answer, window: &Window<'_>) -> Result<Option<Promise>, String> {
    let Some(id) = plan.named else { return Ok(None) };
    hold(answer.text("id") == id.to_string(), || "it shows another".to_owned())?;
    let (status, may) = (answer.text("status"), answer.text("cancellationRequestState"));
    let as_it_was =
        |state: &Aggregate| state.operation(id).is_some_and(|operation| looks(operation, status, may));
    let now = window.seen.operations.get(&id).ok_or("it shows what does not exist")?;
    hold(window.any(as_it_was) || looks(now.as_ref(), status, may), || {
        format!("a stale read: it is {} and {:?}", rules::phase(now), now.cancellation_request_state())
    })?;
    let ended = !now.is_running() && status != "running";
    Ok(ended.then(|| Promise::Ended(id, rules::phase(now))))
}

fn looks(operation: OperationRef<'_>, status: &str, may: &str) -> bool {
    let word = match operation.standing() {
        Standing::Running | Standing::Canceling | Standing::Undoing => "running",
        Standing::Completed => "completed",
        Standing::Failed => "failed",
        Standing::Canceled => "canceled",
    };
    let state = match operation.cancellation_request_state() {
        CancellationRequestState::CanCancel => "canCancel",
        CancellationRequestState::CancelRequested => "cancelRequested",
        CancellationRequestState::Canceled => "canceled",
        CancellationRequestState::CannotCancel => "cannotCancel",
    };
    (word, state) == (status, may)
}

/// A list holds every operation, the newest first, and promise 1 holds in it.
fn listed(answer: &Answer, window: &Window<'_>) -> Result<(), String> {
    let items = answer.body.as_array().ok_or("a list is a list")?;
    let numbers: Vec<u64> = items.iter().filter_map(|item| item["publishingVersion"].as_u64()).collect();
    let whole = |state: &Aggregate| numbers.iter().copied().eq((1..=state.offer.publishing_version).rev());
    hold(window.any(whole), || format!("the numbers are {numbers:?}"))?;
    let running: Vec<_> = items.iter().filter(|item| item["submissionState"] == "running").collect();
    let one = match running[..] {
        [] | [_] => true,
        [cancellation, _] => cancellation["submissionType"] == "cancel",
        _ => false,
    };
    hold(one, || "promise 1: more than one operation runs".to_owned())
}

fn stored(plan: &Plan, window: &Window<'_>) -> Result<(), String> {
    let title = plan.title.as_deref().unwrap_or_default();
    let times = window.seen.titles.get(title).copied().unwrap_or(0);
    hold(times == 1, || format!("the draft was stored {times} times"))
}

fn refused(plan: &Plan, answer: &Answer, window: &Window<'_>) -> Result<Option<Promise>, String> {
    let running = |state: &Aggregate| state.target().is_some_and(Submission::is_running);
    let right = match answer.code() {
        "OperationInProgress" => window.any(running),
        "NoOperationInProgress" => window.any(|state| !running(state)),
        "NotReadyForGoLive" => window.any(|state| !state.target().is_some_and(Submission::waits_for_signoff)),
        "OperationNotCancellable" => return not_cancellable(answer, window),
        "CancellationFailed" => {
            window.any(|state| state.cancellation().is_some_and(|it| it.standing() == Standing::Failed))
        }
        "OperationNotRunning" => window.any(|state| {
            let newest = state.target().filter(|target| Some(target.head.id) == plan.named);
            !newest.is_some_and(Submission::is_running)
        }),
        "PreconditionFailed" => {
            plan.kind == Kind::Put
                || plan.guard.is_some_and(|guard| window.any(|state| state.offer.publishing_version != guard))
        }
        // The machine's clock was set back by more than an hour since.
        "FirstSentOutOfRange" => plan.ask.repeat.is_some(),
        "StepNotWaiting" | "UnknownStep" => matches!(plan.kind, Kind::Review | Kind::Release),
        _ => false,
    };
    hold(right, || "it was never so meanwhile".to_owned())?;
    Ok(None)
}

fn not_cancellable(answer: &Answer, window: &Window<'_>) -> Result<Option<Promise>, String> {
    let location = answer.body["error"]["location"].as_str().unwrap_or_default();
    let operation = by_address(location, window.seen).ok_or("its address leads nowhere")?;
    let cannot = operation.cancellation_request_state() == CancellationRequestState::CannotCancel;
    hold(cannot, || format!("promise 5: refused, and it is {}", rules::phase(operation)))?;
    Ok(Some(Promise::NotCancellable(operation.head().id)))
}

/// Whether a promise is kept.
pub(crate) fn keeps(promise: &Promise, operation: Option<&Operation>) -> Result<(), String> {
    let Some(operation) = operation else { return Err(format!("promise 8: {promise:?}, and it is gone")) };
    let kept = match promise {
        Promise::Exists(_) => operation.submission().is_some(),
        Promise::Canceled(_) => operation.standing() == Standing::Canceled,
        Promise::Cancellation(_) => operation.cancellation().is_some(),
        Promise::NotCancellable(_) => {
            !matches!(operation.standing(), Standing::Canceled | Standing::Canceling)
        }
        Promise::Ended(_, phase) => rules::phase(operation) == *phase,
    };
    hold(kept, || format!("promise 8: {promise:?}, and it is {}", rules::phase(operation)))
}

impl Promise {
    /// The operation that it is about.
    pub(crate) fn about(&self) -> OperationId {
        match self {
            Self::Exists(id)
            | Self::Canceled(id)
            | Self::Cancellation(id)
            | Self::NotCancellable(id)
            | Self::Ended(id, _) => *id,
        }
    }
}
