//! What a caller is told: everything that a reply is made of, so that it can be given again later to the last byte.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use signoff_definition::{Document, OfferTypes};
use signoff_lifecycle::decision::Reply;
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::{Aggregate, Course, OfferStatus};
use signoff_lifecycle::operation::{Cancellation, Phase, Submission};
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Repeated;

use crate::engine::Engine;
use crate::error::EngineError;

/// What a caller is told of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// What came of it.
    pub reply: Reply,
    /// Of a cancel: who asked first, when and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<CancelOrigin>,
    /// Of a put: the offer as it then was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<Stored>,
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
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) put_at: PublisherTime,
    pub(super) migrated_by_default: bool,
}

impl Receipt {
    /// What the caller is told of `reply` on the offer as it then is; `draft` goes with a put.
    pub(super) fn of(reply: Reply, state: &Aggregate, draft: Option<Draft>) -> Self {
        let of_cancel = matches!(
            reply,
            Reply::Canceled(_) | Reply::Canceling(_) | Reply::CancellationEnded(_) | Reply::GivenUp(_)
        );
        let asked = state.course.as_ref().filter(|_| of_cancel).and_then(asked);
        let stored = draft.map(|draft| Stored {
            offer: state.offer.id.clone(),
            offer_type: state.offer.offer_type.clone(),
            version: state.offer.version,
            put_at: draft.put_at,
            changed_at: state.offer.draft.changed_at,
            revision: state.offer.draft.revision,
            publishing_version: state.offer.publishing_version,
            status: state.status(),
            migrated: state.offer.migrated.unwrap_or(draft.migrated_by_default),
        });
        Self { reply, asked, stored }
    }

    /// The row that keeps it.
    pub(super) fn kept(&self, publisher: &str, repeat: &Repeat) -> Result<Repeated, StoreError> {
        Ok(Repeated {
            publisher: publisher.to_owned(),
            key: repeat.key,
            digest: repeat.digest,
            expires_at: repeat.expires_at(),
            reply: serde_json::to_string(self).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        })
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

impl Engine {
    /// What was told of an earlier request that was the same. The offer must have been loaded before: if there is
    /// nothing then, it is without the change that would be told of.
    ///
    /// # Errors
    /// If the request cannot be carried out safely ([`Repeat::check`]), and failures of the store.
    pub(super) async fn replayed(
        &self,
        publisher: &str,
        repeat: Option<&Repeat>,
    ) -> Result<Option<Receipt>, EngineError> {
        let Some(repeat) = repeat else { return Ok(None) };
        let kept = self.shared.store.repeated(publisher, repeat.key).await?;
        repeat.check(kept.as_ref().map(|kept| &kept.digest), self.shared.clock.real())?;
        let Some(kept) = kept else { return Ok(None) };
        let receipt =
            serde_json::from_str(&kept.reply).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(Some(receipt))
    }
}
