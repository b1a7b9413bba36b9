//! A counterexample as people read it: who did what, and how the offers stood then.

use std::fmt::Write;

use signoff_lifecycle::offer::SlotContent;
use signoff_lifecycle::operation::{Kind, OperationRef, Standing, Step, StepState, UndoState};
use stateright::Path;

use crate::call::{By, Call, Outcome, Which};
use crate::state::{Client, Load, OfferState, State, Worker};
use crate::store::Stored;
use crate::system::{Action, System};

/// The way to the last state, a line for each action and each change of an offer.
pub(crate) fn story(system: &System, path: Path<State, Action>) -> String {
    let mut text = String::new();
    let mut shown: Vec<String> = Vec::new();
    for (number, (state, action)) in path.into_vec().into_iter().enumerate() {
        let offers: Vec<String> =
            state.offers.iter().take(system.offers.into()).map(|of| offer(system, *of)).collect();
        for line in offers.iter().filter(|line| !shown.contains(line)) {
            let _ = writeln!(text, "         {line}");
        }
        shown = offers;
        if let Some(broken) = state.broken {
            let _ = writeln!(text, "  broken: {}\n         {}", broken.0.says(), system.memo.words(broken));
        }
        if let Some(action) = action {
            let _ = writeln!(text, "  {:>3}. {}", number + 1, act(&state, action));
        }
    }
    text
}

fn act(state: &State, action: Action) -> String {
    match action {
        Action::Ask { offer, call } => format!("a client asks offer {offer} for {}", request(call)),
        Action::Commit { client, lost } => {
            let Client::Asking { call, load, .. } = state.clients[client] else { return String::new() };
            let end = if lost { ", and its reply is lost" } else { "" };
            let load = if load == Load::Fresh { "fresh" } else { "stale" };
            format!("{} is committed on a {load} load{end}", request(call))
        }
        Action::Claim { offer, of } => {
            format!("a worker claims the work of the {} of offer {offer}", who(of))
        }
        Action::Work { worker, outcome, effect } => {
            let effect = if effect { ", with its effect" } else { ", without effect" };
            format!("{} ends {}{effect}", piece(state.workers[worker]), end(outcome))
        }
        Action::Record { worker, lost } => {
            let end = if lost { ", and the worker does not hear of it" } else { "" };
            format!("{} is recorded{end}", piece(state.workers[worker]))
        }
        Action::Die { worker } => format!("the worker on {} dies", piece(state.workers[worker])),
        Action::Crash => "the node dies and starts again".to_owned(),
    }
}

fn request(call: Call) -> String {
    match call {
        Call::Put => "a put".to_owned(),
        Call::Publish => "a publish".to_owned(),
        Call::GoLive => "a golive".to_owned(),
        Call::Cancel(By::Nothing) => "a cancel".to_owned(),
        Call::Cancel(By::Tag(true)) => "a cancel under the current tag".to_owned(),
        Call::Cancel(By::Tag(false)) => "a cancel under an old tag".to_owned(),
        Call::Cancel(By::Name(which)) => format!("a cancel that names the {}", who(which)),
        Call::Force => "a cancel by force".to_owned(),
        Call::Kill => "a kill".to_owned(),
        Call::Approve => "an approval".to_owned(),
        Call::Reject => "a rejection".to_owned(),
        Call::Release => "a release".to_owned(),
        Call::Word(ask, said) => format!("a third party's word on {ask:?}: {said:?}"),
        Call::Result { .. } => "a result".to_owned(),
    }
}

fn who(which: Which) -> &'static str {
    match which {
        Which::Target => "target",
        Which::Cancellation => "cancellation",
        Which::Gone => "older operation",
    }
}

fn end(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "well",
        Outcome::Transient => "badly in passing",
        Outcome::Permanent => "badly for good",
        Outcome::Held => "before its result: it is held",
        Outcome::NotReached => "not at all: the third party could not be asked",
        Outcome::Waiting => "not yet: the third party has it in hand",
        Outcome::AnsweredWell => "well, by the third party's word",
        Outcome::AnsweredBadly => "badly, by the third party's word",
        Outcome::Overdue => "not at all: the third party's time is over",
    }
}

fn piece(worker: Worker) -> String {
    let Worker::Busy(piece) = worker else { return "nothing".to_owned() };
    let late = if piece.waited_for { "" } else { "late " };
    let lease = if piece.leased { "" } else { " without its lease" };
    format!("{late}work ({:?} of step {}) of the {}{lease}", piece.job.kind, piece.job.step, who(piece.of))
}

fn offer(system: &System, of: OfferState) -> String {
    let stored = system.memo.stored(of.stored);
    let world = match (of.world.made, of.world.left) {
        (0, 0) => String::new(),
        (made, left) => format!(" · in the world: steps {made:#b}, leftovers {left:#b}"),
    };
    format!("[{}{world}]", row(&stored))
}

fn row(stored: &Stored) -> String {
    let state = &stored.aggregate;
    let mut text = String::new();
    for other in stored.rows() {
        let _ = write!(text, "{}{}", if text.is_empty() { "" } else { " + " }, operation(other));
    }
    if text.is_empty() {
        text.push_str("never published");
    }
    let slot = |content: &Option<SlotContent>| {
        content.as_ref().map_or_else(|| "-".to_owned(), |content| format!("v{}", content.version))
    };
    let _ = write!(
        text,
        " · preview {} production {}",
        slot(&state.offer.preview),
        slot(&state.offer.production)
    );
    if !stored.work.is_empty() {
        let work: Vec<_> = stored.work.iter().map(|row| row.kind).collect();
        let _ = write!(text, " · due: {}", work.join(", "));
    }
    if !state.offer.leftovers.is_empty() {
        let left: Vec<_> = state.offer.leftovers.iter().map(|leftover| leftover.step.as_str()).collect();
        let _ = write!(text, " · left: {}", left.join(", "));
    }
    text
}

fn operation(operation: OperationRef<'_>) -> String {
    let kind = match operation.kind() {
        Kind::Publish => "publish",
        Kind::GoLive => "golive",
        Kind::Cancel { .. } => "cancellation",
    };
    let phase = match operation.standing() {
        Standing::Running => "running",
        Standing::Canceling => "being canceled",
        Standing::Undoing => "undoing",
        Standing::Completed => "completed",
        Standing::Failed => "failed",
        Standing::Canceled => "canceled",
    };
    let steps = operation.steps().iter().filter_map(step);
    let undo = operation.undo().iter().map(|undo| format!("undo {} {}", undo.plan.id, undoing(&undo.state)));
    let parts: Vec<_> = steps.chain(undo).collect();
    format!("{kind} {} {phase} ({})", operation.head().id.value(), parts.join(", "))
}

fn step(step: &Step) -> Option<String> {
    let word = match step.state {
        StepState::NotStarted | StepState::Inherited { .. } => return None,
        StepState::InProgress { tries: 0, .. } => "in progress",
        StepState::InProgress { .. } => "in progress again",
        StepState::WaitingForApproval { .. } => "waits for approval",
        StepState::WaitingForSignoff { .. } => "waits",
        StepState::Propagating { .. } => "propagating",
        StepState::Complete { .. } => "complete",
        StepState::Blocked { .. } => "blocked",
        StepState::Rejected { .. } => "rejected",
        StepState::Canceled { .. } => "canceled",
    };
    Some(format!("{} {word}", step.plan.id))
}

fn undoing(state: &UndoState) -> &'static str {
    match state {
        UndoState::Pending => "pending",
        UndoState::Running { tries: 0, .. } => "running",
        UndoState::Running { .. } => "running again",
        UndoState::Done { .. } => "done",
        UndoState::Failed { .. } => "failed",
        UndoState::GivenUp { .. } => "given up",
    }
}
