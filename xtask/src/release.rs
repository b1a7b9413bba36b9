//! `cargo xtask release VERSION`: makes a release in a fresh clone below `target/`, so that a release that fails leaves
//! nothing behind, and takes its commit and its tag over at the end. `--dry-run` does the same and takes nothing over.

use std::path::Path;
use std::process::Command;

use crate::shell::{Failure, announce, output, root, run as call, succeeds};

/// The line under which CHANGELOG.md collects what is not released.
const UNRELEASED: &str = "## [Unreleased]";

/// Where changes since a version can be looked at; the repository's address without its end.
const REPOSITORY: &str = "https://github.com/signoff/signoff";

/// Makes the release, or tries it out.
///
/// # Errors
/// What is wrong with the version, the tree or the changelog; a step that failed has said so itself.
pub(crate) fn run(version: &str, dry_run: bool) -> Result<(), Failure> {
    let tag = format!("v{version}");
    let manifest = read(&root().join("Cargo.toml"))?;
    let present = workspace_version(&manifest)?;
    // The first release may be of the version that the workspace has had from the beginning.
    let is_first = output(git(root()).args(["tag", "--list", "v*"]))?.is_empty() && version == present;
    if !is_newer(version, present)? && !is_first {
        return Err(format!("{version} is not newer than {present}").into());
    }
    if !output(git(root()).args(["status", "--porcelain"]))?.is_empty() {
        return Err("the working tree has changes: commit them, or put them away".to_owned().into());
    }
    if succeeds(git(root()).args(["rev-parse", "--verify", "--quiet", &format!("refs/tags/{tag}")])) {
        return Err(format!("the tag {tag} is there already").into());
    }
    let date = output(Command::new("date").args(["-u", "+%F"]))?;
    let changelog = released(&read(&root().join("CHANGELOG.md"))?, version, date.trim())?;

    let folder = root().join("target/release-clone");
    announce("clone");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    }
    call(git(root()).args(["clone", "--quiet", "--no-hardlinks", "."]).arg(&folder))?;
    announce("version and changelog");
    write(&folder.join("Cargo.toml"), &with_version(&manifest, version)?)?;
    write(&folder.join("CHANGELOG.md"), &changelog)?;
    call(cargo(&folder).args(["update", "--workspace", "--offline", "--quiet"]))?;
    call(cargo(&folder).args(["xtask", "generate"]))?;
    if !dry_run {
        announce("every check and test");
        call(cargo(&folder).args(["xtask", "test"]))?;
    }
    announce("binary");
    call(cargo(&folder).args(["build", "--release", "--locked", "--quiet"]))?;
    let archive = pack(&folder, version)?;
    announce("commit and tag");
    call(git(&folder).args(["commit", "--quiet", "--all", "--message", &format!("Release {version}")]))?;
    call(git(&folder).args(["tag", "--annotate", &tag, "--message", &format!("signoff {version}")]))?;
    if dry_run {
        eprintln!("{tag} would be {archive}; nothing of it is in this repository");
        return Ok(());
    }
    call(
        git(root())
            .args(["fetch", "--quiet"])
            .arg(&folder)
            .args(["HEAD", &format!("refs/tags/{tag}:refs/tags/{tag}")]),
    )?;
    call(git(root()).args(["merge", "--quiet", "--ff-only", &tag]))?;
    eprintln!("{tag} is {archive}. To publish it:\n  git push origin HEAD {tag}");
    Ok(())
}

/// Packs the binary with licences and settings of the services, and answers the archive's path. Its checksum lies beside it.
fn pack(folder: &Path, version: &str) -> Result<String, Failure> {
    let binary = target().join("release/signoff");
    let says = output(Command::new(&binary).arg("--version"))?;
    if says.trim() != format!("signoff {version}") {
        return Err(format!("the binary says {}, not signoff {version}", says.trim()).into());
    }
    let (os, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    let name = format!("signoff-{version}-{architecture}-{os}.tar.gz");
    let archives = root().join("target/releases");
    std::fs::create_dir_all(&archives).map_err(|error| failed(&archives, &error))?;
    call(
        Command::new("tar")
            .args(["--create", "--gzip", "--file"])
            .arg(archives.join(&name))
            .arg("--directory")
            .arg(folder)
            .args(["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "deploy", "--directory"])
            .arg(target().join("release"))
            .arg("signoff"),
    )?;
    let sum = output(Command::new("sha256sum").arg(&name).current_dir(&archives))?;
    write(&archives.join(format!("{name}.sha256")), &sum)?;
    Ok(format!("target/releases/{name}"))
}

/// Where the release is built: apart from the tests' builds, and kept from one release to the next.
fn target() -> std::path::PathBuf {
    root().join("target/release-build")
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder);
    command
}

fn cargo(folder: &Path) -> Command {
    let mut command = crate::shell::cargo();
    command.current_dir(folder).env("CARGO_TARGET_DIR", target());
    command
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| failed(file, &error))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| failed(file, &error))
}

fn failed(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Said(format!("{}: {error}", file.display()))
}

/// The line of the workspace's manifest that holds the version of all crates, and that version.
fn version_line(manifest: &str) -> Result<(&str, &str), String> {
    let package = manifest.lines().skip_while(|line| *line != "[workspace.package]").skip(1);
    let mut package = package.take_while(|line| !line.starts_with('['));
    package
        .find_map(|line| Some((line, line.strip_prefix("version = \"")?.strip_suffix('"')?)))
        .ok_or_else(|| "Cargo.toml has no version in [workspace.package]".to_owned())
}

fn workspace_version(manifest: &str) -> Result<&str, String> {
    version_line(manifest).map(|(_, version)| version)
}

fn with_version(manifest: &str, version: &str) -> Result<String, String> {
    let (line, _) = version_line(manifest)?;
    Ok(manifest.replacen(line, &format!("version = \"{version}\""), 1))
}

fn is_newer(version: &str, than: &str) -> Result<bool, String> {
    Ok(numbers(version)? > numbers(than)?)
}

/// The three numbers of a version.
fn numbers(version: &str) -> Result<[u64; 3], String> {
    let wrong = || format!("'{version}' is no version: three numbers are wanted, such as 1.2.0");
    let numbers: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
    numbers.map_err(|_| wrong())?.try_into().map_err(|_| wrong())
}

/// The changelog with what was unreleased under the version and its date.
fn released(changelog: &str, version: &str, date: &str) -> Result<String, String> {
    let (before, after) = changelog
        .split_once(&format!("{UNRELEASED}\n"))
        .ok_or_else(|| format!("CHANGELOG.md has no line '{UNRELEASED}'"))?;
    let (text, links) = after
        .split_once("\n[Unreleased]: ")
        .ok_or_else(|| "CHANGELOG.md does not end with a link for [Unreleased]".to_owned())?;
    let changes = text.split("\n## [").next().unwrap_or_default();
    if !changes.lines().any(|line| line.starts_with("- ")) {
        return Err("CHANGELOG.md says nothing under Unreleased: there is nothing to release".to_owned());
    }
    let older = links.split_once('\n').map_or("", |(_, older)| older);
    Ok(format!(
        "{before}{UNRELEASED}\n\n## [{version}] - {date}\n{text}\n\
         [Unreleased]: {REPOSITORY}/compare/v{version}...main\n[{version}]: {REPOSITORY}/releases/tag/v{version}\n{older}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\n\n[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\na = \"0.1.0\"\n";
    const FIRST: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n[Unreleased]: https://example.com/main\n";

    #[test]
    fn a_release_is_newer_than_the_one_before() {
        for (version, newer) in [("0.1.1", true), ("0.10.0", true), ("0.1.0", false), ("0.0.9", false)] {
            assert_eq!(is_newer(version, "0.1.0"), Ok(newer), "{version}");
        }
        for wrong in ["1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", ""] {
            assert!(is_newer(wrong, "0.1.0").is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_version_of_the_workspace_alone_changes() {
        assert_eq!(workspace_version(MANIFEST), Ok("0.1.0"));
        let next = with_version(MANIFEST, "0.2.0").unwrap();
        assert_eq!(next, MANIFEST.replacen("0.1.0", "0.2.0", 1));
        assert!(with_version("[package]\nversion = \"1.0.0\"\n", "0.2.0").is_err());
    }

    #[test]
    fn what_was_unreleased_gets_a_version_and_a_date() {
        let first = released(FIRST, "0.1.0", "2026-12-01").unwrap();
        assert_eq!(
            first,
            "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- A thing.\n\n\
             [Unreleased]: https://github.com/signoff/signoff/compare/v0.1.0...main\n\
             [0.1.0]: https://github.com/signoff/signoff/releases/tag/v0.1.0\n"
        );
        let changed = first.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Another.\n");
        let second = released(&changed, "0.2.0", "2027-01-01").unwrap();
        let order = [
            "## [Unreleased]\n\n## [0.2.0] - 2027-01-01",
            "- Another.",
            "## [0.1.0]",
            "- A thing.",
            "/v0.2.0...main",
            "[0.2.0]: ",
            "[0.1.0]: ",
        ];
        let places: Vec<usize> = order.iter().map(|part| second.find(part).unwrap()).collect();
        assert!(places.is_sorted(), "{second}");
        assert_eq!(second.matches("[Unreleased]: ").count(), 1);
    }

    #[test]
    fn nothing_is_released_without_a_change() {
        let first = released(FIRST, "0.1.0", "2026-12-01").unwrap();
        assert!(released(&first, "0.2.0", "2027-01-01").unwrap_err().contains("nothing to release"));
        assert!(released("# Changelog\n", "0.2.0", "2027-01-01").is_err());
    }
}
