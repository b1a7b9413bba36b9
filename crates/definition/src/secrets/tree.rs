//! Secrets by the place at which they were found.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

/// Marks a segment that stands for the item of a list with this `planId`, so that a secret stays with its plan when
/// the client changes the order of plans.
const PLAN_MARK: &str = "planId=";

/// What was found at a place and below it. A tree and no list of addresses: its size grows with the secrets and the
/// names on the way, not with their product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// The value of a secret member.
    Secret(Value),
    /// Members by name, or items of a list by [`segments`].
    Inner(BTreeMap<String, Tree>),
}

impl Default for Tree {
    fn default() -> Self {
        Self::Inner(BTreeMap::new())
    }
}

impl Tree {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Inner(below) if below.is_empty())
    }

    /// As it is stored: a secret is a list of one value, everything else an object.
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Secret(value) => Value::Array(vec![value]),
            Self::Inner(below) => {
                below.into_iter().map(|(segment, tree)| (segment, tree.into_json())).collect()
            }
        }
    }

    pub(super) fn from_json(stored: Value) -> Self {
        match stored {
            Value::Array(mut items) => Self::Secret(items.pop().unwrap_or_default()),
            Value::Object(below) => Self::Inner(
                below.into_iter().map(|(segment, tree)| (segment, Self::from_json(tree))).collect(),
            ),
            _ => Self::default(),
        }
    }

    /// Reads the form of earlier releases: secrets by JSON pointer.
    pub(super) fn from_pointers(stored: Map<String, Value>) -> Self {
        let mut tree = Self::default();
        for (pointer, secret) in stored {
            let mut place = &mut tree;
            for segment in pointer.split('/').skip(1) {
                let Self::Inner(below) = place else { break };
                place = below.entry(segment.replace("~1", "/").replace("~0", "~")).or_default();
            }
            *place = Self::Secret(secret);
        }
        tree
    }

    /// Adds what `earlier` holds for places of `value` about which neither `value` nor this says anything.
    pub(super) fn keep(&mut self, value: &Value, earlier: Self) {
        let (Self::Inner(own), Self::Inner(earlier)) = (self, earlier) else { return };
        let positions = match value {
            Value::Array(items) => segments(items).into_iter().zip(0..).collect(),
            _ => HashMap::new(),
        };
        for (segment, tree) in earlier {
            let present = match value {
                Value::Object(members) => members.get(&segment),
                Value::Array(items) => positions.get(&segment).and_then(|position| items.get(*position)),
                _ => None,
            };
            match (tree, present) {
                (Self::Secret(secret), None) if value.is_object() => {
                    own.entry(segment).or_insert(Self::Secret(secret));
                }
                (Self::Secret(_), _) | (Self::Inner(_), None) => {}
                (below, Some(present)) => own.entry(segment).or_default().keep(present, below),
            }
        }
        own.retain(|_, tree| !tree.is_empty());
    }
}

/// What each item of a list is called: by its plan id if no other item has the same, else by its position.
pub(crate) fn segments(items: &[Value]) -> Vec<String> {
    let plan_id = |item: &'_ Value| item.get("planId").and_then(Value::as_str).map(str::to_owned);
    let mut counts: HashMap<String, usize> = HashMap::new();
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
