//! Whether `docs/operations.md` says of each line that a server logs what it means, and of no other.

use std::collections::BTreeSet;

use super::exempt::test_lines;
use super::files::Source;
use super::rules::OPERATIONS;

/// The macros whose lines a person on call sees.
const MACROS: [(&str, &str); 3] =
    [("tracing::error!(", "error"), ("tracing::warn!(", "warn"), ("tracing::info!(", "info")];

/// A line by its level and its words; where the words hold a value, there is `…`.
type Line = (String, String);

/// One finding for each line that the document lacks, and for each that no source writes.
pub(super) fn check(sources: &[Source], document: &str) -> Vec<String> {
    let described = described(document);
    let mut findings = Vec::new();
    let mut written = BTreeSet::new();
    for source in sources.iter().filter(|source| source.path.starts_with("crates/")) {
        for (at, line) in lines_of(source) {
            if !described.contains(&line) {
                let (level, words) = &line;
                let path = &source.path;
                findings.push(format!(
                    "{path}:{at}: {OPERATIONS} has no row `{level}` | `{words}`: say what it means"
                ));
            }
            written.insert(line);
        }
    }
    let left = described.difference(&written);
    findings
        .extend(left.map(|(level, words)| format!("{OPERATIONS}: no source logs `{words}` as `{level}`")));
    findings
}

/// The rows `| level | `words` | …`.
fn described(document: &str) -> BTreeSet<Line> {
    let rows = document.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let (level, words) = (cells.next()?, cells.next()?);
        let words = words.strip_prefix('`')?.strip_suffix('`')?;
        let known = MACROS.iter().any(|(_, name)| *name == level);
        known.then(|| (level.to_owned(), words.to_owned()))
    });
    rows.collect()
}

/// Every line that the file logs outside its tests, with where.
fn lines_of(source: &Source) -> Vec<(usize, Line)> {
    let Source { path, text } = source;
    let in_test = test_lines(path, text);
    let mut found = Vec::new();
    for (start, level) in MACROS
        .iter()
        .flat_map(|(name, level)| text.match_indices(name).map(move |(at, _)| (at + name.len(), *level)))
    {
        let at = text[..start].lines().count();
        if !in_test.get(at - 1).copied().unwrap_or(false)
            && let Some(words) = words(&text[start..])
        {
            found.push((at, (level.to_owned(), words)));
        }
    }
    found
}

/// The words of the macro whose arguments these are: the first one that is a text and has no name.
fn words(arguments: &str) -> Option<String> {
    let (mut depth, mut begins, mut rest) = (0_u32, true, arguments);
    loop {
        let c = rest.chars().next()?;
        match c {
            '"' => {
                let text = literal(&rest[1..])?;
                if begins && depth == 0 {
                    return Some(with_gaps(text));
                }
                rest = &rest[1 + text.len() + 1..];
                begins = false;
                continue;
            }
            ')' if depth == 0 => return None,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => begins = true,
            c if !c.is_whitespace() => begins = false,
            _ => {}
        }
        rest = &rest[c.len_utf8()..];
    }
}

/// The text up to its closing quote.
fn literal(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some(&text[..end])
}

/// The words on one line, `…` where a value is put in.
fn with_gaps(literal: &str) -> String {
    let mut words = String::new();
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once('{') {
        words.push_str(before);
        words.push('…');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    words.replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(source: &str, document: &str) -> Vec<String> {
        let source = Source { path: "crates/a/src/lib.rs".to_owned(), text: source.to_owned() };
        check(&[source], document)
    }

    #[test]
    fn a_line_that_nobody_explains_is_found() {
        let source = "fn a() {\n    tracing::warn!(%error, name = f(\"x\", 1), \"it broke\");\n}\n";
        assert_eq!(findings(source, "| warn | `it broke` | means | do |\n"), [""; 0]);
        let found = findings(source, "| info | `it broke` | another level |\n");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/a/src/lib.rs:2: "), "{found:?}");
        assert!(found[1].contains("no source logs `it broke` as `info`"), "{found:?}");
    }

    #[test]
    fn values_and_broken_lines_are_read_as_they_are_written() {
        let source =
            "tracing::error!(\n    reason = \"a, b\",\n    \"{} of {PATIENCE:?} is \\\n     over\"\n);\n";
        assert_eq!(findings(source, "| error | `… of … is over` | |\n"), [""; 0]);
    }

    #[test]
    fn tests_and_lower_levels_need_no_row() {
        let source =
            "tracing::debug!(\"a\");\n#[cfg(test)]\nmod tests {\n    fn b() { tracing::info!(\"c\"); }\n}\n";
        assert_eq!(findings(source, ""), [""; 0]);
    }
}
