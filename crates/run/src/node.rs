//! Node heeds the proxy variables from 22.21 on, when `NODE_USE_ENV_PROXY` says so; an older one goes round them in silence.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::programs;

/// Programs that are scripts of Node.
const SCRIPTS: [&str; 7] = ["corepack", "node", "nodejs", "npm", "npx", "pnpm", "yarn"];

/// How long Node may take to say its version.
const LIMIT: Duration = Duration::from_secs(5);

/// Whether COMMAND is Node or a script of it, by its name or its first line.
pub fn runs(program: &OsStr, path: &OsStr) -> bool {
    let stem = Path::new(program).file_stem().and_then(OsStr::to_str);
    stem.is_some_and(|stem| SCRIPTS.contains(&stem))
        || programs::find(program, path).is_some_and(|file| is_script(&file))
}

fn is_script(file: &Path) -> bool {
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(128).read_to_end(&mut head));
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    read.is_ok() && line.starts_with(b"#!") && String::from_utf8_lossy(line).contains("node")
}

/// The version of the Node that `program` is, or else of the one in `path`, if there is one that heeds no proxy.
pub async fn out_of_reach(program: &OsStr, path: &OsStr) -> Option<String> {
    let is_node = Path::new(program).file_stem().is_some_and(|stem| stem == "node" || stem == "nodejs");
    let node = programs::find(if is_node { program } else { OsStr::new("node") }, path)?;
    let mut command = Command::new(node);
    // Options may load what takes long, or prints.
    command.arg("--version").env_remove("NODE_OPTIONS").stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(LIMIT, command.output()).await.ok()?.ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!heeds(&version)?).then_some(version)
}

/// Whether this version (`v22.21.0`) heeds proxies; `None`: it is no version.
fn heeds(version: &str) -> Option<bool> {
    let mut numbers = version.strip_prefix('v')?.split('.').map(str::parse::<u32>);
    let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(major >= 24 || (major == 22 && minor >= 21))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_heeds_proxies_from_22_21_on_but_for_23() {
        for version in ["v22.21.0", "v22.23.5", "v24.0.0", "v26.1.0"] {
            assert_eq!(heeds(version), Some(true), "{version}");
        }
        for version in ["v22.20.1", "v20.20.2", "v23.11.0", "v8.0.0"] {
            assert_eq!(heeds(version), Some(false), "{version}");
        }
        assert_eq!(heeds("Bun 1.0"), None);
    }

    #[test]
    fn a_script_of_node_is_known_by_its_name_or_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, of_node) in [
            ("tool", "#!/usr/bin/env node\nrun()", true),
            ("npx", "", true),
            ("other", "#!/bin/sh\nnode x", false),
            ("empty", "", false),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
            assert_eq!(runs(OsStr::new(name), folder.path().as_os_str()), of_node, "{name}");
        }
        assert!(runs(OsStr::new("/opt/node/bin/node"), OsStr::new("")));
        assert!(!runs(OsStr::new("/opt/node/bin/python"), OsStr::new("")));
    }
}
