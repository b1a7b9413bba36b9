//! A store as an earlier version left it.

use std::io;
use std::path::Path;

/// A development server's file of schema 6, compressed, with an offer in every state that operations come to: each is named
/// after its own. Its clock was moved by a hundred days, so that some operations were forgotten. It holds no signing key.
///
/// Written by commit cfaeb9c, the last one before operations were split into types of their own.
const SCHEMA_6: &[u8] = include_bytes!("earlier/6.db.zst");

/// More than the file takes.
const LARGEST: usize = 4 << 20;

/// Writes the earlier store to a new file of the embedded store.
///
/// # Errors
/// If the file cannot be written.
pub fn earlier_store(file: &Path) -> io::Result<()> {
    std::fs::write(file, zstd::bulk::decompress(SCHEMA_6, LARGEST)?)
}
