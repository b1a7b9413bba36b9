//! The binary as its users meet it: started, killed, told to stop, and spoken to over the wire.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod actor;
#[cfg(unix)]
mod at_terminal;
mod certified;
mod client;
mod client_example;
mod crowd;
mod database;
mod deploying;
mod dev_server;
mod development;
mod draining;
mod examples;
mod failing;
mod faketime;
mod guide;
mod histories;
mod insist;
mod kills;
#[cfg(unix)]
mod led;
mod ledger;
mod limits;
mod logs;
#[cfg(unix)]
mod modes;
mod nodes;
mod pooler;
mod put_right;
mod released;
mod repeats;
mod resume;
mod running;
mod serve_check;
mod server;
mod serving;
mod settings;
mod stopping;
mod story;
mod strangers;
#[cfg(unix)]
mod terminal;
mod truth;
#[cfg(unix)]
mod try_command;
mod upkeep;
