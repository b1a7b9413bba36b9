//! The conformance suite on each engine, and what concerns one of them alone.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cluster;
mod fixture;
mod plans;
mod sharding;
mod sqlite_file;

use signoff_store::suite;

suite!(sqlite, crate::fixture::Sqlite);
suite!(memory, crate::fixture::Memory);
suite!(faultless, crate::fixture::Faultless);
suite!(postgres, crate::cluster::Postgres);
