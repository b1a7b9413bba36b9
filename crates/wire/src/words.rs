//! The closed sets of words that the wire uses (contract, "Shapes"), spelled in camelCase.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The word is not in the set; holds the set, for a message that lists it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What would have been understood.
    pub known: &'static [&'static str],
}

/// The schema of a text that is one of `words`.
fn one_of(words: &'static [&'static str]) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).into()
}

macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$inner])* #[serde(rename = $word)] $variant,)+
            /// A word of another server that this version does not know; never sent, only read.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl $name {
            /// Every word of the set, in the order of the contract.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown => "unknown",
                }
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(Self::WORDS)
            }
        }

        impl ToSchema for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { word: word.to_owned(), known: Self::WORDS }),
                }
            }
        }
    };
}

words! {
    /// What `status` of an offer says.
    OfferStatus {
        /// No publish was ever started.
        NeverPublished = "neverPublished",
        /// New and not started; read, never produced.
        NotStarted = "notStarted",
        /// The preview stands and waits for go live or cancel.
        WaitingForPublisherReview = "waitingForPublisherReview",
        /// An operation runs.
        Running = "running",
        /// The newest operation finished well.
        Succeeded = "succeeded",
        /// The newest operation was canceled.
        Canceled = "canceled",
        /// The newest operation failed.
        Failed = "failed",
    }
}

words! {
    /// What `status` of one operation and `submissionState` of a listed one say.
    OperationState {
        /// Read by filters and from other servers; never produced.
        NotStarted = "notStarted",
        /// Not ended yet.
        Running = "running",
        /// Finished well, as documented.
        Completed = "completed",
        /// Finished well, as observed.
        Succeeded = "succeeded",
        /// Ended without success.
        Failed = "failed",
        /// Ended by a cancel.
        Canceled = "canceled",
    }
}

words! {
    /// What kind of operation it is.
    SubmissionType {
        /// Brings a draft to the preview slot.
        Publish = "publish",
        /// Brings the preview to the production slot.
        GoLive = "goLive",
        /// Undoes one of the others.
        Cancel = "cancel",
    }
}

words! {
    /// Whether a cancel of the operation is possible, under way or done.
    CancellationRequestState {
        /// A cancel would be accepted now.
        CanCancel = "canCancel",
        /// A cancellation runs.
        CancelRequested = "cancelRequested",
        /// The operation was canceled.
        Canceled = "canceled",
        /// A cancel would be refused, from now on for good.
        CannotCancel = "cannotCancel",
    }
}

words! {
    /// What `status` of a step says.
    StepStatus {
        /// Not begun.
        NotStarted = "notStarted",
        /// Being worked on.
        InProgress = "inProgress",
        /// Waits for the publisher's go live.
        WaitingForPublisherReview = "waitingForPublisherReview",
        /// Waits for a reviewer.
        WaitingForApproval = "waitingForApproval",
        /// Failed.
        Blocked = "blocked",
        /// A reviewer said no.
        Rejected = "rejected",
        /// Done.
        Complete = "complete",
        /// Stopped or undone by a cancel.
        Canceled = "canceled",
    }
}

words! {
    /// How serious a message is.
    Level {
        /// Says what happened.
        Information = "information",
        /// Says what deserves a look.
        Warning = "warning",
        /// Says why it failed.
        Error = "error",
    }
}

words! {
    /// The slot as operations name it.
    SubmissionSlot {
        /// Of a publish; `preview` in addresses.
        Staging = "staging",
        /// Of a golive.
        Production = "production",
    }
}

words! {
    /// Whether an offer was moved to the newer portal: decides its addresses and who is notified.
    PcMigrationStatus {
        /// Not migrated.
        None = "none",
        /// Migrated.
        Migrated = "migrated",
    }
}

impl SubmissionSlot {
    /// The word for this slot in an operation's address: `preview` or `production`.
    pub fn in_address(self) -> &'static str {
        match self {
            Self::Staging => "preview",
            Self::Production => "production",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word of an address, in any letter case.
    pub fn from_address(word: &str) -> Option<Self> {
        [Self::Staging, Self::Production]
            .into_iter()
            .find(|slot| slot.in_address().eq_ignore_ascii_case(word))
    }
}

/// A slot of an offer as paths name it: `/slot/{draft,preview,production}`, in any letter case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferSlot {
    /// What a PUT changes.
    Draft,
    /// What the newest successful publish put up for sign-off.
    Preview,
    /// What is live.
    Production,
}

impl OfferSlot {
    /// The word in the path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Preview => "preview",
            Self::Production => "production",
        }
    }
}

impl FromStr for OfferSlot {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Draft, Self::Preview, Self::Production]
            .into_iter()
            .find(|slot| slot.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownWord { word: word.to_owned(), known: &["draft", "preview", "production"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_the_same_in_json_and_in_text() {
        for word in OfferStatus::WORDS {
            let status: OfferStatus = word.parse().unwrap();
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<OfferStatus>(&format!("\"{word}\"")).unwrap(), status);
        }
        for word in StepStatus::WORDS {
            let status: StepStatus = word.parse().unwrap();
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{word}\""));
        }
        assert_eq!(SubmissionType::WORDS, ["publish", "goLive", "cancel"]);
        assert_eq!(
            CancellationRequestState::WORDS,
            ["canCancel", "cancelRequested", "canceled", "cannotCancel"]
        );
    }

    #[test]
    fn a_foreign_word_is_read_as_unknown_but_never_parsed_from_a_request() {
        assert_eq!(serde_json::from_str::<StepStatus>("\"paused\"").unwrap(), StepStatus::Unknown);
        assert_eq!(
            "Canceled".parse::<OperationState>().unwrap_err().to_string(),
            "\"Canceled\" is none of notStarted, running, completed, succeeded, failed, canceled"
        );
        assert!("unknown".parse::<Level>().is_err());
    }

    #[test]
    fn slots_read_in_any_letter_case() {
        assert_eq!("PRODUCTION".parse::<OfferSlot>().unwrap(), OfferSlot::Production);
        assert!("staging".parse::<OfferSlot>().is_err());
        assert_eq!(SubmissionSlot::from_address("Preview"), Some(SubmissionSlot::Staging));
        assert_eq!(SubmissionSlot::from_address("staging"), None);
        assert_eq!(SubmissionSlot::Staging.in_address(), "preview");
    }
}
