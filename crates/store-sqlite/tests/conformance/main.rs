//! The conformance suite on SQLite, behind the store for faults too, and what concerns its file.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod earlier;
mod fixture;
mod sqlite_file;

use signoff_store::suite;

suite!(sqlite, crate::fixture::Sqlite);
suite!(faultless, crate::fixture::Faultless);
