//! Where signoff keeps its state: the contract every store fulfils, and its stores: SQLite for one node, PostgreSQL for many.
//!
//! To add a store, fulfil the traits of [`contract`] and run the conformance suite under `tests/` on it.

pub mod contract;
pub mod postgres;
mod rows;
pub mod sqlite;
mod tables;

pub use contract::{Store, StoreError};
