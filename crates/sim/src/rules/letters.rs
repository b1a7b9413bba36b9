//! Promise 9: one transition, one notification a recipient.

use std::collections::{BTreeMap, BTreeSet};

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::{Failure, Goal, Operation, Phase, Submission};
use signoff_mail::render;
use signoff_store::contract::{Change, Delivery};
use signoff_store::memory::Tables;
use signoff_text::Lang;

use super::hold;
use super::seen::{Seen, Told};
use crate::counts::Counts;

/// Where mail about contoso's offers goes, which are migrated.
const SELLER: &str = "seller@contoso.example";

/// Notes who must hear of this change.
pub(super) fn expect(seen: &mut Seen, change: &Change, counts: &mut Counts) {
    for operation in &change.operations {
        let earlier = seen.operations.get(&operation.head().id);
        if earlier.is_none() {
            counts.add(format!("{} began", super::kind(operation)));
        }
        if earlier.is_some_and(Operation::is_running) && !operation.is_running() {
            counts.add(format!("{} {}", super::kind(operation), super::phase(operation)));
        }
        let Some(target) = operation.submission() else { continue };
        let recipients: BTreeSet<String> = if target.head.migrated {
            BTreeSet::from([SELLER.to_owned()])
        } else {
            let is_newest = change.next.target().is_some_and(|newest| newest.head.id == target.head.id);
            let with = change.next.cancellation().filter(|_| is_newest);
            let with = with.into_iter().flat_map(|with| &with.head.emails);
            target.head.emails.iter().chain(with).cloned().collect()
        };
        for event in events(earlier, operation, target) {
            seen.letters.insert((target.head.id, event), recipients.clone());
        }
    }
}

fn events(earlier: Option<&Operation>, operation: &Operation, target: &Submission) -> Vec<&'static str> {
    let mut events = Vec::new();
    if earlier.is_none() {
        events.push("started");
    }
    if operation.waits_for_signoff() && !earlier.is_some_and(Operation::waits_for_signoff) {
        events.push("waitingForSignoff");
    }
    if earlier.is_none_or(Operation::is_running) {
        match &target.phase {
            Phase::Canceled { .. } => events.push("canceled"),
            Phase::Failed { failure: Failure::CancellationFailed { .. }, .. } => {
                events.push("cancellationFailed");
            }
            Phase::Failed { .. } => events.push("failed"),
            Phase::Completed { .. } if target.goal == Goal::GoLive => events.push("live"),
            Phase::Completed { .. } | Phase::Running | Phase::Canceling { .. } | Phase::Undoing { .. } => {}
        }
    }
    events
}

/// What is in the outbox about the operations of this change is what must be.
pub(super) fn check(seen: &Seen, change: &Change, tables: &Tables) -> Result<(), String> {
    let changed: BTreeSet<OperationId> =
        change.operations.iter().map(|operation| operation.head().id).collect();
    let mut written: BTreeMap<Told, BTreeSet<String>> = BTreeMap::new();
    for (mail, _) in tables.letters().filter(|(mail, _)| changed.contains(&mail.operation)) {
        let recipient = mail.recipient.to_lowercase();
        let once = written.entry((mail.operation, mail.event.name())).or_default().insert(recipient);
        hold(once, || format!("promise 9: {} is told twice of {}", mail.recipient, mail.event.name()))?;
    }
    let expected = seen.letters.iter().filter(|((id, _), _)| changed.contains(id));
    for (told, recipients) in expected {
        let found = written.remove(told).unwrap_or_default();
        let besides = found.iter().all(|one| recipients.contains(one) || seen.guests.contains(one));
        hold(recipients.is_subset(&found) && besides, || {
            format!("promise 9: {recipients:?} must hear of {told:?}, and {found:?} do")
        })?;
    }
    hold(written.is_empty(), || format!("promise 9: nothing happened of which {written:?} are told"))
}

/// In the end every letter went out or was given up, and nobody got one that was not written. `exact`: nothing went
/// wrong on the way, so that each arrived once.
pub(crate) fn at_the_end(
    tables: &Tables,
    delivered: &BTreeMap<String, u32>,
    exact: bool,
) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for (mail, delivery) in tables.letters() {
        let id = render(mail, Lang::En).message_id;
        let times = delivered.get(&id).copied().unwrap_or(0);
        let as_recorded = match delivery {
            Delivery::Sent if exact => times == 1,
            Delivery::Sent => times >= 1,
            Delivery::Abandoned => !exact,
            Delivery::Due(_) | Delivery::Mailbox => false,
        };
        hold(as_recorded, || {
            format!("promise 9: the letter {id} is {delivery:?} and arrived {times} times")
        })?;
        ids.insert(id);
    }
    let strange = delivered.keys().find(|id| !ids.contains(*id));
    hold(strange.is_none(), || format!("promise 9: {strange:?} arrived, and nobody wrote it"))
}
