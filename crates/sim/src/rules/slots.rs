//! Promise 6: production changes in the switch of a golive alone, preview when a publish reaches sign-off or is called
//! back.

use signoff_lifecycle::offer::{Aggregate, SlotContent};
use signoff_lifecycle::operation::{Goal, Phase, Submission};
use signoff_store::contract::Change;

use super::hold;
use super::seen::Seen;

pub(super) fn check(seen: &Seen, change: &Change) -> Result<(), String> {
    let next = &change.next;
    let Some(before) = seen.state(&next.offer.publisher, &next.offer.id) else {
        let empty = next.offer.preview.is_none() && next.offer.production.is_none();
        return hold(empty, || "promise 6: a new offer has empty slots".to_owned());
    };
    production(before, next)?;
    preview(before, next)
}

fn production(before: &Aggregate, next: &Aggregate) -> Result<(), String> {
    let switching = next.target().filter(|target| {
        let earlier = before.target().filter(|earlier| earlier.head.id == target.head.id);
        target.goal == Goal::GoLive && target.is_switched() && !earlier.is_some_and(Submission::is_switched)
    });
    let expected = match switching {
        None => before.offer.production.clone(),
        Some(target) => {
            let operation = before.offer.preview.as_ref().map_or(target.head.id, |preview| preview.operation);
            Some(SlotContent { version: target.head.offer_version, operation })
        }
    };
    hold(next.offer.production == expected, || {
        format!("promise 6: production holds {:?} and must hold {expected:?}", next.offer.production)
    })
}

fn preview(before: &Aggregate, next: &Aggregate) -> Result<(), String> {
    let Some(target) = next.target() else {
        return hold(next.offer.preview == before.offer.preview, || "promise 6: preview changes".to_owned());
    };
    let filled = before.offer.displaced.as_ref().filter(|displaced| displaced.by == target.head.id);
    let reached = target.waits_for_signoff() && filled.is_none();
    let called_back = !matches!(target.phase, Phase::Running | Phase::Completed { .. });
    let expected = match filled {
        _ if reached => Some(SlotContent { version: target.head.offer_version, operation: target.head.id }),
        Some(displaced) if called_back => displaced.content.clone(),
        _ => before.offer.preview.clone(),
    };
    hold(next.offer.preview == expected, || {
        format!("promise 6: preview holds {:?} and must hold {expected:?}", next.offer.preview)
    })
}
