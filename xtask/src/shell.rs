//! Calling other programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why a chore ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The program that failed has said why, and its words stay the last ones.
    Shown,
    /// The message for the person who called.
    Said(String),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Said(message)
    }
}

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the manifest of xtask lies one level below the root")
}

/// Tells which step begins.
pub(crate) fn announce(step: &str) {
    eprintln!("== {step}");
}

/// `cargo` in the root, as if called from a shell.
///
/// The variables that `cargo run` sets for this program are taken away again: build scripts
/// that watch them (ring's does) would otherwise build anew, here and at the next call by hand.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        if set_by_cargo_run(&name) {
            command.env_remove(name);
        }
    }
    command
}

fn set_by_cargo_run(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
}

/// Runs to the end; a failure has been shown by the program itself.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::Shown) }
}

/// Runs to the end and answers what was written to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(Failure::Shown);
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::Said(format!("{} wrote something that is not UTF-8", name(command))))
}

/// Whether the command starts and succeeds, without a word.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    use std::process::Stdio;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
}

/// The first executable of that name in `first`, then on the `PATH`.
pub(crate) fn find_program(name: &str, first: &Path) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(first.to_path_buf())
        .chain(std::env::split_paths(&path))
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::Said(format!("{} could not be started: {error}", name(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_run_sets_is_taken_from_the_environment() {
        assert!(set_by_cargo_run(OsStr::new("CARGO_PKG_NAME")));
        assert!(set_by_cargo_run(OsStr::new("CARGO_MANIFEST_DIR")));
        assert!(!set_by_cargo_run(OsStr::new("CARGO_TARGET_DIR")));
        assert!(!set_by_cargo_run(OsStr::new("CARGO_HOME")));
    }

    #[test]
    fn a_failing_program_fails_the_chore() {
        assert!(matches!(run(&mut Command::new("false")), Err(Failure::Shown)));
        assert!(matches!(output(&mut Command::new("false")), Err(Failure::Shown)));
        assert!(run(&mut Command::new("true")).is_ok());
    }

    #[test]
    fn a_missing_program_is_named() {
        let Err(Failure::Said(message)) = run(&mut Command::new("no-such-program-here")) else {
            panic!("it must not start");
        };
        assert!(message.contains("no-such-program-here"), "{message}");
    }
}
