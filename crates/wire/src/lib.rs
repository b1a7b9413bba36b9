//! The public JSON shapes, error codes and paths of the API, in both dialects.
//!
//! This crate holds shapes and spellings, no rules: what a body, a header, a query parameter or an address looks
//! like, how each is read and written, and how a malformed one is described. One subject a file; to add a shape,
//! add its file here and a snapshot of it beside the type.

pub mod api_version;
pub mod audit;
pub mod body;
pub mod bulk;
pub mod callback;
#[cfg(feature = "client")]
pub mod client;
pub mod dev;
pub mod dialect;
pub mod diff;
pub mod duration;
pub mod emails;
pub mod error;
pub mod etag;
pub mod filter;
pub mod json;
pub mod me;
pub mod names;
pub mod offer;
pub mod offer_put;
pub mod offer_type;
pub mod operation;
pub mod path;
pub mod prefer;
pub mod publisher;
pub mod repeatability;
pub mod time;
pub mod words;

pub use dialect::Dialect;
pub use error::{ErrorBody, ErrorCode};

/// Texts that a pattern of a description matches.
#[cfg(test)]
fn described(pattern: &str) -> proptest::string::RegexGeneratorStrategy<String> {
    let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    let inner = inner.unwrap_or_else(|| panic!("{pattern} has no ends"));
    proptest::string::string_regex(inner).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}
