//! What differs between two documents of one offer.
//!
//! One walk over both, whose cost is linear in their size. Secrets are compared and never shown.

use std::collections::HashMap;

use serde_json::Value;

use crate::OfferType;
use crate::secrets::{Branches, Document, MASK, Secrets, Tree, segments};
use crate::validate::shown_name;

/// The most changes that are listed; what is beyond is counted.
pub const MOST_CHANGES: usize = 1000;
/// The most bytes that the listed changes may come to; what is beyond is counted.
pub const MOST_CHANGE_BYTES: usize = 256 * 1024;

/// A document as the store has it: its texts, and the secrets that were taken out of them.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    /// The definition, JSON.
    pub definition: &'a str,
    /// The members beside it: an array of pairs of name and value.
    pub extra: Option<&'a str>,
    /// The form of [`Secrets::to_stored`].
    pub secrets: Option<&'a str>,
}

/// One difference: a value that was changed, added (only `to`) or removed (only `from`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it is, such as `definition.plans[planId=basic].microsoft-azure-virtualmachines.skuTitle`: members joined
    /// by dots, escaped and cut like the targets of findings; items of lists by their `planId`, or else by their
    /// position from 0.
    pub path: String,
    /// What stood there.
    pub from: Option<Value>,
    /// What stands there.
    pub to: Option<Value>,
}

/// What differs between two documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// In the order of the second document; what it lacks stands behind what is left of the object or list that held
    /// it. At most [`MOST_CHANGES`].
    pub changes: Vec<Change>,
    /// How many changes there are beyond those.
    pub omitted: usize,
}

/// The changes that lead from one document of an offer of this type to another.
///
/// # Errors
/// If one of the texts is not JSON, or not of its form.
pub fn diff(
    offer_type: Option<&OfferType>,
    from: Stored<'_>,
    to: Stored<'_>,
) -> Result<Diff, serde_json::Error> {
    let (from, to) = (Parts::read(offer_type, from)?, Parts::read(offer_type, to)?);
    let mut walk = Walk::default();
    let ((old, old_beside), (new, new_beside)) = (from.sides(), to.sides());
    walk.below(Segment::Member("definition"), old, new);
    walk.compare(old_beside, new_beside);
    Ok(walk.diff)
}

/// A document that was read.
struct Parts {
    definition: Value,
    beside: Value,
    secrets: Secrets,
}

impl Parts {
    fn read(offer_type: Option<&OfferType>, stored: Stored<'_>) -> Result<Self, serde_json::Error> {
        let mut document = Document::parse(stored.definition, stored.extra)?;
        let mut secrets = Secrets::from_stored(stored.secrets)?;
        if secrets.may_lack_some() {
            let more = document.split(offer_type);
            secrets.add(&document, more);
        }
        let (definition, beside) = document.into_parts();
        Ok(Self { definition, beside, secrets })
    }

    /// The definition and the members beside it.
    fn sides(&self) -> (Side<'_>, Side<'_>) {
        let (definition, beside) = self.secrets.parts();
        (Side::Shown(&self.definition, Some(definition)), Side::Shown(&self.beside, Some(beside)))
    }
}

/// What one of the documents has at a place.
#[derive(Clone, Copy)]
enum Side<'a> {
    Absent,
    Secret(&'a Value),
    /// A value, and the secrets that were taken out of it.
    Shown(&'a Value, Option<&'a Tree>),
}

impl<'a> Side<'a> {
    /// The member of this name.
    fn member(self, name: &str) -> Self {
        let Self::Shown(value, secrets) = self else { return Self::Absent };
        match (value.get(name), below(secrets, name)) {
            (Some(value), secrets) => Self::Shown(value, secrets),
            (None, Some(Tree::Secret(secret))) => Self::Secret(secret),
            (None, _) => Self::Absent,
        }
    }

    /// The names of its members, those of secrets last.
    fn names(self) -> impl Iterator<Item = &'a str> {
        let (members, secrets) = match self {
            Self::Shown(Value::Object(members), secrets) => (Some(members), secrets),
            _ => (None, None),
        };
        let secrets = match secrets {
            Some(Tree::Inner(below)) => Some(below),
            _ => None,
        };
        let is_taken_out = move |name: &&String| !members.is_some_and(|members| members.contains_key(*name));
        let taken_out =
            secrets.into_iter().flat_map(Branches::iter).filter(|(_, tree)| matches!(tree, Tree::Secret(_)));
        let taken_out = taken_out.map(|(name, _)| name).filter(is_taken_out);
        members.into_iter().flat_map(|members| members.keys()).chain(taken_out).map(String::as_str)
    }

    fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }

    /// As a change shows it.
    fn shown(self) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Secret(_) => Some(MASK.into()),
            Self::Shown(value, _) => Some(value.clone()),
        }
    }

    /// How many bytes that takes, in JSON.
    fn size(self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Secret(_) => MASK.len(),
            Self::Shown(value, _) => value.to_string().len(),
        }
    }
}

/// What was taken out below a member or an item.
fn below<'a>(secrets: Option<&'a Tree>, segment: &str) -> Option<&'a Tree> {
    match secrets? {
        Tree::Inner(below) => below.get(segment),
        Tree::Secret(_) => None,
    }
}

/// A step of a path.
enum Segment<'a> {
    Member(&'a str),
    /// An item of a list, as [`segments`] calls it.
    Item(String),
}

/// The walk over both documents.
#[derive(Default)]
struct Walk<'a> {
    path: Vec<Segment<'a>>,
    diff: Diff,
    /// What the listed changes come to.
    bytes: usize,
}

impl<'a> Walk<'a> {
    fn compare(&mut self, from: Side<'a>, to: Side<'a>) {
        match (from, to) {
            (Side::Shown(Value::Object(_), _), Side::Shown(Value::Object(_), _)) => self.members(from, to),
            (Side::Shown(Value::Array(old), before), Side::Shown(Value::Array(new), after)) => {
                self.items((old, before), (new, after));
            }
            (Side::Shown(old, _), Side::Shown(new, _)) | (Side::Secret(old), Side::Secret(new))
                if old == new => {}
            _ => self.add(from, to),
        }
    }

    /// Compares what is one step further down.
    fn below(&mut self, segment: Segment<'a>, from: Side<'a>, to: Side<'a>) {
        self.path.push(segment);
        self.compare(from, to);
        self.path.pop();
    }

    fn members(&mut self, from: Side<'a>, to: Side<'a>) {
        let gone = from.names().filter(|name| to.member(name).is_absent());
        for name in to.names().chain(gone) {
            self.below(Segment::Member(name), from.member(name), to.member(name));
        }
    }

    fn items(
        &mut self,
        (old, before): (&'a [Value], Option<&'a Tree>),
        (new, after): (&'a [Value], Option<&'a Tree>),
    ) {
        let names = segments(old);
        let mut left: HashMap<&str, &Value> = names.iter().map(String::as_str).zip(old).collect();
        for (name, value) in segments(new).into_iter().zip(new) {
            let from = left.remove(name.as_str());
            let from = from.map_or(Side::Absent, |value| Side::Shown(value, below(before, &name)));
            let to = Side::Shown(value, below(after, &name));
            self.below(Segment::Item(name), from, to);
        }
        for name in &names {
            if let Some(value) = left.get(name.as_str()) {
                let from = Side::Shown(value, below(before, name));
                self.below(Segment::Item(name.clone()), from, Side::Absent);
            }
        }
    }

    /// Lists a change, or counts it: those that are listed are the first ones.
    fn add(&mut self, from: Side<'a>, to: Side<'a>) {
        /// What frames the path and the values of a change in JSON.
        const FRAME: usize = 26;
        if self.diff.omitted == 0 && self.diff.changes.len() < MOST_CHANGES {
            let path = self.shown_path();
            self.bytes += FRAME + path.len() + from.size() + to.size();
            if self.bytes <= MOST_CHANGE_BYTES {
                self.diff.changes.push(Change { path, from: from.shown(), to: to.shown() });
                return;
            }
        }
        self.diff.omitted += 1;
    }

    fn shown_path(&self) -> String {
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Member(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&shown_name(name));
                }
                Segment::Item(name) => {
                    path.push('[');
                    path.push_str(&shown_name(name));
                    path.push(']');
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests;
