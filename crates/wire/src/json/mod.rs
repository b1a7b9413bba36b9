//! Reading JSON strictly, with errors that say where (contract, "Every request").

pub(crate) mod json5;
mod members;
mod strict;

use serde::de::{DeserializeOwned, IgnoredAny};

pub use json5::LARGEST as LARGEST_JSON5;
pub use members::{MOST_VALUES, shown_name};

/// The largest body, in bytes.
pub const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// The deepest nesting of brackets in a document; what is read later as a tree must not exhaust the stack.
pub const DEEPEST: usize = 100;

/// The text cannot be used; line and column count from 1, 0 when there is no place to point at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub detail: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
    /// What kind of fault it is.
    pub fault: Fault,
}

/// Why a text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON, too deep, too large, or as a whole not of the expected shape.
    Syntax,
    /// It is JSON, and this member is not of the expected shape: its path.
    Shape(String),
    /// It is JSON, and an object holds this member more than once: its path.
    Repeated(String),
    /// It is JSON, and a member has a name that would be read as something else: its path.
    Reserved(String),
}

impl JsonError {
    /// The error as a sentence about a body.
    pub(crate) fn of_body(&self) -> String {
        match self.fault {
            Fault::Syntax | Fault::Shape(_) => format!("the body is not JSON: {self}"),
            Fault::Repeated(_) | Fault::Reserved(_) => self.to_string(),
        }
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        // The place is told apart from the detail; serde_json appends it.
        let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
        // It may quote the body, which may be long.
        let detail = detail.chars().take(200).collect();
        Self { detail, line: error.line(), column: error.column(), fault: Fault::Syntax }
    }
}

/// The body as text, without a byte order mark.
pub fn text(body: &[u8]) -> Result<&str, JsonError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    str::from_utf8(body).map_err(|error| {
        let (line, column) = place(&body[..error.valid_up_to()]);
        JsonError { detail: "the body is not UTF-8".into(), line, column, fault: Fault::Syntax }
    })
}

/// Line and column of the byte after `before`.
fn place(before: &[u8]) -> (usize, usize) {
    let last_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    (before.split(|byte| *byte == b'\n').count(), 1 + last_line.len())
}

/// Checks text for everything that is read as JSON here: it nests no deeper than [`DEEPEST`], it is JSON, no object
/// repeats a member at any depth, and there are no more values than [`MOST_VALUES`]. What passes says the same to every
/// reader.
pub fn check(text: &str) -> Result<(), JsonError> {
    check_nesting(text)?;
    serde_json::from_str::<IgnoredAny>(text)?;
    members::check(text)
}

/// Refuses text in which brackets outside strings nest deeper than [`DEEPEST`].
pub fn check_nesting(text: &str) -> Result<(), JsonError> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            let (line, column) = place(&text.as_bytes()[..at]);
            let detail = format!("nested deeper than {DEEPEST} levels");
            return Err(JsonError { detail, line, column, fault: Fault::Syntax });
        }
    }
    Ok(())
}

/// Reads a small body strictly into a shape; for the bodies of this crate that refuse unknown members. An array of its
/// members is no object, at any depth.
pub fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, JsonError> {
    let text = text(body)?;
    check(text)?;
    strict::read(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn errors_say_where() {
        let error = from_body::<serde_json::Value>(b"{\n  \"a\": nope}").unwrap_err();
        assert_eq!(
            error,
            JsonError { detail: "expected ident".into(), line: 2, column: 9, fault: Fault::Syntax }
        );
        assert_eq!(error.to_string(), "expected ident at line 2, column 9");
        let error = from_body::<serde_json::Value>(b"{\"a\":\n\"\xff\"}").unwrap_err();
        assert_eq!(error.to_string(), "the body is not UTF-8 at line 2, column 2");
        assert_eq!(from_body::<bool>(b"\xef\xbb\xbftrue"), Ok(true));
    }

    #[test]
    fn an_array_stands_for_no_object() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Shape {
            step: String,
        }

        let expected = Shape { step: "live".into() };
        assert_eq!(from_body::<Shape>(br#" {"step":"live"}"#), Ok(expected));
        for array in [r#"["live"]"#, r#"  ["live"] "#, "\u{feff}[\"live\"]"] {
            let error = from_body::<Shape>(array.as_bytes()).unwrap_err();
            assert!(error.detail.starts_with("invalid type: sequence, expected an object"), "{error}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_the_whole_body() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        enum Word {}

        let error = from_body::<Word>(format!("\"{}\"", "x".repeat(100_000)).as_bytes()).unwrap_err();
        assert_eq!(error.detail.len(), 200);
    }

    #[test]
    fn only_brackets_outside_strings_count() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(check_nesting(&deep(DEEPEST)), Ok(()));
        let error = check_nesting(&deep(1000)).unwrap_err();
        assert_eq!(error.to_string(), "nested deeper than 100 levels at line 1, column 101");
        let text = serde_json::to_string(&deep(1000)).unwrap();
        assert_eq!(check_nesting(&text), Ok(()));
        assert_eq!(check_nesting(&"[\"\\\"]\"],".repeat(1000)), Ok(()));
    }

    proptest! {
        #[test]
        fn what_passes_the_nesting_check_parses_without_reaching_its_own_limit(text in r#"[\[\]{}",:\\a0]{0,300}"#) {
            if check_nesting(&text).is_ok()
                && let Err(error) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert!(!error.to_string().contains("recursion"), "{}", error);
            }
        }
    }
}
