//! Offers.

use std::borrow::Cow;

use serde_json::value::RawValue;
use signoff_definition::OfferTypes;
use signoff_engine::Stored;
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::{Aggregate, OfferStatus};
use signoff_store::StoreError;
use signoff_store::contract::{Content, OfferSummary as StoredSummary};
use signoff_wire::Dialect;
use signoff_wire::error::ErrorItem;
use signoff_wire::etag::EntityTag;
use signoff_wire::offer::{Offer, OfferSummary, OtherMembers, SummaryDefinition};
use signoff_wire::words::{self, PcMigrationStatus};

use super::time;

fn status_word(status: OfferStatus) -> words::OfferStatus {
    match status {
        OfferStatus::NeverPublished => words::OfferStatus::NeverPublished,
        OfferStatus::WaitingForPublisherReview => words::OfferStatus::WaitingForPublisherReview,
        OfferStatus::Running => words::OfferStatus::Running,
        OfferStatus::Succeeded => words::OfferStatus::Succeeded,
        OfferStatus::Canceled => words::OfferStatus::Canceled,
        OfferStatus::Failed => words::OfferStatus::Failed,
    }
}

fn migration(migrated: bool) -> PcMigrationStatus {
    if migrated { PcMigrationStatus::Migrated } else { PcMigrationStatus::None }
}

/// The entity tag of an offer (contract, "Concurrency").
pub(crate) fn tag(state: &Aggregate) -> EntityTag {
    EntityTag {
        draft_changed: state.offer.draft.changed_at.0,
        draft_revision: state.offer.draft.revision,
        publishing_version: state.offer.publishing_version,
        status: status_word(state.status()),
    }
}

/// The same of an offer at the time it was put.
pub(crate) fn stored_tag(stored: &Stored) -> EntityTag {
    EntityTag {
        draft_changed: stored.changed_at.0,
        draft_revision: stored.revision,
        publishing_version: stored.publishing_version,
        status: status_word(stored.status),
    }
}

/// An offer with the content of `version`, as JSON.
pub(crate) fn offer(
    state: &Aggregate,
    version: u32,
    content: &Content,
    migrated_by_default: bool,
    dialect: Dialect,
) -> Result<Vec<u8>, StoreError> {
    let offer_type = OfferTypes::load().get(&state.offer.offer_type);
    let (definition, extra) = signoff_definition::shown(
        offer_type,
        &content.definition,
        content.extra.as_deref(),
        content.secrets.as_deref(),
    )
    .map_err(corrupt)?;
    let members = Members {
        offer_type: &state.offer.offer_type,
        publisher: &state.offer.publisher,
        id: &state.offer.id,
        status: state.status(),
        version,
        changed_at: content.changed_at,
        migrated: state.offer.migrated.unwrap_or(migrated_by_default),
        warnings: Vec::new(),
    };
    members.show(&definition, extra.as_deref(), dialect)
}

/// The same of an offer at the time it was put.
pub(crate) fn stored(
    publisher: &str,
    stored: &Stored,
    (definition, extra): (&str, Option<&str>),
    warnings: Vec<ErrorItem>,
    dialect: Dialect,
) -> Result<Vec<u8>, StoreError> {
    let members = Members {
        offer_type: &stored.offer_type,
        publisher,
        id: &stored.offer,
        status: stored.status,
        version: stored.version,
        changed_at: stored.put_at,
        migrated: stored.migrated,
        warnings,
    };
    members.show(definition, extra, dialect)
}

/// An offer without its content.
struct Members<'a> {
    offer_type: &'a str,
    publisher: &'a str,
    id: &'a str,
    status: OfferStatus,
    version: u32,
    changed_at: PublisherTime,
    migrated: bool,
    warnings: Vec<ErrorItem>,
}

impl Members<'_> {
    /// The offer as JSON with a definition and the further members of its document.
    fn show(self, definition: &str, extra: Option<&str>, dialect: Dialect) -> Result<Vec<u8>, StoreError> {
        let filled = match (dialect, OfferTypes::load().get(self.offer_type)) {
            (Dialect::Observed, Some(offer_type)) => {
                let mut filled = serde_json::from_str(definition).map_err(corrupt)?;
                super::observed::fill(offer_type, &mut filled);
                Cow::Owned(filled.to_string())
            }
            _ => Cow::Borrowed(definition),
        };
        let definition: &RawValue = serde_json::from_str(&filled).map_err(corrupt)?;
        let mut other: Vec<(String, Box<RawValue>)> = match extra {
            Some(extra) => serde_json::from_str(extra).map_err(corrupt)?,
            None => Vec::new(),
        };
        let versions = other.iter().position(|(name, _)| name == "offerTypeVersions");
        let versions = versions.map(|index| other.remove(index).1);
        let view = Offer {
            offer_type_id: self.offer_type.into(),
            publisher_id: self.publisher.into(),
            status: status_word(self.status),
            id: self.id.into(),
            version: self.version.into(),
            definition: Cow::Borrowed(definition),
            changed_time: time(self.changed_at),
            pc_migration_status: migration(self.migrated),
            offer_type_versions: versions.map(Cow::Owned),
            warnings: self.warnings,
            other: OtherMembers(other.into()),
        };
        serde_json::to_vec(&view).map_err(corrupt)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
pub(super) fn corrupt(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// The status of an offer in a list.
pub(crate) fn offer_status(summary: &StoredSummary) -> words::OfferStatus {
    status_word(summary.status)
}

/// An offer in a list.
pub(crate) fn summary(summary: &StoredSummary, migrated_by_default: bool) -> OfferSummary<'_> {
    OfferSummary {
        offer_type_id: summary.offer.offer_type.as_str().into(),
        publisher_id: summary.offer.publisher.as_str().into(),
        status: offer_status(summary),
        id: summary.offer.id.as_str().into(),
        version: summary.offer.version.into(),
        definition: SummaryDefinition { display_text: summary.display_text.as_str().into() },
        changed_time: time(summary.offer.draft.changed_at),
        pc_migration_status: migration(summary.offer.migrated.unwrap_or(migrated_by_default)),
    }
}
