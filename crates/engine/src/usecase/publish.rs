//! Publish: check the very draft that is snapshotted, then start.

use std::sync::Arc;

use signoff_definition::{Level, OfferType, Report};
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Checked, Command, Guard, Publish, Warning};
use signoff_lifecycle::ids::{OperationId, Timestamp};
use signoff_lifecycle::plan::StepPlan;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Loaded;
use signoff_text::{FindingText, Lang};

use super::{Along, Done, Tried};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lab::Scenario;
use crate::pipeline;

/// What a caller wants published.
#[derive(Clone, Debug)]
pub struct PublishRequest {
    /// Who asks.
    pub by: Actor,
    /// Who wants to hear of it.
    pub emails: Vec<String>,
    /// The concurrency guard.
    pub guard: Guard,
    /// What is needed if the request may come again.
    pub repeat: Option<Repeat>,
}

impl Engine {
    /// Starts publishing the offer's draft.
    ///
    /// # Errors
    /// [`EngineError::Unfit`] with the findings, the refusals of the contract, and failures of the store.
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
            if let Some(done) = self.done_before(publisher, Some(draft), request.repeat.as_ref()).await? {
                return Ok(done);
            }
            let now = self.shared.clock.now(publisher);
            let (command, findings) = self.command(publisher, draft, &request, id, now).await?;
            let along = Along { repeat: request.repeat, ..Along::default() };
            match self.try_once(publisher, loaded, command, now, along).await {
                Ok(Tried::Done(done)) => return Ok(*done),
                Ok(Tried::Stale) => {}
                Err(EngineError::Refused(refusal)) => return Err(refused(refusal, &findings)),
                Err(error) => return Err(error),
            }
        }
        Err(EngineError::Conflict)
    }

    /// The plan of an operation that starts now.
    pub(super) fn plan(&self, offer_type: &OfferType, scenario: Option<&Scenario>) -> Vec<StepPlan> {
        pipeline::plan(offer_type, self.shared.settings.pipeline, &self.shared.hooks, scenario)
    }

    /// Decides on a publish of the offer's draft as it is, and starts and writes nothing. Answers the findings that
    /// would not stop it.
    ///
    /// # Errors
    /// Those of [`Engine::publish`], in the same order.
    pub async fn validate(
        &self,
        publisher: &str,
        offer: &str,
        request: PublishRequest,
    ) -> Result<Arc<Report>, EngineError> {
        let loaded = self.shared.store.load(publisher, offer).await?.ok_or(Refusal::OfferNotFound)?;
        self.done_before(publisher, Some(&loaded), request.repeat.as_ref()).await?;
        let now = self.shared.clock.now(publisher);
        let id = self.shared.clock.new_id();
        let (command, findings) = self.command(publisher, &loaded, &request, id, now).await?;
        match signoff_lifecycle::decide(Some(loaded.aggregate), command, now) {
            Ok(_) => Ok(findings),
            Err(refusal) => Err(refused(refusal, &findings)),
        }
    }

    /// The command that publishes the draft as it was loaded, and what the checks found in that draft.
    async fn command(
        &self,
        publisher: &str,
        loaded: &Loaded,
        request: &PublishRequest,
        id: OperationId,
        now: Timestamp,
    ) -> Result<(Command, Arc<Report>), EngineError> {
        let offer = &loaded.aggregate.offer;
        let offer_type = self.offer_type(&offer.offer_type)?;
        let findings = self.check(loaded, offer_type, now).await?;
        let scenario = self.scenario(publisher, &offer.id);
        let command = Command::Publish(Publish {
            id,
            by: request.by.clone(),
            emails: request.emails.clone(),
            migrated_by_default: self.migrated_by_default(publisher).await?,
            plan: self.plan(offer_type, scenario.as_ref()),
            checked: checked(offer.draft.revision, &findings),
            guard: request.guard.clone(),
        });
        Ok((command, findings))
    }

    pub(super) fn offer_type(&self, id: &str) -> Result<&'static OfferType, EngineError> {
        self.catalogue().offer_type(id).ok_or_else(|| EngineError::UnknownOfferType(id.to_owned()))
    }

    pub(super) async fn migrated_by_default(&self, publisher: &str) -> Result<bool, StoreError> {
        Ok(self.publisher(publisher).await?.is_none_or(|record| record.migrated))
    }
}

/// The refusal of a draft that is not fit goes with the findings that say so.
fn refused(refusal: Refusal, report: &Report) -> EngineError {
    match refusal {
        Refusal::ValidationFailed => EngineError::Unfit {
            findings: report.of(Level::Error).cloned().collect(),
            omitted: report.omitted_errors,
        },
        refusal => EngineError::Refused(refusal),
    }
}

fn checked(revision: u64, report: &Report) -> Checked {
    if !report.is_fit() {
        return Checked::Unfit;
    }
    let warning = |target: &str, detail: &FindingText| Warning {
        code: detail.code().to_owned(),
        target: target.to_owned(),
        text: detail.render(Lang::En),
    };
    let mut warnings: Vec<Warning> =
        report.findings.iter().map(|finding| warning(&finding.target, &finding.detail)).collect();
    if report.omitted_warnings > 0 {
        let more = FindingText::MoreWarnings { count: report.omitted_warnings };
        warnings.push(warning("definition", &more));
    }
    Checked::Fit { revision, warnings }
}
