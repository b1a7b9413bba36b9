//! Comma-separated lists of e-mail addresses (contract, "Migrated or not").

use std::borrow::Cow;
use std::collections::HashSet;

use email_address::{EmailAddress, Options};

/// The most addresses one list may hold.
pub const MOST: usize = 20;

/// The longest address, in characters with its domain in ASCII (RFC 5321), of which at most 64 stand before the `@`.
pub const LONGEST: usize = 254;

/// One address as a regular expression, of which descriptions are made. What it matches is taken: at most 64 characters
/// before the `@` and 254 in all, which expressions that every reader knows cannot count. So it divides them among the
/// parts; addresses with longer or more parts, or quoted ones, are taken besides.
macro_rules! address {
    () => {
        concat!(
            "(",
            atom!("1,64"),
            "|",
            atom!("1,31"),
            r"\.",
            atom!("1,32"),
            "|",
            atom!("1,20"),
            r"(\.",
            atom!("1,21"),
            "){2}|",
            atom!("1,12"),
            r"(\.",
            atom!("1,12"),
            "){3,4})@",
            label!(),
            r"(\.",
            label!(),
            "){0,5}"
        )
    };
}

/// So many characters of a part before the `@`.
macro_rules! atom {
    ($count:literal) => {
        concat!(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]", "{", $count, "}")
    };
}

/// A part of a domain.
macro_rules! label {
    () => {
        "[A-Za-z0-9]([A-Za-z0-9-]{0,28}[A-Za-z0-9])?"
    };
}

/// One address, or nothing, as a regular expression for descriptions.
pub const ONE_OR_NONE_PATTERN: &str = concat!("^(", address!(), ")?$");

/// A list of addresses as a regular expression for descriptions.
pub const LIST_PATTERN: &str =
    concat!(r"^[ \t,]*(", address!(), r"([ \t]*,[ \t,]*", address!(), r"){0,19}[ \t,]*)?$");

/// A list of addresses cannot be used; names the entry and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmails {
    /// The entry is no address.
    #[error(
        "{entry:?} is not an e-mail address: write bare addresses, separated by commas, like a@example.com,b@example.com"
    )]
    Malformed {
        /// The entry, cut to 80 characters.
        entry: String,
    },
    /// The entry holds a line break or another control character.
    #[error("{entry:?} holds a control character: an e-mail address must be on one line")]
    ControlCharacter {
        /// The entry, cut to 80 characters.
        entry: String,
    },
    /// The list is too long.
    #[error("the list holds more than {MOST} e-mail addresses: send a shorter one")]
    TooMany,
}

/// Reads a list: blanks around entries and empty entries are ignored, an address that comes again in any letter case
/// or spelling of its domain is dropped, the order stays.
pub fn parse_list(list: &str) -> Result<Vec<String>, InvalidEmails> {
    let mut addresses: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for entry in list.split(',') {
        let entry = entry.trim_matches([' ', '\t']);
        if entry.is_empty() {
            continue;
        }
        check(entry)?;
        let known_as = in_ascii(entry).unwrap_or(Cow::Borrowed(entry)).to_lowercase();
        if !known.insert(known_as) {
            continue;
        }
        if addresses.len() == MOST {
            return Err(InvalidEmails::TooMany);
        }
        addresses.push(entry.to_owned());
    }
    Ok(addresses)
}

/// The address with its domain as name servers know it: `a@bücher.example` is `a@xn--bcher-kva.example`. `None`: there
/// is no such name.
fn in_ascii(address: &str) -> Option<Cow<'_, str>> {
    match address.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => {
            let domain = idna::domain_to_ascii_strict(domain).ok()?;
            Some(Cow::Owned(format!("{local}@{domain}")))
        }
        _ => Some(Cow::Borrowed(address)),
    }
}

/// Checks one address: `local@domain` and nothing around it. The domain may be written in any script (IDNA).
pub fn check(entry: &str) -> Result<(), InvalidEmails> {
    let shown = || entry.chars().take(80).collect();
    if entry.chars().any(char::is_control) {
        return Err(InvalidEmails::ControlCharacter { entry: shown() });
    }
    let options = Options::default().without_display_text().without_domain_literal();
    let ascii = in_ascii(entry);
    let well_formed = ascii.is_some_and(|ascii| {
        ascii.len() <= LONGEST && EmailAddress::parse_with_options(&ascii, options).is_ok()
    });
    if well_formed && !entry.contains(char::is_whitespace) {
        Ok(())
    } else {
        Err(InvalidEmails::Malformed { entry: shown() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_table() {
        for (list, expected) in [
            ("", vec![]),
            (" , ,", vec![]),
            ("a@x", vec!["a@x"]),
            ("a@x,b@y", vec!["a@x", "b@y"]),
            (" a@example.com ,\tb+tag@example.com,", vec!["a@example.com", "b+tag@example.com"]),
            ("B@x.example,a@x.example,b@X.example", vec!["B@x.example", "a@x.example"]),
            ("o'neil@example.com", vec!["o'neil@example.com"]),
            ("a@bücher.example", vec!["a@bücher.example"]),
            ("a@BÜCHER.example,A@xn--bcher-kva.example", vec!["a@BÜCHER.example"]),
            ("a@क्षेत्र.example,ä@münchen.example", vec!["a@क्षेत्र.example", "ä@münchen.example"]),
        ] {
            assert_eq!(parse_list(list).unwrap(), expected, "{list}");
        }
    }

    #[test]
    fn malformed_entries_are_named() {
        for bad in [
            "x",
            "@x",
            "a@",
            "a@@b",
            "a b@x",
            "a@x;b@y",
            "Jane Doe <jane@example.com>",
            "<jane@example.com>",
            "a@[127.0.0.1]",
            "\"a b\"@x.example",
            "a@-x-.example",
            "a@-bücher.example",
            "a@bü cher.example",
            "a@bü\u{202e}cher.example",
            "a@ü@bücher.example",
            "a@bü\"cher.example",
            &format!("a@{}.example", "ü".repeat(60)),
        ] {
            assert_eq!(
                parse_list(&format!("ok@x,{bad}")),
                Err(InvalidEmails::Malformed { entry: bad.into() }),
                "{bad}"
            );
        }
    }

    #[test]
    fn nothing_that_could_start_a_new_header_gets_through() {
        for bad in ["a@x\r\nBcc: b@y", "a@x\n", "\ra@x", "a\0@x", "a@x\u{7f}", "a@x\u{85}"] {
            let error = parse_list(bad).unwrap_err();
            assert!(matches!(error, InvalidEmails::ControlCharacter { .. }), "{error}");
            assert!(!error.to_string().contains(char::is_control));
        }
    }

    #[test]
    fn twenty_addresses_fit_and_one_more_does_not() {
        let list = |count: usize| (0..count).map(|n| format!("a{n}@x.example")).collect::<Vec<_>>().join(",");
        assert_eq!(parse_list(&list(20)).unwrap().len(), 20);
        assert_eq!(parse_list(&list(21)), Err(InvalidEmails::TooMany));
        assert_eq!(parse_list(&format!("{0},{0}", list(20))).unwrap().len(), 20);
    }

    proptest! {
        #[test]
        fn what_the_patterns_describe_is_taken(
            one in crate::described(ONE_OR_NONE_PATTERN),
            list in crate::described(LIST_PATTERN),
        ) {
            prop_assert!(one.is_empty() || check(&one).is_ok(), "{}", one);
            prop_assert!(parse_list(&list).is_ok(), "{}", list);
        }

        #[test]
        fn what_is_accepted_is_clean_and_stays_accepted(list in ".{0,80}") {
            if let Ok(addresses) = parse_list(&list) {
                for address in &addresses {
                    prop_assert!(!address.contains(|c: char| c.is_control() || c.is_whitespace() || c == ','));
                }
                prop_assert_eq!(parse_list(&addresses.join(",")), Ok(addresses));
            }
        }
    }
}
