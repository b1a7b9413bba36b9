//! What names may be made of: of tenants, of their clients and people, and the names for people to read.
//!
//! The first are compared byte by byte, so they are visible ASCII: nothing in them can look like something else, be
//! invisible or turn the text around.

/// The longest tenant, client or person's id, in characters.
pub const LONGEST: usize = 255;

/// What tenants and clients may be called, but for the length and the operator's name, as a regular expression for
/// descriptions.
pub const PATTERN: &str = r"^\.*[!-\-0-~][!-.0-~]*$";

/// What [`is_plain`] takes, as a regular expression for descriptions; it leaves out the tags, which lie beyond U+FFFF.
pub const PLAIN_PATTERN: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]*$";

/// What stands before a person's id where a client's would stand: `user:6f9619ff-8b86-d011-b42d-00c04fc964ff`.
pub const PERSON: &str = "user:";

/// The name of the server's operator, which nobody else may have.
const OPERATOR: &str = "operator";

/// A name cannot be used; says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// A tenant.
    #[error("the tenant must be 1 to 255 visible ASCII characters without '/'")]
    Tenant,
    /// A client or a person.
    #[error(
        "the client must be 1 to 255 visible ASCII characters without '/', not 'operator'; of a person 'user:' and the id"
    )]
    Client,
}

impl InvalidName {
    /// The part of the path at fault, for `error.target`.
    pub fn target(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Client => "client",
        }
    }
}

/// Checks who is to be registered. `issuer` is the issuer whose tokens the server trusts: where it has no tenants, it
/// stands for the tenant itself, and then its names may hold a `/`, too.
pub fn principal(tenant: &str, client: &str, issuer: Option<&str>) -> Result<(), InvalidName> {
    let of_the_issuer = issuer == Some(tenant);
    if !of_the_issuer && !is_name(tenant, false) {
        return Err(InvalidName::Tenant);
    }
    let id = client.strip_prefix(PERSON).unwrap_or(client);
    if is_name(client, of_the_issuer) && !id.is_empty() { Ok(()) } else { Err(InvalidName::Client) }
}

fn is_name(name: &str, with_slashes: bool) -> bool {
    let fits = (1..=LONGEST).contains(&name.len());
    let allowed = |byte: u8| byte.is_ascii_graphic() && (with_slashes || byte != b'/');
    // Dots alone would be resolved away by every client.
    let dots = name.bytes().all(|byte| byte == b'.');
    fits && name.bytes().all(allowed) && !dots && !is_operator(name)
}

/// Whether this is the operator's name, in any letter case.
pub fn is_operator(name: &str) -> bool {
    name.eq_ignore_ascii_case(OPERATOR)
}

/// Whether a name for people to read shows what it holds: no control characters, and none that are invisible or turn
/// the text around.
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || is_hidden(c))
}

/// Characters without a shape of their own: joiners, marks of direction, separators of lines, tags.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://issuer.example/realms/a";

    #[test]
    fn names_table() {
        let long = "x".repeat(LONGEST);
        let longer = "x".repeat(LONGEST + 1);
        for name in ["t", "contoso.example", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "a:b|c@d", &long] {
            assert_eq!(principal(name, "c", None), Ok(()), "{name}");
            assert_eq!(principal("t", name, None), Ok(()), "{name}");
        }
        for name in [
            "",
            "a b",
            "a/b",
            "a\nb",
            "a\u{1b}[31m",
            "a\u{202e}b",
            "\u{430}dmin",
            "ann\u{200b}",
            ".",
            "..",
            "operator",
            "Operator",
            &longer,
        ] {
            assert_eq!(principal(name, "c", None), Err(InvalidName::Tenant), "{name:?}");
            assert_eq!(principal("t", name, None), Err(InvalidName::Client), "{name:?}");
        }
    }

    #[test]
    fn an_issuer_without_tenants_stands_for_one() {
        let client = "repo:octo/cat:ref:refs/heads/main";
        assert_eq!(principal(ISSUER, client, Some(ISSUER)), Ok(()));
        assert_eq!(principal(ISSUER, client, None), Err(InvalidName::Tenant));
        assert_eq!(principal("https://issuer.example", client, Some(ISSUER)), Err(InvalidName::Tenant));
        assert_eq!(principal("t", client, Some(ISSUER)), Err(InvalidName::Client));
        assert_eq!(principal(ISSUER, "operator", Some(ISSUER)), Err(InvalidName::Client));
    }

    #[test]
    fn a_person_has_an_id() {
        assert_eq!(principal("t", "user:1", None), Ok(()));
        assert_eq!(principal("t", "user:", None), Err(InvalidName::Client));
    }

    #[test]
    fn what_people_read_hides_nothing() {
        for text in ["", "Contoso", "Åsa & Søn GmbH", "株式会社"] {
            assert!(is_plain(text), "{text}");
        }
        for text in ["a\nb", "a\u{7f}", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "a\u{feff}b", "a\u{2028}b"]
        {
            assert!(!is_plain(text), "{text:?}");
        }
    }
}
