//! What each call comes to, by the answer that it was given.

use super::life::{End, Kind, Name, Op, Phase, Reply, State, Target};

pub(super) fn publish(state: &State, number: usize, reply: Option<&Reply>) -> Option<State> {
    match reply {
        Some(Reply::Started(op)) if state.has_ended() => state.start(Name::Seen(*op), Kind::Publish, None),
        None if state.has_ended() => state.start(Name::Unseen(number), Kind::Publish, None),
        Some(Reply::InProgress(op)) => state.in_progress(*op),
        _ => None,
    }
}

pub(super) fn golive(state: &State, number: usize, reply: Option<&Reply>) -> Option<State> {
    let ready = state.target.is_some_and(|target| match target.kind {
        Kind::Publish => target.phase == Phase::Signoff,
        Kind::GoLive => {
            matches!(target.phase, Phase::Canceled | Phase::Failed | Phase::CancellationFailed)
        }
    });
    match reply {
        Some(Reply::Started(op)) if ready => state.start(Name::Seen(*op), Kind::GoLive, Some(End::Completed)),
        None if ready => state.start(Name::Unseen(number), Kind::GoLive, Some(End::Completed)),
        Some(Reply::InProgress(op)) if !ready => state.in_progress(*op),
        Some(Reply::NotReadyForGoLive) if !ready && state.has_ended() => Some(state.clone()),
        _ => None,
    }
}

/// The rules of the contract in their order.
pub(super) fn cancel(
    state: &State,
    number: usize,
    named: Option<Op>,
    reply: Option<&Reply>,
) -> Option<State> {
    let Some(target) = state.target else {
        let expected = if named.is_some() { Reply::NotFound } else { Reply::NothingInProgress };
        return (reply == Some(&expected)).then(|| state.clone());
    };
    // Cancel rule 6.
    if target.phase == Phase::CancellationFailed {
        let Some(Reply::CancellationFailed(op)) = reply else { return None };
        return state.cancellation_is(*op);
    }
    // Cancel rule 7: who is meant. A call that names an operation before it was seen says which one it is.
    let meant = match named {
        None => vec![state.clone()],
        Some(op) => {
            let of_cancellation = matches!(target.phase, Phase::Canceling | Phase::Canceled)
                .then(|| state.cancellation_is(op))
                .flatten();
            state.target_is(op).into_iter().chain(of_cancellation).collect()
        }
    };
    let is_repeated_or_runs = !matches!(target.phase, Phase::Completed | Phase::Failed);
    if named.is_some() && (meant.is_empty() || !is_repeated_or_runs) {
        return (reply == Some(&Reply::NotRunning)).then(|| state.clone());
    }
    meant.into_iter().find_map(|state| cancel_target(&state, number, reply))
}

fn cancel_target(state: &State, number: usize, reply: Option<&Reply>) -> Option<State> {
    let target = state.target?;
    match (target.phase, reply) {
        (Phase::Early, None) => Some(state.at(Phase::Canceled)),
        (Phase::Early, Some(Reply::Canceled(op))) => Some(state.target_is(*op)?.at(Phase::Canceled)),
        (Phase::Deep | Phase::Signoff, None) => Some(canceling(state, Name::Unseen(number))),
        (Phase::Deep | Phase::Signoff, Some(Reply::Canceling(op))) if state.is_new(*op) => {
            Some(canceling(state, Name::Seen(*op)))
        }
        (Phase::PastReturn | Phase::Undoing, Some(Reply::NotCancellable(op))) => state.target_is(*op),
        (Phase::Canceling, Some(Reply::Canceling(op)))
        | (Phase::Canceled, Some(Reply::CancellationEnded(op))) => state.cancellation_is(*op),
        (Phase::Canceled, Some(Reply::Canceled(op))) if target.cancellation.is_none() => state.target_is(*op),
        (Phase::Completed | Phase::Failed, Some(Reply::NothingInProgress)) => Some(state.clone()),
        _ => None,
    }
}

fn canceling(state: &State, cancellation: Name) -> State {
    let mut next = state.at(Phase::Canceling);
    next.target = next.target.map(|target| Target { cancellation: Some(cancellation), ..target });
    next
}

pub(super) fn look(state: &State, op: Op, reply: &Reply) -> Option<State> {
    if let Some((_, end)) = state.past.iter().find(|(past, _)| *past == op) {
        return (*reply == shows_end(*end)).then(|| state.clone());
    }
    let target = state.target?;
    let as_target = state.target_is(op).filter(|_| *reply == shows_target(target.phase));
    let as_cancellation = || state.cancellation_is(op).filter(|_| *reply == shows_cancellation(target.phase));
    as_target.or_else(as_cancellation)
}

fn shows(status: &str, cancel: &str) -> Reply {
    Reply::Shows { status: status.to_owned(), cancel: cancel.to_owned() }
}

fn shows_end(end: End) -> Reply {
    match end {
        End::Completed => shows("completed", "cannotCancel"),
        End::Canceled => shows("canceled", "canceled"),
        End::Failed => shows("failed", "cannotCancel"),
    }
}

fn shows_target(phase: Phase) -> Reply {
    match phase {
        Phase::Early | Phase::Deep | Phase::Signoff => shows("running", "canCancel"),
        Phase::PastReturn | Phase::Undoing => shows("running", "cannotCancel"),
        Phase::Canceling => shows("running", "cancelRequested"),
        Phase::Completed => shows_end(End::Completed),
        Phase::Canceled => shows_end(End::Canceled),
        Phase::Failed | Phase::CancellationFailed => shows_end(End::Failed),
    }
}

fn shows_cancellation(target: Phase) -> Reply {
    match target {
        Phase::Canceled => shows_end(End::Completed),
        Phase::CancellationFailed => shows_end(End::Failed),
        _ => shows("running", "cannotCancel"),
    }
}
