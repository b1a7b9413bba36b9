//! Where signoff keeps its state: the contract every store fulfils, and the SQLite store.
//!
//! To add a store, fulfil the traits of [`contract`] and run the conformance suite under `tests/` on it.

pub mod contract;
pub mod sqlite;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use contract::{Store, StoreError};
