//! Where signoff keeps its state: the contract every store fulfils, and its stores: SQLite for one node, PostgreSQL
//! for many, memory for tests.
//!
//! To add a store, fulfil the traits of [`contract`] and run the suite of `conformance` (a feature) on it.

pub mod availability;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contract;
pub mod files;
mod leases;
pub mod memory;
pub mod packed;
pub mod postgres;
pub mod rows;
pub mod sqlite;
pub mod table_store;
pub mod tables;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use contract::{Store, StoreError};
pub use leases::Passed;
