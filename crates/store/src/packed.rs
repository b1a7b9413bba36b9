//! Operations and letters as the bytes of a row: JSON, compressed against samples of how such JSON looks.
//!
//! An operation is mostly words that every other one has, too: names of members, of steps, of states. Compressed by itself
//! it would still hold each of them once; with the samples at hand only what is its own remains, a sixth of its text.
//!
//! The first byte names the samples, so that there can be newer ones: 1 is `packed/1.jsonl`. Samples that were released
//! are never edited. A row that begins with `{` is JSON as it is: what the stores kept before their migration 6.

use std::sync::LazyLock;

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::StoreError;
use crate::rows::decode;

/// What is most likely stands last: the distance to it is written in fewer bits.
const SAMPLES: &[u8] = include_bytes!("packed/1.jsonl");
const NUMBER: u8 = 1;
/// Level 3 takes three to four times as long and saves a quarter of the bytes.
const LEVEL: i32 = -5;
/// Of a row that is broken no more memory is asked for than this, in bytes. Requests are far smaller.
const LARGEST: usize = 64 << 20;
/// So many of each kind of tool are kept for the next caller; more are in use only when more callers are at work.
const KEPT: usize = 16;

static WRITTEN: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(SAMPLES, LEVEL));
static READ: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(SAMPLES));
static COMPRESSORS: Tools<Compressor<'static>> = Tools::new();
static DECOMPRESSORS: Tools<Decompressor<'static>> = Tools::new();

/// A value as the bytes of a row.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    // An operation fits, so that the text is not moved again and again as it grows.
    let mut text = Vec::with_capacity(4096);
    serde_json::to_writer(&mut text, value).map_err(broken)?;
    COMPRESSORS.lend(
        || Compressor::with_prepared_dictionary(&WRITTEN),
        |compressor| {
            let mut packed = compressor.compress(&text)?;
            packed.insert(0, NUMBER);
            packed.shrink_to_fit();
            Ok(packed)
        },
    )
}

/// The value that [`pack`] made these bytes of.
///
/// # Errors
/// If the bytes are not those of such a value, or of samples that this binary does not know.
pub fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Result<T, StoreError> {
    decode(&json(packed)?)
}

/// The JSON in these bytes, for tools that look at rows themselves.
///
/// # Errors
/// As [`unpack`].
pub fn json(packed: &[u8]) -> Result<String, StoreError> {
    let text = match packed.split_first() {
        Some((&NUMBER, frame)) => DECOMPRESSORS.lend(
            || Decompressor::with_prepared_dictionary(&READ),
            |decompressor| decompressor.decompress(frame, LARGEST),
        )?,
        Some((b'{', _)) => packed.to_vec(),
        Some((number, _)) => {
            return Err(StoreError::Corrupt(format!("packed in the way {number}, which is not known")));
        }
        None => return Err(StoreError::Corrupt("an empty value".to_owned())),
    };
    String::from_utf8(text).map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// Compressors or decompressors: making one takes longer than using it.
struct Tools<T>(Mutex<Vec<T>>);

impl<T> Tools<T> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Does something with one of them; makes one if all are in use.
    fn lend<R>(
        &self,
        make: impl FnOnce() -> std::io::Result<T>,
        work: impl FnOnce(&mut T) -> std::io::Result<R>,
    ) -> Result<R, StoreError> {
        let kept = self.0.lock().pop();
        let mut tool = kept.map_or_else(make, Ok).map_err(broken)?;
        let result = work(&mut tool).map_err(broken);
        let mut kept = self.0.lock();
        if kept.len() < KEPT {
            kept.push(tool);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json as value};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_value_comes_back() {
        let operation =
            value!({"id": "01a0", "kind": "publish", "by": "Zoë", "steps": [{"state": "notStarted"}]});
        let packed = pack(&operation).unwrap();
        assert_eq!(unpack::<Value>(&packed).unwrap(), operation);
        assert_eq!(json(&packed).unwrap(), operation.to_string());
    }

    #[test]
    fn what_is_like_the_samples_becomes_small() {
        for line in SAMPLES.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let sample: Value = serde_json::from_slice(line).unwrap();
            assert!(pack(&sample).unwrap().len() * 2 < line.len(), "{sample}");
        }
    }

    #[test]
    fn json_of_before_is_read() {
        assert_eq!(unpack::<Value>(br#"{"id":"01a0"}"#).unwrap(), value!({"id": "01a0"}));
    }

    #[test]
    fn what_was_packed_with_these_samples_is_read_for_ever() {
        let packed =
            hex::decode("0128b52ffd202fcd0000587b6279223a22616e6e227d0300eba716d0592e4ed1bd7305").unwrap();
        assert_eq!(json(&packed).unwrap(), r#"{"kind":"publish","by":"ann","phase":"running"}"#);
        let sum = hex::encode(Sha256::digest(SAMPLES));
        assert_eq!(
            sum, "1eb6b87cc63a886b750ba9502343fd3930e0a6bfb04c46b6d4aee61abb1e9484",
            "new samples get a number of their own"
        );
    }

    #[test]
    fn bytes_that_are_nothing_are_told_and_cost_no_memory() {
        // The second says that it is 2^60 bytes long.
        let bomb = hex::decode("0128b52ffde00000000000000010010000").unwrap();
        for bytes in [&b""[..], &bomb, b"\x01", b"\x01nonsense", b"\x02{}", b"{"] {
            let error = unpack::<Value>(bytes).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
        }
    }
}
