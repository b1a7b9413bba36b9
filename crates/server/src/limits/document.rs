//! `docs/limits.md`.

use std::fmt::Write as _;

use super::{Beyond, Bound, Row, Unit};

const BEFORE: &str = "\
# Limits

What a caller can make the server do, and what comes of one more. This file is made from the table in
`crates/server/src/limits.rs` by `cargo xtask generate`, and a test walks each row, at the bound and one beyond. What is
counted per caller, publisher or address is counted by each node for itself.

| what | at most | for each | beyond it | setting |
|---|---|---|---|---|
";

/// The table for people, in Markdown.
pub fn document() -> String {
    let mut text = BEFORE.to_owned();
    for bound in Bound::ALL {
        let row = bound.row();
        let setting = row.setting.map(|setting| format!("`{setting}`")).unwrap_or_default();
        let (most, scope, beyond) = (most(row), row.scope.as_str(), beyond(row.beyond));
        let _ = writeln!(text, "| {} | {most} | {scope} | {beyond} | {setting} |", row.what);
    }
    text
}

fn most(row: Row) -> String {
    let Row { value, unit, .. } = row;
    match unit {
        Unit::Bytes if value % (1 << 20) == 0 => format!("{} MiB", value >> 20),
        Unit::Bytes if value % (1 << 10) == 0 => format!("{} KiB", value >> 10),
        Unit::Bytes => format!("{value} bytes"),
        Unit::Seconds => format!("{value} s"),
        Unit::Of(things) => format!("{value} {things}"),
    }
}

fn beyond(beyond: Beyond) -> String {
    match beyond {
        Beyond::Refused(code) => format!("{} `{code}`", code.status()),
        Beyond::TokenRefused(status, error) => format!("{status} `{error}`"),
        Beyond::Closed => "the connection is closed".to_owned(),
        Beyond::Answered(words) => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_like_a_sentence() {
        let text = document();
        assert!(
            text.contains("| A body of the API | 4 MiB | request | 413 `PayloadTooLarge` |  |\n"),
            "{text}"
        );
    }
}
