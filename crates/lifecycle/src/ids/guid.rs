//! GUIDs: what one is, and a type for each kind of thing that has one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A GUID, of whatever kind of thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

impl Guid {
    /// The sixteen bytes, as stores keep them; their order is the order of the ids.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The inverse of [`Guid::to_bytes`].
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for Guid {
    /// Lower-case GUID with hyphens, e.g. `56615b67-2185-49fe-80d2-c4ddf77bb2e8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0;
        let low = id & 0xffff_ffff_ffff;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{low:012x}",
            id >> 96,
            id >> 80 & 0xffff,
            id >> 64 & 0xffff,
            id >> 48 & 0xffff
        )
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no GUID of the form `8-4-4-4-12` hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAGuid;

impl fmt::Display for NotAGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a GUID of the form 8-4-4-4-12 hexadecimal digits")
    }
}

impl std::error::Error for NotAGuid {}

impl FromStr for Guid {
    type Err = NotAGuid;

    /// Reads a GUID in either letter case.
    fn from_str(text: &str) -> Result<Self, NotAGuid> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 {
            return Err(NotAGuid);
        }
        let mut value: u128 = 0;
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 8 | 13 | 18 | 23) {
                if *byte != b'-' {
                    return Err(NotAGuid);
                }
                continue;
            }
            let digit = char::from(*byte).to_digit(16).ok_or(NotAGuid)?;
            value = value << 4 | u128::from(digit);
        }
        Ok(Self(value))
    }
}

impl Serialize for Guid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Guid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A type for the GUID of one kind of thing: it reads and shows like [`Guid`].
macro_rules! guid_of {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Guid);

        impl $name {
            /// The GUID with this value.
            pub const fn of(value: u128) -> Self {
                Self(Guid(value))
            }

            /// The value of the GUID.
            pub const fn value(self) -> u128 {
                self.0.0
            }

            /// The sixteen bytes, as stores keep them; their order is the order of the ids.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_bytes()
            }

            #[doc = concat!("The inverse of [`", stringify!($name), "::to_bytes`].")]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Guid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAGuid;

            /// Reads a GUID in either letter case.
            fn from_str(text: &str) -> Result<Self, NotAGuid> {
                text.parse().map(Self)
            }
        }
    };
}

guid_of! {
    /// The GUID of an operation. The engine makes them time-ordered, so that indexes over them are appended to.
    OperationId
}

guid_of! {
    /// The GUID of an offer, by which a path may name it instead of its id.
    OfferGuid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_reads_back_as_it_was_written() {
        let text = "56615b67-2185-49fe-80d2-c4ddf77bb2e8";
        let id: Guid = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(id));
        assert_eq!(Guid::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn what_is_no_guid_is_refused() {
        for text in [
            "",
            "56615b67218549fe80d2c4ddf77bb2e8",
            "56615b67-2185-49fe-80d2-c4ddf77bb2eg",
            "é5615b67-2185-49fe-80d2-c4ddf77bb2e",
        ] {
            assert_eq!(text.parse::<Guid>(), Err(NotAGuid), "{text}");
        }
    }
}
