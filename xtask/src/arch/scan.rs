//! What stands in a file and must not.

use super::exempt::test_lines;
use super::files::Source;
use super::rules::{BANS, Ban, IN_EVERY_MANIFEST, LONGEST_FILE};

/// One finding for each banned word, for a file that is too long and for a manifest without our lints.
pub(super) fn check(source: &Source) -> Vec<String> {
    let Source { path, text } = source;
    let mut findings = Vec::new();
    let length = text.lines().count();
    if length > LONGEST_FILE {
        findings
            .push(format!("{path} has {length} lines, at most {LONGEST_FILE} may be: split it by subject"));
    }
    if path.ends_with("Cargo.toml") && !text.contains(IN_EVERY_MANIFEST) {
        findings.push(format!("{path} lacks `{}`", IN_EVERY_MANIFEST.replace('\n', " ")));
    }
    for ban in BANS.iter().filter(|ban| concerns(ban, path)) {
        let found = hits(ban, source);
        findings.extend(found.map(|(line, word)| format!("{path}:{line}: `{word}`: {}", ban.reason)));
    }
    findings
}

/// Where the words of a ban stand in a source, wherever the ban holds: the number of the line and the word.
pub(super) fn hits(ban: &Ban, source: &Source) -> impl Iterator<Item = (usize, &'static str)> {
    let Source { path, text } = source;
    let lines = text.lines().zip(test_lines(path, text)).enumerate();
    lines.filter(|(_, (_, in_test))| ban.in_tests || !in_test).flat_map(|(index, (line, _))| {
        let line = if ban.in_comments { line } else { without_comment(line) };
        ban.words.iter().filter(move |word| contains(line, word)).map(move |word| (index + 1, *word))
    })
}

fn concerns(ban: &Ban, path: &str) -> bool {
    let begins = |with: &&str| path.starts_with(with);
    ban.within.iter().any(begins) && !ban.except.iter().any(begins)
}

/// The line up to a `//` that begins a comment: at its start or after a space, so that addresses stay whole.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split_once(" // ").map_or(line, |(code, _)| code)
}

/// Whether `word` stands in `line`, not as a part of a longer name.
pub(super) fn contains(line: &str, word: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || c == '_';
    let (opens, closes) = (word.starts_with(of_name), word.ends_with(of_name));
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(of_name);
        let after = line[at + word.len()..].chars().next().is_some_and(of_name);
        !(opens && before || closes && after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&Source { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn the_real_clock_is_found_wherever_it_is_read() {
        let read = "fn a() { let now = std::time::SystemTime::now(); }\n";
        let found = findings("crates/store/src/lib.rs", read);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/store/src/lib.rs:1: `SystemTime::now`"), "{found:?}");
        for word in
            ["Instant::now()", "Timestamp::now()", "Zoned::now()", "rand::rng()", "Uuid::now_v7()", "OsRng"]
        {
            assert_eq!(findings("crates/server/src/a.rs", word).len(), 1, "{word}");
        }
    }

    #[test]
    fn the_clock_file_tests_and_the_bench_may_read_it() {
        let read = "fn a() { Instant::now(); }\n";
        for path in ["crates/engine/src/clock.rs", "crates/store/tests/a.rs", "bench/src/main.rs"] {
            assert_eq!(findings(path, read), Vec::<String>::new(), "{path}");
        }
        assert_eq!(
            findings("crates/a/src/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{read}}}\n")),
            [""; 0]
        );
        assert_eq!(findings("crates/a/src/b.rs", &format!("#[cfg(test)]\nmod tests;\n{read}")).len(), 1);
    }

    #[test]
    fn lifting_the_lint_elsewhere_is_found() {
        let lifted = "#![expect(clippy::disallowed_methods, reason = \"mine\")]";
        assert_eq!(findings("crates/server/src/a.rs", lifted).len(), 1);
        assert_eq!(findings("crates/engine/src/clock.rs", lifted), [""; 0]);
    }

    #[test]
    fn the_lifecycle_does_nothing_but_decide() {
        for line in
            ["std::fs::read(p)", "use std::{fs::File}", "println!(\"\")", "m: HashMap<A, B>", "SystemTime"]
        {
            assert_eq!(findings("crates/lifecycle/src/a.rs", line).len(), 1, "{line}");
            assert_eq!(findings("crates/store/src/a.rs", line), [""; 0], "{line}");
        }
    }

    #[test]
    fn leftovers_are_found_in_tests_too() {
        for line in [concat!("// TO", "DO: later"), concat!("/// FIX", "ME"), concat!("to", "do!()")] {
            assert!(!findings("crates/a/tests/b.rs", line).is_empty(), "{line}");
        }
        for line in [concat!("dbg", "!(x)"), concat!("#[al", "low(dead_code)]"), concat!("#![al", "low(x)]")]
        {
            assert_eq!(findings("crates/a/src/b.rs", line).len(), 1, "{line}");
        }
    }

    #[test]
    fn comments_and_longer_names_are_no_calls() {
        for line in [
            "// SystemTime::now is banned",
            "a(); // like Instant::now",
            "operand::new()",
            "FakeInstant::nowhere",
        ] {
            assert_eq!(findings("crates/a/src/b.rs", line), [""; 0], "{line}");
        }
        assert_eq!(findings("crates/a/src/b.rs", "(\"http://a\", Instant::now())").len(), 1);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(findings("crates/a/src/b.rs", &"a\n".repeat(LONGEST_FILE)), [""; 0]);
        assert_eq!(findings("crates/a/src/b.rs", &"a\n".repeat(LONGEST_FILE + 1)).len(), 1);
    }

    #[test]
    fn a_manifest_without_our_lints_is_found() {
        assert_eq!(findings("crates/a/Cargo.toml", "[package]\n").len(), 1);
        assert_eq!(findings("crates/a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n"), [""; 0]);
    }
}
