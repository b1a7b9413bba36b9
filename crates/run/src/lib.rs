//! What `signoff run` does around a command, so that the command's calls reach a private server and nobody changes the
//! command: variables and stores of trust that lead it there, the command as a child process, and the report at the end.
//!
//! The server itself is started by the program, in `commands/run.rs`. To lead one more kind of client there, add the
//! variables that it reads to `environment.rs`, or a file beside `java.rs` for one that reads none; `docs/clients.md`
//! lists the clients and how each is led.

pub mod caller;
pub mod child;
pub mod environment;
pub mod java;
pub mod node;
#[cfg(unix)]
mod orphans;
mod programs;
pub mod report;
