//! Where a value stands in a document.

use std::cell::Cell;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::validate::shown_name;

/// A place in the document that is checked: one step below another place. Its path and its position are made only when
/// something is found there.
#[derive(Debug)]
pub(super) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
    /// Whether the document has a value here.
    is_there: bool,
    /// The position among the members or items beside it, once it is known.
    position: Cell<Option<usize>>,
    /// The object in which it is a member.
    siblings: Option<&'p Map<String, Value>>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Member(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    /// The place of a whole document.
    pub(super) fn root(name: &'p str) -> Self {
        Self {
            above: None,
            step: Step::Member(name),
            is_there: false,
            position: Cell::new(None),
            siblings: None,
        }
    }

    /// The place of the member `name` of `siblings`, and whether it `is_there`. One that is not stands where it is
    /// missed, before all that is there.
    pub(super) fn member(
        &'p self,
        name: &'p str,
        siblings: Option<&'p Map<String, Value>>,
        is_there: bool,
    ) -> Self {
        Self { above: Some(self), step: Step::Member(name), is_there, position: Cell::new(None), siblings }
    }

    /// The place of the member `name`, which is there, at a position that is known.
    pub(super) fn member_at(&'p self, name: &'p str, position: usize) -> Self {
        Self { position: Cell::new(Some(position)), ..self.member(name, None, true) }
    }

    /// The place of an item of a list.
    pub(super) fn item(&'p self, index: usize) -> Self {
        Self {
            above: Some(self),
            step: Step::Item(index),
            is_there: true,
            position: Cell::new(Some(index)),
            siblings: None,
        }
    }

    /// The path from the root on: members joined by dots, escaped where they do not print, positions in brackets from 0.
    pub(super) fn path(&self) -> String {
        let mut path = match (self.above, self.step) {
            (Some(above), Step::Member(_)) => above.path() + ".",
            (Some(above), Step::Item(_)) => above.path(),
            (None, _) => String::new(),
        };
        self.step.push_to(&mut path);
        path
    }

    /// The last member of the path, with the positions behind it.
    pub(super) fn key(&self) -> String {
        let mut key = match (self.above, self.step) {
            (Some(above), Step::Item(_)) => above.key(),
            _ => String::new(),
        };
        self.step.push_to(&mut key);
        key
    }

    /// The positions on the way from the root to the nearest value that is there. Their order is that of the document.
    pub(super) fn positions(&self) -> Vec<usize> {
        let mut positions = self.above.map_or_else(Vec::new, Place::positions);
        if self.is_there {
            positions.push(self.position());
        }
        positions
    }

    /// Compares [`Place::positions`] with `other`, and makes none of them: where places differ early, nothing is looked up
    /// below.
    pub(super) fn compare(&self, other: &[usize]) -> Ordering {
        let (ordering, rest) = self.compare_beginning(other);
        // A place above another one comes first.
        if ordering.is_eq() && !rest.is_empty() { Ordering::Less } else { ordering }
    }

    /// Compares with the beginning of `other`, and tells what is left of it.
    fn compare_beginning<'o>(&self, other: &'o [usize]) -> (Ordering, &'o [usize]) {
        let (ordering, rest) =
            self.above.map_or((Ordering::Equal, other), |above| above.compare_beginning(other));
        if ordering.is_ne() || !self.is_there {
            return (ordering, rest);
        }
        match rest {
            [] => (Ordering::Greater, rest),
            [first, rest @ ..] => (self.position().cmp(first), rest),
        }
    }

    fn position(&self) -> usize {
        self.position.get().unwrap_or_else(|| {
            let position = match (self.siblings, self.step) {
                (Some(siblings), Step::Member(name)) => siblings.keys().position(|key| key == name),
                _ => None,
            };
            let position = position.unwrap_or_default();
            self.position.set(Some(position));
            position
        })
    }
}

impl Step<'_> {
    fn push_to(self, path: &mut String) {
        match self {
            Self::Member(name) => path.push_str(&shown_name(name)),
            Self::Item(index) => path.extend(["[", &index.to_string(), "]"]),
        }
    }
}
