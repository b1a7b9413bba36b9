//! JSON5, which some bodies may be where they are not JSON.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{JsonError, check};

/// The most brackets a body may open to be tried as JSON5, whose reader recurses without a limit of its own.
///
/// All of them count, in strings too: the number can only be higher than the true nesting.
const MOST_BRACKETS: usize = 64;
/// The largest body that is tried as JSON5, in bytes: what may be JSON5 is small.
pub const LARGEST: usize = 64 * 1024;

/// Reads a body as JSON5; `None`: it is none. Members may be repeated no more than in JSON.
pub(crate) fn value(text: &str) -> Option<Result<Value, JsonError>> {
    let brackets = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
    if brackets > MOST_BRACKETS || text.len() > LARGEST {
        return None;
    }
    let Tree(json) = json5::from_str(text).ok()?;
    Some(check(&json).and_then(|()| Ok(serde_json::from_str(&json)?)))
}

/// What was read, as JSON in which nothing was put together: a member that was repeated still is.
struct Tree(String);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AsJson).map(Tree)
    }
}

struct AsJson;

impl<'de> Visitor<'de> for AsJson {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON5")
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        // JSON has no word for what is no number, nor for infinity.
        Ok(Value::from(value).to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(Value::from(value).to_string())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok("null".to_owned())
    }

    fn visit_none<E>(self) -> Result<String, E> {
        Ok("null".to_owned())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<String, A::Error> {
        let mut list = Vec::new();
        while let Some(Tree(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(format!("[{}]", list.join(",")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<String, A::Error> {
        let mut object = Vec::new();
        while let Some((name, Tree(value))) = members.next_entry::<String, Tree>()? {
            object.push(format!("{}:{value}", Value::from(name)));
        }
        Ok(format!("{{{}}}", object.join(",")))
    }
}
