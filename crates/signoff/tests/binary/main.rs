//! The binary as a user meets it: started, killed, told to stop, and spoken to over the wire.

mod client;
mod kills;
mod ledger;
mod resume;
mod server;
mod truth;
