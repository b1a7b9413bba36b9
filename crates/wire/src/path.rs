//! Ids and the addresses of operations (contract, "Location" and "Endpoints").

use std::fmt;

use uuid::Uuid;

use crate::api_version;
use crate::words::SubmissionSlot;

/// The longest publisher or offer id, in characters.
pub const ID_LONGEST: usize = 64;

/// What [`publisher_id`] and [`offer_id`] take, but for the length, as a regular expression for descriptions.
pub const ID_PATTERN: &str = r"^\.*[A-Za-z0-9_-][A-Za-z0-9._-]*$";

/// What [`operation_id`] takes, within a regular expression for descriptions.
pub const GUID_PATTERN: &str = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

/// What [`numbered_address`] takes, but for the length of the ids and letter case; for descriptions.
pub const ADDRESS_PATTERN: &str =
    r"^\.*[A-Za-z0-9_-][A-Za-z0-9._-]*\$\.*[A-Za-z0-9_-][A-Za-z0-9._-]*\$[0-9]{1,19}\$(preview|production)$";

/// An id has the wrong form; says which id and what it may be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// A publisher or offer id.
    #[error("{subject} {given:?} must be 1 to 64 ASCII letters, digits, '-', '_' or '.', and not dots alone")]
    Name {
        /// `publisherId` or `offerId`.
        subject: &'static str,
        /// What was given, cut to 80 characters.
        given: String,
    },
    /// An operation id.
    #[error("operationId {given:?} must be a GUID like 56615b67-2185-49fe-80d2-c4ddf77bb2e8")]
    Guid {
        /// What was given, cut to 80 characters.
        given: String,
    },
    /// A `publisher$offer$publishingVersion$slot` address.
    #[error(
        "the address {given:?} must be publisherId$offerId$publishingVersion$slot, where slot is preview or production"
    )]
    Address {
        /// What was given, cut to 80 characters.
        given: String,
    },
}

impl InvalidId {
    /// The parameter at fault, for `error.target`.
    pub fn target(&self) -> &'static str {
        match self {
            Self::Name { subject, .. } => subject,
            Self::Guid { .. } => "operationId",
            Self::Address { .. } => "address",
        }
    }
}

fn shown(given: &str) -> String {
    given.chars().take(80).collect()
}

fn name<'a>(subject: &'static str, given: &'a str) -> Result<&'a str, InvalidId> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = (1..=ID_LONGEST).contains(&given.len()) && given.bytes().all(allowed);
    // A path segment of dots alone would be resolved away by every client.
    if fits && given.bytes().any(|byte| byte != b'.') {
        Ok(given)
    } else {
        Err(InvalidId::Name { subject, given: shown(given) })
    }
}

/// Checks a publisher id: 1 to 64 ASCII letters, digits, `-`, `_`, `.`, not dots alone.
pub fn publisher_id(given: &str) -> Result<&str, InvalidId> {
    name("publisherId", given)
}

/// Checks an offer id (slug or GUID): 1 to 64 ASCII letters, digits, `-`, `_`, `.`, not dots alone.
pub fn offer_id(given: &str) -> Result<&str, InvalidId> {
    name("offerId", given)
}

/// Reads an operation id: a GUID with its hyphens, in any letter case.
pub fn operation_id(given: &str) -> Result<Uuid, InvalidId> {
    let hyphenated = given.len() == 36;
    Uuid::try_parse(given).ok().filter(|_| hyphenated).ok_or_else(|| InvalidId::Guid { given: shown(given) })
}

/// The address of one operation. Its text is the relative path for `Location`, `Operation-Location` and bodies.
///
/// The ids must have passed [`publisher_id`] and [`offer_id`]: nothing in them needs escaping then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationAddress<'a> {
    /// Of a migrated offer: `/api/publishers/{p}/offers/{o}/operations/{guid}`.
    Migrated {
        /// The publisher's id.
        publisher: &'a str,
        /// The offer's id.
        offer: &'a str,
        /// The operation's id.
        operation: Uuid,
    },
    /// Of another offer: `/api/operations/{p}${o}${publishingVersion}${preview|production}`.
    Numbered(NumberedAddress<'a>),
}

/// What `publisher$offer$publishingVersion$slot` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedAddress<'a> {
    /// The publisher's id.
    pub publisher: &'a str,
    /// The offer's id.
    pub offer: &'a str,
    /// The operation's number within the offer.
    pub publishing_version: u64,
    /// The slot; `staging` is spelled `preview` here.
    pub slot: SubmissionSlot,
}

impl fmt::Display for NumberedAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { publisher, offer, publishing_version, slot } = self;
        write!(f, "{publisher}${offer}${publishing_version}${}", slot.in_address())
    }
}

impl fmt::Display for OperationAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Migrated { publisher, offer, operation } => {
                write!(f, "/api/publishers/{publisher}/offers/{offer}/operations/{operation}")?;
            }
            Self::Numbered(address) => write!(f, "/api/operations/{address}")?,
        }
        write!(f, "?api-version={}", api_version::CURRENT)
    }
}

/// Reads the percent-decoded last segment of `/api/operations/{…}`.
///
/// ```
/// use signoff_wire::path::numbered_address;
///
/// let address = numbered_address("fabrikam$vm$2$preview")?;
/// assert_eq!((address.offer, address.publishing_version), ("vm", 2));
/// assert!(numbered_address("fabrikam$vm").is_err());
/// # Ok::<(), signoff_wire::path::InvalidId>(())
/// ```
pub fn numbered_address(segment: &str) -> Result<NumberedAddress<'_>, InvalidId> {
    let malformed = || InvalidId::Address { given: shown(segment) };
    let parts: Vec<&str> = segment.splitn(5, '$').collect();
    let [publisher, offer, number, slot] = parts[..] else {
        return Err(malformed());
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Ok(NumberedAddress {
        publisher: publisher_id(publisher)?,
        offer: offer_id(offer)?,
        publishing_version: number.parse().ok().filter(|_| digits).ok_or_else(malformed)?,
        slot: SubmissionSlot::from_address(slot).ok_or_else(malformed)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_two_forms_of_location() {
        let operation = operation_id("56615B67-2185-49fe-80d2-c4ddf77bb2e8").unwrap();
        insta::assert_snapshot!(
            OperationAddress::Migrated { publisher: "contoso", offer: "contoso-offer", operation },
            @"/api/publishers/contoso/offers/contoso-offer/operations/56615b67-2185-49fe-80d2-c4ddf77bb2e8?api-version=2017-10-31"
        );
        let slot = SubmissionSlot::Staging;
        insta::assert_snapshot!(
            OperationAddress::Numbered(NumberedAddress { publisher: "fabrikam", offer: "vm", publishing_version: 2, slot }),
            @"/api/operations/fabrikam$vm$2$preview?api-version=2017-10-31"
        );
    }

    #[test]
    fn ids_table() {
        let longest = "a".repeat(64);
        for good in ["contoso", "A-b_c.9", "x", "..a", "56615b67-2185-49fe-80d2-c4ddf77bb2e8", &longest] {
            assert_eq!(offer_id(good), Ok(good));
        }
        let too_long = "a".repeat(65);
        for bad in ["", ".", "..", "a b", "a$b", "a/b", "a%2Fb", "é", "a\r\nb", "a'b", &too_long] {
            let error = publisher_id(bad).unwrap_err();
            assert_eq!(error.target(), "publisherId", "{error}");
        }
        let shouted = offer_id("a\r\nSet-Cookie: x").unwrap_err().to_string();
        assert!(!shouted.contains('\n') && shouted.starts_with("offerId \"a\\r\\n"), "{shouted}");
    }

    #[test]
    fn guids_table() {
        let id = operation_id("56615B67-2185-49FE-80D2-C4DDF77BB2E8").unwrap();
        assert_eq!(id.to_string(), "56615b67-2185-49fe-80d2-c4ddf77bb2e8");
        for bad in [
            "",
            "56615b67218549fe80d2c4ddf77bb2e8",
            "{56615b67-2185-49fe-80d2-c4ddf77bb2e8}",
            "56615b67-2185-49fe-80d2-c4ddf77bb2ez",
            "urn:uuid:56615b67-2185-49fe-80d2-c4ddf77bb2e8",
        ] {
            assert!(operation_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbered_addresses_read_back_and_others_are_refused() {
        let address = numbered_address("fabrikam$vm$12$Production").unwrap();
        assert_eq!(address.to_string(), "fabrikam$vm$12$production");
        for bad in [
            "",
            "a$b$1",
            "a$b$1$preview$x",
            "a$b$-1$preview",
            "a$b$+1$preview",
            "a$b$$preview",
            "a$b$1$staging",
            "a$b$99999999999999999999$preview",
            "$b$1$preview",
            "a b$b$1$preview",
        ] {
            assert!(numbered_address(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_the_patterns_describe_is_taken(
            id in crate::described(ID_PATTERN),
            address in crate::described(ADDRESS_PATTERN),
        ) {
            prop_assert!(id.len() > ID_LONGEST || offer_id(&id).is_ok(), "{}", id);
            let long = address.split('$').any(|part| part.len() > ID_LONGEST);
            prop_assert!(long || numbered_address(&address).is_ok(), "{}", address);
        }

        #[test]
        fn reading_never_panics(text in ".{0,100}") {
            let _ = (publisher_id(&text), operation_id(&text), numbered_address(&text));
        }

        #[test]
        fn what_is_built_reads_back(publisher in "[A-Za-z][A-Za-z0-9._-]{0,30}", offer in "[a-z][a-z0-9-]{0,30}", number: u64, production: bool) {
            let slot = if production { SubmissionSlot::Production } else { SubmissionSlot::Staging };
            let address = NumberedAddress { publisher: &publisher, offer: &offer, publishing_version: number, slot };
            let text = address.to_string();
            prop_assert_eq!(numbered_address(&text), Ok(address));
        }
    }
}
