//! A place in a definition: where it is and what is there.

use std::borrow::Cow;

use serde_json::{Map, Value};
use signoff_text::{FindingText, JsonKind};

use crate::finding::{Findings, Level};
use crate::place::Place;

/// How much of one member's name a path repeats, in characters. Findings are many, and so a path must not grow with the
/// names on its way.
const LONGEST_NAME: usize = 80;
/// How much of a value a finding repeats, in characters.
const LONGEST_VALUE: usize = 200;

/// A member or an item, whether it is there or not. A member that is `null` counts as not there; an item that is
/// `null` is always of the wrong type.
#[derive(Debug)]
pub(super) struct Node<'p> {
    value: Option<&'p Value>,
    place: Place<'p>,
}

impl<'p> Node<'p> {
    pub(super) fn root(value: &'p Value) -> Self {
        Self { value: Some(value), place: Place::root("definition") }
    }

    /// The member `key`; not there if this is no object.
    pub(super) fn member(&'p self, key: &'p str) -> Self {
        let members = self.value.and_then(Value::as_object);
        let there = members.and_then(|members| members.get(key));
        Self {
            value: there.filter(|value| !value.is_null()),
            place: self.place.member(key, members, there.is_some()),
        }
    }

    /// All members with their names; none of what is no object.
    pub(super) fn members(&'p self) -> impl Iterator<Item = (&'p str, Self)> {
        let members = self.value.and_then(Value::as_object).into_iter().flatten();
        members.enumerate().map(|(position, (key, value))| {
            let value = Some(value).filter(|value| !value.is_null());
            (key.as_str(), Self { value, place: self.place.member_at(key, position) })
        })
    }

    /// The first of the members `keys` that holds something, else the first one.
    pub(super) fn first_filled(&'p self, first: &'p str, others: impl IntoIterator<Item = &'p str>) -> Self {
        let preferred = self.member(first);
        if !preferred.is_blank() {
            return preferred;
        }
        others.into_iter().map(|key| self.member(key)).find(|node| !node.is_blank()).unwrap_or(preferred)
    }

    /// Whether nothing is there, or text of white space only.
    pub(super) fn is_blank(&self) -> bool {
        match self.value {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        }
    }

    pub(super) fn value(&self) -> Option<&'p Value> {
        self.value
    }

    /// The text that is there; anything else that is there is a finding.
    pub(super) fn text(&self, findings: &mut Findings) -> Option<&'p str> {
        self.read(JsonKind::Text, Value::as_str, findings)
    }

    /// The truth value that is there; anything else that is there is a finding.
    pub(super) fn boolean(&self, findings: &mut Findings) -> Option<bool> {
        self.read(JsonKind::Boolean, Value::as_bool, findings)
    }

    /// The object that is there; anything else that is there is a finding.
    pub(super) fn object(&self, findings: &mut Findings) -> Option<&'p Map<String, Value>> {
        self.read(JsonKind::Object, Value::as_object, findings)
    }

    /// The items of the list that is there; anything else that is there is a finding.
    pub(super) fn list(
        &'p self,
        findings: &mut Findings,
    ) -> Option<impl ExactSizeIterator<Item = Self> + use<'p>> {
        self.read(JsonKind::List, Value::as_array, findings)?;
        Some(self.items())
    }

    /// The items of the list that is there; none of anything else.
    pub(super) fn items(&'p self) -> impl ExactSizeIterator<Item = Self> {
        let items = self.value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items
            .iter()
            .enumerate()
            .map(|(index, value)| Self { value: Some(value), place: self.place.item(index) })
    }

    /// The last member of the path, with the positions behind it.
    pub(super) fn key(&self) -> String {
        self.place.key()
    }

    /// Reports an error here. Its words are made only if it is shown.
    pub(super) fn error(&self, detail: impl FnOnce() -> FindingText, findings: &mut Findings) {
        self.add(Level::Error, detail, findings);
    }

    /// Reports a warning here.
    pub(super) fn warning(&self, detail: impl FnOnce() -> FindingText, findings: &mut Findings) {
        self.add(Level::Warning, detail, findings);
    }

    /// Reports an error or a warning here.
    pub(super) fn add(&self, level: Level, detail: impl FnOnce() -> FindingText, findings: &mut Findings) {
        findings.add(level, &self.place, detail);
    }

    /// Reports that something must be there.
    pub(super) fn missing(&self, findings: &mut Findings) {
        self.error(|| FindingText::MissingField { field: self.key() }, findings);
    }

    /// Reports that what is there is of the wrong type.
    pub(super) fn wrong_type(&self, expected: JsonKind, findings: &mut Findings) {
        self.error(|| FindingText::WrongType { field: self.key(), expected }, findings);
    }

    fn read<T>(
        &self,
        expected: JsonKind,
        as_kind: impl Fn(&'p Value) -> Option<T>,
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
