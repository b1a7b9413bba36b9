//! The store for many nodes: PostgreSQL. Any number of nodes share it; there is no leader, and what a node keeps in
//! memory is safe to lose.

mod address;
mod artifacts;
mod audit;
mod bad_address;
mod batch;
mod batcher;
mod committer;
mod connect;
mod connect_error;
mod deadline;
mod dev;
mod directory;
mod lists;
mod offers;
mod opening;
mod outbox;
mod pool;
mod repeats;
mod retention;
mod schema;
mod settings;
mod sharing;
mod silent_connections;
mod statement;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tls;
mod transfer;
pub mod upkeep;
mod values;
mod work;

pub use address::Address;
pub use bad_address::BadAddress;
pub use opening::OpenError;
pub use schema::MIGRATIONS;
pub use settings::{PasswordSource, PostgresSettings};
pub use store::PostgresStore;
