//! Secrets by the place at which they were found.

use std::collections::HashMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Marks a segment that stands for the item of a list with this `planId`, so that a secret stays with its plan when
/// the client changes the order of plans.
const PLAN_MARK: &str = "planId=";

/// What was found at a place and below it. A tree and no list of addresses: its size grows with the secrets and the
/// names on the way, not with their product.
///
/// It is stored as JSON: a secret is a list of one value, everything else an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// The value of a secret member.
    Secret(Value),
    /// What is below.
    Inner(Branches),
}

/// Trees by their names, which are those of members, or of items as [`segments`] calls them. Most have one or two: a sorted
/// list takes a tenth of the memory of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Branches(Vec<(String, Tree)>);

impl Default for Tree {
    fn default() -> Self {
        Self::Inner(Branches::default())
    }
}

impl Tree {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Inner(below) if below.0.is_empty())
    }

    /// Reads the form of earlier releases: secrets by JSON pointer.
    pub(super) fn from_pointers(stored: impl IntoIterator<Item = (String, Value)>) -> Self {
        let path = |pointer: &str| -> Vec<String> {
            pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
        };
        let mut found: Vec<_> =
            stored.into_iter().map(|(pointer, secret)| (path(&pointer), secret)).collect();
        // Sorted, whatever is below one place stands together, and each branch is added behind the others.
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut tree = Self::default();
        for (path, secret) in found {
            let mut place = &mut tree;
            for segment in path {
                let Self::Inner(below) = place else { break };
                place = below.last_or_new(segment);
            }
            *place = Self::Secret(secret);
        }
        tree
    }

    /// Adds what `earlier` holds for places of `value` about which neither `value` nor this says anything.
    pub(super) fn keep(&mut self, value: &Value, earlier: Self) {
        let (Self::Inner(own), Self::Inner(earlier)) = (self, earlier) else { return };
        if earlier.0.is_empty() {
            return;
        }
        let names = value.as_array().map(|items| segments(items)).unwrap_or_default();
        let positions: HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
        own.join(earlier, |segment, own, earlier| {
            let present = match value {
                Value::Object(members) => members.get(segment),
                Value::Array(items) => positions.get(segment).and_then(|position| items.get(*position)),
                _ => None,
            };
            match (earlier, present) {
                (Self::Secret(secret), None) if value.is_object() => own.or(Some(Self::Secret(secret))),
                (Self::Secret(_), _) | (Self::Inner(_), None) => own,
                (below, Some(present)) => {
                    let mut tree = own.unwrap_or_default();
                    tree.keep(present, below);
                    Some(tree)
                }
            }
        });
    }
}

impl Branches {
    pub(crate) fn get(&self, name: &str) -> Option<&Tree> {
        let at = self.0.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()?;
        Some(&self.0[at].1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Tree)> {
        self.0.iter().map(|(name, tree)| (name, tree))
    }

    /// Goes through both lists at once: where `earlier` has a tree, there is afterwards what `joined` makes of the name, the
    /// tree that was there, and the one of `earlier`.
    pub(super) fn join(
        &mut self,
        earlier: Self,
        mut joined: impl FnMut(&str, Option<Tree>, Tree) -> Option<Tree>,
    ) {
        let mut all = Vec::with_capacity(self.0.len().max(earlier.0.len()));
        let mut own = std::mem::take(&mut self.0).into_iter().peekable();
        for (name, tree) in earlier.0 {
            while let Some(before) = own.next_if(|(other, _)| *other < name) {
                all.push(before);
            }
            let same = own.next_if(|(other, _)| *other == name).map(|(_, tree)| tree);
            let tree = joined(&name, same, tree).filter(|tree| !tree.is_empty());
            all.extend(tree.map(|tree| (name, tree)));
        }
        all.extend(own);
        self.0 = all;
    }

    /// The last branch if it has this name, else a new one behind it.
    fn last_or_new(&mut self, name: String) -> &mut Tree {
        if self.0.last().is_none_or(|(last, _)| *last != name) {
            self.0.push((name, Tree::default()));
        }
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }
}

/// Takes those that are not empty. No two have the same name.
impl FromIterator<(String, Tree)> for Branches {
    fn from_iter<I: IntoIterator<Item = (String, Tree)>>(branches: I) -> Self {
        let mut all: Vec<_> = branches.into_iter().filter(|(_, tree)| !tree.is_empty()).collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.shrink_to_fit();
        Self(all)
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Secret(value) => [value].serialize(serializer),
            Self::Inner(below) => {
                let mut map = serializer.serialize_map(Some(below.0.len()))?;
                for (name, tree) in &below.0 {
                    map.serialize_entry(name, tree)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Stored;

        impl<'de> Visitor<'de> for Stored {
            type Value = Tree;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of one value, or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
                let mut secret = Value::Null;
                while let Some(item) = items.next_element()? {
                    secret = item;
                }
                Ok(Tree::Secret(secret))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
                let mut below = Vec::new();
                while let Some(member) = members.next_entry()? {
                    below.push(member);
                }
                Ok(Tree::Inner(below.into_iter().collect()))
            }
        }

        deserializer.deserialize_any(Stored)
    }
}

/// What each item of a list is called: by its plan id if no other item has the same, else by its position.
pub(crate) fn segments(items: &[Value]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for id in items.iter().filter_map(plan_id) {
        *counts.entry(id).or_default() += 1;
    }
    let name = |(position, item): (usize, &Value)| {
        plan_id(item)
            .filter(|id| counts.get(id) == Some(&1))
            .map_or_else(|| position.to_string(), |id| format!("{PLAN_MARK}{id}"))
    };
    items.iter().enumerate().map(name).collect()
}

fn plan_id(item: &Value) -> Option<&str> {
    item.get("planId").and_then(Value::as_str)
}
