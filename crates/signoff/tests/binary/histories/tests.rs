//! Histories made by hand: those that cannot be are found, those that can be are not.

use super::check::{check, ends};
use super::draft::{self, Draft};
use super::life::{Ask, Life, Op, Phase, Reply};
use super::{Call, Event, History, Object};

/// A history that is written call by call. Calls have the names of their clients; each has one call at a time.
struct Script<O: Object>(History<O>);

impl<O: Object> Script<O> {
    fn new() -> Self {
        Self(History::default())
    }

    fn sends(mut self, client: &'static str, ask: O::Ask) -> Self {
        self.0.events.push(Event::Sent(self.0.calls.len()));
        self.0.calls.push(Call { client, ask, reply: None });
        self
    }

    fn last_of(&self, client: &str) -> usize {
        self.0.calls.iter().rposition(|call| call.client == client).expect("it sent something")
    }

    fn told(mut self, client: &'static str, reply: O::Reply) -> Self {
        let call = self.last_of(client);
        self.0.calls[call].reply = Some(reply);
        self.0.events.push(Event::Answered(call));
        self
    }

    /// The server of the client's call died.
    fn cut_off(mut self, client: &'static str) -> Self {
        let call = self.last_of(client);
        self.0.events.push(Event::Gone(call));
        self
    }

    /// A call and its answer with nothing in between.
    fn call(self, client: &'static str, ask: O::Ask, reply: O::Reply) -> Self {
        self.sends(client, ask).told(client, reply)
    }
}

fn life() -> Script<Life> {
    Script::new()
}

fn is_explained(script: &Script<Life>) -> bool {
    check(&Life::default(), &script.0).is_ok()
}

/// What is said of a history that cannot be.
fn complaint(script: &Script<Life>) -> String {
    check(&Life::default(), &script.0).expect_err("no order explains it").show(&script.0)
}

fn status(word: &str) -> Reply {
    Reply::Status(word.to_owned())
}

fn shows(status: &str, cancel: &str) -> Reply {
    Reply::Shows { status: status.to_owned(), cancel: cancel.to_owned() }
}

/// A publish that was started.
fn published() -> Script<Life> {
    life().call("ann", Ask::Publish, Reply::Started(Op(0)))
}

/// A publish that a cancel stopped on the spot.
fn canceled() -> Script<Life> {
    published().call("bob", Ask::Cancel(None), Reply::Canceled(Op(0)))
}

#[test]
fn a_whole_life_is_explained() {
    let script = published()
        .call("bob", Ask::Status, status("running"))
        .call("bob", Ask::Publish, Reply::InProgress(Op(0)))
        .call("bob", Ask::GoLive, Reply::InProgress(Op(0)))
        .call("bob", Ask::Cancel(None), Reply::Canceling(Op(1)))
        .call("ann", Ask::Publish, Reply::InProgress(Op(1)))
        .call("ann", Ask::Look(Op(0)), shows("running", "cancelRequested"))
        .call("bob", Ask::Cancel(Some(Op(0))), Reply::CancellationEnded(Op(1)))
        .call("ann", Ask::Look(Op(1)), shows("completed", "cannotCancel"))
        .call("ann", Ask::Publish, Reply::Started(Op(2)))
        .call("bob", Ask::Cancel(Some(Op(0))), Reply::NotRunning)
        .call("ann", Ask::Status, status("waitingForPublisherReview"))
        .call("ann", Ask::GoLive, Reply::Started(Op(3)))
        .call("bob", Ask::Cancel(None), Reply::NotCancellable(Op(3)))
        .call("bob", Ask::Status, status("succeeded"))
        .call("bob", Ask::Cancel(None), Reply::NothingInProgress)
        .call("bob", Ask::GoLive, Reply::NotReadyForGoLive)
        .call("ann", Ask::Look(Op(2)), shows("completed", "cannotCancel"))
        .call("ann", Ask::Look(Op(0)), shows("canceled", "canceled"));
    assert!(is_explained(&script), "{}", complaint(&script));
}

#[test]
fn calls_at_the_same_time_may_happen_in_any_order() {
    let script = life()
        .sends("ann", Ask::Publish)
        .sends("bob", Ask::Cancel(None))
        .sends("eve", Ask::Status)
        .told("eve", status("canceled"))
        .told("bob", Reply::Canceled(Op(0)))
        .told("ann", Reply::Started(Op(0)));
    assert!(is_explained(&script), "{}", complaint(&script));
    // One after the other it is another matter.
    assert!(!is_explained(&life().call("bob", Ask::Cancel(None), Reply::Canceled(Op(0)))));
}

#[test]
fn a_cancel_that_got_lost_is_found() {
    let script = canceled().call("ann", Ask::Status, status("running"));
    let complaint = complaint(&script);
    assert!(complaint.contains("status → running") && complaint.contains("Canceled"), "{complaint}");
    // A cancellation that was promised and is not there.
    let promised = published().call("bob", Ask::Cancel(None), Reply::Canceling(Op(1)));
    assert!(is_explained(&promised));
    assert!(!is_explained(&promised.call("ann", Ask::Look(Op(0)), shows("running", "canCancel"))));
}

#[test]
fn what_was_canceled_and_completed_is_found() {
    let script = canceled().call("ann", Ask::Look(Op(0)), shows("completed", "cannotCancel"));
    assert!(!is_explained(&script));
    let script = canceled().call("ann", Ask::GoLive, Reply::Started(Op(1)));
    assert!(!is_explained(&script));
}

#[test]
fn what_came_back_to_life_is_found() {
    // The operation of before is the one that runs again.
    let script = canceled().call("ann", Ask::Publish, Reply::Started(Op(1))).call(
        "ann",
        Ask::Look(Op(0)),
        shows("running", "canCancel"),
    );
    assert!(!is_explained(&script));
    let script = canceled().call("ann", Ask::Publish, Reply::Started(Op(0)));
    assert!(!is_explained(&script));
}

#[test]
fn a_stale_read_is_found_unless_it_overlaps() {
    let stale = shows("running", "canCancel");
    assert!(!is_explained(&canceled().call("ann", Ask::Look(Op(0)), stale.clone())));
    let overlapping = published()
        .sends("ann", Ask::Look(Op(0)))
        .call("bob", Ask::Cancel(None), Reply::Canceled(Op(0)))
        .told("ann", stale);
    assert!(is_explained(&overlapping));
}

#[test]
fn an_address_that_does_not_resolve_is_found() {
    for started in [published(), canceled()] {
        assert!(!is_explained(&started.call("ann", Ask::Look(Op(0)), Reply::NotFound)));
    }
    let script = published().call("bob", Ask::Cancel(None), Reply::Canceling(Op(1))).call(
        "bob",
        Ask::Look(Op(1)),
        Reply::NotFound,
    );
    assert!(!is_explained(&script));
}

#[test]
fn two_cancellations_of_one_operation_are_found() {
    let script = published().call("bob", Ask::Cancel(None), Reply::Canceling(Op(1))).call(
        "eve",
        Ask::Cancel(None),
        Reply::Canceling(Op(2)),
    );
    assert!(!is_explained(&script));
}

#[test]
fn two_operations_at_once_are_found() {
    assert!(!is_explained(&published().call("eve", Ask::Publish, Reply::Started(Op(1)))));
}

#[test]
fn a_point_of_no_return_does_not_come_back() {
    let script = published()
        .call("ann", Ask::Status, status("waitingForPublisherReview"))
        .call("ann", Ask::GoLive, Reply::Started(Op(1)))
        .call("bob", Ask::Cancel(None), Reply::NotCancellable(Op(1)));
    assert!(is_explained(&script));
    assert!(!is_explained(&script.call("bob", Ask::Cancel(None), Reply::Canceling(Op(2)))));
}

#[test]
fn what_cannot_fail_has_not_failed() {
    let script = published().call("ann", Ask::Status, status("failed"));
    assert!(!is_explained(&script));
    assert!(check(&Life { fails: true, undo_fails: false }, &script.0).is_ok());
    let script = published().call("bob", Ask::Cancel(None), Reply::Canceling(Op(1))).call(
        "bob",
        Ask::Cancel(None),
        Reply::CancellationFailed(Op(1)),
    );
    assert!(check(&Life { fails: true, undo_fails: false }, &script.0).is_err());
    assert!(check(&Life { fails: false, undo_fails: true }, &script.0).is_ok());
}

#[test]
fn a_call_without_an_answer_may_have_happened_or_not() {
    let unanswered = published().sends("bob", Ask::Cancel(None));
    for word in ["running", "canceled"] {
        let script = unanswered.0.clone();
        assert!(is_explained(&Script(script).call("ann", Ask::Status, status(word))), "{word}");
    }
    // At any later time.
    let late = Script(unanswered.0.clone()).call("ann", Ask::Status, status("running")).call(
        "ann",
        Ask::Status,
        status("canceled"),
    );
    assert!(is_explained(&late));
    // Once only, and never undone.
    let twice = Script(unanswered.0.clone())
        .call("ann", Ask::Status, status("canceled"))
        .call("ann", Ask::Publish, Reply::Started(Op(1)))
        .call("ann", Ask::Status, status("canceled"));
    assert!(!is_explained(&twice));
    let undone = Script(unanswered.0).call("ann", Ask::Status, status("canceled")).call(
        "ann",
        Ask::Status,
        status("running"),
    );
    assert!(!is_explained(&undone));
}

#[test]
fn what_was_sent_to_a_dead_server_happens_no_more() {
    let unanswered = published().sends("bob", Ask::Cancel(None)).cut_off("bob");
    let mut phases: Vec<Phase> = ends(&Life::default(), &unanswered.0)
        .into_iter()
        .filter_map(|state| Some(state.target?.phase))
        .collect();
    phases.sort_by_key(|phase| format!("{phase:?}"));
    assert!(phases.contains(&Phase::Canceled) && phases.contains(&Phase::Early), "{phases:?}");
    let script = Script(unanswered.0).call("ann", Ask::Look(Op(0)), shows("running", "canCancel")).call(
        "ann",
        Ask::Look(Op(0)),
        shows("canceled", "canceled"),
    );
    assert!(!is_explained(&script));
}

#[test]
fn an_operation_that_nobody_was_told_of_is_one_and_the_same() {
    let unseen = life().sends("bob", Ask::Publish).cut_off("bob");
    let seen = Script(unseen.0).call("ann", Ask::Publish, Reply::InProgress(Op(0)));
    assert!(is_explained(&seen));
    let same = Script(seen.0.clone()).call("ann", Ask::Cancel(Some(Op(0))), Reply::Canceled(Op(0)));
    assert!(is_explained(&same));
    let another = Script(seen.0).call("ann", Ask::Publish, Reply::InProgress(Op(1)));
    assert!(!is_explained(&another));
}

#[test]
fn a_complaint_leaves_out_what_does_not_matter() {
    let script = published()
        .sends("eve", Ask::Look(Op(0)))
        .sends("bob", Ask::Cancel(None))
        .call("ann", Ask::Status, status("running"))
        .told("bob", Reply::Canceled(Op(0)))
        .call("ann", Ask::Status, status("running"))
        .told("eve", shows("running", "canCancel"));
    let complaint = complaint(&script);
    let calls: Vec<&str> = complaint.lines().filter(|line| line.contains('→')).map(str::trim).collect();
    assert_eq!(calls.len(), 2, "{complaint}");
    assert!(calls[0].ends_with("bob        cancel → 200 op0 is canceled"), "{complaint}");
    assert!(calls[1].ends_with("ann        status → running"), "{complaint}");
}

#[test]
fn a_draft_is_a_register_with_compare() {
    let put = |edit, over| draft::Ask::Put { edit, over };
    let base = || Script::<Draft>::new().call("ann", put(1, Some(0)), draft::Reply::Stored);
    let explained = |script: &Script<Draft>| check(&Draft, &script.0).is_ok();
    assert!(explained(&base().call("bob", draft::Ask::Get, draft::Reply::Holds(1))));
    assert!(!explained(&base().call("bob", draft::Ask::Get, draft::Reply::Holds(0))));
    // Of two that put over the same edit one is refused.
    assert!(explained(&base().call("bob", put(2, Some(0)), draft::Reply::Stale)));
    assert!(!explained(&base().call("bob", put(2, Some(0)), draft::Reply::Stored)));
    assert!(!explained(&base().call("bob", put(2, Some(1)), draft::Reply::Stale)));
    let unanswered = || base().sends("bob", put(2, None));
    for edit in [1, 2] {
        assert!(explained(&unanswered().call("ann", draft::Ask::Get, draft::Reply::Holds(edit))));
    }
    let back = unanswered().call("ann", draft::Ask::Get, draft::Reply::Holds(2));
    assert!(!explained(&back.call("ann", draft::Ask::Get, draft::Reply::Holds(1))));
}
