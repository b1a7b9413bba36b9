//! The binary as its users meet it.

mod client;
mod dev_server;
mod story;
#[cfg(unix)]
mod try_command;
