//! For tests: a store that fails, forgets to answer or dies at a chosen call.
//!
//! [`FaultyStore`] stands before any other store, counts and logs every call, and does what its [`Plan`] says. It has
//! no clock and draws nothing: the same calls in the same order meet the same faults.

mod calls;
mod captured_log;
mod earlier;
mod faulty;
mod log;
mod plan;

pub use captured_log::CapturedLog;
pub use earlier::earlier_store;
pub use faulty::{Events, FaultyStore, Mutation};
pub use log::{Entry, Outcome};
pub use plan::{Fault, Faults, Plan, Point};
