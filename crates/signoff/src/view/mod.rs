//! What people see. Data goes to stdout, all else to stderr.

pub(crate) mod tables;

use std::io::{self, Write};

use serde::Serialize;

use crate::connection::Output;
use crate::exit::Failure;

/// Prints a sentence to stderr; a closed stderr is nobody's loss.
pub(crate) fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "{sentence}");
}

/// Prints data to stdout. A reader that has gone away, like `head`, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { stdout.write_all(b"\n") });
    match written.and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The columns of the terminal that shows progress, which is stderr, if it is one.
pub(crate) fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().use_stderr().width()
}

/// Prints a value as JSON, or as the table that `table` makes of it.
pub(crate) fn show<T: Serialize + ?Sized>(
    output: Output,
    value: &T,
    table: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    match output {
        Output::Table => print(&table(value)),
        Output::Json => print(&json(value)),
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("the shapes of the API have text keys only")
}

/// Text of a server, fit for a terminal: without markup and without control characters.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<')
        && let Some(length) = rest[start..].find('>')
    {
        let tag = rest[start + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '/');
        text.push_str(&rest[..start]);
        if tag {
            rest = &rest[start + length + 1..];
        } else {
            text.push('<');
            rest = &rest[start + 1..];
        }
    }
    text.push_str(rest);
    for (entity, character) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        text = text.replace(entity, character);
    }
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_do_not_reach_a_terminal() {
        for (html, text) in [
            ("Step <b>completed</b>.<br/>", "Step completed."),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
            ("a < b", "a < b"),
            ("&amp;lt;", "&lt;"),
            ("a<b", "a<b"),
            ("red \u{1b}[31m\r\nx\u{9b}", "red  [31m  x "),
            ("", ""),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn json_keeps_every_digit() {
        let document: serde_json::Value =
            serde_json::from_str(r#"{"z":1.10,"a":12345678901234567890123}"#).unwrap_or_default();
        assert_eq!(json(&document), "{\n  \"z\": 1.10,\n  \"a\": 12345678901234567890123\n}");
    }
}
