//! `$filter` of the offers list, `status` and `submissionState` of the operations list (contract, "Endpoints").

use crate::dialect::Dialect;
use crate::words::{OfferStatus, OperationState};

/// The most conditions that a filter may join: each is looked at for every offer.
pub const MOST_CONDITIONS: usize = 20;

/// What [`OfferFilter::parse`] takes, as a regular expression for descriptions; an empty text is no filter.
pub fn pattern() -> String {
    let statuses = OfferStatus::WORDS.join("|");
    let condition = format!("(offerTypeId +eq *'([^']|'')*'|status +eq *'({statuses})')");
    let more = MOST_CONDITIONS - 1;
    format!("^( *{condition}( +and +{condition}){{0,{more}}} *)?$")
}

/// What the list of offers is narrowed to; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferFilter {
    conditions: Vec<Condition>,
}

/// One comparison of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `offerTypeId eq '…'`.
    OfferType(String),
    /// `status eq '…'`.
    Status(OfferStatus),
}

/// A filter cannot be understood; says where and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilter {
    /// The text departs from `offerTypeId eq '…' and status eq '…'` at a character, counted from 1.
    #[error(
        "$filter: {expected} expected at character {position}; example: offerTypeId eq 'microsoft-azure-virtualmachines' and status eq 'running'"
    )]
    Syntax {
        /// Where, in characters counted from 1.
        position: usize,
        /// What should have stood there.
        expected: &'static str,
    },
    /// The status compared with is no offer status.
    #[error("$filter: status must be one of {}, not {given:?}", OfferStatus::WORDS.join(", "))]
    UnknownOfferStatus {
        /// What was given, cut to 80 characters.
        given: String,
    },
    /// There are too many conditions.
    #[error("$filter: at most {MOST_CONDITIONS} conditions may be joined")]
    TooMany,
    /// `status` or `submissionState` is no state of an operation.
    #[error("{parameter} must be one of {known}, not {given:?}")]
    UnknownState {
        /// `status` or `submissionState`.
        parameter: &'static str,
        /// What was given, cut to 80 characters.
        given: String,
        /// What would have been understood.
        known: String,
    },
    /// `status` and `submissionState` say different things.
    #[error("status and submissionState differ: send one of them")]
    Contradiction,
}

impl InvalidFilter {
    /// The query parameter at fault, for `error.target`.
    pub fn target(&self) -> &'static str {
        match self {
            Self::Syntax { .. } | Self::UnknownOfferStatus { .. } | Self::TooMany => "$filter",
            Self::UnknownState { parameter, .. } => parameter,
            Self::Contradiction => "status",
        }
    }
}

impl OfferFilter {
    /// Reads the percent-decoded value of `$filter`.
    pub fn parse(text: &str) -> Result<Self, InvalidFilter> {
        let mut cursor = Cursor { text, at: 0 };
        let mut conditions = vec![cursor.condition()?];
        loop {
            let blank = cursor.blank();
            if cursor.rest().is_empty() {
                return Ok(Self { conditions });
            }
            if !blank || !cursor.word("and") {
                return Err(cursor.expected("'and' or the end"));
            }
            if conditions.len() == MOST_CONDITIONS {
                return Err(InvalidFilter::TooMany);
            }
            conditions.push(cursor.condition()?);
        }
    }

    /// Whether an offer of this type and status is in the list.
    pub fn matches(&self, offer_type_id: &str, status: OfferStatus) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::OfferType(wanted) => wanted == offer_type_id,
            Condition::Status(wanted) => *wanted == status,
        })
    }

    /// The same filter in which every offer type that `known` knows by another name has its own id.
    #[must_use]
    pub fn with_types(mut self, known: impl Fn(&str) -> Option<String>) -> Self {
        for condition in &mut self.conditions {
            if let Condition::OfferType(id) = condition
                && let Some(own) = known(id)
            {
                *id = own;
            }
        }
        self
    }

    /// All of these must hold.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

/// A place in the text of a filter.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn expected(&self, expected: &'static str) -> InvalidFilter {
        InvalidFilter::Syntax { position: self.text[..self.at].chars().count() + 1, expected }
    }

    /// Skips blanks; says whether there was one.
    fn blank(&mut self) -> bool {
        let before = self.at;
        self.at = self.text.len() - self.rest().trim_start_matches(' ').len();
        self.at > before
    }

    /// Skips `word` when it stands here whole.
    fn word(&mut self, word: &str) -> bool {
        let whole = self
            .rest()
            .strip_prefix(word)
            .is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_'));
        if whole {
            self.at += word.len();
        }
        whole
    }

    fn condition(&mut self) -> Result<Condition, InvalidFilter> {
        self.blank();
        let is_status = if self.word("status") {
            true
        } else if self.word("offerTypeId") {
            false
        } else {
            return Err(self.expected("offerTypeId or status"));
        };
        if !self.blank() || !self.word("eq") {
            return Err(self.expected("'eq'"));
        }
        self.blank();
        let value = self.string()?;
        if !is_status {
            return Ok(Condition::OfferType(value));
        }
        value
            .parse()
            .map(Condition::Status)
            .map_err(|_| InvalidFilter::UnknownOfferStatus { given: value.chars().take(80).collect() })
    }

    /// Reads `'…'`, in which `''` stands for one quote.
    fn string(&mut self) -> Result<String, InvalidFilter> {
        if !self.rest().starts_with('\'') {
            return Err(self.expected("a value in single quotes"));
        }
        self.at += 1;
        let mut value = String::new();
        loop {
            let Some(end) = self.rest().find('\'') else {
                self.at = self.text.len();
                return Err(self.expected("a closing single quote"));
            };
            value.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if !self.rest().starts_with('\'') {
                return Ok(value);
            }
            value.push('\'');
            self.at += 1;
        }
    }
}

/// Reads `status=` and `submissionState=` of the operations list; `None` when neither is sent or both are empty.
///
/// A finished operation is asked for as `completed`, in the dialect `observed` as `succeeded` too; either way the
/// answer here is [`OperationState::Completed`].
pub fn operation_state(
    status: Option<&str>,
    submission_state: Option<&str>,
    dialect: Dialect,
) -> Result<Option<OperationState>, InvalidFilter> {
    let status = state("status", status, dialect)?;
    let submission_state = state("submissionState", submission_state, dialect)?;
    match (status, submission_state) {
        (Some(one), Some(other)) if one != other => Err(InvalidFilter::Contradiction),
        (one, other) => Ok(one.or(other)),
    }
}

/// The states that operations can be asked for by.
pub fn states(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let observed = dialect == Dialect::Observed;
    OperationState::WORDS.iter().copied().filter(move |word| observed || *word != "succeeded")
}

fn state(
    parameter: &'static str,
    given: Option<&str>,
    dialect: Dialect,
) -> Result<Option<OperationState>, InvalidFilter> {
    let Some(word) = given.filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    match word.parse() {
        Ok(OperationState::Succeeded) if dialect == Dialect::Observed => Ok(Some(OperationState::Completed)),
        Ok(state) if state != OperationState::Succeeded => Ok(Some(state)),
        _ => {
            let known: Vec<&str> = states(dialect).collect();
            Err(InvalidFilter::UnknownState {
                parameter,
                given: word.chars().take(80).collect(),
                known: known.join(", "),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VM: &str = "microsoft-azure-virtualmachines";

    #[test]
    fn filters_that_released_clients_send() {
        let filter = OfferFilter::parse("offerTypeId eq 'microsoft-azure-virtualmachines'").unwrap();
        assert!(filter.matches(VM, OfferStatus::Running) && !filter.matches("other", OfferStatus::Running));
        let filter = OfferFilter::parse(" status eq 'running'  and offerTypeId eq 'x''y' ").unwrap();
        assert_eq!(
            filter.conditions(),
            [Condition::Status(OfferStatus::Running), Condition::OfferType("x'y".into())]
        );
        assert!(filter.matches("x'y", OfferStatus::Running) && !filter.matches("x'y", OfferStatus::Failed));
        assert!(OfferFilter::default().matches("anything", OfferStatus::Failed));
    }

    #[test]
    fn two_values_for_one_property_match_nothing() {
        let filter = OfferFilter::parse("status eq 'running' and status eq 'failed'").unwrap();
        assert!(!filter.matches(VM, OfferStatus::Running) && !filter.matches(VM, OfferStatus::Failed));
    }

    #[test]
    fn twenty_conditions_fit_and_one_more_does_not() {
        let filter = |count: usize| OfferFilter::parse(&vec!["offerTypeId eq 'x'"; count].join(" and "));
        assert_eq!(filter(MOST_CONDITIONS).unwrap().conditions().len(), MOST_CONDITIONS);
        assert_eq!(filter(MOST_CONDITIONS + 1), Err(InvalidFilter::TooMany));
    }

    #[test]
    fn errors_name_the_position() {
        let table: Vec<String> = [
            "",
            "offerTypeId",
            "offerTypeId eq",
            "offerTypeId eq x",
            "offerTypeId eq 'x",
            "offerTypeId ne 'x'",
            "offerTypeIdeq 'x'",
            "OfferTypeId eq 'x'",
            "status eq 'bogus'",
            "status eq 'running' or status eq 'failed'",
            "status eq 'running'and status eq 'failed'",
            "status eq 'running' and",
            "ü eq 'x'",
            "status eq 'é",
        ]
        .iter()
        .map(|text| format!("{text:45} {}", OfferFilter::parse(text).unwrap_err()))
        .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn states_table() {
        use Dialect::{Documented, Observed};
        use OperationState::{Canceled, Completed, Running};
        for (status, submission, dialect, expected) in [
            (None, None, Documented, Some(None)),
            (Some(""), None, Documented, Some(None)),
            (Some("running"), None, Documented, Some(Some(Running))),
            (None, Some("canceled"), Documented, Some(Some(Canceled))),
            (Some("running"), Some("running"), Documented, Some(Some(Running))),
            (Some("completed"), None, Documented, Some(Some(Completed))),
            (Some("succeeded"), None, Documented, None),
            (Some("succeeded"), Some("completed"), Observed, Some(Some(Completed))),
            (Some("running"), Some("failed"), Observed, None),
            (Some("bogus"), None, Observed, None),
        ] {
            assert_eq!(
                operation_state(status, submission, dialect).ok(),
                expected,
                "{status:?} {submission:?}"
            );
        }
        let error = operation_state(None, Some("succeeded"), Documented).unwrap_err();
        insta::assert_snapshot!(
            error,
            @r#"submissionState must be one of notStarted, running, completed, failed, canceled, not "succeeded""#
        );
    }

    proptest! {
        #[test]
        fn what_the_pattern_describes_is_a_filter(text in crate::described(&pattern())) {
            prop_assert!(text.is_empty() || OfferFilter::parse(&text).is_ok(), "{}", text);
        }

        #[test]
        fn reading_never_panics(text in ".{0,80}") {
            let _ = OfferFilter::parse(&text);
        }

        #[test]
        fn hostile_neighbours_of_a_filter_never_panic(text in "(status|offerTypeId|eq|and|'|''|é| ){0,12}") {
            let _ = OfferFilter::parse(&text);
        }

        #[test]
        fn any_value_reads_back(value in ".{0,40}") {
            let filter = OfferFilter::parse(&format!("offerTypeId eq '{}'", value.replace('\'', "''"))).unwrap();
            prop_assert_eq!(filter.conditions(), [Condition::OfferType(value)]);
        }
    }
}
