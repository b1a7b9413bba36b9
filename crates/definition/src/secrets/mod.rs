//! Secret-type fields of a document: stored, never returned. One walk finds them all and takes them out.

mod names;
mod tree;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::OfferType;
use names::{Names, is_mask, is_secret};
pub(crate) use tree::{Branches, Tree, segments};

/// The number of the list of secret names. It grows with the list: content that was stored under an earlier one may
/// hold secrets among its other members.
const LIST: u64 = 2;

/// What is shown in the place of a secret; a PUT that sends it keeps the secret.
pub(crate) const MASK: &str = "***";

/// A document that was put: its definition, and the members beside it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The definition.
    pub definition: Value,
    extra: Map<String, Value>,
    /// The texts of both, until something is taken out.
    texts: (Option<String>, Option<String>),
}

/// Secrets that were taken out of a document.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    definition: Tree,
    extra: Tree,
    /// The list by which they were found.
    list: u64,
}

/// Secrets as they are stored. Nodes of earlier releases take all of its members for JSON pointers: these lead nowhere.
#[derive(Deserialize, Serialize)]
struct Stored<'a> {
    /// `None`: what is stored has the form of earlier releases.
    #[serde(rename = "/~2/list")]
    list: Option<u64>,
    #[serde(rename = "/~2/definition", default, skip_serializing_if = "Tree::is_empty")]
    definition: Cow<'a, Tree>,
    #[serde(rename = "/~2/extra", default, skip_serializing_if = "Tree::is_empty")]
    extra: Cow<'a, Tree>,
}

impl Document {
    /// Reads a document; `extra` is an array of pairs of name and value.
    ///
    /// # Errors
    /// If one of the texts is not JSON, or not of its form.
    pub fn parse(definition: &str, extra: Option<&str>) -> Result<Self, serde_json::Error> {
        let pairs: Vec<(String, Value)> = extra.map_or(Ok(Vec::new()), serde_json::from_str)?;
        Ok(Self {
            definition: serde_json::from_str(definition)?,
            extra: pairs.into_iter().collect(),
            texts: (Some(definition.to_owned()), extra.map(str::to_owned)),
        })
    }

    /// Takes out all secrets, and what stands for a secret that is not shown. Everything else keeps its order.
    pub fn split(&mut self, offer_type: Option<&OfferType>) -> Secrets {
        let names = Names::of(offer_type);
        let split = |value: &mut Value, text: &mut Option<String>| {
            let mut walk = Walk { names: &names, touched: false };
            let found = walk.take(value);
            if walk.touched {
                *text = None;
            }
            found
        };
        let definition = split(&mut self.definition, &mut self.texts.0);
        let mut extra = Value::Object(std::mem::take(&mut self.extra));
        let found = split(&mut extra, &mut self.texts.1);
        if let Value::Object(extra) = extra {
            self.extra = extra;
        }
        Secrets { definition, extra: found, list: LIST }
    }

    /// The definition and, as one object, the members beside it.
    pub(crate) fn into_parts(self) -> (Value, Value) {
        (self.definition, Value::Object(self.extra))
    }

    /// The text of the definition, as it was written if nothing was taken out of it.
    pub fn definition_text(&self) -> Cow<'_, str> {
        self.texts.0.as_deref().map_or_else(|| self.definition.to_string().into(), Cow::Borrowed)
    }

    /// The text of the members beside the definition, likewise; `None`: there are none.
    pub fn extra_text(&self) -> Option<Cow<'_, str>> {
        if let Some(text) = &self.texts.1 {
            return Some(Cow::Borrowed(text));
        }
        let pairs: Vec<Value> = self
            .extra
            .iter()
            .map(|(name, value)| Value::from(vec![name.as_str().into(), value.clone()]))
            .collect();
        (!pairs.is_empty()).then(|| Value::from(pairs).to_string().into())
    }
}

impl Secrets {
    /// Keeps secrets of an earlier form of the document where `document` still has the object that held them and says
    /// nothing of its own about the member: another value replaces the old secret, `null` or an empty one removes it.
    pub fn keep(&mut self, document: &Document, earlier: Self) {
        self.definition.keep(&document.definition, earlier.definition);
        let Tree::Inner(own) = &mut self.extra else { return };
        let Tree::Inner(earlier) = earlier.extra else { return };
        own.join(earlier, |name, own, earlier| match (earlier, document.extra.get(name)) {
            // A member beside the definition that is left out is gone, unless it was a secret as a whole.
            (Tree::Secret(secret), None) => own.or(Some(Tree::Secret(secret))),
            (Tree::Secret(_), Some(_)) | (Tree::Inner(_), None) => own,
            (below, Some(present)) => {
                let mut tree = own.unwrap_or_default();
                tree.keep(present, below);
                Some(tree)
            }
        });
    }

    /// Adds what a second look at the same document found.
    pub fn add(&mut self, document: &Document, more: Self) {
        self.keep(document, more);
        self.list = LIST;
    }

    /// Whether the document that these were taken out of may hold more of them: it was looked through under an
    /// earlier list of names.
    pub fn may_lack_some(&self) -> bool {
        self.list < LIST
    }

    /// Those of the definition, and those of the members beside it.
    pub(crate) fn parts(&self) -> (&Tree, &Tree) {
        (&self.definition, &self.extra)
    }

    /// As they are stored with a content.
    ///
    /// # Panics
    /// Never: each name in it is text, and so it can be written as JSON.
    pub fn to_stored(&self) -> String {
        let stored = Stored {
            list: Some(self.list),
            definition: Cow::Borrowed(&self.definition),
            extra: Cow::Borrowed(&self.extra),
        };
        serde_json::to_string(&stored).expect("every name in it is text")
    }

    /// Reads what is stored with a content, in this form or in that of earlier releases.
    ///
    /// # Errors
    /// If it is no JSON object, or not of its form.
    pub fn from_stored(stored: Option<&str>) -> Result<Self, serde_json::Error> {
        let Some(stored) = stored else { return Ok(Self::default()) };
        let Stored { list: Some(list), definition, extra } = serde_json::from_str(stored)? else {
            let stored: Map<String, Value> = serde_json::from_str(stored)?;
            return Ok(Self { definition: Tree::from_pointers(stored), ..Self::default() });
        };
        Ok(Self { definition: definition.into_owned(), extra: extra.into_owned(), list })
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("list", &self.list).finish_non_exhaustive()
    }
}

/// A stored document as it may be shown. Only one that was stored under an earlier list of names is looked through.
///
/// # Errors
/// If one of the texts is not JSON.
pub fn shown<'a>(
    offer_type: Option<&OfferType>,
    definition: &'a str,
    extra: Option<&'a str>,
    secrets: Option<&str>,
) -> Result<(Cow<'a, str>, Option<Cow<'a, str>>), serde_json::Error> {
    if !Secrets::from_stored(secrets)?.may_lack_some() {
        return Ok((definition.into(), extra.map(Into::into)));
    }
    let mut document = Document::parse(definition, extra)?;
    document.split(offer_type);
    let text = document.definition_text().into_owned();
    Ok((text.into(), document.extra_text().map(|text| text.into_owned().into())))
}

struct Walk<'a> {
    names: &'a Names,
    /// Whether anything was taken out.
    touched: bool,
}

impl Walk<'_> {
    fn take(&mut self, value: &mut Value) -> Tree {
        let mut found = Vec::new();
        match value {
            Value::Object(members) => members.retain(|name, value| {
                let tree = match self.names.contains(name) {
                    true if is_mask(value) => Tree::default(),
                    true if is_secret(value) => Tree::Secret(std::mem::take(value)),
                    _ => {
                        found.extend(filled(name, self.take(value)));
                        return true;
                    }
                };
                self.touched = true;
                found.extend(filled(name, tree));
                false
            }),
            Value::Array(items) => {
                let below: Vec<Tree> = items.iter_mut().map(|item| self.take(item)).collect();
                if below.iter().any(|tree| !tree.is_empty()) {
                    return Tree::Inner(segments(items).into_iter().zip(below).collect());
                }
            }
            _ => {}
        }
        Tree::Inner(found.into_iter().collect())
    }
}

fn filled(name: &str, tree: Tree) -> Option<(String, Tree)> {
    (!tree.is_empty()).then(|| (name.to_owned(), tree))
}

#[cfg(test)]
mod tests;
