//! Who waits for an operation to move.
//!
//! Waiting costs a place in a map and whatever the waiting call itself holds: no thread, and no timer of the
//! operation. Whoever learns of a move tells it to [`Followers`]; that is the commit path of this node, and with
//! several nodes also whatever hears of the commits of the others. Nothing is handed over: who is woken reads the
//! operation again, so that spurious wake-ups are harmless and a slow follower delays no one.

mod followers;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_store::StoreError;

use crate::engine::Engine;
use crate::operations::CachedOperation;

pub(crate) use followers::Followers;
pub use followers::{FollowLimits, Follower, StreamPlace};

/// Progress in percent moves by itself, which is looked at no sooner than after this time.
const PROGRESS_SHOWS_AFTER: Duration = Duration::from_secs(1);

/// What a waiting caller makes of an operation as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// That is what it waited for.
    Enough,
    /// Look again when it moved.
    WhenMoved,
    /// Look again when it moved, or at this moment on the publisher's clock: its progress then reads otherwise.
    WhenMovedOrAt(PublisherTime),
}

/// What came of waiting.
pub struct Waited {
    /// The operation as it stands; `None` if it does not exist (any more).
    pub cached: Option<Arc<CachedOperation>>,
    /// Whether the caller could wait; otherwise too many do already.
    pub waited: bool,
}

impl Engine {
    /// Follows an operation, to be read after this call; `None` if too many follow already.
    pub fn follow(&self, cached: &CachedOperation) -> Option<Follower> {
        let follower = self.shared.followers.follow(cached.operation.head().id)?;
        self.is_followed(cached);
        Some(follower)
    }

    fn is_followed(&self, cached: &CachedOperation) {
        self.shared.followers.is_of(cached.operation.head().id, &cached.key);
    }

    /// How many follow an operation at this moment.
    pub fn followers(&self) -> usize {
        self.shared.followers.count()
    }

    /// A place for a stream that `caller` reads of the publisher's; `None` if either has as many as it may.
    pub fn stream_place(&self, publisher: &str, caller: &str) -> Option<StreamPlace> {
        self.shared.followers.stream_place(publisher, caller)
    }

    /// Waits until `look` finds enough in the operation, but not longer than `patience`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn wait_for(
        &self,
        publisher: &str,
        id: OperationId,
        patience: impl Future<Output = ()>,
        look: impl Fn(&CachedOperation) -> Look,
    ) -> Result<Waited, StoreError> {
        let Some(mut follower) = self.shared.followers.follow(id) else {
            return Ok(Waited { cached: self.operation(publisher, id).await?, waited: false });
        };
        let mut patience = pin!(patience);
        loop {
            let cached = self.operation(publisher, id).await?;
            if let Some(cached) = &cached {
                self.is_followed(cached);
            }
            let look = cached.as_deref().map_or(Look::Enough, &look);
            if look == Look::Enough {
                return Ok(Waited { cached, waited: true });
            }
            let progress = async {
                match look {
                    Look::WhenMovedOrAt(at) => tokio::time::sleep(self.until_shown(publisher, at)).await,
                    Look::Enough | Look::WhenMoved => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = follower.moved() => {}
                () = progress => {}
                () = &mut patience => {
                    let cached = self.operation(publisher, id).await?;
                    return Ok(Waited { cached, waited: true });
                }
            }
        }
    }

    /// Real time until this moment on the publisher's clock.
    fn until_shown(&self, publisher: &str, at: PublisherTime) -> Duration {
        let clock = &self.shared.clock;
        clock.until(at, clock.ahead_of(publisher)).max(PROGRESS_SHOWS_AFTER)
    }
}
