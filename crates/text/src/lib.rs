//! Every sentence signoff says to a person, in six languages, behind typed functions.
//!
//! The sentences are Fluent messages in `locales/<language>/*.ftl`; the enums here are their keys and
//! arguments; notes and refusals of the core are said as they are. Names of members, headers and statuses stay as the wire spells them in every language.

pub mod clean;
mod errors;
mod findings;
mod kind;
mod lang;
mod loader;
mod mail;
mod message;
mod notes;
mod refusals;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use errors::ErrorText;
pub use findings::{FindingText, JsonKind};
pub use kind::CallerKind;
pub use lang::Lang;
pub use mail::{MailContext, MailText, left_behind};
pub use message::Words;
pub use refusals::{RefusalText, RefusedCall};
