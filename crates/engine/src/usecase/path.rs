//! The one path: load, prepare, decide, commit, and all of it again if the offer changed meanwhile. A dry run is the same
//! path without the commit.

use signoff_lifecycle::command::Command;
use signoff_lifecycle::decision::{Reply, Verdict};
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::{Content, Lease, Loaded};

use super::commit::{Context, Times};
use super::operation_log::Before;
use super::receipt::{Draft, Receipt};
use super::{Done, audit};
use crate::engine::Engine;
use crate::error::EngineError;

/// So often a command is decided anew because the offer changed meanwhile.
const ATTEMPTS: usize = 64;

/// The offer that a request is about, and the engine that it came to.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) publisher: &'e str,
    pub(crate) offer: &'e str,
}

impl Scope<'_> {
    /// The offer as it is stored.
    pub(crate) async fn load(self) -> Result<Option<Loaded>, StoreError> {
        self.engine.shared.store.load(self.publisher, self.offer).await
    }

    /// The same, if there is one.
    pub(crate) async fn load_existing(self) -> Result<Loaded, EngineError> {
        Ok(self.load().await?.ok_or(Refusal::OfferNotFound)?)
    }
}

/// What a use case adds to the one path.
pub(crate) trait UseCase: Send {
    /// Loads the offer, and looks for whatever else the request names. What is not there is an error: it comes before
    /// anything about the repeating of the request.
    fn load(&mut self, scope: Scope<'_>) -> impl Future<Output = Result<Option<Loaded>, EngineError>> + Send {
        async move { Ok(scope.load().await?) }
    }

    /// What is needed if the request may come again; asked for once the offer was loaded.
    fn repeat(&self) -> Option<Repeat> {
        None
    }

    /// The command for the offer as it was loaded. Nothing is changed yet, and this may be called again.
    fn prepare(
        &mut self,
        scope: Scope<'_>,
        loaded: Option<&Loaded>,
        now: PublisherTime,
    ) -> impl Future<Output = Result<Prepared, EngineError>> + Send;

    /// What becomes of a refusal: an error, or a reply that changes nothing.
    fn refused(&self, refusal: Refusal) -> Result<Reply, EngineError> {
        Err(refusal.into())
    }
}

/// A command, and what is committed with what comes of it.
pub(crate) struct Prepared {
    pub(super) command: Command,
    pub(super) with: With,
}

/// What is committed with a decision.
pub(crate) enum With {
    /// Nothing else.
    Nothing,
    /// The draft that was put.
    Draft(Content, Draft),
    /// Nothing else, and only if the lease still holds.
    Lease(Lease),
}

impl From<Command> for Prepared {
    fn from(command: Command) -> Self {
        Self { command, with: With::Nothing }
    }
}

/// A command that needs nothing but the offer's state.
pub(crate) struct Plain {
    command: Command,
    lease: Option<Lease>,
}

impl Plain {
    /// A command whose effect is committed only if the lease still holds.
    pub(crate) fn under(lease: Lease, command: Command) -> Self {
        Self { command, lease: Some(lease) }
    }
}

impl From<Command> for Plain {
    fn from(command: Command) -> Self {
        Self { command, lease: None }
    }
}

impl UseCase for Plain {
    async fn prepare(
        &mut self,
        _: Scope<'_>,
        _: Option<&Loaded>,
        _: PublisherTime,
    ) -> Result<Prepared, EngineError> {
        let with = self.lease.clone().map_or(With::Nothing, With::Lease);
        Ok(Prepared { command: self.command.clone(), with })
    }
}

impl Engine {
    /// Carries a use case out.
    ///
    /// # Errors
    /// Those of the use case, refusals, [`EngineError::Conflict`], and failures of the store.
    pub(crate) async fn execute(
        &self,
        publisher: &str,
        offer: &str,
        mut case: impl UseCase,
    ) -> Result<Done, EngineError> {
        self.execute_with(publisher, offer, &mut case).await
    }

    /// The same with a use case that is wanted afterwards.
    pub(crate) async fn execute_with(
        &self,
        publisher: &str,
        offer: &str,
        case: &mut impl UseCase,
    ) -> Result<Done, EngineError> {
        let scope = Scope { engine: self, publisher, offer };
        for _ in 0..ATTEMPTS {
            let loaded = case.load(scope).await?;
            let receipt = self.replayed(publisher, case.repeat().as_ref()).await?;
            let loaded = match (receipt, loaded) {
                (Some(receipt), Some(loaded)) => return Ok(Done { state: loaded.aggregate, receipt }),
                (_, loaded) => loaded,
            };
            let done = match self.decided(scope, case, loaded).await {
                Ok((Verdict::Change(decision), context)) => self.commit(publisher, decision, context).await,
                Ok((Verdict::Already { state, reply }, context)) => {
                    self.answered(publisher, Done::of(*state, reply), context).await
                }
                Err(EngineError::Refused(Refusal::DraftChanged)) => continue,
                Err(error) => return Err(error),
            };
            match done {
                Err(StoreError::Stale) => {}
                done => return Ok(done?),
            }
        }
        Err(EngineError::Conflict)
    }

    /// What would come of a use case now. Nothing is changed, started or kept.
    ///
    /// # Errors
    /// Those of [`Engine::execute`].
    pub(crate) async fn dry_run(
        &self,
        publisher: &str,
        offer: &str,
        case: &mut impl UseCase,
    ) -> Result<Verdict, EngineError> {
        let scope = Scope { engine: self, publisher, offer };
        let loaded = case.load(scope).await?;
        self.replayed(publisher, case.repeat().as_ref()).await?;
        Ok(self.decided(scope, case, loaded).await?.0)
    }

    /// Prepares the command of a use case and decides it on the offer as loaded.
    async fn decided(
        &self,
        scope: Scope<'_>,
        case: &mut impl UseCase,
        loaded: Option<Loaded>,
    ) -> Result<(Verdict, Context), EngineError> {
        let now = self.shared.clock.now(scope.publisher);
        let Prepared { command, with } = case.prepare(scope, loaded.as_ref(), now).await?;
        let (state, expected) = match loaded {
            Some(Loaded { aggregate, revision }) => (Some(aggregate), Some(revision)),
            None => (None, None),
        };
        // Nodes agree on the time to a millisecond or so, and a clock may be put back: what follows is not written down as
        // earlier than what it follows.
        let at = state.as_ref().map_or(now, |state| state.at(now));
        let context = Context {
            expected,
            times: Times { now, at },
            before: state.as_ref().map(Before::of).unwrap_or_default(),
            asked: self.audit_actor.as_ref().and_then(|_| audit::AuditedAction::of(&command)),
            repeat: case.repeat(),
            with,
        };
        let verdict = match signoff_lifecycle::decide(state, command, now) {
            Ok(verdict) => verdict,
            Err(refusal) => {
                let reply = case.refused(refusal)?;
                let state = Box::new(scope.load_existing().await?.aggregate);
                Verdict::Already { state, reply }
            }
        };
        Ok((verdict, context))
    }

    /// Keeps what is told of a command that changed nothing, if it may be repeated: the offer may be another by then.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the same request was answered meanwhile.
    async fn answered(&self, publisher: &str, done: Done, context: Context) -> Result<Done, StoreError> {
        if let Some(repeat) = context.repeat {
            self.shared.store.keep_reply(done.receipt.kept(publisher, &repeat)?).await?;
        }
        Ok(done)
    }
}

impl Done {
    /// What came of a command that was not a put.
    pub(super) fn of(state: signoff_lifecycle::offer::Aggregate, reply: Reply) -> Self {
        let receipt = Receipt::of(reply, &state, None);
        Self { state, receipt }
    }
}
