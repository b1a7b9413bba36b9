//! What is kept in memory of operations is never behind what was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signoff_engine::Engine;
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::offer::Aggregate;
use tokio::sync::watch;

use crate::world::{CONTOSO, World};

/// After a commit returned, at least what it wrote is seen.
async fn is_seen(engine: &Engine, state: &Aggregate) {
    for operation in state.operations() {
        let head = operation.head();
        let cached = engine.operation(CONTOSO, head.id).await.unwrap().expect("it was committed");
        assert!(cached.operation.head().revision >= head.revision, "a view behind an answer");
    }
}

/// Reads the newest operations for as long as the others work.
async fn read(engine: Engine, newest: watch::Receiver<Option<OperationId>>, stop: Arc<AtomicBool>) -> u64 {
    let mut reads = 0;
    while !stop.load(Ordering::Relaxed) {
        let id = *newest.borrow();
        if let Some(id) = id {
            engine.operation(CONTOSO, id).await.unwrap().expect("it was announced");
            reads += 1;
        }
        tokio::task::yield_now().await;
    }
    reads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_view_is_behind_an_answer() {
    let world = Arc::new(World::start().await);
    let stop = Arc::new(AtomicBool::new(false));
    let (announce, newest) = watch::channel(None);
    let readers: Vec<_> =
        (0..3).map(|_| tokio::spawn(read(world.engine.clone(), newest.clone(), stop.clone()))).collect();
    let announce = Arc::new(announce);
    let writers: Vec<_> = (0..6)
        .map(|number| {
            let (world, announce) = (world.clone(), announce.clone());
            tokio::spawn(async move {
                let offer = format!("offer-{}", number % 3);
                for _ in 0..20 {
                    world.put(&offer).await;
                    // Two writers share an offer: some of these are refused.
                    if let Ok(done) = world.try_publish(&offer).await {
                        announce.send_replace(done.state.target().map(|target| target.head.id));
                        is_seen(&world.engine, &done.state).await;
                    }
                    if let Ok(done) = world.cancel(&offer).await {
                        is_seen(&world.engine, &done.state).await;
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    // When all is quiet the views are what is stored.
    for number in 0..3 {
        let offer = format!("offer-{number}");
        world.advance(crate::world::HOUR).await;
        for operation in world.engine.store().operations(&OfferKey::new(CONTOSO, &offer)).await.unwrap() {
            assert_eq!(world.operation(operation.head().id).await, operation);
        }
    }
}
