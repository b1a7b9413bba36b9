//! Use cases and workers: the one path from a command to the store, the step runner, executors and the clock.
//!
//! A use case loads an offer, lets `signoff_lifecycle::decide` decide, and commits what came of it; the runner
//! brings results of work back the same way. To add an executor, write a file under `executors/` and name it in
//! `executors::Executors`.

pub mod clock;
mod cluster;
pub mod dev;
mod engine;
mod error;
mod executors;
mod follow;
mod late_work;
mod operations;
mod pipeline;
mod prune;
mod publishers;
mod retention;
mod runner;
mod sleep;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod usecase;

pub use engine::{AuditActor, Engine, PipelineKind, Settings};
pub use error::EngineError;
pub use follow::{FollowLimits, Follower, Look, StreamPlace, Waited};
pub use operations::{CachedOperation, Rendered};
pub use retention::RETENTION;
pub use usecase::{
    CallbackRequest, CancelOrigin, CancelReceipt, CancelRequest, Done, GoLiveRequest, PublishRequest,
    PutReceipt, PutRequest, ReviewRequest, Stored, StoredReceipt,
};
