//! What holds for all messages in all languages.
mod locales;
mod rendering;
