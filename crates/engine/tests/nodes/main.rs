//! Several engines over one PostgreSQL database: each answers everything, and any of them may die, sleep or have its
//! clock set wrong.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod calls;
mod cluster;
mod dev;
mod mail;
mod takeover;
mod time;
mod trips;
mod views;
