//! The names of members: no object may repeat one, or two readers of the same text could see two things.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Fault, JsonError, place};

/// The most values, lists and objects among them, that one text may hold.
pub const MOST_VALUES: usize = 500_000;

/// The longest path that an error names, in characters; a longer one loses its beginning.
const LONGEST_PATH: usize = 400;
/// How much of one name a path repeats, in characters.
const LONGEST_NAME: usize = 80;

/// What the names begin with by which the JSON library marks numbers and raw text among its own values: an object that
/// used one would be read as something else.
const RESERVED: &str = "$serde_json::private::";

/// Objects of up to so many members are compared name by name, without a table.
const FEW: usize = 8;

/// Checks text that is JSON: no object repeats a member, every text in it can be read, and there are no more values
/// than [`MOST_VALUES`].
pub(super) fn check(text: &str) -> Result<(), JsonError> {
    let mut scan = Scan { text, open: Vec::new(), names: Vec::new(), values: 0 };
    let mut at = 0;
    while at < text.len() {
        at = scan.step(at)?;
    }
    Ok(())
}

/// A name as a path shows it: control characters and others that do not print are escaped, and it is cut.
pub fn shown_name(name: &str) -> String {
    if name.is_empty() {
        return "\"\"".to_owned();
    }
    let mut characters = name.chars();
    let mut shown: String = characters.by_ref().take(LONGEST_NAME).flat_map(char::escape_debug).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

struct Scan<'a> {
    text: &'a str,
    open: Vec<Open>,
    /// The names of the members of all objects that are open, the outermost first.
    names: Vec<Name<'a>>,
    values: usize,
}

/// A list or an object that has begun.
enum Open {
    /// The position of its present item.
    List(usize),
    /// Where its names begin among all.
    Object(usize),
}

struct Name<'a> {
    name: Cow<'a, str>,
    /// Where it stands in the text.
    at: usize,
}

impl Scan<'_> {
    /// Reads one token; answers where the next one may begin.
    fn step(&mut self, at: usize) -> Result<usize, JsonError> {
        let byte = self.text.as_bytes()[at];
        match byte {
            b'{' => {
                self.value(at)?;
                self.open.push(Open::Object(self.names.len()));
            }
            b'[' => {
                self.value(at)?;
                self.open.push(Open::List(0));
            }
            b'}' | b']' => self.close()?,
            b',' => {
                if let Some(Open::List(position)) = self.open.last_mut() {
                    *position += 1;
                }
            }
            b'"' => return self.string(at),
            b':' | b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => {
                self.value(at)?;
                let rest = &self.text.as_bytes()[at..];
                let length = rest.iter().position(|byte| b",]} \n\r\t".contains(byte));
                return Ok(at + length.unwrap_or(rest.len()));
            }
        }
        Ok(at + 1)
    }

    fn value(&mut self, at: usize) -> Result<(), JsonError> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(self.error(at, format!("more than {MOST_VALUES} values"), Fault::Syntax));
        }
        Ok(())
    }

    fn string(&mut self, at: usize) -> Result<usize, JsonError> {
        let bytes = self.text.as_bytes();
        let (mut end, mut escaped) = (at + 1, false);
        while bytes.get(end).is_some_and(|byte| *byte != b'"') {
            let backslash = bytes[end] == b'\\';
            escaped |= backslash;
            end += if backslash { 2 } else { 1 };
        }
        let after = (end + 1).min(bytes.len());
        let next = bytes[after..].iter().find(|byte| !b" \n\r\t".contains(byte));
        let is_name = next == Some(&b':');
        if !is_name {
            self.value(at)?;
        }
        let content = if escaped {
            // Half of a surrogate pair is valid JSON, and no text.
            let read = serde_json::from_str(&self.text[at..after]);
            Cow::Owned(read.map_err(|error: serde_json::Error| {
                self.error(at, JsonError::from(error).detail, Fault::Syntax)
            })?)
        } else {
            Cow::Borrowed(self.text.get(at + 1..end).unwrap_or_default())
        };
        if is_name {
            if content.starts_with(RESERVED) {
                let object = self.open.pop();
                if let Some(Open::Object(first)) = object {
                    self.names.truncate(first);
                }
                let path = self.path(&content);
                return Err(self.error(
                    at,
                    format!("the member {path} has a reserved name"),
                    Fault::Reserved(path),
                ));
            }
            self.names.push(Name { name: content, at });
        }
        Ok(after)
    }

    fn close(&mut self) -> Result<(), JsonError> {
        let Some(Open::Object(first)) = self.open.pop() else { return Ok(()) };
        if let Some(again) = repeated(&self.names[first..]) {
            let Name { name, at } = self.names.swap_remove(first + again);
            self.names.truncate(first);
            let path = self.path(&name);
            return Err(self.error(
                at,
                format!("the member {path} is there more than once"),
                Fault::Repeated(path),
            ));
        }
        self.names.truncate(first);
        Ok(())
    }

    /// The path of `member` of the object that was closed last, or is given up.
    fn path(&self, member: &str) -> String {
        let mut ends = self.open.iter().filter_map(|open| match open {
            Open::Object(first) => Some(*first),
            Open::List(_) => None,
        });
        ends.next();
        let mut path = String::new();
        for open in &self.open {
            match open {
                Open::List(position) => path.extend(["[", &position.to_string(), "]"]),
                Open::Object(_) => {
                    let end = ends.next().unwrap_or(self.names.len());
                    let present = end.checked_sub(1).and_then(|last| self.names.get(last));
                    push_member(&mut path, present.map_or("", |present| &present.name));
                }
            }
        }
        push_member(&mut path, member);
        shortened(path)
    }

    fn error(&self, at: usize, detail: String, fault: Fault) -> JsonError {
        let (line, column) = place(&self.text.as_bytes()[..at]);
        JsonError { detail, line, column, fault }
    }
}

/// A path of bounded length.
pub(super) fn shortened(path: String) -> String {
    let surplus = path.chars().count().saturating_sub(LONGEST_PATH);
    if surplus == 0 { path } else { format!("…{}", path.chars().skip(surplus).collect::<String>()) }
}

/// Adds a member to a path.
pub(super) fn push_member(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(&shown_name(name));
}

/// The position of the first name that was there before.
fn repeated(names: &[Name<'_>]) -> Option<usize> {
    if names.len() <= FEW {
        return (1..names.len()).find(|&at| names[..at].iter().any(|before| before.name == names[at].name));
    }
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().position(|name| !seen.insert(&*name.name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::json::check as check_whole;

    fn refused(text: &str) -> String {
        check_whole(text).unwrap_err().to_string()
    }

    #[test]
    fn a_repeated_member_is_named_by_its_path_at_every_depth() {
        let table: Vec<String> = [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":[0,{"c":1,"d":{},"c":null}]}}"#,
            r#"[[],[{"x":1},{"x":1,"x":1}]]"#,
            r#"{"password":"x","p\u0061ssword":null}"#,
            r#"{"a":{"x":1,"y":{"z":1}},"b":{"y":{"x":[]},"x":1,"y":1}}"#,
            r#"{"":1,"":2}"#,
            r#"{"a\u001b[31m\u202e":1,"a\u001b[31m\u202e":1}"#,
            r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":{"k":1},"d":9}"#,
            r#"{"definition":{"$serde_json::private::RawValue":"{}"}}"#,
            r#"{"x":[{"a":1,"$serde_json::private::Number":"1"}]}"#,
        ]
        .iter()
        .map(|text| format!("{text:75} {}", refused(text)))
        .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn members_of_different_objects_may_be_alike() {
        for text in [
            r#"{"a":{"a":{"a":1}},"b":{"a":[{"a":1},{"a":1}]}}"#,
            r#"{"a":"a","A":"{\"a\":1,\"a\":1}"}"#,
            r#""a""#,
            "17",
            " [ true , null ] ",
        ] {
            assert_eq!(check_whole(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        for text in [r#"{"a":"\ud800"}"#, r#"{"\udc00":1}"#] {
            let error = check_whole(text).unwrap_err();
            assert_eq!(error.fault, Fault::Syntax, "{error}");
        }
        assert_eq!(check_whole(r#"{"a":"\ud83d\ude00"}"#), Ok(()));
    }

    #[test]
    fn there_are_as_many_values_as_are_allowed_and_no_more() {
        let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
        assert_eq!(check_whole(&list(MOST_VALUES - 1)), Ok(()));
        assert_eq!(refused(&list(MOST_VALUES)), "more than 500000 values at line 1, column 1000000");
    }

    #[test]
    fn a_path_is_of_bounded_length() {
        let name = "n".repeat(1000);
        let text = format!("{}{{\"a\":1,\"a\":1}}{}", format!("{{\"{name}\":").repeat(50), "}".repeat(50));
        let Fault::Repeated(path) = check_whole(&text).unwrap_err().fault else { panic!() };
        assert_eq!(path.chars().count(), LONGEST_PATH + 1);
        assert!(path.ends_with("nnn….a"), "{path}");
    }

    proptest! {
        #[test]
        fn what_passes_says_the_same_to_every_reader(text in r#"[{}\[\]:,"ab0\\u ]{0,40}"#) {
            if check_whole(&text).is_ok() {
                let value: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(check_whole(&value.to_string()), Ok(()));
            }
        }

        #[test]
        fn a_member_that_is_repeated_is_found(before in 0_usize..30, after in 0_usize..30, at in 0_usize..60) {
            let mut names: Vec<String> = (0..=before + after).map(|n| format!("\"m{n}\":{{\"x\":[{n}]}}")).collect();
            prop_assert_eq!(check_whole(&format!("{{{}}}", names.join(","))), Ok(()));
            let again = names[at % names.len()].clone();
            names.insert(before, again);
            let found = check_whole(&format!("{{{}}}", names.join(",")));
            prop_assert!(matches!(found.map_err(|error| error.fault), Err(Fault::Repeated(_))));
        }
    }
}
