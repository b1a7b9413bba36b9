//! Making text from outside fit to stand in a message, a log or on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How much of one argument an error repeats, in characters: enough for every list of known values, and far
/// less than the largest body that a client may send.
const LONGEST_IN_ERROR: usize = 600;

/// Whether `c` steers what shows it instead of being shown: control characters (C0, DEL, C1), separators of lines and
/// paragraphs, and the marks that turn the direction of writing, by which a text looks like another one.
pub fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Puts `text` on one line: what steers becomes a space, so that a value can neither forge a line of a mail or a log
/// nor steer a terminal.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.contains(is_steering) { Cow::Owned(text.replace(is_steering, " ")) } else { Cow::Borrowed(text) }
}

/// `text` with what steers written as in JSON (`\u001b`), for what must stay exact: the name of a member in the target
/// of an error, a document on a terminal. Inside a JSON string it means the same as before.
pub fn escaped(text: &str) -> Cow<'_, str> {
    // Most lines of a log are of these bytes alone, and they are looked at many at a time.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.contains(is_steering) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_steering(c) {
            // Writing to memory does not fail. All of them are in the first plane.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// The same as [`line()`], owned.
pub(crate) fn one_line(text: &str) -> String {
    line(text).into_owned()
}

/// One line of bounded length: an error must not grow with the request that caused it.
pub(crate) fn short_line(text: &str) -> String {
    match text.char_indices().nth(LONGEST_IN_ERROR) {
        None => one_line(text),
        Some((end, _)) => one_line(&text[..end]) + "…",
    }
}

/// One line of HTML text, in which no character of `text` acts as markup.
pub(crate) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_line_breaks_become_spaces() {
        assert_eq!(one_line("a\r\nBcc: b\u{2028}c\u{85}d\u{1b}[31m\0é"), "a  Bcc: b c d [31m é");
    }

    #[test]
    fn what_turns_the_direction_of_writing_counts_as_steering() {
        let all = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{7f}\u{9b}\u{7}";
        assert!(all.chars().all(is_steering));
        assert_eq!(line("a\u{202e}b"), "a b");
        assert!(matches!(line("שלום, naïve 你好 👩‍👩‍👧"), Cow::Borrowed(_)), "what is only shown stays");
    }

    #[test]
    fn what_is_escaped_means_the_same_in_json() {
        assert_eq!(escaped("a\u{1b}[2J\u{202e}\n\u{9b}é"), r"a\u001b[2J\u202e\u000a\u009bé");
        assert!(matches!(escaped("definition.plans[0]"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let exact = "é".repeat(LONGEST_IN_ERROR);
        assert_eq!(short_line(&exact), exact);
        assert_eq!(short_line(&format!("{exact}é")), format!("{exact}…"));
    }

    #[test]
    fn markup_is_escaped_once() {
        assert_eq!(
            html("<a href='x'>\"&amp;\"</a>"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;&quot;&lt;/a&gt;"
        );
    }
}
