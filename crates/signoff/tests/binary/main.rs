//! The binary as its users meet it: started, killed, told to stop, and spoken to over the wire.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod actor;
mod certified;
mod client;
mod crowd;
mod database;
mod deploying;
mod dev_server;
mod draining;
mod failing;
mod guide;
mod histories;
mod insist;
mod kills;
mod ledger;
mod limits;
mod logs;
mod nodes;
mod pooler;
mod released;
mod repeats;
mod resume;
mod server;
mod serving;
mod settings;
mod stopping;
mod story;
mod truth;
#[cfg(unix)]
mod try_command;
mod upkeep;
