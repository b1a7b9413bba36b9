//! The checks of a draft that need no I/O: made when it is put, so that a publish finds the result.

use std::sync::Arc;

use serde_json::Value;
use signoff_definition::{Finding, OfferType, Published, Report, examine};
use signoff_lifecycle::ids::{OfferGuid, PublisherTime};
use signoff_lifecycle::offer::{Draft, Offer};
use signoff_store::StoreError;
use signoff_store::cache::{Cache, Slot};
use signoff_store::contract::Loaded;

use crate::engine::Engine;
use crate::error::EngineError;

/// At most so many drafts are remembered.
const KEPT: usize = 65_536;
/// What is remembered takes at most so many bytes, about.
const KEPT_BYTES: usize = 32 * 1024 * 1024;
/// Drafts with more findings than these are checked again: they are mended before long.
const MOST_FINDINGS: usize = 4;

/// Findings of drafts that were checked, by the offer's GUID.
pub(crate) struct Checks(Cache<OfferGuid, Check>);

/// A place for what the checks find in an offer's draft.
pub(super) type CheckSlot<'a> = Slot<'a, OfferGuid, Check>;

#[derive(Clone)]
pub(crate) struct Check {
    /// The draft, with the time at which it was put: its number alone may come again after a restore.
    draft: Draft,
    /// From when on it has to be checked anew; `None`: as long as it is this draft.
    until: Option<PublisherTime>,
    report: Arc<Report>,
}

impl Check {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.report.findings.iter().map(Finding::size).sum::<usize>()
    }

    fn holds(&self, offer: &Offer, now: PublisherTime) -> bool {
        self.draft == offer.draft && self.until.is_none_or(|until| now < until)
    }

    /// Whether it is worth keeping. What is wrong with a signature depends on what is published, too.
    fn lasts(&self) -> bool {
        self.report.findings.len() <= MOST_FINDINGS && !self.report.blames_a_signature()
    }
}

impl Default for Checks {
    fn default() -> Self {
        Self(Cache::weighed(1, KEPT, KEPT_BYTES, Check::bytes))
    }
}

impl Checks {
    pub(crate) fn clear(&self) {
        self.0.clear();
    }

    /// A place for what is found in the draft of this offer from now on.
    pub(super) fn slot(&self, guid: OfferGuid) -> CheckSlot<'_> {
        self.0.slot(guid)
    }

    fn get(&self, offer: &Offer, now: PublisherTime) -> Result<Arc<Report>, CheckSlot<'_>> {
        self.0.get_if(&offer.guid, |check| check.holds(offer, now)).map(|check| check.report)
    }
}

impl Engine {
    /// What the checks find in the draft that was loaded.
    pub(super) async fn check(
        &self,
        loaded: &Loaded,
        offer_type: &OfferType,
        now: PublisherTime,
    ) -> Result<Arc<Report>, EngineError> {
        let offer = &loaded.aggregate.offer;
        let slot = match self.shared.checks.get(offer, now) {
            Ok(report) => return Ok(report),
            Err(slot) => slot,
        };
        let definition = self.definition(offer, offer.draft.content_version).await?;
        let definition =
            definition.ok_or_else(|| StoreError::Corrupt(format!("{} has no content", offer.id)))?;
        let report = check_definition(offer, offer_type, &definition, now, slot);
        if !report.blames_a_signature() {
            return Ok(report);
        }
        let mut published = Published::default();
        for slot in [&offer.preview, &offer.production].into_iter().flatten() {
            if let Some(definition) = self.definition(offer, slot.version).await? {
                published.add(offer_type, &definition);
            }
        }
        if published.is_empty() {
            return Ok(report);
        }
        Ok(Arc::new(examine(offer_type, &definition, &published, time(now)).0))
    }

    /// The definition that a version of the offer has.
    async fn definition(&self, offer: &Offer, version: u32) -> Result<Option<Value>, StoreError> {
        let content = self.shared.store.content(&offer.key(), version).await?;
        content
            .map(|content| serde_json::from_str(&content.definition))
            .transpose()
            .map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

/// What the checks find in `definition`, which is the content of the offer's draft, as if nothing of it were
/// published; remembered.
pub(super) fn check_definition(
    offer: &Offer,
    offer_type: &OfferType,
    definition: &Value,
    now: PublisherTime,
    slot: CheckSlot<'_>,
) -> Arc<Report> {
    let (report, until) = examine(offer_type, definition, &Published::default(), time(now));
    let report = Arc::new(report);
    let until = until.map(|until| PublisherTime(until.as_microsecond()));
    let check = Check { draft: offer.draft, until, report: report.clone() };
    if check.lasts() {
        slot.fill(check);
    }
    report
}

fn time(now: PublisherTime) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(now.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use signoff_store_sqlite::SqliteStore;
    use signoff_text::FindingText;

    use super::*;
    use crate::engine::Settings;
    use signoff_definition::Level;

    fn offer(revision: u64) -> Offer {
        serde_json::from_value(serde_json::json!({
            "publisher": "contoso", "id": "vm", "guid": "00000000-0000-7000-8000-000000000001",
            "offerType": "microsoft-azure-virtualmachines", "version": 1, "publishingVersion": 0,
            "draft": { "revision": revision, "changedAt": 0, "contentVersion": 1 },
        }))
        .unwrap()
    }

    #[test]
    fn what_was_found_holds_for_this_draft_until_an_address_expires() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("signoff.db")).unwrap());
        let engine = Engine::new(store, Settings::development());
        let offer_type = engine.offer_types().get("microsoft-azure-virtualmachines").unwrap();
        let put: Value = serde_json::from_str(signoff_definition::sample_vm_offer()).unwrap();
        let address = "https://images.example/vm.vhd?sig=s&sp=rl&se=2030-01-01T00:00:00Z";
        let text = put["definition"].to_string();
        let start = text.find("\"osVhdUrl\":\"").unwrap() + 12;
        let end = start + text[start..].find('"').unwrap();
        let text = format!("{}{address}{}", &text[..start], &text[end..]);
        let definition: Value = serde_json::from_str(&text).unwrap();
        let expiry = PublisherTime(1_893_456_000_000_000);
        // From a day before it is a warning.
        let soon = PublisherTime(expiry.0 - 86_400_000_000);
        let checks = &engine.shared.checks;

        let check_into = |slot, revision, at| {
            check_definition(&offer(revision), offer_type, &definition, at, slot).findings.clone()
        };
        let check = |revision, at| check_into(checks.slot(offer(revision).guid), revision, at);
        assert_eq!(check(1, PublisherTime(0)), []);
        assert!(checks.get(&offer(1), soon).is_ok());
        assert!(checks.get(&offer(1), PublisherTime(soon.0 + 1)).is_err(), "it will expire");
        assert!(checks.get(&offer(2), PublisherTime(0)).is_err(), "another draft");

        let found = check(2, PublisherTime(soon.0 + 1));
        assert!(matches!(found[0].detail, FindingText::SasExpiresSoon { .. }), "{found:?}");
        assert!(checks.get(&offer(2), PublisherTime(expiry.0 - 1)).is_ok(), "until then it stays a warning");
        assert!(checks.get(&offer(2), expiry).is_err());
        let found = check(2, expiry);
        assert!(found.iter().any(|finding| matches!(finding.detail, FindingText::SasExpired { .. })));

        assert_eq!(check(3, PublisherTime(0)), []);
        let before = checks.slot(offer(3).guid);
        checks.clear();
        assert!(checks.get(&offer(3), PublisherTime(0)).is_err());
        check_into(before, 3, PublisherTime(0));
        assert!(
            checks.get(&offer(3), PublisherTime(0)).is_err(),
            "found in a state that was replaced meanwhile"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded_in_bytes() {
        let checks = Checks::default();
        let finding =
            Finding { level: Level::Warning, target: "x".repeat(100_000), detail: FindingText::MissingPlan };
        let report = Arc::new(Report { findings: vec![finding], ..Report::default() });
        let mut offer = offer(1);
        for guid in 0..1000 {
            offer.guid = OfferGuid::of(guid);
            let check = Check { draft: offer.draft, until: None, report: report.clone() };
            assert!(check.bytes() > 100_000);
            checks.slot(offer.guid).fill(check);
        }
        assert!(checks.get(&offer, PublisherTime(0)).is_ok());
        let kept = (0..1000).filter(|guid| checks.0.get(&OfferGuid::of(*guid)).is_ok()).count();
        assert!((1..=KEPT_BYTES / 100_000).contains(&kept), "{kept}");
    }
}
