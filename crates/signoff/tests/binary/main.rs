//! The binary as its users meet it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;
mod dev_server;
mod story;
#[cfg(unix)]
mod try_command;
