//! `cargo xtask advisories`: the dependency tree against a copy of the advisory database that a developer names. The
//! other chores need no network, and so does this one: what it reads is as new as that copy.

use std::path::{Path, PathBuf};

use crate::shell::{Failure, root, run as call};
use crate::tools::Tools;

/// What an advisory database is, and where one is from.
const HOW_TO_GET_ONE: &str = "Get a copy, or bring yours up to date:\n  git clone https://github.com/RustSec/advisory-db\n\
                              and name it: cargo xtask advisories --database advisory-db";

/// The table of `deny.toml` that is completed here.
const TABLE: &str = "[advisories]\n";

/// Checks the tree against the database.
pub(crate) fn run(database: Option<&Path>) -> Result<(), Failure> {
    let database = usable(database)?;
    let folder = root().join("target/advisories");
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let rules = std::fs::read_to_string(root().join("deny.toml"))
        .map_err(|error| format!("deny.toml cannot be read: {error}"))?;
    let settings = folder.join("deny.toml");
    std::fs::write(&settings, with_database(&rules, &database, &folder)?).map_err(failed)?;
    let mut command = Tools::find_deny()?;
    command.args(["--locked", "check", "--config"]).arg(&settings).arg("advisories");
    // Cargo must not look for newer versions of what the lock file names.
    call(command.env("CARGO_NET_OFFLINE", "true"))
}

/// The database's folder, if it is one.
fn usable(database: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(database) = database else {
        return Err(Failure::Said(format!("no advisory database is named. {HOW_TO_GET_ONE}")));
    };
    let shown = database.display();
    let folder = database.canonicalize().map_err(|error| format!("{shown}: {error}. {HOW_TO_GET_ONE}"))?;
    if !(folder.join("crates").is_dir() && folder.join(".git").exists()) {
        return Err(Failure::Said(format!(
            "{shown} is no git checkout of an advisory database. {HOW_TO_GET_ONE}"
        )));
    }
    Ok(folder)
}

/// The rules, with the database that they are for and where its copy is kept.
fn with_database(rules: &str, database: &Path, folder: &Path) -> Result<String, Failure> {
    let (before, after) =
        rules.split_once(TABLE).ok_or_else(|| format!("deny.toml has no table {TABLE:?}"))?;
    let quoted = |path: &Path| format!("{:?}", path.display().to_string());
    let url = format!("\"file://{}\"", database.display());
    Ok(format!("{before}{TABLE}db-path = {}\ndb-urls = [{url}]\n{after}", quoted(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(outcome: Result<PathBuf, Failure>) -> String {
        match outcome {
            Err(Failure::Said(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_names_no_database_is_told_how_to_get_one() {
        let empty = tempfile::tempdir().unwrap();
        for (database, begin) in [
            (None, "no advisory database is named. Get a copy"),
            (Some(Path::new("/nowhere")), "/nowhere: No such file or directory"),
            (Some(empty.path()), &format!("{} is no git checkout", empty.path().display())),
        ] {
            let message = said(usable(database));
            assert!(message.starts_with(begin), "{message}");
            assert!(message.ends_with("cargo xtask advisories --database advisory-db"), "{message}");
        }
    }

    #[test]
    fn the_rules_of_this_repository_are_completed() {
        let rules = std::fs::read_to_string(root().join("deny.toml")).unwrap();
        let whole = with_database(&rules, Path::new("/db"), Path::new("/copies")).unwrap();
        assert!(
            whole.contains("[advisories]\ndb-path = \"/copies\"\ndb-urls = [\"file:///db\"]\n"),
            "{whole}"
        );
        assert_eq!(whole.matches("[advisories]").count(), 1);
    }
}
