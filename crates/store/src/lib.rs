//! Where signoff keeps its state: the contract every store fulfils, and the SQLite store.

pub mod contract;

pub use contract::StoreError;
