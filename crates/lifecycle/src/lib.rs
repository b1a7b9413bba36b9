//! The pure heart of signoff: what an offer and its operations are, and what every command does to them.

pub mod access;
