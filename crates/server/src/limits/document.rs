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

const AFTER: &str = "
A connection that has been silent for a second makes room when there is none: those without a token first, then the one that
has been silent the longest. Connections of the networks in `trusted_proxies` are not counted by address.

A body that is larger than what is read of it before a refusal is read on and thrown away behind the reply, up to 64 MiB and
30 s, so that a client which is still sending does not lose the reply.

Over HTTP/1.1 every request gets a reply in the API's words, malformed ones too. Closed without a reply is a connection on
which what comes is no request at all to its end (a head that breaks off or takes too long), HTTP/2 without TLS, and a TLS
handshake that fails or takes more than 10 s. A malformed request that was sent behind another, before that one's reply was
out, may get the bare 400 or 431 of the HTTP library, without a body. HTTP/2 is not offered.
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
    text + AFTER
}

fn most(row: Row) -> String {
    let Row { value, unit, .. } = row;
    match unit {
        Unit::Bytes if value % (1 << 30) == 0 => format!("{} GiB", value >> 30),
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
