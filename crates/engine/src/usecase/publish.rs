//! Publish: check the very draft that is snapshotted, then start.

use signoff_lifecycle::command::{Checked, Command, Guard, Publish, Warning};
use signoff_lifecycle::plan::StepPlan;
use signoff_lifecycle::refusal::Refusal;
use signoff_store::StoreError;
use signoff_text::Lang;

use super::{Along, Done, Tried};
use crate::catalogue::{Finding, Level, OfferType};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lab::Scenario;
use crate::pipeline;

/// What a caller wants published.
#[derive(Clone, Debug)]
pub struct PublishRequest {
    /// Who asks.
    pub by: String,
    /// Who wants to hear of it.
    pub emails: Vec<String>,
    /// The concurrency guard.
    pub guard: Guard,
}

impl Engine {
    /// Starts publishing the offer's draft.
    ///
    /// # Errors
    /// [`EngineError::Unfit`] with every finding, the refusals of the contract, and failures of the store.
    pub async fn publish(
        &self,
        publisher: &str,
        offer: &str,
        request: PublishRequest,
    ) -> Result<Done, EngineError> {
        let id = self.shared.clock.new_id();
        for _ in 0..super::ATTEMPTS {
            let loaded = self.shared.store.load(publisher, offer).await?;
            let draft = loaded.as_ref().ok_or(Refusal::OfferNotFound)?;
            let offer_type = self.offer_type(&draft.aggregate.offer.offer_type)?;
            let now = self.shared.clock.now(publisher);
            let findings = self.check(draft, offer_type, now).await?;
            let scenario = self.scenario(publisher, offer);
            let command = Command::Publish(Publish {
                id,
                by: request.by.clone(),
                emails: request.emails.clone(),
                migrated_by_default: self.migrated_by_default(publisher).await?,
                plan: self.plan(offer_type, scenario.as_ref()),
                checked: checked(draft.aggregate.offer.draft.revision, &findings),
                guard: request.guard.clone(),
            });
            match self.try_once(publisher, loaded, command, now, Along::default()).await {
                Ok(Tried::Done(done)) => return Ok(*done),
                Ok(Tried::Stale) => {}
                Err(EngineError::Refused(Refusal::ValidationFailed)) => {
                    let errors = findings.iter().filter(|finding| finding.level == Level::Error);
                    return Err(EngineError::Unfit(errors.cloned().collect()));
                }
                Err(error) => return Err(error),
            }
        }
        Err(EngineError::Conflict)
    }

    /// The plan of an operation that starts now.
    pub(super) fn plan(&self, offer_type: &OfferType, scenario: Option<&Scenario>) -> Vec<StepPlan> {
        pipeline::plan(offer_type, self.shared.settings.pipeline, &self.shared.hooks, scenario)
    }

    pub(super) fn offer_type(&self, id: &str) -> Result<&'static OfferType, EngineError> {
        self.catalogue().offer_type(id).ok_or_else(|| EngineError::UnknownOfferType(id.to_owned()))
    }

    pub(super) async fn migrated_by_default(&self, publisher: &str) -> Result<bool, StoreError> {
        Ok(self.shared.store.publisher(publisher).await?.is_none_or(|record| record.migrated))
    }
}

fn checked(revision: u64, findings: &[Finding]) -> Checked {
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Checked::Unfit;
    }
    let warnings = findings.iter().map(|finding| Warning {
        code: finding.detail.code().to_owned(),
        target: finding.target.clone(),
        text: finding.detail.render(Lang::En),
    });
    Checked::Fit { revision, warnings: warnings.collect() }
}
