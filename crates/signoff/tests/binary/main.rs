//! The binary as a user meets it: started, killed, told to stop, and spoken to over the wire.

mod client;
mod ledger;
mod kills;
mod resume;
mod server;
mod truth;
