//! What people see. Data goes to stdout, all else to stderr; everything passes through `out`, which cleans it.

mod layout;
mod moment;
mod out;
pub(crate) mod tables;
mod text;

use std::io;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use signoff_text::clean;

use crate::exit::Failure;

pub(crate) use layout::{Cell, Column, Document, wrapped};
pub(crate) use out::Stream;
pub(crate) use text::{Look, Text};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    #[default]
    Table,
    Json,
}

/// Prints a sentence to stderr, always on one line; a closed stderr is no error.
pub(crate) fn say(sentence: &str) {
    say_text(&clean::line(sentence).into_owned().into());
}

/// Prints a text of more lines to stderr.
pub(crate) fn say_text(text: &Text) {
    let _ = Stream::Err.write(text);
}

/// Prints data to stdout. A reader that has gone away, like `head`, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_text(&text.to_owned().into())
}

/// The same with looks.
pub(crate) fn print_text(text: &Text) -> Result<(), Failure> {
    written(Stream::Out.write(text))
}

/// Prints JSON to stdout, as it is but for what steers a terminal: that is escaped.
pub(crate) fn print_json(json: &str) -> Result<(), Failure> {
    written(Stream::Out.write_json(json))
}

/// Prints a line of JSON to stderr.
pub(crate) fn say_json(json: &str) {
    let _ = Stream::Err.write_json(json);
}

fn written(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The columns of the terminal that shows progress, which is stderr, if it is one.
pub(crate) fn terminal_width() -> Option<u16> {
    Stream::Err.screen().width.and_then(|width| u16::try_from(width).ok())
}

/// Prints a value as JSON, or as the table that `table` makes of it, as wide as the terminal.
pub(crate) fn show<T: Serialize + ?Sized, D: Into<Document>>(
    output: Output,
    value: &T,
    table: impl FnOnce(&T) -> D,
) -> Result<(), Failure> {
    match output {
        Output::Table => print_text(&table(value).into().laid(&Stream::Out.screen())),
        Output::Json => print_json(&json(value)),
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("the shapes of the API have text keys only")
}

/// Text of a server, fit for one line of a terminal: without markup and without what steers.
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
    clean::line(&text).into_owned()
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
            ("red \u{1b}[31m\r\nx\u{9b}\u{202e}", "red  [31m  x  "),
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
