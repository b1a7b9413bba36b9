//! What was read from a store and is kept in memory, by one protocol for all such caches.
//!
//! A value is looked up; a miss hands out a [`Slot`], the store is read, and the slot is filled. What is kept is never
//! behind the store: from before a commit to after it ([`Changing`]) nothing is kept of what it changes, and a slot from
//! before a commit, or from before everything was forgotten, is void.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use parking_lot::RwLock;

/// Values by key. All of it is safe to lose: a shard that is full is emptied.
pub struct Cache<K, V> {
    shards: Box<[RwLock<Shard<K, V>>]>,
    hasher: RandomState,
    /// At most so many values are kept in a shard.
    entries: usize,
    /// They weigh at most so many bytes together.
    bytes: usize,
    weigh: fn(&V) -> usize,
}

struct Shard<K, V> {
    /// Grows with each event that makes slots void: a commit that begins or ends, or a clear.
    generation: u64,
    kept: HashMap<K, V>,
    /// What the values weigh.
    bytes: usize,
    /// What is being committed; nothing is kept of it.
    changing: HashMap<K, Commits>,
    /// Anything may be changing: nothing is kept at all.
    closed: bool,
}

/// The commits of one key that have not come back.
struct Commits {
    running: usize,
    /// No other commit ran meanwhile, and nothing was forgotten: what this one wrote is what is stored.
    alone: bool,
}

/// A place for what was missed, to be filled with what the store says now.
#[must_use]
pub struct Slot<'a, K: Eq + Hash, V> {
    cache: &'a Cache<K, V>,
    key: K,
    generation: u64,
}

impl<K: Eq + Hash, V> std::fmt::Debug for Slot<'_, K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// Keys that a commit is about to change. Dropped, it says that the commit failed, or may have failed: the store is
/// asked from then on.
#[must_use]
pub struct Changing<K: Eq + Hash, V> {
    cache: Arc<Cache<K, V>>,
    keys: Vec<K>,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    /// A cache of so many values.
    pub fn new(entries: usize) -> Self {
        Self::with(1, entries, usize::MAX, |_| 0)
    }

    /// A cache of `shards` times so many values: those who use different shards do not wait for one another.
    pub fn sharded(shards: usize, entries: usize) -> Self {
        Self::with(shards, entries, usize::MAX, |_| 0)
    }

    /// A cache of `shards` times so many values that weigh at most so many bytes together.
    pub fn weighed(shards: usize, entries: usize, bytes: usize, weigh: fn(&V) -> usize) -> Self {
        Self::with(shards, entries, bytes, weigh)
    }

    fn with(shards: usize, entries: usize, bytes: usize, weigh: fn(&V) -> usize) -> Self {
        let shards = std::iter::repeat_with(RwLock::default).take(shards).collect();
        Self { shards, hasher: RandomState::new(), entries, bytes, weigh }
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> &RwLock<Shard<K, V>> {
        let place = match self.shards.len() {
            1 => 0,
            shards => usize::try_from(self.hasher.hash_one(key)).unwrap_or_default() % shards,
        };
        &self.shards[place]
    }

    /// What is kept of the key, or a slot for it.
    ///
    /// # Errors
    /// The slot, if nothing is kept.
    pub fn get<Q>(&self, key: &Q) -> Result<V, Slot<'_, K, V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
        V: Clone,
    {
        self.get_if(key, |_| true)
    }

    /// The same, but what is kept counts only if it `holds`; something newer goes into the slot.
    ///
    /// # Errors
    /// The slot, if nothing is kept that holds.
    pub fn get_if<Q>(&self, key: &Q, holds: impl FnOnce(&V) -> bool) -> Result<V, Slot<'_, K, V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
        V: Clone,
    {
        let shard = self.shard(key).read();
        match shard.kept.get(key).filter(|value| holds(value)) {
            Some(value) => Ok(value.clone()),
            None => Err(Slot { cache: self, key: key.to_owned(), generation: shard.generation }),
        }
    }

    /// What is kept of the key, if anything, and a slot for something newer.
    pub fn peek(&self, key: &K) -> (Option<V>, Slot<'_, K, V>)
    where
        K: Clone,
        V: Clone,
    {
        let shard = self.shard(key).read();
        let slot = Slot { cache: self, key: key.clone(), generation: shard.generation };
        (shard.kept.get(key).cloned(), slot)
    }

    /// A slot for the key, also if a value is kept.
    pub fn slot(&self, key: K) -> Slot<'_, K, V> {
        let generation = self.shard(&key).read().generation;
        Slot { cache: self, key, generation }
    }

    /// Forgets the key.
    pub fn forget<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let mut shard = self.shard(key).write();
        shard.generation += 1;
        shard.remove(key, self.weigh);
    }

    /// Forgets everything: the store was replaced, or changed in a way that this cache does not follow.
    pub fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.generation += 1;
            shard.empty();
            shard.doubt_all();
        }
    }
}

impl<K: Eq + Hash, V> Cache<K, V> {
    /// To be called before a commit that may change anything: nothing is kept until [`Cache::open`] says that it is over,
    /// and nothing of what other commits write meanwhile. To say it twice is to say it once.
    pub fn close(&self) {
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.generation += 1;
            shard.closed = true;
            shard.empty();
            shard.doubt_all();
        }
    }

    /// The commit that might have changed anything came back, one way or the other.
    pub fn open(&self) {
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.generation += 1;
            shard.closed = false;
        }
    }
}

impl<K: Clone + Eq + Hash, V> Cache<K, V> {
    /// To be called before a commit that changes these keys: from its moment on, which is not seen here, only the store is
    /// right. The commit may last longer than its caller.
    pub fn changing(self: &Arc<Self>, keys: Vec<K>) -> Changing<K, V> {
        for key in &keys {
            self.shard(key).write().begin(key, self.weigh);
        }
        Changing { cache: self.clone(), keys }
    }
}

impl<K: Eq + Hash, V> Slot<'_, K, V> {
    /// Keeps what was read after the slot was handed out, unless something changed meanwhile.
    pub fn fill(self, value: V) {
        let mut shard = self.cache.shard(&self.key).write();
        let changes = shard.closed || shard.changing.contains_key(&self.key);
        if shard.generation == self.generation && !changes {
            shard.insert(self.key, value, self.cache);
        }
    }
}

impl<K: Clone + Eq + Hash, V> Changing<K, V> {
    /// Takes in what the commit wrote, a value for each key in their order.
    pub fn committed(mut self, values: impl IntoIterator<Item = V>) {
        for (key, value) in std::mem::take(&mut self.keys).into_iter().zip(values) {
            let mut shard = self.cache.shard(&key).write();
            if shard.end(&key) {
                shard.insert(key, value, &self.cache);
            }
        }
    }
}

impl<K: Eq + Hash, V> Drop for Changing<K, V> {
    fn drop(&mut self) {
        for key in &self.keys {
            self.cache.shard(key).write().end(key);
        }
    }
}

impl<K, V> Default for Shard<K, V> {
    fn default() -> Self {
        Self { generation: 0, kept: HashMap::new(), bytes: 0, changing: HashMap::new(), closed: false }
    }
}

impl<K: Eq + Hash, V> Shard<K, V> {
    fn insert(&mut self, key: K, value: V, cache: &Cache<K, V>) {
        let bytes = (cache.weigh)(&value);
        self.remove(&key, cache.weigh);
        if self.kept.len() >= cache.entries || self.bytes.saturating_add(bytes) > cache.bytes {
            self.empty();
        }
        self.bytes += bytes;
        self.kept.insert(key, value);
    }

    fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q, weigh: fn(&V) -> usize)
    where
        K: Borrow<Q>,
    {
        if let Some(before) = self.kept.remove(key) {
            self.bytes -= weigh(&before);
        }
    }

    fn empty(&mut self) {
        self.kept.clear();
        self.bytes = 0;
    }

    /// What is being committed may not be what is stored when that is over.
    fn doubt_all(&mut self) {
        for commits in self.changing.values_mut() {
            commits.alone = false;
        }
    }

    /// Answers whether what the commit wrote is what is stored.
    fn end(&mut self, key: &K) -> bool {
        self.generation += 1;
        let Some(commits) = self.changing.get_mut(key) else { return false };
        commits.running -= 1;
        let (last, alone) = (commits.running == 0, commits.alone);
        if last {
            self.changing.remove(key);
        }
        last && alone
    }
}

impl<K: Clone + Eq + Hash, V> Shard<K, V> {
    fn begin(&mut self, key: &K, weigh: fn(&V) -> usize) {
        self.generation += 1;
        self.remove(key, weigh);
        let first = Commits { running: 0, alone: !self.closed };
        let commits = self.changing.entry(key.clone()).or_insert(first);
        commits.running += 1;
        commits.alone &= commits.running == 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: u8 = 7;

    /// Somebody who uses the store and the cache, one step after the other.
    #[derive(Clone, Copy, Debug)]
    enum Who {
        /// Looks the value up, reads the store if it must, and fills the slot.
        Reader,
        /// Says that it changes the value, writes it, and says that it did.
        Writer,
        /// The same, but does not learn whether it was written.
        Doubter,
        /// Says that anything may change, writes the value, and says that it did.
        Closer,
        /// Puts another state in the place of the store's and forgets everything, in one step.
        Restorer,
    }

    impl Who {
        fn steps(self) -> usize {
            if matches!(self, Self::Restorer) { 1 } else { 3 }
        }
    }

    /// Plays one order of steps; after each of them what is kept must be what is stored.
    fn play(all: &[Who], order: &[usize]) {
        let cache = Arc::new(Cache::new(9));
        let mut stored = 0_u32;
        let mut slots: Vec<Option<Slot<'_, u8, u32>>> = all.iter().map(|_| None).collect();
        let mut read = vec![0; all.len()];
        let mut writing: Vec<Option<Changing<u8, u32>>> = all.iter().map(|_| None).collect();
        let mut step = vec![0; all.len()];
        for &who in order {
            match (all[who], step[who]) {
                (Who::Reader, 0) => slots[who] = cache.get(&KEY).err(),
                (Who::Reader, 1) => read[who] = stored,
                (Who::Reader, _) => {
                    if let Some(slot) = slots[who].take() {
                        slot.fill(read[who]);
                    }
                }
                (Who::Writer | Who::Doubter, 0) => writing[who] = Some(cache.changing(vec![KEY])),
                (Who::Writer | Who::Doubter | Who::Closer, 1) => {
                    stored += 1;
                    read[who] = stored;
                }
                (Who::Writer, _) => writing[who].take().unwrap().committed([read[who]]),
                (Who::Doubter, _) => drop(writing[who].take()),
                (Who::Closer, 0) => cache.close(),
                (Who::Closer, _) => cache.open(),
                (Who::Restorer, _) => {
                    stored += 100;
                    cache.clear();
                }
            }
            step[who] += 1;
            if let Ok(kept) = cache.get(&KEY) {
                assert_eq!(kept, stored, "{all:?} in the order {order:?}, after {step:?}");
            }
        }
        // In the end values are kept again.
        if let Err(slot) = cache.get(&KEY) {
            slot.fill(stored);
        }
        assert_eq!(cache.get(&KEY).ok(), Some(stored), "{all:?} in the order {order:?}");
    }

    /// Plays every order in which they can take their steps; answers how many there are.
    fn every_order(all: &[Who], left: &mut [usize], order: &mut Vec<usize>) -> usize {
        if left.iter().all(|left| *left == 0) {
            play(all, order);
            return 1;
        }
        let mut orders = 0;
        for who in 0..all.len() {
            if left[who] > 0 {
                left[who] -= 1;
                order.push(who);
                orders += every_order(all, left, order);
                order.pop();
                left[who] += 1;
            }
        }
        orders
    }

    #[test]
    fn whatever_the_order_nothing_is_kept_that_is_behind_the_store() {
        use Who::{Closer, Doubter, Reader, Restorer, Writer};
        let casts: [&[Who]; 5] = [
            &[Writer, Writer, Reader, Restorer],
            &[Writer, Doubter, Reader, Restorer],
            &[Writer, Reader, Reader, Restorer],
            &[Closer, Reader, Reader, Restorer],
            &[Closer, Writer, Reader, Restorer],
        ];
        for all in casts {
            let mut left: Vec<usize> = all.iter().map(|who| who.steps()).collect();
            assert_eq!(every_order(all, &mut left, &mut Vec::new()), 16_800, "10! / (3! 3! 3!)");
        }
    }

    #[test]
    fn what_a_writer_wrote_alone_is_kept_and_what_holds_no_longer_is_not_found() {
        let cache = Arc::new(Cache::sharded(4, 9));
        cache.changing(vec![1, 2]).committed(["one", "two"]);
        assert_eq!((cache.get(&1).ok(), cache.get(&2).ok()), (Some("one"), Some("two")));
        let slot = cache.get_if(&1, |value| *value == "newer").expect_err("it does not hold");
        slot.fill("newer");
        assert_eq!(cache.get(&1).ok(), Some("newer"));
        let slot = cache.slot(1);
        cache.forget(&1);
        slot.fill("late");
        assert!(cache.get(&1).is_err());
        assert_eq!(cache.get(&2).ok(), Some("two"));
    }

    #[test]
    fn what_is_kept_is_bounded_in_number_and_in_bytes() {
        let cache = Cache::weighed(1, 10, 1000, String::len);
        for key in 0..100_usize {
            cache.slot(key).fill("x".repeat(key * 7 % 300));
            // The same key again takes no more room.
            cache.slot(key).fill("x".repeat(key));
            let shard = cache.shards[0].read();
            assert_eq!(shard.bytes, shard.kept.values().map(String::len).sum::<usize>());
            assert!(shard.bytes <= 1000 && shard.kept.len() <= 10, "{} in {}", shard.bytes, shard.kept.len());
            drop(shard);
            assert!(cache.get(&key).is_ok());
        }
    }
}
