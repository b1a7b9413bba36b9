//! The Fluent messages, compiled into the binary, and the one way to look them up.
//!
//! Every `.ftl` file below `locales/<tag>/` is part of its language's bundle; a key is unique in its
//! bundle, so each file prefixes its keys (`error-`, `note-`, `mail-`, `finding-`).

use std::collections::HashMap;

use fluent_templates::{fluent_bundle::FluentValue, static_loader};
use unic_langid::{LanguageIdentifier, langid};

use crate::Lang;

static_loader! {
    static MESSAGES = {
        locales: "./locales",
        fallback_language: "en",
        // Isolation marks are for mixed writing directions. All six languages run left to right, and the
        // marks would break identifiers that a reader copies out of a message.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The message `key` in `lang` with `args` filled in.
///
/// A key that `lang` lacks is looked up in English, and one that English lacks too comes back as itself;
/// the tests over all locales keep both from happening.
pub(crate) fn lookup(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    [lang, Lang::En].into_iter().find_map(|lang| lookup_in(lang, key, args)).unwrap_or_else(|| key.to_owned())
}

/// The message `key` as `lang` itself has it: `None` if the key or one of its arguments is missing.
pub(crate) fn lookup_in(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let args: HashMap<&str, FluentValue<'_>> = args.iter().cloned().collect();
    MESSAGES.lookup_single_language(&identifier(lang), key, Some(&args)).ok()
}

fn identifier(lang: Lang) -> LanguageIdentifier {
    match lang {
        Lang::En => langid!("en"),
        Lang::Nl => langid!("nl"),
        Lang::Sv => langid!("sv"),
        Lang::Tr => langid!("tr"),
        Lang::Hu => langid!("hu"),
        Lang::Pl => langid!("pl"),
    }
}
