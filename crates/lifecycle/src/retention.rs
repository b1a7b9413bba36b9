//! What becomes of operations that ended long ago.
//!
//! Whatever can still be seen of an offer stays: its newest publish or golive with its cancellation, every operation
//! of a version that stands in a slot or would be put back into one, and operations that left something behind.
//! Once an operation may go it may go for ever: nothing comes back to it.

use crate::ids::PublisherTime;
use crate::offer::{Aggregate, SlotContent};
use crate::operation::{Head, Operation};

/// What becomes of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It runs, or ended lately.
    Recent,
    /// It ended long ago, and something that is visible rests on it.
    Kept,
    /// It may be forgotten.
    Over,
}

/// The fate of one of the offer's operations, when those that ended `before` are to be forgotten.
pub fn fate(offer: &Aggregate, operation: &Operation, before: PublisherTime) -> Fate {
    match operation.ended_at() {
        Some(at) if at < before && is_needed(offer, operation) => Fate::Kept,
        Some(at) if at < before => Fate::Over,
        _ => Fate::Recent,
    }
}

/// The versions of the offer whose content is visible, or is worked on.
pub fn needed_versions(offer: &Aggregate) -> Vec<u32> {
    let state = &offer.offer;
    let mut versions: Vec<u32> = [state.version, state.draft.content_version]
        .into_iter()
        .chain(slots(offer).map(|content| content.version))
        .chain(offer.operations().map(|operation| operation.head().offer_version))
        .collect();
    versions.sort_unstable();
    versions.dedup();
    versions
}

fn is_needed(offer: &Aggregate, operation: &Operation) -> bool {
    let Head { id, offer_version, .. } = operation.head();
    offer.operation(*id).is_some()
        || offer.offer.newest == Some(*id)
        || offer.offer.leftovers.iter().any(|leftover| leftover.operation == *id)
        || slots(offer).any(|content| content.version == *offer_version)
}

/// What the slots hold, and what the running publish displaced.
fn slots(offer: &Aggregate) -> impl Iterator<Item = &SlotContent> {
    let state = &offer.offer;
    let displaced = state.displaced.as_ref().and_then(|displaced| displaced.content.as_ref());
    state.preview.iter().chain(&state.production).chain(displaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OfferGuid, OperationId};
    use crate::offer::{Course, Displaced, Draft, Leftover, Offer};
    use crate::operation::{Cancellation, CancellationPhase, Goal, Phase, Submission};

    const BEFORE: PublisherTime = PublisherTime(100);

    fn submission(id: u128, version: u32, phase: Phase) -> Submission {
        let head = Head::next(&state(), OperationId::of(id), "ann".into(), false, PublisherTime(0));
        let head = Head { offer_version: version, ..head };
        Submission { phase, ..Submission::new(head, Goal::Publish, Vec::new()) }
    }

    fn ended(id: u128, version: u32) -> Operation {
        submission(id, version, Phase::Completed { at: PublisherTime(99) }).into()
    }

    fn content(version: u32, operation: u128) -> SlotContent {
        SlotContent { version, operation: OperationId::of(operation) }
    }

    /// Version 2 is live, 4 in preview, 6 being published in its place; 8 is the newest, and 1 left something behind.
    fn state() -> Offer {
        let offer = Offer::new(
            "contoso".to_owned(),
            "vm".to_owned(),
            OfferGuid::of(0),
            "type".to_owned(),
            PublisherTime(0),
        );
        Offer {
            version: 9,
            draft: Draft { content_version: 7, ..offer.draft },
            newest: Some(OperationId::of(81)),
            preview: Some(content(6, 60)),
            displaced: Some(Displaced { by: OperationId::of(60), content: Some(content(4, 40)) }),
            production: Some(content(2, 20)),
            leftovers: vec![Leftover { operation: OperationId::of(10), step: "displayprovision".to_owned() }],
            ..offer
        }
    }

    fn offer() -> Aggregate {
        let canceled = Phase::Canceled { at: PublisherTime(99), by: "ann".to_owned(), reason: None };
        let target = submission(80, 8, canceled);
        let cancellation = Cancellation {
            head: Head { id: OperationId::of(81), ..target.head.clone() },
            slot: target.slot(),
            target: target.head.id,
            target_version: target.head.publishing_version,
            reason: None,
            phase: CancellationPhase::Completed { at: PublisherTime(99) },
            undo: Vec::new(),
        };
        Aggregate { offer: state(), course: Some(Course::Canceling(target, cancellation)) }
    }

    #[test]
    fn what_is_visible_stays_and_the_rest_goes() {
        for (id, version, fate_then) in [
            // The one that left something behind, and not its neighbours of the same version.
            (10, 1, Fate::Kept),
            (11, 1, Fate::Over),
            // The publish and the golive of what is live, and a golive of it that was tried before.
            (20, 2, Fate::Kept),
            (21, 2, Fate::Kept),
            (30, 3, Fate::Over),
            (40, 4, Fate::Kept),
            (50, 5, Fate::Over),
            (60, 6, Fate::Kept),
            (70, 7, Fate::Over),
            (80, 8, Fate::Kept),
            (81, 8, Fate::Kept),
        ] {
            assert_eq!(fate(&offer(), &ended(id, version), BEFORE), fate_then, "{id}");
        }
        assert_eq!(needed_versions(&offer()), [2, 4, 6, 7, 8, 9]);
    }

    #[test]
    fn what_runs_or_ended_lately_stays() {
        for phase in [
            Phase::Running,
            Phase::Canceling { cancellation: OperationId::of(1) },
            Phase::Completed { at: BEFORE },
            Phase::Canceled { at: PublisherTime(101), by: "ann".to_owned(), reason: None },
        ] {
            assert_eq!(
                fate(&offer(), &submission(30, 3, phase.clone()).into(), BEFORE),
                Fate::Recent,
                "{phase:?}"
            );
        }
    }
}
