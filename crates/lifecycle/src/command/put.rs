//! PUT: store the draft (contract, "Concurrency").

use super::Decide;
use crate::decision::{Decision, PutReply, Verdict};
use crate::ids::{OfferGuid, PublisherTime};
use crate::offer::{Aggregate, Draft, Offer};
use crate::refusal::Refusal;

/// What `If-Match` demands of the draft (the tag's first part).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutGuard {
    /// No tag was sent. `required`: an existing offer then refuses.
    Absent { required: bool },
    /// `*`: last one wins. `creates`: it is accepted on create, too.
    Any { creates: bool },
    /// The draft must be one of these: when it changed last, and its revision.
    Drafts(Vec<(PublisherTime, u64)>),
    /// The same for an existing offer; a new one may be created (a tag in the body, dialect `observed`).
    ExistingDrafts(Vec<(PublisherTime, u64)>),
}

/// Stores the draft; the content itself goes with the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// The publisher.
    pub publisher: String,
    /// The offer's id.
    pub offer: String,
    /// The GUID that the offer gets if it is new.
    pub guid: OfferGuid,
    /// The offer type of the body; `None`: not said, as stored.
    pub offer_type: Option<String>,
    /// `pcMigrationStatus` of the body; `None`: not said, as it is.
    pub migrated: Option<bool>,
    /// The concurrency guard.
    pub guard: PutGuard,
}

impl Decide for Put {
    type Reply = PutReply;

    fn decide(self, state: Option<Aggregate>, now: PublisherTime) -> Result<Verdict<PutReply>, Refusal> {
        let (next, created) = match state {
            Some(state) => (self.modify(state, now)?, false),
            None => (self.create(now)?, true),
        };
        Ok(Verdict::Change(Box::new(Decision {
            next,
            changed: Vec::new(),
            work: Vec::new(),
            finished_work: Vec::new(),
            notifications: Vec::new(),
            reply: PutReply { created },
        })))
    }
}

impl Put {
    fn create(self, now: PublisherTime) -> Result<Aggregate, Refusal> {
        match self.guard {
            PutGuard::Absent { .. } | PutGuard::Any { creates: true } | PutGuard::ExistingDrafts(_) => {}
            PutGuard::Any { creates: false } | PutGuard::Drafts(_) => return Err(Refusal::CreateWithTag),
        }
        let offer_type = self.offer_type.ok_or(Refusal::OfferNotFound)?;
        let offer = Offer::new(self.publisher, self.offer, self.guid, offer_type, now);
        Ok(Aggregate { offer: Offer { migrated: self.migrated, ..offer }, course: None })
    }

    fn modify(self, mut state: Aggregate, present: PublisherTime) -> Result<Aggregate, Refusal> {
        let changed_at = state.at(present);
        let offer = &mut state.offer;
        match &self.guard {
            PutGuard::Absent { required: true } => return Err(Refusal::MissingIfMatch),
            PutGuard::Drafts(drafts) | PutGuard::ExistingDrafts(drafts)
                if !drafts.contains(&(offer.draft.changed_at, offer.draft.revision)) =>
            {
                return Err(Refusal::PreconditionFailed);
            }
            PutGuard::Absent { required: false }
            | PutGuard::Any { .. }
            | PutGuard::Drafts(_)
            | PutGuard::ExistingDrafts(_) => {}
        }
        if let Some(sent) = self.offer_type.filter(|sent| *sent != offer.offer_type) {
            return Err(Refusal::OfferTypeChanged { stored: offer.offer_type.clone(), sent });
        }
        offer.migrated = self.migrated.or(offer.migrated);
        offer.draft =
            Draft { revision: offer.draft.revision + 1, changed_at, content_version: offer.version };
        Ok(state)
    }
}
