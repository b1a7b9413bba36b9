//! What a node does that shares its store with others, so that it makes no difference which of them answers.
//!
//! There is no leader, and nodes do not talk to each other: each asks the store. A read asks whether what is kept here
//! is still so, who waits is looked for by a steady tick, and what was looked up of the directory counts for a short
//! time. A node that has its store to itself has no [`Cluster`].

mod notice;
mod time;

use std::time::Duration;

use tokio::sync::watch;

use crate::engine::Engine;

/// The other nodes, as far as one has to do with them.
pub(crate) struct Cluster {
    /// How often their commits are looked for, while somebody waits here for an operation.
    pub(crate) notice_every: Duration,
}

/// How often a node looks for what others leave to it.
pub(crate) struct Pace {
    /// Work whose holder died falls free when its lease runs out, which causes no event: it is looked for after this
    /// time.
    pub(crate) look_for_work: Duration,
    /// Nodes that were started together do not go through the same operations at the same time: who comes first
    /// forgets them, and the others find nothing. Each begins at some moment within this time.
    pub(crate) begin_to_forget: Duration,
}

impl Engine {
    /// What only a node of a cluster does beside its requests, until `stop` says so.
    pub(crate) async fn run_with_others(&self, stop: watch::Receiver<bool>) {
        if let Some(cluster) = &self.shared.cluster {
            tokio::join!(self.notice(cluster.notice_every, stop.clone()), self.clock_sync_loop(stop));
        }
    }
}
