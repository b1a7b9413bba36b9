//! Use cases and workers: the one path from a command to the store, the step runner, executors, mail and the clock.
//!
//! A use case loads an offer, lets `signoff_lifecycle::decide` decide, and commits what came of it; the runner
//! brings results of work back the same way. To add an executor, write a file under `executors/` and name it in
//! `executors::Executors`.

pub mod catalogue;
pub mod clock;
mod engine;
mod error;
mod executors;
pub mod lab;
pub mod mail;
mod pipeline;
mod runner;
mod usecase;
mod views;

pub use engine::{Asker, Engine, PipelineKind, Settings};
pub use error::EngineError;
pub use usecase::{CancelRequest, Done, GoLiveRequest, PublishRequest, PutRequest, ReviewRequest};
pub use views::{Rendered, Viewed};
