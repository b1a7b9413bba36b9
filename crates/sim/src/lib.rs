//! Plays whole histories of a signoff node from a seed, with faults, and checks what came of them.
//!
//! The server's routes, the engine with its runner and the delivery of mail are the real ones; the store is the one in
//! memory behind a store with faults. Time is virtual: it passes while nobody has anything to do. Everything that is
//! drawn comes from the seed, so that the same seed gives the same history, line by line.

mod book;
mod bugs;
mod call;
mod calls;
mod certifier;
mod client;
mod counts;
mod draw;
mod faults;
mod history;
mod mailman;
mod node;
mod profile;
mod rules;
mod scenario;
mod template;
mod time;
mod truth;
mod world;

pub use bugs::Bug;
pub use counts::Counts;
pub use history::{Batch, History, play, play_many};
