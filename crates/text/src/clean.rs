//! Making text from outside fit to stand in a message.

/// How much of one argument an error repeats, in characters: enough for every list of known values, and far
/// less than the largest body that a client may send.
const LONGEST_IN_ERROR: usize = 600;

/// Puts `text` on one line: line breaks and control characters become spaces, so that a value can neither
/// forge a line of a mail nor steer a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if breaks_line(c) { ' ' } else { c }).collect()
}

fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
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
