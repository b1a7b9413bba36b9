//! A place in a definition: where it is and what is there.

use serde_json::{Map, Value};
use signoff_text::{FindingText, JsonKind};

use crate::catalogue::finding::Findings;

/// A member or an item, whether it is there or not. A member that is `null` counts as not there; an item that is
/// `null` is of the wrong type, whatever is expected.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    /// The path from `definition` on.
    pub(super) path: String,
    /// The last member of the path, without positions.
    pub(super) key: String,
    value: Option<&'a Value>,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { path: "definition".to_owned(), key: "definition".to_owned(), value: Some(value) }
    }

    /// The member `key`; not there if this is no object.
    pub(super) fn member(&self, key: &str) -> Self {
        let value = self.value.and_then(|value| value.get(key)).filter(|value| !value.is_null());
        Self { path: format!("{}.{key}", self.path), key: key.to_owned(), value }
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
        Self { path: format!("{}[{index}]", self.path), key: self.key.clone(), value: Some(value) }
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
        let items = self.read(JsonKind::List, Value::as_array, findings)?;
        Some(items.iter().enumerate().map(|(index, value)| self.item(index, value)).collect())
    }

    /// Reports that something must be there.
    pub(super) fn missing(&self, findings: &mut Findings) {
        findings.error(&self.path, FindingText::MissingField { field: self.key.clone() });
    }

    /// Reports that what is there is of the wrong type.
    pub(super) fn wrong_type(&self, expected: JsonKind, findings: &mut Findings) {
        findings.error(&self.path, FindingText::WrongType { field: self.key.clone(), expected });
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
