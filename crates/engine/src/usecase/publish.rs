//! Publish: check the very draft that is snapshotted, then start.

use std::sync::Arc;

use signoff_definition::{Level, OfferType, Report};
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Checked, Guard, Publish, Warning};
use signoff_lifecycle::decision::Started;
use signoff_lifecycle::ids::{OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::plan::StepPlan;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Loaded;
use signoff_text::{FindingText, Lang};

use super::Done;
use super::audit::AuditedAction;
use super::path::{Prepared, Scope, UseCase};
use crate::engine::Engine;
use crate::error::EngineError;
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

impl PublishRequest {
    /// A publish without recipients or a guard.
    pub fn of(by: impl Into<Actor>) -> Self {
        Self { by: by.into(), emails: Vec::new(), guard: Guard::None, repeat: None }
    }
}

/// A publish on its way.
struct Publishing {
    request: PublishRequest,
    id: OperationId,
    /// What the checks found in the draft that was loaded last.
    findings: Arc<Report>,
}

impl UseCase for Publishing {
    type Offer = Loaded;
    type Command = Publish;
    type Facts = ();
    type Receipt = Started;

    async fn load(&mut self, scope: Scope<'_>) -> Result<Loaded, EngineError> {
        scope.load_existing().await
    }

    fn repeat(&self) -> Option<Repeat> {
        self.request.repeat
    }

    fn audited(&self) -> Option<AuditedAction> {
        Some(AuditedAction::plain("publish"))
    }

    async fn prepare(
        &mut self,
        scope: Scope<'_>,
        loaded: &Loaded,
        now: PublisherTime,
    ) -> Result<Prepared<Self>, EngineError> {
        let engine = scope.engine;
        let offer = &loaded.aggregate.offer;
        let offer_type = engine.offer_type(&offer.offer_type)?;
        self.findings = engine.check(loaded, offer_type, now).await?;
        let publish = Publish {
            id: self.id,
            by: self.request.by.clone(),
            emails: self.request.emails.clone(),
            migrated_by_default: engine.migrated_by_default(&scope.key.publisher).await?,
            plan: engine.plan(scope, offer_type),
            checked: checked(offer.draft.revision, &self.findings),
            guard: self.request.guard.clone(),
        };
        Ok(Prepared::plain(publish))
    }

    fn receipt(reply: Started, _: &Aggregate, (): ()) -> Started {
        reply
    }

    /// The refusal of a draft that is not fit goes with the findings that say so.
    fn refused(&self, refusal: Refusal) -> Result<Started, EngineError> {
        Err(match refusal {
            Refusal::ValidationFailed { .. } => EngineError::Unfit {
                findings: self.findings.of(Level::Error).cloned().collect(),
                omitted: self.findings.omitted_errors,
            },
            refusal => refusal.into(),
        })
    }
}

impl Engine {
    /// Starts publishing the offer's draft.
    ///
    /// # Errors
    /// [`EngineError::Unfit`] with the findings, the refusals of the contract, and failures of the store.
    pub async fn publish(
        &self,
        key: &OfferKey,
        request: PublishRequest,
    ) -> Result<Done<Started>, EngineError> {
        self.execute(key, self.publishing(request)).await
    }

    /// Decides on a publish of the offer's draft as it is, and starts and writes nothing. Answers the findings that
    /// would not stop it.
    ///
    /// # Errors
    /// Those of [`Engine::publish`], in the same order.
    pub async fn validate(
        &self,
        key: &OfferKey,
        request: PublishRequest,
    ) -> Result<Arc<Report>, EngineError> {
        let mut case = self.publishing(request);
        self.dry_run(key, &mut case).await?;
        Ok(case.findings)
    }

    fn publishing(&self, request: PublishRequest) -> Publishing {
        Publishing { request, id: OperationId(self.shared.clock.new_id()), findings: Arc::default() }
    }

    /// The plan of an operation of the offer that starts now.
    pub(super) fn plan(&self, scope: Scope<'_>, offer_type: &OfferType) -> Vec<StepPlan> {
        let scenario = self.scenario(scope.key);
        pipeline::plan(offer_type, self.shared.settings.pipeline, &self.shared.hooks, scenario.as_ref())
    }

    pub(super) fn offer_type(&self, id: &str) -> Result<&'static OfferType, EngineError> {
        self.offer_types().get(id).ok_or_else(|| EngineError::UnknownOfferType(id.to_owned()))
    }

    pub(super) async fn migrated_by_default(&self, publisher: &str) -> Result<bool, StoreError> {
        Ok(self.publisher(publisher).await?.is_none_or(|record| record.migrated))
    }
}

fn checked(revision: u64, report: &Report) -> Checked {
    if !report.is_fit() {
        return Checked::Unfit { count: report.of(Level::Error).count() + report.omitted_errors };
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
