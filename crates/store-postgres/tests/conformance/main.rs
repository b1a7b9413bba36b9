//! The conformance suite on PostgreSQL, what its statements cost, and that it may be sharded.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cluster;
mod plans;
mod sharding;

use signoff_store::suite;

suite!(postgres, crate::cluster::Postgres);
