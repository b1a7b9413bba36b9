//! The one path: load, decide, commit. Every use case takes it, and so do the results of work.

mod audit;
mod callback;
mod cancel;
mod checks;
mod golive;
mod moved;
mod publish;
mod put;
mod review;
mod to_the_end;
mod told;

use std::sync::Arc;

use signoff_lifecycle::command::Command;
use signoff_lifecycle::decision::{Audience, Decision, Notification, Reply, Verdict};
use signoff_lifecycle::ids::{OperationId, Timestamp};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::Kind;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::{Change, Content, Lease, Loaded, Mail};

pub use callback::CallbackRequest;
pub use cancel::CancelRequest;
pub(crate) use checks::Checks;
pub use golive::GoLiveRequest;
pub use publish::PublishRequest;
pub use put::PutRequest;
pub use review::ReviewRequest;
pub use told::{Asked, Stored, Told};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::operations::Viewed;

/// So often a command is decided anew because the offer changed meanwhile.
const ATTEMPTS: usize = 64;

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Done {
    /// What came of it.
    pub reply: Reply,
    /// The offer as it then is; when an earlier request is answered again, as it is now.
    pub state: Aggregate,
    /// What the caller is told, now and whenever the same request comes again.
    pub told: Told,
}

/// What one try of a command came to.
enum Tried {
    Done(Box<Done>),
    /// The offer changed meanwhile: load again.
    Stale,
}

/// When something happens.
#[derive(Clone, Copy)]
struct Times {
    /// What time it is. Letters leave now, whatever the history says.
    now: Timestamp,
    /// What is written down.
    at: Timestamp,
}

/// What is committed along with a decision.
#[derive(Clone, Default)]
pub(crate) struct Along {
    content: Option<Content>,
    fence: Option<Lease>,
    /// The request may come again.
    repeat: Option<Repeat>,
    /// What the reply to a put needs.
    draft: Option<told::Draft>,
    /// A cancel of what has ended is accepted.
    accepts_ended: bool,
    /// What a person asked for.
    asked: Option<audit::Asked>,
    /// What the log says of it.
    moves: Vec<moved::Moved>,
}

impl Engine {
    /// Decides `command` on the offer as loaded and commits what comes of it.
    async fn try_once(
        &self,
        publisher: &str,
        loaded: Option<Loaded>,
        command: Command,
        now: Timestamp,
        along: Along,
    ) -> Result<Tried, EngineError> {
        let (state, expected) = match loaded {
            Some(Loaded { aggregate, revision }) => (Some(aggregate), Some(revision)),
            None => (None, None),
        };
        // Nodes agree on the time to a millisecond or so, and a clock may be put back: what follows is not written down as
        // earlier than what it follows.
        let at = state.as_ref().map_or(now, |state| state.at(now));
        // A future is as large as all that it holds while it waits, and is moved with it.
        let present = state.clone().map(Box::new);
        let asked = self.asker.as_ref().and_then(|_| audit::Asked::of(&command));
        let verdict = match signoff_lifecycle::decide(state, command, now) {
            Err(Refusal::DraftChanged) => return Ok(Tried::Stale),
            Err(refusal) if along.accepts_ended => Verdict::Already(told::ended(refusal)?),
            verdict => verdict?,
        };
        let decision = match verdict {
            Verdict::Change(decision) => decision,
            Verdict::Already(reply) => {
                let state = *present.ok_or(Refusal::OfferNotFound)?;
                let told = Told::of(reply.clone(), &state, None);
                return match self.keep_told(publisher, along.repeat.as_ref(), &told).await {
                    Ok(()) => Ok(Tried::Done(Box::new(Done { reply, state, told }))),
                    Err(StoreError::Stale) => Ok(Tried::Stale),
                    Err(error) => Err(error.into()),
                };
            }
        };
        let moves = moved::moves(present.as_deref(), &decision.changed);
        let along = Along { asked, moves, ..along };
        match self.commit(publisher, expected, decision, Times { now, at }, along).await {
            Ok(done) => Ok(Tried::Done(Box::new(done))),
            Err(StoreError::Stale) => Ok(Tried::Stale),
            Err(error) => Err(error.into()),
        }
    }

    /// Commits a decision. It goes through even if the caller goes away meanwhile: what is kept in memory must
    /// never miss a change.
    async fn commit(
        &self,
        publisher: &str,
        expected: Option<u64>,
        decision: Box<Decision>,
        times: Times,
        along: Along,
    ) -> Result<Done, StoreError> {
        let mail = self.letters(publisher, &decision, times.now).await?;
        let has_mail = !mail.is_empty();
        let settles = !decision.settled.is_empty();
        let due = decision.work.iter().map(|work| work.due_at).min();
        let audit = along.asked.and_then(|asked| self.audit_entry(asked, &decision, times.at));
        let reply = decision.reply;
        let told = Told::of(reply.clone(), &decision.next, along.draft);
        let told_of = along.moves;
        let repeat = along.repeat.map(|repeat| told.kept(publisher, &repeat)).transpose()?;
        let change = Change {
            audit,
            expected,
            next: decision.next,
            operations: decision.changed,
            work: decision.work,
            settled: decision.settled,
            mail,
            content: along.content,
            repeat,
            fence: along.fence,
        };
        let engine = self.clone();
        let commit = async move {
            let moved: Vec<OperationId> = change.operations.iter().map(|operation| operation.id).collect();
            let changing = engine.shared.operations.changing(&change.operations);
            let committed = engine.shared.store.commit(&change).await;
            let Change { next, operations, .. } = change;
            let (publisher, offer) = (&next.offer.publisher, &next.offer.id);
            match committed {
                Ok(()) => {
                    if let Some(changing) = changing {
                        let viewed = |operation| Arc::new(Viewed::new(publisher, offer, operation));
                        changing.committed(operations.into_iter().map(viewed));
                    }
                }
                Err(error) => {
                    drop(changing);
                    // It may have gone through all the same: who follows asks the store.
                    engine.shared.followers.moved(moved);
                    return Err(error);
                }
            }
            engine.shared.followers.moved(moved);
            let request = engine.asker.as_ref().map(|asker| asker.request.as_str());
            for change in &told_of {
                change.tell(&next.offer, request);
            }
            if settles {
                engine.shared.finished.send_modify(|count| *count += 1);
            }
            if let Some(due) = due {
                engine.wake_runner(publisher, due);
            }
            if has_mail {
                engine.shared.mail.notify_one();
            }
            Ok(Done { reply, state: next, told })
        };
        to_the_end::to_the_end(commit).await
    }

    /// One letter per recipient and event.
    async fn letters(
        &self,
        publisher: &str,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<Vec<Mail>, StoreError> {
        let mut letters = Vec::new();
        for Notification { operation, event, audience } in &decision.notifications {
            let recipients = match audience {
                Audience::List(addresses) => addresses.clone(),
                Audience::SellerContact => {
                    let record = self.publisher(publisher).await?;
                    record.and_then(|record| record.seller_contact).into_iter().collect()
                }
            };
            let kind = decision.next.target.as_ref().map(|target| match target.kind {
                Kind::GoLive => "goLive",
                Kind::Publish | Kind::Cancel { .. } => "publish",
            });
            letters.extend(recipients.into_iter().map(|recipient| Mail {
                publisher: publisher.to_owned(),
                offer: decision.next.offer.id.clone(),
                operation: *operation,
                kind: kind.unwrap_or("publish").to_owned(),
                recipient,
                event: event.clone(),
                at: now,
                deliver: self.shared.settings.deliver_mail,
            }));
        }
        Ok(letters)
    }

    /// Records the result of work under its lease.
    pub(crate) async fn record(
        &self,
        publisher: &str,
        offer: &str,
        command: Command,
        lease: Lease,
    ) -> Result<(), EngineError> {
        let along = Along { fence: Some(lease), ..Along::default() };
        self.execute(publisher, offer, command, along).await.map(|_| ())
    }

    /// The path for commands that need nothing but the offer's state.
    pub(crate) async fn execute(
        &self,
        publisher: &str,
        offer: &str,
        command: Command,
        along: Along,
    ) -> Result<Done, EngineError> {
        for _ in 0..ATTEMPTS {
            let loaded = self.shared.store.load(publisher, offer).await?;
            if let Some(done) = self.done_before(publisher, loaded.as_ref(), along.repeat.as_ref()).await? {
                return Ok(done);
            }
            let now = self.shared.clock.now(publisher);
            match self.try_once(publisher, loaded, command.clone(), now, along.clone()).await? {
                Tried::Done(done) => return Ok(*done),
                Tried::Stale => {}
            }
        }
        Err(EngineError::Conflict)
    }
}
