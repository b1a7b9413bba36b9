//! Verified tokens, remembered until they expire or their issuer's keys change.

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
    /// When the token itself says that it is over, seconds since the Unix epoch. Until then it is remembered even if
    /// it does not count any more: it must not start to count again.
    forget_at: i64,
}

/// What is remembered of a token.
pub(super) enum Remembered {
    /// It counts.
    Caller(Arc<Caller>),
    /// It has expired, or counted for as long as any may.
    Over,
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

    /// What `token` was found to be. `None`: it is to be verified, because it was not seen yet, or not since the
    /// issuer's keys are those of `generation`.
    pub(super) fn get(&self, token: &str, now: i64, generation: u64) -> Option<Remembered> {
        let (place, shard) = self.place(token);
        let entries = shard.read();
        let entry = entries.get(&place).filter(|entry| *entry.token == *token)?;
        if entry.caller.keys.is_some_and(|keys| keys != generation) {
            return None;
        }
        if now < entry.caller.expires_at {
            return Some(Remembered::Caller(Arc::clone(&entry.caller)));
        }
        if now < entry.forget_at {
            return Some(Remembered::Over);
        }
        drop(entries);
        shard.write().remove(&place);
        Some(Remembered::Over)
    }

    /// Remembers a verified token until `forget_at`, and answers its caller. A token that is known already keeps
    /// its earlier end. A full cache evicts the tokens that are over at `now`, then those that end next.
    pub(super) fn insert(&self, token: &str, mut caller: Caller, forget_at: i64, now: i64) -> Arc<Caller> {
        let (place, shard) = self.place(token);
        let mut entries = shard.write();
        match entries.get(&place) {
            Some(known) if *known.token == *token => {
                caller.expires_at = caller.expires_at.min(known.caller.expires_at);
            }
            Some(_) => {}
            None => {
                if entries.len() >= self.shard_bound {
                    entries.retain(|_, entry| now < entry.forget_at);
                }
                if entries.len() >= self.shard_bound {
                    let next =
                        entries.iter().min_by_key(|(_, entry)| entry.forget_at).map(|(place, _)| *place);
                    next.and_then(|place| entries.remove(&place));
                }
            }
        }
        let caller = Arc::new(caller);
        entries.insert(place, Entry { token: token.into(), caller: Arc::clone(&caller), forget_at });
        caller
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
    use super::{Remembered, SHARDS, TokenCache};
    use crate::{Caller, principal_id};

    fn caller(client: &str, expires_at: i64) -> Caller {
        Caller { principal: principal_id("t", client), name: None, expires_at, keys: None }
    }

    /// Puts a token into the cache that is over when its time is.
    fn put(cache: &TokenCache, token: &str, client: &str, expires_at: i64, now: i64) {
        cache.insert(token, caller(client, expires_at), expires_at, now);
    }

    /// Whose token it is, if it counts.
    fn client(cache: &TokenCache, token: &str, now: i64) -> Option<String> {
        match cache.get(token, now, 0) {
            Some(Remembered::Caller(caller)) => Some(caller.principal.client.clone()),
            Some(Remembered::Over) | None => None,
        }
    }

    fn len(cache: &TokenCache) -> usize {
        cache.shards.iter().map(|shard| shard.read().len()).sum()
    }

    #[test]
    fn a_token_is_known_until_it_expires_and_then_forgotten() {
        let cache = TokenCache::new(100);
        put(&cache, "token", "c", 10, 0);
        assert_eq!(client(&cache, "token", 9).as_deref(), Some("c"));
        assert!(matches!(cache.get("token", 10, 0), Some(Remembered::Over)));
        assert_eq!(len(&cache), 0);
    }

    #[test]
    fn a_token_that_counted_for_long_enough_does_not_start_again() {
        let cache = TokenCache::new(100);
        cache.insert("token", caller("c", 10), 1000, 0);
        assert!(matches!(cache.get("token", 10, 0), Some(Remembered::Over)));
        assert_eq!(cache.insert("token", caller("c", 900), 1000, 10).expires_at, 10);
        assert!(matches!(cache.get("token", 999, 0), Some(Remembered::Over)));
    }

    #[test]
    fn a_token_is_looked_at_again_when_the_keys_have_changed() {
        let cache = TokenCache::new(100);
        cache.insert("theirs", Caller { keys: Some(1), ..caller("c", 10) }, 10, 0);
        put(&cache, "ours", "c", 10, 0);
        assert!(matches!(cache.get("theirs", 5, 1), Some(Remembered::Caller(_))));
        assert!(cache.get("theirs", 5, 2).is_none());
        assert!(matches!(cache.get("ours", 5, 2), Some(Remembered::Caller(_))));
    }

    #[test]
    fn the_whole_token_counts_not_only_its_end() {
        let cache = TokenCache::new(100);
        let tail = "s".repeat(100);
        put(&cache, &format!("one.{tail}"), "one", 10, 0);
        assert!(client(&cache, &format!("two.{tail}"), 0).is_none());
        put(&cache, &format!("two.{tail}"), "two", 10, 0);
        assert_eq!(client(&cache, &format!("two.{tail}"), 0).as_deref(), Some("two"));
        assert!(client(&cache, &format!("one.{tail}"), 0).is_none());
    }

    #[test]
    fn a_full_cache_stays_within_its_bound() {
        let cache = TokenCache::new(2 * SHARDS);
        for i in 0..1000 {
            put(&cache, &format!("token-{i}"), "c", 10 + i, 0);
        }
        assert_eq!(len(&cache), 2 * SHARDS);
        assert!(client(&cache, "token-999", 0).is_some(), "the newest and longest valid stays");
        assert!(client(&cache, "token-0", 0).is_none(), "the first to expire went");
    }

    #[test]
    fn expired_tokens_make_room_first() {
        let cache = TokenCache::new(SHARDS);
        for i in 0..200 {
            put(&cache, &format!("old-{i}"), "c", 10, 0);
        }
        for i in 0..200 {
            put(&cache, &format!("new-{i}"), "c", 20, 15);
        }
        assert_eq!(len(&cache), SHARDS);
        assert!((0..200).all(|i| client(&cache, &format!("old-{i}"), 15).is_none()));
    }
}
