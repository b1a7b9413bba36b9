//! Operations that ended long ago are forgotten, and nothing that is visible goes with them.

use signoff_lifecycle::ids::{Micros, OfferKey};
use signoff_lifecycle::operation::Standing;

use crate::world::{CONTOSO, DAY, World, started};

const QUARTER: Micros = Micros(91 * DAY.0);

async fn numbers(world: &World) -> Vec<u64> {
    let operations = world.engine.store().operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    operations.iter().map(|operation| operation.head().publishing_version).collect()
}

/// The versions of `a` that still have content.
async fn contents(world: &World, newest: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for version in 1..=newest {
        let content = world.engine.store().content(&OfferKey::new(CONTOSO, "a"), version).await.unwrap();
        found.extend(content.map(|content| content.version));
    }
    found
}

#[tokio::test]
async fn a_life_of_years_leaves_what_is_visible() {
    let world = World::start().await;
    // 1 and 2: published and live. 3 and 4: published, in preview, and not live (the golive is cancelled).
    let live = world.publish("a").await;
    world.advance(DAY).await;
    let golive = started(&world.golive("a").await.unwrap());
    world.advance(DAY).await;
    let before = world.state("a").await.offer.production.clone();
    for _ in 0..3 {
        world.publish("a").await;
        world.cancel("a").await.unwrap();
        world.advance(DAY).await;
    }
    world.publish("a").await;
    world.advance(DAY).await;
    let all = numbers(&world).await;
    assert!(all.len() >= 6, "{all:?}");
    // The newest publish waits for sign-off all that time.
    world.advance(QUARTER).await;
    let newest = all[0];
    assert_eq!(numbers(&world).await, [newest, 2, 1]);
    let state = world.state("a").await;
    assert_eq!(state.offer.production, before);
    assert!(state.target().unwrap().waits_for_signoff());
    for (id, number) in [(live, 1), (golive, 2)] {
        assert_eq!(world.operation(id).await.head().publishing_version, number);
        let found =
            world.engine.store().operation_by_version(&OfferKey::new(CONTOSO, "a"), number).await.unwrap();
        assert_eq!(found.map(|operation| operation.head().id), Some(id));
        assert!(!world.artifacts(id).await.is_empty(), "what is live is still there");
    }
    assert_eq!(contents(&world, 5).await, [1, 5], "of what is live, and of what waits");
    // It goes live, and the years take what was live before.
    let golive = world.golive("a").await.unwrap();
    world.advance(DAY).await;
    let number = world.operation(started(&golive)).await.head().publishing_version;
    assert_eq!(number, newest + 1, "numbers go on");
    assert_eq!(numbers(&world).await, [newest + 1, newest, 2, 1][..2]);
    world.advance(QUARTER).await;
    assert_eq!(numbers(&world).await, [newest + 1, newest]);
    assert_eq!(contents(&world, 5).await, [5]);
    assert!(world.artifacts(live).await.is_empty());
    assert_eq!(world.operation(started(&golive)).await.standing(), Standing::Completed);
}
