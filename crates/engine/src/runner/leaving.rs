//! How a node leaves: it takes nothing new, finishes what it holds, and gives back what it cannot finish in time, so
//! that another one goes on at once.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::engine::Engine;

/// How far a node is with leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It works.
    Staying,
    /// It takes nothing new.
    Finishing,
    /// What it holds still is given back.
    GivingBack,
}

/// The stage of a node, and what became of the work that it held when it began to leave.
pub(crate) struct Leaving {
    stage: watch::Sender<Stage>,
    finished: AtomicU64,
    given_back: AtomicU64,
}

impl Default for Leaving {
    fn default() -> Self {
        Self {
            stage: watch::Sender::new(Stage::Staying),
            finished: AtomicU64::default(),
            given_back: AtomicU64::default(),
        }
    }
}

impl Leaving {
    /// A runner begins.
    pub(super) fn stay(&self) {
        self.stage.send_replace(Stage::Staying);
        self.finished.store(0, Ordering::Relaxed);
        self.given_back.store(0, Ordering::Relaxed);
    }

    /// The runner takes nothing new.
    pub(super) fn finish(&self) {
        self.reach(Stage::Finishing);
    }

    fn reach(&self, stage: Stage) {
        self.stage.send_modify(|present| *present = stage.max(*present));
    }

    /// Ready when no work is done here any more but what was begun.
    pub(crate) fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        self.at_least(Stage::Finishing)
    }

    /// Ready when what is held must be given back.
    pub(crate) fn giving_back(&self) -> impl Future<Output = ()> + Send + 'static {
        self.at_least(Stage::GivingBack)
    }

    fn at_least(&self, stage: Stage) -> impl Future<Output = ()> + Send + 'static {
        let mut present = self.stage.subscribe();
        async move {
            // The engine is gone: there is no one to tell.
            let _ = present.wait_for(|present| *present >= stage).await;
        }
    }

    /// A piece of work was done.
    pub(super) fn count_finished(&self) {
        if *self.stage.borrow() > Stage::Staying {
            self.finished.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("signoff_drained_work_total", "outcome" => "finished").increment(1);
        }
    }

    /// A piece of work was given back undone.
    pub(super) fn count_given_back(&self) {
        self.given_back.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("signoff_drained_work_total", "outcome" => "given_back").increment(1);
    }

    /// Says what became of the work.
    pub(super) fn tell(&self) {
        let (finished, given_back) =
            (self.finished.load(Ordering::Relaxed), self.given_back.load(Ordering::Relaxed));
        tracing::info!(finished, given_back, "no work is done here any more");
    }
}

impl Engine {
    /// Drops the work that a runner still holds once it was told to stop, and gives its leases back: another node
    /// may take it up at once. What is being recorded at this moment is recorded.
    pub fn release_work(&self) {
        self.shared.leaving.reach(Stage::GivingBack);
    }

    /// Ready when [`Engine::release_work`] was called.
    pub fn giving_back(&self) -> impl Future<Output = ()> + Send + 'static {
        self.shared.leaving.giving_back()
    }
}
