//! The registry of those who wait: which operations are followed, and how many streams are read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;
use signoff_lifecycle::ids::{OfferKey, OperationId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How many may follow operations at a time.
#[derive(Clone, Copy, Debug)]
pub struct FollowLimits {
    /// Calls that wait, streams among them. Beyond it a call does not wait.
    pub places: usize,
    /// Streams of one publisher.
    pub streams_of_publisher: usize,
    /// Streams of one caller.
    pub streams_of_caller: usize,
}

impl FollowLimits {
    /// Unless it is set otherwise.
    pub const PLACES: usize = 10_000;
    /// Unless it is set otherwise.
    pub const STREAMS_OF_PUBLISHER: usize = 256;
    /// Unless it is set otherwise.
    pub const STREAMS_OF_CALLER: usize = 64;
}

impl Default for FollowLimits {
    fn default() -> Self {
        Self {
            places: Self::PLACES,
            streams_of_publisher: Self::STREAMS_OF_PUBLISHER,
            streams_of_caller: Self::STREAMS_OF_CALLER,
        }
    }
}

const SHARDS: usize = 16;

type Followed = HashMap<OperationId, Moves>;

/// The moves of one operation, and how many follow them.
#[derive(Default)]
struct Moves {
    told: watch::Sender<()>,
    followers: usize,
    /// The publisher and the offer, once they are known.
    offer: Option<OfferKey>,
    /// The offer's revision when it was noticed last; 0: there was no such offer.
    noticed: Option<u64>,
}

/// Whose streams are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum StreamOf {
    Publisher(String),
    Caller(String),
}

/// Everybody who waits. Keyed by operation alone: should two publishers have the same GUID, both are woken.
pub(crate) struct Followers {
    shards: [Mutex<Followed>; SHARDS],
    places: Arc<Semaphore>,
    streams: Mutex<HashMap<StreamOf, usize>>,
    limits: FollowLimits,
}

impl Followers {
    pub(crate) fn new(limits: FollowLimits) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            places: Arc::new(Semaphore::new(limits.places)),
            streams: Mutex::default(),
            limits,
        }
    }

    fn shard(&self, id: OperationId) -> &Mutex<Followed> {
        // The last bits of an id are random.
        &self.shards[usize::from(id.to_bytes()[15]) % SHARDS]
    }

    /// Tells that these operations moved, or may have moved.
    pub(crate) fn moved(&self, operations: impl IntoIterator<Item = OperationId>) {
        for id in operations {
            if let Some(moves) = self.shard(id).lock().get(&id) {
                moves.told.send_replace(());
            }
        }
    }

    /// Tells that anything may have moved: the store was replaced, or a clock.
    pub(crate) fn all_moved(&self) {
        for shard in &self.shards {
            for moves in shard.lock().values() {
                moves.told.send_replace(());
            }
        }
    }

    /// The offers whose operations are followed, by publisher.
    pub(crate) fn followed_offers(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut offers = BTreeMap::<String, BTreeSet<String>>::new();
        for shard in &self.shards {
            for OfferKey { publisher, offer } in
                shard.lock().values().filter_map(|moves| moves.offer.as_ref())
            {
                offers.entry(publisher.to_string()).or_default().insert(offer.to_string());
            }
        }
        offers
    }

    /// Wakes those who follow operations of these offers whose revision (0: there is no such offer) is not the one
    /// that was noticed last.
    pub(crate) fn noticed(&self, publisher: &str, revisions: &HashMap<String, u64>) {
        for shard in &self.shards {
            for moves in shard.lock().values_mut() {
                let offer = moves.offer.as_ref().filter(|key| *key.publisher == *publisher);
                let Some(revision) = offer.and_then(|key| revisions.get(&*key.offer)) else { continue };
                if moves.noticed != Some(*revision) {
                    moves.noticed = Some(*revision);
                    moves.told.send_replace(());
                }
            }
        }
    }

    /// Says of which offer the operation is.
    pub(crate) fn is_of(&self, id: OperationId, key: &OfferKey) {
        if let Some(moves) = self.shard(id).lock().get_mut(&id)
            && moves.offer.is_none()
        {
            moves.offer = Some(key.clone());
        }
    }

    /// Follows an operation; `None` if too many follow already.
    pub(crate) fn follow(self: &Arc<Self>, operation: OperationId) -> Option<Follower> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let moves = self.subscribe(operation);
        Some(Follower { followers: self.clone(), operation, moves, _place: place })
    }

    /// How many follow an operation at this moment.
    pub(crate) fn count(&self) -> usize {
        self.limits.places - self.places.available_permits()
    }

    /// A place for a stream that `caller` reads of the publisher's; `None` if either has as many as it may.
    pub(crate) fn stream_place(self: &Arc<Self>, publisher: &str, caller: &str) -> Option<StreamPlace> {
        let FollowLimits { streams_of_publisher, streams_of_caller, .. } = self.limits;
        let of = [StreamOf::Publisher(publisher.to_owned()), StreamOf::Caller(caller.to_owned())];
        let mut streams = self.streams.lock();
        let full = of.iter().zip([streams_of_publisher, streams_of_caller]);
        if full.into_iter().any(|(of, most)| streams.get(of).copied().unwrap_or_default() >= most) {
            return None;
        }
        for of in of.clone() {
            *streams.entry(of).or_default() += 1;
        }
        Some(StreamPlace { followers: self.clone(), of })
    }

    fn subscribe(&self, id: OperationId) -> watch::Receiver<()> {
        let mut followed = self.shard(id).lock();
        let moves = followed.entry(id).or_default();
        moves.followers += 1;
        moves.told.subscribe()
    }

    fn leave(&self, id: OperationId) {
        let mut followed = self.shard(id).lock();
        let Some(moves) = followed.get_mut(&id) else { return };
        moves.followers -= 1;
        if moves.followers == 0 {
            followed.remove(&id);
        }
    }
}

/// Follows one operation. It is woken by everything that moved after it was made.
pub struct Follower {
    followers: Arc<Followers>,
    operation: OperationId,
    moves: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// Ready as soon as the operation moved, or may have moved, since this was ready last.
    pub async fn moved(&mut self) {
        // The sender stays as long as somebody follows.
        let _ = self.moves.changed().await;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.followers.leave(self.operation);
    }
}

/// A place for one stream, of a publisher's and of a caller's.
pub struct StreamPlace {
    followers: Arc<Followers>,
    of: [StreamOf; 2],
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut streams = self.followers.streams.lock();
        for of in &self.of {
            if let Some(count) = streams.get_mut(of) {
                *count -= 1;
                if *count == 0 {
                    streams.remove(of);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(followers: &Followers) -> usize {
        followers.shards.iter().map(|shard| shard.lock().len()).sum()
    }

    #[test]
    fn an_operation_that_nobody_follows_takes_no_room() {
        let followers = Followers::new(FollowLimits::default());
        let id = OperationId::of(1);
        let _both = (followers.subscribe(id), followers.subscribe(id));
        followers.leave(id);
        assert_eq!(followed(&followers), 1, "the other one still follows");
        followers.leave(id);
        assert_eq!(followed(&followers), 0);
    }

    #[test]
    fn only_those_who_follow_it_hear_of_a_move() {
        let followers = Followers::new(FollowLimits::default());
        let [one, other] = [1, 2].map(|id| followers.subscribe(OperationId::of(id)));
        followers.moved([OperationId::of(1), OperationId::of(3)]);
        assert!(one.has_changed().unwrap() && !other.has_changed().unwrap());
        followers.all_moved();
        assert!(other.has_changed().unwrap());
    }

    #[test]
    fn streams_are_counted_by_publisher_and_by_caller() {
        let limits =
            FollowLimits { streams_of_publisher: 3, streams_of_caller: 2, ..FollowLimits::default() };
        let followers = Arc::new(Followers::new(limits));
        let place = |publisher, caller| followers.stream_place(publisher, caller);
        let of_ann = [place("contoso", "ann").unwrap(), place("contoso", "ann").unwrap()];
        assert!(place("fabrikam", "ann").is_none(), "a caller has two");
        let of_bob = place("contoso", "bob").unwrap();
        assert!(place("contoso", "carl").is_none(), "a publisher has three");
        assert!(place("fabrikam", "bob").is_some());
        drop(of_ann);
        assert!(place("contoso", "ann").is_some(), "a stream that ends gives its places back");
        drop(of_bob);
        assert!(followers.streams.lock().is_empty());
    }

    #[test]
    fn what_is_heard_of_an_offer_wakes_once() {
        let followers = Followers::new(FollowLimits::default());
        let mut moves = followers.subscribe(OperationId::of(1));
        assert!(followers.followed_offers().is_empty(), "of which offer is not known yet");
        let offer = Some(OfferKey::new("contoso", "a"));
        followers.shard(OperationId::of(1)).lock().get_mut(&OperationId::of(1)).unwrap().offer = offer;
        assert_eq!(followers.followed_offers()["contoso"], BTreeSet::from(["a".to_owned()]));
        let mut wakes = |publisher: &str, revision: u64| {
            followers.noticed(publisher, &HashMap::from([("a".to_owned(), revision)]));
            let woken = moves.has_changed().unwrap();
            moves.mark_unchanged();
            woken
        };
        // A change before the first word may have been missed.
        assert!(wakes("contoso", 3));
        assert!(!wakes("contoso", 3));
        assert!(!wakes("fabrikam", 4));
        assert!(wakes("contoso", 4));
        assert!(wakes("contoso", 0), "it is gone");
        assert!(!wakes("contoso", 0));
    }
}
