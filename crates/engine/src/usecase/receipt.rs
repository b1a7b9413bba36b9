//! What a caller is told: everything that a reply is made of, so that it can be given again later to the last byte.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use signoff_definition::{Document, OfferTypes};
use signoff_lifecycle::decision::{PutReply, Started, StopReply};
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::{Aggregate, Course, OfferStatus};
use signoff_lifecycle::operation::{Cancellation, Phase, Submission};
use signoff_lifecycle::refusal::Reference;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Repeated;

use super::stored_receipt::{StoredReceipt, StoredReply};
use crate::engine::Engine;
use crate::error::EngineError;

/// What the caller of a use case is told, now and whenever the same request comes again.
pub(crate) trait Receipt: Clone + Send + Sized + 'static {
    /// The outcome, in the word of the audit log.
    fn outcome(&self) -> &'static str;

    /// The form in which it is stored.
    fn to_stored(&self) -> StoredReceipt;

    /// The receipt that was stored; `None`: it is one of another use case.
    fn from_stored(stored: StoredReceipt) -> Option<Self>;

    /// The row that keeps it.
    ///
    /// # Errors
    /// If it has no form as JSON.
    fn kept(&self, publisher: &str, repeat: &Repeat) -> Result<Repeated, StoreError> {
        let reply = serde_json::to_string(&self.to_stored());
        Ok(Repeated {
            publisher: publisher.to_owned(),
            key: repeat.key,
            digest: repeat.digest,
            expires_at: repeat.expires_at(),
            reply: reply.map_err(|error| StoreError::Corrupt(error.to_string()))?,
        })
    }
}

/// What the caller of a put is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutReceipt {
    /// Whether the offer was created.
    pub created: bool,
    /// The offer as it then was.
    pub stored: Stored,
}

/// What the caller of a cancel is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelReceipt {
    /// What the cancel meant is stopped, or is being stopped.
    Stopped {
        /// How.
        reply: StopReply,
        /// Who asked first; `None`: a golive past its switch was completed.
        asked: Option<CancelOrigin>,
    },
    /// What the cancel meant has ended, and that is as good (the dialect `observed` alone).
    NothingToCancel(Reference),
}

/// Who asked for a cancel first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelOrigin {
    /// Who.
    pub by: String,
    /// When.
    pub at: PublisherTime,
    /// Why.
    pub reason: Option<String>,
}

/// What is told of an offer that was put, beside what the request says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    /// The offer's id: the path may have named it by its GUID.
    pub offer: String,
    /// The offer's type.
    pub offer_type: String,
    /// The offer's version.
    pub version: u32,
    /// When it was put.
    pub put_at: PublisherTime,
    /// When the draft changed, as its tag says: never earlier than before.
    pub changed_at: PublisherTime,
    /// The draft's revision.
    pub revision: u64,
    /// The number of the newest operation.
    pub publishing_version: u64,
    /// The offer's status.
    pub status: OfferStatus,
    /// Whether the offer counts as migrated.
    pub migrated: bool,
}

impl Stored {
    /// The definition and the members beside it as they are shown, given what was sent: a definition is large, and the
    /// request that asks again brings it along.
    ///
    /// # Errors
    /// If what was sent is not JSON.
    pub fn shown(
        &self,
        definition: &str,
        extra: Option<&str>,
    ) -> Result<(String, Option<String>), StoreError> {
        let mut sent = Document::parse(definition, extra)
            .map_err(|error| StoreError::Corrupt(format!("the document is not JSON: {error}")))?;
        sent.split(OfferTypes::load().get(&self.offer_type));
        Ok((sent.definition_text().into_owned(), sent.extra_text().map(Cow::into_owned)))
    }
}

/// A draft that is put, as far as its reply needs it and the offer's state does not tell it.
pub(crate) struct Draft {
    pub(super) put_at: PublisherTime,
    pub(super) migrated_by_default: bool,
}

impl PutReceipt {
    /// What the caller is told of a put on the offer as it then is.
    pub(super) fn of(PutReply { created }: PutReply, state: &Aggregate, draft: &Draft) -> Self {
        let stored = Stored {
            offer: state.offer.id.clone(),
            offer_type: state.offer.offer_type.clone(),
            version: state.offer.version,
            put_at: draft.put_at,
            changed_at: state.offer.draft.changed_at,
            revision: state.offer.draft.revision,
            publishing_version: state.offer.publishing_version,
            status: state.status(),
            migrated: state.offer.migrated.unwrap_or(draft.migrated_by_default),
        };
        Self { created, stored }
    }
}

impl CancelReceipt {
    /// What the caller is told of a cancel on the offer as it then is.
    pub(super) fn of(reply: StopReply, state: &Aggregate) -> Self {
        let asked = match reply {
            StopReply::Canceled(_)
            | StopReply::Canceling(_)
            | StopReply::CancellationEnded(_)
            | StopReply::GivenUp(_) => state.course.as_ref().and_then(asked),
            StopReply::Completed(_) => None,
        };
        Self::Stopped { reply, asked }
    }
}

fn asked(course: &Course) -> Option<CancelOrigin> {
    match course {
        Course::Canceling(_, Cancellation { head, reason, .. }) => {
            Some(CancelOrigin { by: head.by.to_string(), at: head.created_at, reason: reason.clone() })
        }
        Course::Alone(Submission { phase: Phase::Canceled { at, by, reason }, .. }) => {
            Some(CancelOrigin { by: by.clone(), at: *at, reason: reason.clone() })
        }
        Course::Alone(_) => None,
    }
}

impl Receipt for PutReceipt {
    fn outcome(&self) -> &'static str {
        if self.created { "created" } else { "stored" }
    }

    fn to_stored(&self) -> StoredReceipt {
        let Self { created, stored } = self;
        StoredReceipt { stored: Some(stored.clone()), ..StoredReply::Stored { created: *created }.into() }
    }

    fn from_stored(stored: StoredReceipt) -> Option<Self> {
        match (stored.reply, stored.stored) {
            (StoredReply::Stored { created }, Some(stored)) => Some(Self { created, stored }),
            _ => None,
        }
    }
}

impl Receipt for Started {
    fn outcome(&self) -> &'static str {
        "started"
    }

    fn to_stored(&self) -> StoredReceipt {
        StoredReply::Started(self.0.clone()).into()
    }

    fn from_stored(stored: StoredReceipt) -> Option<Self> {
        match stored.reply {
            StoredReply::Started(reference) => Some(Self(reference)),
            _ => None,
        }
    }
}

impl Receipt for CancelReceipt {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Stopped { reply: StopReply::Canceled(_) | StopReply::CancellationEnded(_), .. } => {
                "canceled"
            }
            Self::Stopped { reply: StopReply::Canceling(_), .. } => "canceling",
            Self::Stopped { reply: StopReply::GivenUp(_), .. } => "givenUp",
            Self::Stopped { reply: StopReply::Completed(_), .. } => "completed",
            Self::NothingToCancel(_) => "nothingToCancel",
        }
    }

    fn to_stored(&self) -> StoredReceipt {
        let (reply, asked) = match self.clone() {
            Self::Stopped { reply, asked } => (
                match reply {
                    StopReply::Canceled(reference) => StoredReply::Canceled(reference),
                    StopReply::Canceling(reference) => StoredReply::Canceling(reference),
                    StopReply::CancellationEnded(reference) => StoredReply::CancellationEnded(reference),
                    StopReply::GivenUp(reference) => StoredReply::GivenUp(reference),
                    StopReply::Completed(reference) => StoredReply::Completed(reference),
                },
                asked,
            ),
            Self::NothingToCancel(newest) => (StoredReply::NothingToCancel(newest), None),
        };
        StoredReceipt { asked, ..reply.into() }
    }

    fn from_stored(stored: StoredReceipt) -> Option<Self> {
        let reply = match stored.reply {
            StoredReply::Canceled(reference) => StopReply::Canceled(reference),
            StoredReply::Canceling(reference) => StopReply::Canceling(reference),
            StoredReply::CancellationEnded(reference) => StopReply::CancellationEnded(reference),
            StoredReply::GivenUp(reference) => StopReply::GivenUp(reference),
            StoredReply::Completed(reference) => StopReply::Completed(reference),
            StoredReply::NothingToCancel(newest) => return Some(Self::NothingToCancel(newest)),
            StoredReply::Stored { .. } | StoredReply::Started(_) | StoredReply::Recorded => return None,
        };
        Some(Self::Stopped { reply, asked: stored.asked })
    }
}

impl Receipt for () {
    fn outcome(&self) -> &'static str {
        "recorded"
    }

    fn to_stored(&self) -> StoredReceipt {
        StoredReply::Recorded.into()
    }

    fn from_stored(stored: StoredReceipt) -> Option<Self> {
        (stored.reply == StoredReply::Recorded).then_some(())
    }
}

impl Engine {
    /// What was told of an earlier request that was the same. The offer must have been loaded before: if there is
    /// nothing then, it is without the change that would be told of.
    ///
    /// # Errors
    /// If the request cannot be carried out safely ([`Repeat::check`]), and failures of the store.
    pub(super) async fn replayed<R: Receipt>(
        &self,
        publisher: &str,
        repeat: Option<&Repeat>,
    ) -> Result<Option<R>, EngineError> {
        let Some(repeat) = repeat else { return Ok(None) };
        let kept = self.shared.store.repeated(publisher, repeat.key).await?;
        repeat.check(kept.as_ref().map(|kept| &kept.digest), self.shared.clock.real())?;
        let Some(kept) = kept else { return Ok(None) };
        let stored: StoredReceipt =
            serde_json::from_str(&kept.reply).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let of_another = || StoreError::Corrupt("a reply that was kept is one to another request".to_owned());
        Ok(Some(R::from_stored(stored).ok_or_else(of_another)?))
    }
}
