//! The pure heart of signoff: what an offer and its operations are, and what every command does to them.
//!
//! Nothing here knows HTTP, SQL, a clock or randomness: time and ids are arguments, and the same arguments
//! give the same answer. To add a command, write a file under `command/` with its [`Decide`], add its variant to
//! [`command::Command`], and let the compiler name the places that must answer for it.

pub mod access;
pub mod actor;
pub mod command;
pub mod decision;
pub mod ids;
pub mod invariants;
pub mod note;
pub mod offer;
pub mod operation;
pub mod plan;
pub mod refusal;
pub mod repeat;
pub mod retention;
mod transition;
pub mod webhook;

pub use command::{Command, Decide, decide};
