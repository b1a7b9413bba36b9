//! Verified tokens, remembered until they expire.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use parking_lot::RwLock;

use super::Caller;

const SHARDS: usize = 16;

/// Bytes at the end of a token that choose its place. They belong to the signature, so tokens that verified
/// differ there, and hashing them costs the same for any token.
const HASHED_TAIL: usize = 32;

/// A bounded map from token to caller. A hit hashes a few bytes, compares the token whole and allocates nothing.
pub(super) struct TokenCache {
    hasher: RandomState,
    shards: [RwLock<HashMap<u64, Entry>>; SHARDS],
    shard_bound: usize,
}

struct Entry {
    token: Box<str>,
    caller: Arc<Caller>,
}

impl TokenCache {
    /// Holds about `bound` tokens, never more.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| RwLock::default()),
            shard_bound: (bound / SHARDS).max(1),
        }
    }

    /// Who `token` was found to be, unless that has expired at `now`.
    pub(super) fn get(&self, token: &str, now: i64) -> Option<Arc<Caller>> {
        let (place, shard) = self.place(token);
        let entries = shard.read();
        let entry = entries.get(&place).filter(|entry| *entry.token == *token)?;
        if now < entry.caller.expires_at {
            return Some(Arc::clone(&entry.caller));
        }
        drop(entries);
        shard.write().remove(&place);
        None
    }

    /// Remembers a verified token. A full cache forgets first what has expired at `now`, then what expires next.
    pub(super) fn insert(&self, token: &str, caller: Arc<Caller>, now: i64) {
        let (place, shard) = self.place(token);
        let mut entries = shard.write();
        if entries.len() >= self.shard_bound && !entries.contains_key(&place) {
            entries.retain(|_, entry| now < entry.caller.expires_at);
        }
        if entries.len() >= self.shard_bound && !entries.contains_key(&place) {
            let next =
                entries.iter().min_by_key(|(_, entry)| entry.caller.expires_at).map(|(place, _)| *place);
            next.and_then(|place| entries.remove(&place));
        }
        entries.insert(place, Entry { token: token.into(), caller });
    }

    /// Forgets every token.
    pub(super) fn clear(&self) {
        for shard in &self.shards {
            shard.write().clear();
        }
    }

    fn place(&self, token: &str) -> (u64, &RwLock<HashMap<u64, Entry>>) {
        let bytes = token.as_bytes();
        let tail = &bytes[bytes.len().saturating_sub(HASHED_TAIL)..];
        let place = self.hasher.hash_one(tail);
        // The low bits are the shard's number, the remainder of a division by a small constant.
        let [first, ..] = place.to_le_bytes();
        (place, &self.shards[usize::from(first) % SHARDS])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{SHARDS, TokenCache};
    use crate::identity::{Caller, principal_id};

    fn caller(client: &str, expires_at: i64) -> Arc<Caller> {
        Arc::new(Caller { principal: principal_id("t", client), expires_at })
    }

    fn len(cache: &TokenCache) -> usize {
        cache.shards.iter().map(|shard| shard.read().len()).sum()
    }

    #[test]
    fn a_token_is_known_until_it_expires_and_then_forgotten() {
        let cache = TokenCache::new(100);
        cache.insert("token", caller("c", 10), 0);
        assert_eq!(cache.get("token", 9).unwrap().principal.client, "c");
        assert!(cache.get("token", 10).is_none());
        assert_eq!(len(&cache), 0);
    }

    #[test]
    fn the_whole_token_counts_not_only_its_end() {
        let cache = TokenCache::new(100);
        let tail = "s".repeat(100);
        cache.insert(&format!("one.{tail}"), caller("one", 10), 0);
        assert!(cache.get(&format!("two.{tail}"), 0).is_none());
        cache.insert(&format!("two.{tail}"), caller("two", 10), 0);
        assert_eq!(cache.get(&format!("two.{tail}"), 0).unwrap().principal.client, "two");
        assert!(cache.get(&format!("one.{tail}"), 0).is_none());
    }

    #[test]
    fn a_full_cache_stays_within_its_bound() {
        let cache = TokenCache::new(2 * SHARDS);
        for i in 0..1000 {
            cache.insert(&format!("token-{i}"), caller("c", 10 + i), 0);
        }
        assert_eq!(len(&cache), 2 * SHARDS);
        assert!(cache.get("token-999", 0).is_some(), "the newest and longest valid stays");
        assert!(cache.get("token-0", 0).is_none(), "the first to expire went");
    }

    #[test]
    fn expired_tokens_make_room_first() {
        let cache = TokenCache::new(SHARDS);
        for i in 0..200 {
            cache.insert(&format!("old-{i}"), caller("c", 10), 0);
        }
        for i in 0..200 {
            cache.insert(&format!("new-{i}"), caller("c", 20), 15);
        }
        assert_eq!(len(&cache), SHARDS);
        assert!((0..200).all(|i| cache.get(&format!("old-{i}"), 15).is_none()));
    }
}
