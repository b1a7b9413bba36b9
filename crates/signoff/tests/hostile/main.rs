//! An adversary: what a stranger, a member with too weak a role, a broken client or a hostile peer can send, one
//! module a kind. Every test prints how much it sent, and fails with all that it found.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bodies;
mod control;
mod described;
mod findings;
mod foreign;
mod framing;
mod fuzz;
mod http;
mod modes;
mod repeated;
mod roles;
mod server;
mod silent;
mod tokens;
