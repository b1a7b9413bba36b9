//! The rules that only the whole history of an offer can break, and that what is stored comes back.

use std::collections::BTreeSet;

use signoff_lifecycle::decision::Decision;
use signoff_lifecycle::offer::Offer;
use signoff_lifecycle::operation::Operation;

use crate::world::World;

/// Every rule that only the whole history can break.
pub(crate) fn of_the_history(world: &World) {
    let offer = world.offer();
    let mut seen = BTreeSet::new();
    let (mut at, mut number) = (offer.newest, offer.publishing_version + 1);
    while let Some(id) = at {
        let operation = &world.operations[&id];
        assert!(operation.head().publishing_version < number, "publishing versions grow along the thread");
        number = operation.head().publishing_version;
        assert!(seen.insert(id), "the thread has no loop");
        at = operation.head().previous;
    }
    assert_eq!(seen.len(), world.operations.len(), "the thread passes through every operation");
    let targets = world.operations.values().filter_map(Operation::submission);
    let newest = targets.max_by_key(|target| target.head.publishing_version);
    assert_eq!(world.aggregate().target(), newest, "T is the newest publish or golive");
    let running: Vec<_> = world.operations.values().filter(|operation| operation.is_running()).collect();
    assert!(running.len() <= 2, "promise 1: {running:?}");
    let told: BTreeSet<_> = world.told.iter().map(|told| (told.operation, told.event.name())).collect();
    assert_eq!(told.len(), world.told.len(), "promise 9: each event of an operation is told once");
}

/// What is written comes back as it was, from text and from a value.
pub(crate) fn of_storage(decision: &Decision) {
    for operation in &decision.changed {
        let text = serde_json::to_string(operation).unwrap();
        assert_eq!(&serde_json::from_str::<Operation>(&text).unwrap(), operation, "{text}");
        let value = serde_json::to_value(operation).unwrap();
        assert_eq!(&serde_json::from_value::<Operation>(value).unwrap(), operation, "{text}");
    }
    let text = serde_json::to_string(&decision.next.offer).unwrap();
    assert_eq!(serde_json::from_str::<Offer>(&text).unwrap(), decision.next.offer, "{text}");
}
