//! The one path: load, decide, commit. Every use case takes it, and so do the results of work.

mod audit;
mod cancel;
mod checks;
mod golive;
mod publish;
mod put;
mod review;

use signoff_lifecycle::command::Command;
use signoff_lifecycle::decision::{Audience, Decision, Notification, Reply, Verdict};
use signoff_lifecycle::ids::Timestamp;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::Kind;
use signoff_lifecycle::refusal::Refusal;
use signoff_store::StoreError;
use signoff_store::contract::{Change, Content, Lease, Loaded, Mail};

pub use cancel::CancelRequest;
pub(crate) use checks::Checks;
pub use golive::GoLiveRequest;
pub use publish::PublishRequest;
pub use put::PutRequest;
pub use review::ReviewRequest;

use crate::engine::Engine;
use crate::error::EngineError;

/// So often a command is decided anew because the offer changed meanwhile.
const ATTEMPTS: usize = 64;

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Done {
    /// What the caller is told.
    pub reply: Reply,
    /// The offer as it then is.
    pub state: Aggregate,
}

/// What one try of a command came to.
enum Tried {
    Done(Box<Done>),
    /// The offer changed meanwhile: load again.
    Stale,
}

/// What is committed along with a decision.
#[derive(Default)]
struct Along {
    content: Option<Content>,
    fence: Option<Lease>,
    /// What a person asked for.
    asked: Option<audit::Asked>,
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
        let present = state.clone();
        let asked = self.asker.as_ref().and_then(|_| audit::Asked::of(&command));
        let verdict = match signoff_lifecycle::decide(state, command, now) {
            Err(Refusal::DraftChanged) => return Ok(Tried::Stale),
            verdict => verdict?,
        };
        let decision = match verdict {
            Verdict::Change(decision) => *decision,
            Verdict::Already(reply) => {
                let state = present.ok_or(Refusal::OfferNotFound)?;
                return Ok(Tried::Done(Box::new(Done { reply, state })));
            }
        };
        match self.commit(publisher, expected, decision, now, Along { asked, ..along }).await {
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
        decision: Decision,
        now: Timestamp,
        along: Along,
    ) -> Result<Done, StoreError> {
        let mail = self.letters(publisher, &decision, now).await?;
        let has_mail = !mail.is_empty();
        let settles = !decision.settled.is_empty();
        let due = decision.work.iter().map(|work| work.due_at).min();
        let audit = along.asked.and_then(|asked| self.audit_entry(asked, &decision, now));
        let change = Change {
            audit,
            expected,
            next: decision.next,
            operations: decision.changed,
            work: decision.work,
            settled: decision.settled,
            mail,
            content: along.content,
            fence: along.fence,
        };
        let engine = self.clone();
        let commit = async move {
            let changing = engine.shared.views.changing(&change.operations);
            let committed = engine.shared.store.commit(&change).await;
            let Change { next, operations, .. } = change;
            let (publisher, offer) = (&next.offer.publisher, &next.offer.id);
            match committed {
                Ok(()) => engine.shared.views.committed(publisher, offer, changing, operations),
                Err(error) => {
                    engine.shared.views.failed(changing);
                    return Err(error);
                }
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
            Ok(Done { reply: decision.reply, state: next })
        };
        tokio::spawn(commit).await.map_err(|error| StoreError::Unavailable(error.to_string()))?
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
                    let record = self.shared.store.publisher(publisher).await?;
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
        self.execute(publisher, offer, command, Some(lease)).await.map(|_| ())
    }

    /// The path for commands that need nothing but the offer's state.
    async fn execute(
        &self,
        publisher: &str,
        offer: &str,
        command: Command,
        fence: Option<Lease>,
    ) -> Result<Done, EngineError> {
        for _ in 0..ATTEMPTS {
            let loaded = self.shared.store.load(publisher, offer).await?;
            let now = self.shared.clock.now(publisher);
            let along = Along { fence: fence.clone(), ..Along::default() };
            match self.try_once(publisher, loaded, command.clone(), now, along).await? {
                Tried::Done(done) => return Ok(*done),
                Tried::Stale => {}
            }
        }
        Err(EngineError::Conflict)
    }
}
