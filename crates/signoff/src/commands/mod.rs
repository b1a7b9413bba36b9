//! The subcommands.

#[cfg_attr(not(test), expect(dead_code, reason = "wired in with the command"))]
pub(crate) mod run;
