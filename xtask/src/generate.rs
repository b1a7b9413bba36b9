//! `cargo xtask generate`: files that a program of this workspace writes and that are kept in the repository.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::shell::{Failure, cargo, output, root};

/// File, binary that prints it to standard output, arguments. A new generated file is one more line.
const GENERATED: &[(&str, &str, &[&str])] = &[
    ("docs/openapi.json", "signoff", &["openapi"]),
    ("docs/settings.md", "signoff", &["settings"]),
    ("docs/limits.md", "signoff", &["limits"]),
];

/// Writes every generated file, or with `check` only compares.
pub(crate) fn run(check: bool) -> Result<(), Failure> {
    let mut stale = Vec::new();
    let mut messages = None;
    for (file, binary, arguments) in GENERATED {
        let messages = match &messages {
            Some(messages) => messages,
            None => messages.insert(build()?),
        };
        let program = built_binary(messages, binary).ok_or_else(|| {
            format!("{file} is written by the binary {binary}, which the workspace does not have")
        })?;
        let content = output(Command::new(program).args(*arguments).current_dir(root()))?;
        if !write(&root().join(file), &content, check)? {
            stale.push(*file);
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(Failure::Said(format!("not up to date: {}. Run: cargo xtask generate", stale.join(", "))))
    }
}

/// Builds what the tests need too, with the same features, so that nothing is built twice.
fn build() -> Result<String, Failure> {
    output(cargo().args([
        "build",
        "--workspace",
        "--all-targets",
        "--locked",
        "--message-format=json-render-diagnostics",
    ]))
}

/// The path of a binary, from what cargo tells about each artifact.
fn built_binary(messages: &str, name: &str) -> Option<String> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact"
                && message["target"]["name"] == name
                && message["target"]["kind"][0] == "bin"
                && message["profile"]["test"] == false
        })
        .find_map(|message| message["executable"].as_str().map(str::to_owned))
}

/// Whether the file holds `content`, afterwards (or already, with `check`).
fn write(file: &Path, content: &str, check: bool) -> Result<bool, Failure> {
    let same = std::fs::read_to_string(file).is_ok_and(|present| present == content);
    if !same && !check {
        std::fs::write(file, content)
            .map_err(|error| Failure::Said(format!("{} cannot be written: {error}", file.display())))?;
        eprintln!("wrote {}", file.display());
    }
    Ok(same || !check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_finds_a_stale_file_and_leaves_it_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("openapi.json");
        std::fs::write(&file, "old").unwrap();

        assert!(!write(&file, "new", true).unwrap());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");

        assert!(write(&file, "new", false).unwrap());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert!(write(&file, "new", true).unwrap());
    }

    #[test]
    fn check_finds_a_missing_file() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!write(&directory.path().join("openapi.json"), "new", true).unwrap());
    }

    #[test]
    fn the_binary_itself_is_run_and_not_its_tests() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"signoff","kind":["bin"]},"profile":{"test":true},"executable":"/t/deps/signoff-1"}
{"reason":"compiler-artifact","target":{"name":"signoff","kind":["bin"]},"profile":{"test":false},"executable":"/t/signoff"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(built_binary(messages, "signoff").as_deref(), Some("/t/signoff"));
        assert_eq!(built_binary(messages, "other"), None);
    }
}
