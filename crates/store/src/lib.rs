//! Where signoff keeps its state: the contract every store fulfils, the SQLite store, and one in memory.
//!
//! To add a store, fulfil the traits of [`contract`] and run the conformance suite under `tests/` on it.

pub mod contract;
mod leases;
pub mod memory;
pub mod sqlite;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use contract::{Store, StoreError};
pub use leases::Passed;
