//! The `signoff` binary.

mod commands;

fn main() {}
