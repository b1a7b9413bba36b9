//! How large a crate may be.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::Source;
use super::rules::LARGEST_CRATE;

/// One finding for each crate with more lines of Rust below its `src` than [`LARGEST_CRATE`].
pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let is_rust = |source: &&Source| Path::new(&source.path).extension().is_some_and(|it| it == "rs");
    for Source { path, text } in sources.iter().filter(is_rust) {
        if let Some((name, _)) = path.split_once("/src/") {
            *lines.entry(name).or_default() += text.lines().count();
        }
    }
    let too_large = lines.into_iter().filter(|(_, lines)| *lines > LARGEST_CRATE);
    too_large
        .map(|(name, lines)| {
            format!("{name} has {lines} lines below src, at most {LARGEST_CRATE} may be: split it by subject")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, lines: usize) -> Source {
        Source { path: path.to_owned(), text: "//\n".repeat(lines) }
    }

    #[test]
    fn a_crate_is_too_large_by_all_its_files_and_its_tests_do_not_count() {
        let mut sources = vec![
            source("crates/a/src/lib.rs", LARGEST_CRATE - 1),
            source("crates/a/src/deep/b.rs", 1),
            source("crates/a/tests/c.rs", 9),
            source("crates/a/src/d.sql", 9),
            source("crates/b/src/lib.rs", 9),
        ];
        assert_eq!(check(&sources), Vec::<String>::new());
        sources.push(source("crates/a/src/e.rs", 1));
        let findings = check(&sources);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].starts_with(&format!("crates/a has {} lines", LARGEST_CRATE + 1)),
            "{findings:?}"
        );
    }
}
