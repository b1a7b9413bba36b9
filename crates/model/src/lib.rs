//! The rules that never bend, and a model checker that walks every state in which they could be broken.
//!
//! The real `signoff_lifecycle::decide` is in the middle; around it stand a store that compares revisions, clients,
//! workers with leases, and the world in which steps leave things. [`rules`] holds the checks, [`configuration`] what is
//! run, [`fault`] the planted bugs that show that each check can fail. `docs/proof/model.md` says what this proves.

mod brief;
pub mod call;
pub mod configuration;
mod drain;
mod essence;
mod explain;
pub mod fault;
mod job;
mod memo;
mod moves;
pub mod rules;
mod run;
mod seen;
mod state;
mod store;
mod system;
mod world;

pub use run::Run;
pub use state::State;
pub use system::{Action, System};
