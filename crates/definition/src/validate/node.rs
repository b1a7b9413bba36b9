//! A place in a definition: where it is and what is there.

use std::borrow::Cow;

use serde_json::{Map, Value};
use signoff_text::{FindingText, JsonKind};

use crate::finding::{Findings, Level, Place};

/// How much of one member's name a path repeats, in characters. A path is made for every place, and so it must not grow
/// with the names on its way.
const LONGEST_NAME: usize = 80;
/// How much of a value a finding repeats, in characters.
const LONGEST_VALUE: usize = 200;

/// A member or an item, whether it is there or not. A member that is `null` counts as not there; an item that is
/// `null` is of the wrong type, whatever is expected.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    /// The path from `definition` on.
    pub(super) path: String,
    /// The last member of the path, with the positions behind it.
    pub(super) key: String,
    value: Option<&'a Value>,
    place: Place<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        let name = "definition".to_owned();
        Self { path: name.clone(), key: name, value: Some(value), place: Place::of(value) }
    }

    /// The member `key`; not there if this is no object.
    pub(super) fn member(&self, key: &str) -> Self {
        let there = self.value.and_then(|value| value.get(key));
        let (value, place) = (there.filter(|value| !value.is_null()), self.place.below(there));
        let shown = shown_name(key);
        Self { path: format!("{}.{shown}", self.path), key: shown.into_owned(), value, place }
    }

    /// The first of the members `keys` that holds something, else the first one.
    pub(super) fn first_filled<'k>(&self, first: &'k str, others: impl IntoIterator<Item = &'k str>) -> Self {
        let preferred = self.member(first);
        if !preferred.is_blank() {
            return preferred;
        }
        others.into_iter().map(|key| self.member(key)).find(|node| !node.is_blank()).unwrap_or(preferred)
    }

    fn item(&self, index: usize, value: &'a Value) -> Self {
        let (path, key) = (format!("{}[{index}]", self.path), format!("{}[{index}]", self.key));
        Self { path, key, value: Some(value), place: self.place.below(Some(value)) }
    }

    /// Whether nothing is there, or text of white space only.
    pub(super) fn is_blank(&self) -> bool {
        match self.value {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        }
    }

    pub(super) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// The text that is there; anything else that is there is a finding.
    pub(super) fn text(&self, findings: &mut Findings) -> Option<&'a str> {
        self.read(JsonKind::Text, Value::as_str, findings)
    }

    /// The truth value that is there; anything else that is there is a finding.
    pub(super) fn boolean(&self, findings: &mut Findings) -> Option<bool> {
        self.read(JsonKind::Boolean, Value::as_bool, findings)
    }

    /// The object that is there; anything else that is there is a finding.
    pub(super) fn object(&self, findings: &mut Findings) -> Option<&'a Map<String, Value>> {
        self.read(JsonKind::Object, Value::as_object, findings)
    }

    /// The items of the list that is there; anything else that is there is a finding.
    pub(super) fn list(&self, findings: &mut Findings) -> Option<Vec<Self>> {
        self.read(JsonKind::List, Value::as_array, findings)?;
        Some(self.items())
    }

    /// The items of the list that is there; none of anything else.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.and_then(Value::as_array).into_iter().flatten();
        items.enumerate().map(|(index, value)| self.item(index, value)).collect()
    }

    /// Reports an error here.
    pub(super) fn error(&self, detail: FindingText, findings: &mut Findings) {
        self.add(Level::Error, || detail, findings);
    }

    /// Reports a warning here.
    pub(super) fn warning(&self, detail: FindingText, findings: &mut Findings) {
        self.add(Level::Warning, || detail, findings);
    }

    /// Reports something whose words take some work.
    pub(super) fn add(&self, level: Level, detail: impl FnOnce() -> FindingText, findings: &mut Findings) {
        findings.add(level, self.place, &self.path, detail);
    }

    /// Reports that something must be there.
    pub(super) fn missing(&self, findings: &mut Findings) {
        self.error(FindingText::MissingField { field: self.key.clone() }, findings);
    }

    /// Reports that what is there is of the wrong type.
    pub(super) fn wrong_type(&self, expected: JsonKind, findings: &mut Findings) {
        self.error(FindingText::WrongType { field: self.key.clone(), expected }, findings);
    }

    fn read<T>(
        &self,
        expected: JsonKind,
        as_kind: impl Fn(&'a Value) -> Option<T>,
        findings: &mut Findings,
    ) -> Option<T> {
        let read = as_kind(self.value?);
        if read.is_none() {
            self.wrong_type(expected, findings);
        }
        read
    }
}

/// A name as a path shows it: what does not print is escaped, and it is cut.
pub(crate) fn shown_name(name: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'\\".contains(&byte);
    if name.len() <= LONGEST_NAME && name.bytes().all(plain) {
        return name.into();
    }
    let mut characters = name.chars();
    let mut shown: String = characters.by_ref().take(LONGEST_NAME).flat_map(char::escape_debug).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown.into()
}

/// A value as a finding repeats it.
pub(super) fn shown_value(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_escaped_and_bounded() {
        assert_eq!(
            shown_name("microsoft-azure-virtualmachines.vmImages"),
            "microsoft-azure-virtualmachines.vmImages"
        );
        assert_eq!(shown_name("a\u{1b}[31m\u{202e}\n"), r"a\u{1b}[31m\u{202e}\n");
        assert_eq!(shown_name(&"é".repeat(1000)).chars().count(), LONGEST_NAME + 1);
        assert_eq!(shown_value(&"é".repeat(1000)).chars().count(), LONGEST_VALUE + 1);
    }
}
