//! What every store does: the contract, the rows that both engines keep alike, a store in memory, and the suite that tells
//! whether a store does it all. The stores themselves are `signoff-store-sqlite` for one node and `signoff-store-postgres`
//! for many.
//!
//! To add a store, fulfil the traits of [`contract`] and run the suite of `conformance` (a feature) on it.

pub mod availability;
pub mod cache;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contract;
pub mod files;
pub mod leases;
pub mod memory;
pub mod packed;
pub mod rows;
pub mod table_store;
pub mod tables;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use contract::{Store, StoreError};
pub use leases::Elapsed;
