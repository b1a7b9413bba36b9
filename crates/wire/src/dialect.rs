//! The two dialects of the API (contract, introduction).

use std::fmt;
use std::str::FromStr;

use crate::words::OperationState;

/// How the server speaks: as the reference documents it, or as released clients rely on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// As the published reference says, wherever it is consistent.
    #[default]
    Documented,
    /// As released clients rely on it.
    Observed,
}

impl Dialect {
    /// The word of the `compat` setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
        }
    }

    /// How this dialect spells the state of an operation that finished well.
    pub fn finished(self) -> OperationState {
        match self {
            Self::Documented => OperationState::Completed,
            Self::Observed => OperationState::Succeeded,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no dialect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("compat must be documented or observed, not {0:?}")]
pub struct UnknownDialect(String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(word: &str) -> Result<Self, UnknownDialect> {
        [Self::Documented, Self::Observed]
            .into_iter()
            .find(|dialect| dialect.as_str() == word)
            .ok_or_else(|| UnknownDialect(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_others_are_named() {
        for dialect in [Dialect::Documented, Dialect::Observed] {
            assert_eq!(dialect.to_string().parse::<Dialect>().unwrap(), dialect);
        }
        assert_eq!(Dialect::default(), Dialect::Documented);
        assert_eq!(
            "Observed".parse::<Dialect>().unwrap_err().to_string(),
            "compat must be documented or observed, not \"Observed\""
        );
    }

    #[test]
    fn a_finished_operation_reads_succeeded_only_where_observed() {
        assert_eq!(Dialect::Documented.finished().as_str(), "completed");
        assert_eq!(Dialect::Observed.finished().as_str(), "succeeded");
    }
}
