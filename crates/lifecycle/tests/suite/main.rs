//! The contract's rules put to the pure core: tables that read like the contract, random histories, and every
//! state that a small offer can reach.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cancel_stories;
mod cancel_table;
mod clock_put_back;
mod exploration;
mod force_table;
mod golive_table;
mod history;
mod lifecycle_table;
mod plans;
mod properties;
mod publish_table;
mod put_table;
mod review_table;
mod webhook_table;
mod webhook_world;
mod world;
