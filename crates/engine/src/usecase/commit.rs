//! The end of the one path: what was decided becomes one commit, and what waits for it is woken.

use std::sync::Arc;

use signoff_lifecycle::decision::Decision;
use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, Offer};
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::{Change, Mail};

use super::Done;
use super::audit::AuditedAction;
use super::detach_on_drop::{DetachOnDrop, detach_on_drop};
use super::operation_log::{self, Before, Moved};
use super::path::With;
use super::receipt::Receipt;
use crate::engine::Engine;
use crate::operations::CachedOperation;

/// When something happens.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// What time it is. Letters leave now, not at the time in the history.
    pub(super) now: PublisherTime,
    /// What is written down.
    pub(super) at: PublisherTime,
}

/// Where a decision comes from.
pub(super) struct Context {
    /// The revision of the offer that it was decided on; `None`: there was none.
    pub(super) expected: Option<u64>,
    pub(super) times: Times,
    pub(super) before: Before,
    /// What a person asked for; `None`: it comes from work or a scenario.
    pub(super) asked: Option<AuditedAction>,
    /// The request may come again.
    pub(super) repeat: Option<Repeat>,
    pub(super) with: With,
}

/// Who has to hear of a commit once it is through.
struct Woken {
    moved: Vec<Moved>,
    /// Work was taken back.
    finishes_work: bool,
    /// When the first of the new work is due.
    due: Option<PublisherTime>,
    has_mail: bool,
}

/// A change that is being written; answers the offer as it then is.
type Writing = DetachOnDrop<Result<Arc<Aggregate>, StoreError>>;

impl Engine {
    /// Commits a decision. It goes through even if the caller goes away meanwhile: what is kept in memory must
    /// never miss a change.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the offer changed meanwhile, and other failures of the store.
    pub(super) async fn commit<R: Receipt>(
        &self,
        publisher: &str,
        decision: Box<Decision<R>>,
        context: Context,
    ) -> Result<Done<R>, StoreError> {
        let now = context.times.now;
        let mail = self.letters(publisher, &decision.next, &decision.notifications, now).await?;
        let (writing, receipt) = self.writing(publisher, *decision, context, mail)?;
        Ok(Done { state: writing.await?, receipt })
    }

    /// The change that a decision makes, on its way to the store. Put together here and not in [`Engine::commit`], whose future
    /// would be as large as the change for as long as it waits.
    fn writing<R: Receipt>(
        &self,
        publisher: &str,
        decision: Decision<R>,
        Context { expected, times, before, asked, repeat, with }: Context,
        mail: Vec<Mail>,
    ) -> Result<(Writing, R), StoreError> {
        let Decision { next, changed, work, finished_work, notifications: _, reply: receipt } = decision;
        let audit = asked.and_then(|asked| self.audit_entry(asked, &next, receipt.outcome(), times.at));
        let woken = Woken {
            moved: operation_log::moves(&before, &changed),
            finishes_work: !finished_work.is_empty(),
            due: work.iter().map(|work| work.due_at).min(),
            has_mail: !mail.is_empty(),
        };
        let (content, fence) = match with {
            With::Nothing => (None, None),
            With::Draft(content) => (Some(content), None),
            With::Lease(lease) => (None, Some(lease)),
        };
        let repeat = repeat.map(|repeat| receipt.kept(publisher, &repeat)).transpose()?;
        let change = Change {
            audit,
            expected,
            next: next.into(),
            operations: changed,
            work,
            finished_work,
            mail,
            content,
            repeat,
            fence,
        };
        let engine = self.clone();
        Ok((detach_on_drop(async move { engine.write(change, woken).await }), receipt))
    }

    /// Writes the change; answers the offer as it then is.
    async fn write(&self, change: Change, woken: Woken) -> Result<Arc<Aggregate>, StoreError> {
        let ids: Vec<OperationId> = change.operations.iter().map(|operation| operation.head().id).collect();
        let changing = self.shared.operations.changing(&change.operations);
        let committed = self.shared.store.commit(&change).await;
        let Change { next, operations, .. } = change;
        match (committed, changing) {
            (Ok(()), Some(changing)) => {
                let key = next.offer.key();
                let cached = |operation| Arc::new(CachedOperation::new(key.clone(), operation));
                changing.committed(operations.into_iter().map(cached));
            }
            (Ok(()), None) => {}
            (Err(error), changing) => {
                drop(changing);
                // It may have gone through all the same: who follows asks the store.
                self.shared.followers.moved(ids);
                return Err(error);
            }
        }
        self.shared.followers.moved(ids);
        self.wake(&next.offer, &woken);
        Ok(next)
    }

    /// Writes the log, and wakes the callers and workers that wait for what was committed.
    fn wake(&self, offer: &Offer, woken: &Woken) {
        let request = self.audit_actor.as_ref().map(|audit_actor| audit_actor.request.as_str());
        for moved in &woken.moved {
            moved.tell(offer, request);
        }
        if woken.finishes_work {
            self.shared.finished.send_modify(|count| *count += 1);
        }
        if let Some(due) = woken.due {
            self.wake_runner(&offer.publisher, due);
        }
        if woken.has_mail {
            self.shared.mail.notify_one();
        }
    }
}
