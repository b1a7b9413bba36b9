//! The sources of the workspace.

use std::path::Path;

use super::rules::{SOURCE_ENDINGS, SOURCE_ROOTS};

/// One source file.
pub(super) struct Source {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    /// The whole text.
    pub(super) text: String,
}

/// Every source file below `root`, by path.
pub(super) fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for directory in SOURCE_ROOTS {
        if root.join(directory).is_dir() {
            walk(root, directory, &mut sources)?;
        }
    }
    if sources.is_empty() {
        return Err(format!("no sources below {}", root.display()));
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn walk(root: &Path, directory: &str, sources: &mut Vec<Source>) -> Result<(), String> {
    let unreadable = |path: &str, error: std::io::Error| format!("{path} cannot be read: {error}");
    for entry in std::fs::read_dir(root.join(directory)).map_err(|error| unreadable(directory, error))? {
        let entry = entry.map_err(|error| unreadable(directory, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{directory}/{name}");
        let kind = entry.file_type().map_err(|error| unreadable(&path, error))?;
        if kind.is_dir() && name != "target" && !name.starts_with('.') {
            walk(root, &path, sources)?;
        } else if kind.is_file() && SOURCE_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            let text = std::fs::read_to_string(entry.path()).map_err(|error| unreadable(&path, error))?;
            sources.push(Source { path, text });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_at_any_depth_and_builds_are_not() {
        let root = tempfile::tempdir().unwrap();
        for file in ["crates/a/src/deep/b.rs", "crates/a/target/c.rs", "crates/a/d.png", "elsewhere/e.rs"] {
            let file = root.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "text").unwrap();
        }
        let found: Vec<String> = sources(root.path()).unwrap().into_iter().map(|it| it.path).collect();
        assert_eq!(found, ["crates/a/src/deep/b.rs"]);
    }

    #[test]
    fn finding_nothing_is_an_error_and_not_a_pass() {
        assert!(sources(tempfile::tempdir().unwrap().path()).is_err());
    }
}
