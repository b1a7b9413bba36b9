//! The tag of an offer and the headers that compare it (contract, "Concurrency").
//!
//! A tag looks like `W/"datetime'2026-11-21T08%3A00%3A00.1234560Z;12;3;running'"`: when the draft last changed and its
//! revision, the publishingVersion of the newest operation, the status. Clients compare it as a string.

use std::fmt;

use crate::time;
use crate::words::OfferStatus;

/// The tag of an offer as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag {
    /// When the draft last changed, in microseconds since the epoch.
    pub draft_changed: i64,
    /// The draft's revision: grows with every PUT.
    pub draft_revision: u64,
    /// The publishingVersion of the newest operation, 0 when there is none.
    pub publishing_version: u64,
    /// The offer's status.
    pub status: OfferStatus,
}

/// The parts of a tag that somebody sent, in the spelling of [`EntityTag`].
struct Parts<'a> {
    draft: &'a str,
    publishing_version: &'a str,
}

/// What a tag that somebody sent says of the draft and of the newest operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentTag {
    /// When the draft had last changed, in microseconds since the epoch.
    pub draft_changed: i64,
    /// The draft's revision then.
    pub draft_revision: u64,
    /// The publishingVersion of the newest operation then.
    pub publishing_version: u64,
}

impl SentTag {
    /// Reads a tag that this server gave out; `None`: it never did.
    fn read(tag: &str) -> Option<Self> {
        let parts = split(opaque(tag))?;
        let (changed, revision) = parts.draft.split_once(';')?;
        Some(Self {
            draft_changed: time::parse_rfc3339(&changed.replace("%3A", ":")).ok()?,
            draft_revision: revision.parse().ok()?,
            publishing_version: parts.publishing_version.parse().ok()?,
        })
    }
}

impl EntityTag {
    /// Whether `tag` was given out for the draft as it is now.
    pub fn draft_matches(&self, tag: &str) -> bool {
        split(opaque(tag)).is_some_and(|parts| parts.draft == self.draft())
    }

    /// Whether no operation began since `tag` was given out.
    pub fn operation_matches(&self, tag: &str) -> bool {
        split(opaque(tag))
            .is_some_and(|parts| parts.publishing_version == self.publishing_version.to_string())
    }

    /// Whether nothing at all changed since `tag` was given out.
    pub fn matches(&self, tag: &str) -> bool {
        opaque(tag) == self.opaque()
    }

    fn draft(&self) -> String {
        format!("{};{}", time::rfc3339(self.draft_changed).replace(':', "%3A"), self.draft_revision)
    }

    fn opaque(&self) -> String {
        format!("datetime'{};{};{}'", self.draft(), self.publishing_version, self.status)
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.opaque())
    }
}

/// What stands between the quotes of a tag; a tag without them is taken as it is.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(tag)
}

fn split(opaque: &str) -> Option<Parts<'_>> {
    let inner = opaque.strip_prefix("datetime'")?.strip_suffix('\'')?;
    let (rest, _status) = inner.rsplit_once(';')?;
    let (draft, publishing_version) = rest.rsplit_once(';')?;
    draft.contains(';').then_some(Parts { draft, publishing_version })
}

/// The value of `If-Match` or `If-None-Match`, or of `eTag` in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: any version, if there is one.
    Any,
    /// One or more tags, without their quotes and `W/`.
    Tags(Vec<String>),
}

impl IfMatch {
    /// Reads the value; quotes and `W/` may be missing. `None` when there is nothing in it.
    pub fn parse(value: &str) -> Option<Self> {
        let tags: Vec<String> =
            entries(value).map(|entry| opaque(entry).to_owned()).filter(|tag| !tag.is_empty()).collect();
        if tags.iter().any(|tag| tag == "*") {
            return Some(Self::Any);
        }
        (!tags.is_empty()).then_some(Self::Tags(tags))
    }

    /// For PUT: whether the draft is still the one the tag was given out for.
    pub fn draft_matches(&self, current: &EntityTag) -> bool {
        self.any(|tag| current.draft_matches(tag))
    }

    /// For publish, go live and cancel: whether no operation began since.
    pub fn operation_matches(&self, current: &EntityTag) -> bool {
        self.any(|tag| current.operation_matches(tag))
    }

    /// For `If-None-Match`: whether nothing at all changed since.
    pub fn matches(&self, current: &EntityTag) -> bool {
        self.any(|tag| current.matches(tag))
    }

    /// The tags that can be read; `None` for `*`.
    pub fn sent(&self) -> Option<Vec<SentTag>> {
        match self {
            Self::Any => None,
            Self::Tags(tags) => Some(tags.iter().filter_map(|tag| SentTag::read(tag)).collect()),
        }
    }

    fn any(&self, matches: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| matches(tag)),
        }
    }
}

/// Splits a list at its commas, but not at those between quotes.
fn entries(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |character| {
        quoted ^= character == '"';
        character == ',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: EntityTag = EntityTag {
        draft_changed: 1_795_248_000_123_456,
        draft_revision: 12,
        publishing_version: 3,
        status: OfferStatus::Running,
    };

    #[test]
    fn the_form_on_the_wire() {
        insta::assert_snapshot!(NOW, @r#"W/"datetime'2026-11-21T08%3A00%3A00.1234560Z;12;3;running'""#);
    }

    #[test]
    fn each_comparison_looks_at_its_own_part() {
        let later_status = EntityTag { status: OfferStatus::Canceled, ..NOW };
        let later_operation = EntityTag { publishing_version: 4, ..NOW };
        let later_draft = EntityTag { draft_revision: 13, ..NOW };
        for (now, draft, operation, whole) in [
            (NOW, true, true, true),
            (later_status, true, true, false),
            (later_operation, true, false, false),
            (later_draft, false, true, false),
        ] {
            let sent = IfMatch::parse(&NOW.to_string()).unwrap();
            assert_eq!(
                (sent.draft_matches(&now), sent.operation_matches(&now), sent.matches(&now)),
                (draft, operation, whole),
                "{now}"
            );
        }
    }

    #[test]
    fn a_revision_is_not_a_prefix_of_another() {
        let first = EntityTag { draft_revision: 1, publishing_version: 1, ..NOW };
        assert!(!NOW.draft_matches(&first.to_string()));
        assert!(!EntityTag { publishing_version: 13, ..NOW }.operation_matches(&NOW.to_string()));
    }

    #[test]
    fn header_values_table() {
        let tags = |tags: &[&str]| Some(IfMatch::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect()));
        for (value, expected) in [
            ("*", Some(IfMatch::Any)),
            (" \"*\" ", Some(IfMatch::Any)),
            ("\"a\", *", Some(IfMatch::Any)),
            ("W/\"a\"", tags(&["a"])),
            ("\"a\"", tags(&["a"])),
            ("a", tags(&["a"])),
            ("W/\"a\", \"b,c\" , d", tags(&["a", "b,c", "d"])),
            ("", None),
            (" , ,", None),
            ("\"\"", None),
        ] {
            assert_eq!(IfMatch::parse(value), expected, "{value}");
        }
    }

    #[test]
    fn foreign_tags_match_nothing_but_a_star_matches_all() {
        for foreign in ["x", "W/\"datetime'2020'\"", "W/\"datetime'2020;1;1'\"", "datetime'", "\""] {
            let sent = IfMatch::parse(foreign).unwrap();
            assert!(
                !sent.draft_matches(&NOW) && !sent.operation_matches(&NOW) && !sent.matches(&NOW),
                "{foreign}"
            );
        }
        assert!(IfMatch::Any.draft_matches(&NOW) && IfMatch::Any.matches(&NOW));
    }

    proptest! {
        #[test]
        fn reading_never_panics(value in ".{0,80}") {
            if let Some(sent) = IfMatch::parse(&value) {
                sent.draft_matches(&NOW);
                sent.operation_matches(&NOW);
            }
        }

        #[test]
        fn a_tag_matches_itself(draft_changed in 0..4_000_000_000_000_000_i64, draft_revision: u64, publishing_version: u64) {
            let tag = EntityTag { draft_changed, draft_revision, publishing_version, status: OfferStatus::Failed };
            let sent = IfMatch::parse(&tag.to_string()).unwrap();
            prop_assert!(sent.draft_matches(&tag) && sent.operation_matches(&tag) && sent.matches(&tag));
        }
    }
}
