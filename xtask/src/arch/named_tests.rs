//! A test that a document names is there: `signoff-server::walk access::a_stranger_is_refused`, as nextest prints it.

use std::collections::BTreeSet;

use super::citations::Documents;
use super::files::Source;

/// One finding for each name of a test in a document that no source has.
pub(super) fn check(documents: &Documents, sources: &[Source]) -> Vec<String> {
    let functions: BTreeSet<&str> = sources.iter().flat_map(|source| functions(&source.text)).collect();
    let named = documents.iter().flat_map(|(path, text)| named(text).map(move |name| (path, name)));
    let gone =
        named.filter(|(_, name)| name.rsplit("::").next().is_some_and(|test| !functions.contains(test)));
    gone.map(|(path, name)| format!("{path} names the test `{name}`, which is not there")).collect()
}

/// The names of the functions in a source.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).map(|rest| {
        let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// What stands between backticks on one line, and is a binary, a space and the path of a test.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted.filter_map(|quoted| {
        let (binary, path) = quoted.split_once(' ')?;
        let is_path = |it: &str| {
            !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-:".contains(&it))
        };
        (binary.starts_with("signoff") && is_path(binary) && is_path(path) && path.contains("::"))
            .then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(document: &str) -> Vec<String> {
        let source =
            Source { path: "a.rs".to_owned(), text: "async fn it_holds() {}\nfn helper()".to_owned() };
        check(&Documents::of([("docs/a.md", document)]), &[source])
    }

    #[test]
    fn a_test_that_is_gone_is_named() {
        let rows = "| x | `signoff::binary modes::it_holds` |\n| y | `signoff-wire it::was_there`, `signoff a::it_holds` |";
        assert_eq!(findings(rows), ["docs/a.md names the test `it::was_there`, which is not there"]);
    }

    #[test]
    fn what_is_no_test_is_no_name_of_one() {
        for text in ["`signoff serve --dev`", "`signoff ready`", "`cargo test a::b`", "signoff a::b"] {
            assert_eq!(findings(text), [""; 0], "{text}");
        }
    }
}
