//! Use cases and workers: the one path from a command to the store, the step runner, executors, mail and the clock.

pub mod catalogue;
pub mod mail;
