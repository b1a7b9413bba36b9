//! What holds for all messages in all languages.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod locales;
mod rendering;
