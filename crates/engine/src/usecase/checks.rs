//! The checks of a draft that need no I/O: made when it is put, so that a publish finds the result.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use signoff_lifecycle::ids::{OperationId, Timestamp};
use signoff_lifecycle::offer::{Draft, Offer};
use signoff_store::StoreError;
use signoff_store::contract::Loaded;

use crate::catalogue::{Finding, OfferType, examine};
use crate::engine::Engine;
use crate::error::EngineError;

/// At most so many drafts are remembered.
const KEPT: usize = 65_536;
/// Drafts with more findings than these are checked again: they are mended before long.
const MOST_FINDINGS: usize = 4;

/// Findings of drafts that were checked; safe to lose.
#[derive(Default)]
pub(crate) struct Checks {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Grows when the state is replaced: what was found in the old one is nothing to the new one.
    generation: u64,
    /// By the offer's GUID.
    by_offer: HashMap<OperationId, Check>,
}

#[derive(Clone)]
struct Check {
    /// The draft, with the time at which it was put: its number alone may come again after a restore.
    draft: Draft,
    /// From when on it has to be checked anew; `None`: as long as it is this draft.
    until: Option<Timestamp>,
    findings: Arc<[Finding]>,
}

impl Checks {
    pub(crate) fn clear(&self) {
        let mut kept = self.kept.lock();
        kept.generation += 1;
        kept.by_offer.clear();
    }

    /// To be named when keeping what is found in a state that is read from now on.
    pub(super) fn generation(&self) -> u64 {
        self.kept.lock().generation
    }

    fn get(&self, offer: &Offer, now: Timestamp) -> Option<Arc<[Finding]>> {
        let kept = self.kept.lock();
        let check = kept.by_offer.get(&offer.guid)?;
        let holds = check.draft == offer.draft && check.until.is_none_or(|until| now < until);
        holds.then(|| check.findings.clone())
    }

    fn keep(&self, offer: &Offer, check: Check, generation: u64) {
        let mut kept = self.kept.lock();
        if kept.generation != generation || check.findings.len() > MOST_FINDINGS {
            return;
        }
        if kept.by_offer.len() >= KEPT {
            kept.by_offer.clear();
        }
        kept.by_offer.insert(offer.guid, check);
    }
}

impl Engine {
    /// What the checks find in the draft that was loaded.
    pub(super) async fn check(
        &self,
        loaded: &Loaded,
        offer_type: &OfferType,
        now: Timestamp,
    ) -> Result<Arc<[Finding]>, EngineError> {
        let offer = &loaded.aggregate.offer;
        if let Some(findings) = self.shared.checks.get(offer, now) {
            return Ok(findings);
        }
        let generation = self.shared.checks.generation();
        let content =
            self.shared.store.content(&offer.publisher, &offer.id, offer.draft.content_version).await?;
        let content = content.ok_or_else(|| StoreError::Corrupt(format!("{} has no content", offer.id)))?;
        let definition = serde_json::from_str(&content.definition)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(self.check_definition(offer, offer_type, &definition, now, generation))
    }

    /// What the checks find in `definition`, which is the content of the offer's draft; remembered.
    pub(super) fn check_definition(
        &self,
        offer: &Offer,
        offer_type: &OfferType,
        definition: &Value,
        now: Timestamp,
        generation: u64,
    ) -> Arc<[Finding]> {
        let time = jiff::Timestamp::from_microsecond(now.0).unwrap_or_default();
        let (findings, until) = examine(offer_type, definition, time);
        let findings: Arc<[Finding]> = findings.into();
        let until = until.map(|until| Timestamp(until.as_microsecond()));
        let check = Check { draft: offer.draft, until, findings: findings.clone() };
        self.shared.checks.keep(offer, check, generation);
        findings
    }
}

#[cfg(test)]
mod tests {
    use signoff_store::sqlite::SqliteStore;
    use signoff_text::FindingText;

    use super::*;
    use crate::engine::Settings;

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
        let offer_type = engine.catalogue().offer_type("microsoft-azure-virtualmachines").unwrap();
        let put: Value = serde_json::from_str(crate::catalogue::sample_vm_offer()).unwrap();
        let address = "https://images.example/vm.vhd?sig=s&sp=r&se=2030-01-01T00:00:00Z";
        let text = put["definition"].to_string();
        let start = text.find("\"osVhdUrl\":\"").unwrap() + 12;
        let end = start + text[start..].find('"').unwrap();
        let text = format!("{}{address}{}", &text[..start], &text[end..]);
        let definition: Value = serde_json::from_str(&text).unwrap();
        let expiry = Timestamp(1_893_456_000_000_000);
        let checks = &engine.shared.checks;

        let generation = checks.generation();
        let found = engine.check_definition(&offer(1), offer_type, &definition, Timestamp(0), generation);
        assert!(found.is_empty(), "{found:?}");
        assert!(checks.get(&offer(1), Timestamp(expiry.0 - 1)).is_some());
        assert!(checks.get(&offer(1), expiry).is_none(), "by then it has expired");
        assert!(checks.get(&offer(2), Timestamp(0)).is_none(), "another draft");

        let found = engine.check_definition(&offer(2), offer_type, &definition, expiry, generation);
        assert!(found.iter().any(|finding| matches!(finding.detail, FindingText::SasExpired { .. })));

        checks.clear();
        assert!(checks.get(&offer(2), expiry).is_none());
        engine.check_definition(&offer(2), offer_type, &definition, expiry, generation);
        assert!(checks.get(&offer(2), expiry).is_none(), "found in a state that was replaced meanwhile");
    }
}
