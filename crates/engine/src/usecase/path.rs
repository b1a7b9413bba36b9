//! The one path: load, prepare, decide, commit, and all of it again if the offer changed meanwhile. A dry run is the same
//! path without the commit.

use std::sync::Arc;

use signoff_lifecycle::Decide;
use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::ids::{OfferKey, PublisherTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::{Content, Lease, Loaded};

use super::Done;
use super::audit::AuditedAction;
use super::commit::{Context, Times};
use super::operation_log::Before;
use super::receipt::Receipt;
use crate::engine::Engine;
use crate::error::EngineError;

/// So often a command is decided anew because the offer changed meanwhile.
const ATTEMPTS: usize = 64;

/// The offer that a request is about, and the engine that it came to.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) key: &'e OfferKey,
}

impl Scope<'_> {
    /// The offer as it is stored.
    pub(crate) async fn load(self) -> Result<Option<Loaded>, StoreError> {
        self.engine.shared.store.load(self.key).await
    }

    /// The same, if there is one.
    pub(crate) async fn load_existing(self) -> Result<Loaded, EngineError> {
        Ok(self.load().await?.ok_or(Refusal::OfferNotFound)?)
    }
}

/// What a use case adds to the one path.
pub(crate) trait UseCase: Send {
    /// The offer as it was loaded: [`Loaded`], or an `Option` of it where there may be none.
    type Offer: Into<Option<Loaded>> + Send + Sync;
    /// The command that it prepares.
    type Command: Decide + Send;
    /// What its receipt says that neither the reply of the command nor the state of the offer does.
    type Facts: Send;
    /// What its caller is told.
    type Receipt: Receipt;

    /// Loads the offer, and looks for whatever else the request names. What is not there is an error: it comes before
    /// anything about the repeating of the request.
    fn load(&mut self, scope: Scope<'_>) -> impl Future<Output = Result<Self::Offer, EngineError>> + Send;

    /// What is needed if the request may come again; asked for once the offer was loaded.
    fn repeat(&self) -> Option<Repeat> {
        None
    }

    /// What is written into the audit log; `None`: it comes from no person, but from work or a scenario.
    fn audited(&self) -> Option<AuditedAction> {
        None
    }

    /// The command for the offer as it was loaded. Nothing is changed yet, and this may be called again.
    fn prepare(
        &mut self,
        scope: Scope<'_>,
        loaded: &Self::Offer,
        now: PublisherTime,
    ) -> impl Future<Output = Result<Prepared<Self>, EngineError>> + Send;

    /// What the caller is told of `reply` on the offer as it then is.
    fn receipt(
        reply: <Self::Command as Decide>::Reply,
        state: &Aggregate,
        facts: Self::Facts,
    ) -> Self::Receipt;

    /// What becomes of a refusal: an error, or a receipt of what changes nothing.
    fn refused(&self, refusal: Refusal) -> Result<Self::Receipt, EngineError> {
        Err(refusal.into())
    }
}

/// A command, and what is committed with what comes of it.
pub(crate) struct Prepared<U: UseCase + ?Sized> {
    pub(super) command: U::Command,
    pub(super) facts: U::Facts,
    pub(super) with: With,
}

/// What is committed with a decision.
pub(crate) enum With {
    /// Nothing else.
    Nothing,
    /// The draft that was put.
    Draft(Content),
    /// Nothing else, and only if the lease still holds.
    Lease(Lease),
}

impl<U: UseCase<Facts = ()>> Prepared<U> {
    /// A command that goes with nothing else.
    pub(super) fn plain(command: U::Command) -> Self {
        Self { command, facts: (), with: With::Nothing }
    }
}

/// A command that needs nothing but the offer's state, and whose caller is told nothing more than that it was recorded.
pub(crate) struct Plain<C> {
    command: C,
    lease: Option<Lease>,
    audited: Option<AuditedAction>,
}

impl<C> Plain<C> {
    /// A command that comes from work or a scenario.
    pub(crate) fn new(command: C) -> Self {
        Self { command, lease: None, audited: None }
    }

    /// A command whose effect is committed only if the lease still holds.
    pub(crate) fn under(lease: Lease, command: C) -> Self {
        Self { lease: Some(lease), ..Self::new(command) }
    }

    /// A command that a person asks for.
    pub(super) fn audited(action: AuditedAction, command: C) -> Self {
        Self { audited: Some(action), ..Self::new(command) }
    }
}

impl<C: Decide<Reply = ()> + Clone + Send + Sync> UseCase for Plain<C> {
    type Offer = Loaded;
    type Command = C;
    type Facts = ();
    type Receipt = ();

    async fn load(&mut self, scope: Scope<'_>) -> Result<Loaded, EngineError> {
        scope.load_existing().await
    }

    fn audited(&self) -> Option<AuditedAction> {
        self.audited.clone()
    }

    async fn prepare(
        &mut self,
        _: Scope<'_>,
        _: &Loaded,
        _: PublisherTime,
    ) -> Result<Prepared<Self>, EngineError> {
        let with = self.lease.clone().map_or(With::Nothing, With::Lease);
        Ok(Prepared { command: self.command.clone(), facts: (), with })
    }

    fn receipt((): (), _: &Aggregate, (): ()) {}
}

impl Engine {
    /// Carries a use case out.
    ///
    /// # Errors
    /// Those of the use case, refusals, [`EngineError::Conflict`], and failures of the store.
    pub(crate) async fn execute<U: UseCase>(
        &self,
        key: &OfferKey,
        mut case: U,
    ) -> Result<Done<U::Receipt>, EngineError> {
        self.execute_with(key, &mut case).await
    }

    /// The same with a use case that is wanted afterwards.
    pub(crate) async fn execute_with<U: UseCase>(
        &self,
        key: &OfferKey,
        case: &mut U,
    ) -> Result<Done<U::Receipt>, EngineError> {
        let scope = Scope { engine: self, key };
        for _ in 0..ATTEMPTS {
            let loaded = case.load(scope).await?;
            if let Some(receipt) = self.replayed(&key.publisher, case.repeat().as_ref()).await? {
                match loaded.into() {
                    Some(Loaded { aggregate: state, .. }) => return Ok(Done { state, receipt }),
                    // The same request has created the offer since it was looked for.
                    None => continue,
                }
            }
            let done = match self.decided(scope, case, loaded).await {
                Ok((Verdict::Change(decision), context)) => {
                    self.commit(&key.publisher, decision, context).await
                }
                Ok((Verdict::Already { state, reply: receipt }, context)) => {
                    let done = Done { state: state.into(), receipt };
                    Box::pin(self.answered(&key.publisher, done, context)).await
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
    pub(crate) async fn dry_run<U: UseCase>(
        &self,
        key: &OfferKey,
        case: &mut U,
    ) -> Result<Verdict<U::Receipt>, EngineError> {
        let scope = Scope { engine: self, key };
        let loaded = case.load(scope).await?;
        self.replayed::<U::Receipt>(&key.publisher, case.repeat().as_ref()).await?;
        Ok(self.decided(scope, case, loaded).await?.0)
    }

    /// Prepares the command of a use case and decides it on the offer as loaded.
    async fn decided<U: UseCase>(
        &self,
        scope: Scope<'_>,
        case: &mut U,
        loaded: U::Offer,
    ) -> Result<(Verdict<U::Receipt>, Context), EngineError> {
        let now = self.shared.clock.now(&scope.key.publisher);
        let Prepared { command, facts, with } = case.prepare(scope, &loaded, now).await?;
        let (state, expected) = match loaded.into() {
            Some(Loaded { aggregate, revision }) => (Some(aggregate), Some(revision)),
            None => (None, None),
        };
        // Nodes agree on the time to a millisecond or so, and a clock may be put back: what follows is not written down as
        // earlier than what it follows.
        let at = state.as_ref().map_or(now, |state| state.at(now));
        let context = Context {
            expected,
            times: Times { now, at },
            before: state.as_deref().map(Before::of).unwrap_or_default(),
            asked: self.audit_actor.as_ref().and_then(|_| case.audited()),
            repeat: case.repeat(),
            with,
        };
        let verdict = match signoff_lifecycle::decide(state.map(Arc::unwrap_or_clone), command, now) {
            Ok(verdict) => verdict.map(|reply, state| U::receipt(reply, state, facts)),
            Err(refusal) => {
                let reply = case.refused(refusal)?;
                let state = Box::new(Arc::unwrap_or_clone(scope.load_existing().await?.aggregate));
                Verdict::Already { state, reply }
            }
        };
        Ok((verdict, context))
    }

    /// Keeps what is told of a command that changed nothing, if it may be repeated: the offer may be another by then.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the same request was answered meanwhile.
    async fn answered<R: Receipt>(
        &self,
        publisher: &str,
        done: Done<R>,
        context: Context,
    ) -> Result<Done<R>, StoreError> {
        if let Some(repeat) = context.repeat {
            self.shared.store.keep_reply(done.receipt.kept(publisher, &repeat)?).await?;
        }
        Ok(done)
    }
}
