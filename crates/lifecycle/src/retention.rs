//! What becomes of operations that ended long ago.
//!
//! Whatever can still be seen of an offer stays: its newest publish or golive with its cancellation, every operation
//! of a version that stands in a slot or would be put back into one, and operations that left something behind.
//! Once an operation may go it may go for ever: nothing comes back to it.

use crate::ids::Timestamp;
use crate::offer::{Aggregate, SlotContent};
use crate::operation::{Operation, Phase};

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
pub fn fate(offer: &Aggregate, operation: &Operation, before: Timestamp) -> Fate {
    match ended_at(operation) {
        Some(at) if at < before && is_needed(offer, operation) => Fate::Kept,
        Some(at) if at < before => Fate::Over,
        _ => Fate::Recent,
    }
}

/// The versions of the offer whose content is visible, or is worked on.
pub fn needed_versions(offer: &Aggregate) -> Vec<u32> {
    let state = &offer.offer;
    let newest = [&offer.target, &offer.cancellation].into_iter().flatten();
    let mut versions: Vec<u32> = [state.version, state.draft.content_version]
        .into_iter()
        .chain(slots(offer).map(|content| content.version))
        .chain(newest.map(|operation| operation.offer_version))
        .collect();
    versions.sort_unstable();
    versions.dedup();
    versions
}

fn ended_at(operation: &Operation) -> Option<Timestamp> {
    match &operation.phase {
        Phase::Running | Phase::Canceling { .. } | Phase::Undoing { .. } => None,
        Phase::Completed { at } | Phase::Failed { at, .. } | Phase::Canceled { at, .. } => Some(*at),
    }
}

fn is_needed(offer: &Aggregate, operation: &Operation) -> bool {
    let newest = [&offer.target, &offer.cancellation].into_iter().flatten();
    newest.map(|newest| newest.id).any(|id| id == operation.id)
        || offer.offer.newest == Some(operation.id)
        || offer.offer.leftovers.iter().any(|leftover| leftover.operation == operation.id)
        || slots(offer).any(|content| content.version == operation.offer_version)
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
    use crate::ids::OperationId;
    use crate::offer::{Displaced, Draft, Leftover, Offer};
    use crate::operation::{Kind, Slot};

    const BEFORE: Timestamp = Timestamp(100);

    fn operation(id: u128, version: u32, phase: Phase) -> Operation {
        Operation {
            id: OperationId(id),
            kind: Kind::Publish,
            publishing_version: 1,
            slot: Slot::Preview,
            offer_type: "type".to_owned(),
            offer_version: version,
            previous: None,
            migrated: false,
            by: "ann".into(),
            emails: Vec::new(),
            created_at: Timestamp(0),
            changed_at: Timestamp(0),
            revision: 1,
            phase,
            steps: Vec::new(),
            undo: Vec::new(),
            outstanding: None,
            last_attempt: 0,
            released: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn ended(id: u128, version: u32) -> Operation {
        operation(id, version, Phase::Completed { at: Timestamp(99) })
    }

    fn content(version: u32, operation: u128) -> SlotContent {
        SlotContent { version, operation: OperationId(operation) }
    }

    /// Version 2 is live, 4 in preview, 6 being published in its place; 8 is the newest, and 1 left something behind.
    fn offer() -> Aggregate {
        Aggregate {
            offer: Offer {
                publisher: "contoso".to_owned(),
                id: "vm".to_owned(),
                guid: OperationId(0),
                offer_type: "type".to_owned(),
                version: 9,
                draft: Draft { revision: 1, changed_at: Timestamp(0), content_version: 7 },
                migrated: None,
                publishing_version: 90,
                newest: Some(OperationId(81)),
                preview: Some(content(6, 60)),
                displaced: Some(Displaced { by: OperationId(60), content: Some(content(4, 40)) }),
                production: Some(content(2, 20)),
                leftovers: vec![Leftover { operation: OperationId(10), step: "displayprovision".to_owned() }],
            },
            target: Some(ended(80, 8)),
            cancellation: Some(ended(81, 8)),
        }
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
            Phase::Canceling { cancellation: OperationId(1) },
            Phase::Completed { at: BEFORE },
            Phase::Canceled { at: Timestamp(101), by: "ann".to_owned(), reason: None },
        ] {
            assert_eq!(fate(&offer(), &operation(30, 3, phase.clone()), BEFORE), Fate::Recent, "{phase:?}");
        }
    }
}
