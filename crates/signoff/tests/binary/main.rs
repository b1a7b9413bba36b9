//! The binary as a user meets it: started, killed, told to stop, and spoken to over the wire.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;
mod kills;
mod ledger;
mod released;
mod resume;
mod server;
mod serving;
mod truth;
