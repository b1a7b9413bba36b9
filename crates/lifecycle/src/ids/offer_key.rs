//! What an offer is called: its publisher's id and its own, each of a type that does not pass for the other.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An id that is a short text: cheap to clone, and read as a `str`.
macro_rules! text_id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                text.as_str().into()
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&Self> for $name {
            fn from(id: &Self) -> Self {
                id.clone()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text).map(Self)
            }
        }
    };
}

/// Reads a text that is copied once, into its place.
struct Text;

impl Visitor<'_> for Text {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Arc<str>, E> {
        Ok(text.into())
    }
}

text_id! {
    /// The id of a publisher. The door checks its form; here it is any text.
    PublisherId
}

text_id! {
    /// The id of an offer, which is unique for its publisher. The door checks its form; here it is any text.
    OfferId
}

/// What names one offer of the marketplace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct OfferKey {
    /// The publisher.
    pub publisher: PublisherId,
    /// The offer.
    pub offer: OfferId,
}

impl OfferKey {
    /// The key of this offer of this publisher.
    pub fn new(publisher: impl Into<PublisherId>, offer: impl Into<OfferId>) -> Self {
        Self { publisher: publisher.into(), offer: offer.into() }
    }

    /// The texts of both ids, for statements and logs.
    pub fn texts(&self) -> (&str, &str) {
        (&self.publisher, &self.offer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_stored_as_its_text() {
        let id = PublisherId::from("contoso");
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(text, r#""contoso""#);
        assert_eq!(serde_json::from_str::<PublisherId>(&text).unwrap(), id);
        assert_eq!(serde_json::from_str::<OfferId>(r#""a\u002db""#).unwrap(), OfferId::from("a-b"));
    }

    #[test]
    fn a_key_shows_both_ids() {
        let key = OfferKey::new("contoso", String::from("vm"));
        assert_eq!(key.texts(), ("contoso", "vm"));
        assert_eq!(format!("{}/{} {:?}", key.publisher, key.offer, key.offer), r#"contoso/vm "vm""#);
    }
}
