//! Mail from the outbox to a real mail server that takes, delays, drops and refuses.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod delivery;
mod fixture;
mod outbox;
mod server;
mod sign_in;
