//! Identifiers and points in time, as plain values: who makes them is not this crate's business.

mod time;

pub use time::{Micros, PublisherTime, RealTime};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The GUID of an operation. The engine makes them time-ordered, so that indexes over them are appended to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u128);

impl OperationId {
    /// The sixteen bytes, as stores keep them; their order is the order of the ids.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The inverse of [`OperationId::to_bytes`].
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for OperationId {
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

impl fmt::Debug for OperationId {
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

impl FromStr for OperationId {
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

impl Serialize for OperationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OperationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_reads_back_as_it_was_written() {
        let text = "56615b67-2185-49fe-80d2-c4ddf77bb2e8";
        let id: OperationId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(id));
        assert_eq!(OperationId::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn what_is_no_guid_is_refused() {
        for text in [
            "",
            "56615b67218549fe80d2c4ddf77bb2e8",
            "56615b67-2185-49fe-80d2-c4ddf77bb2eg",
            "é5615b67-2185-49fe-80d2-c4ddf77bb2e",
        ] {
            assert_eq!(text.parse::<OperationId>(), Err(NotAGuid), "{text}");
        }
    }
}
