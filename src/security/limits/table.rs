//! A bounded map of token buckets with an eviction order: buckets that are full again go first, then
//! the one that is full soonest. A bucket under a wait is never evicted, so that no flood of other keys
//! can lift the wait.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::bucket::TokenBucket;
use crate::config::Rate;

/// Buckets dropped with each try, if they are full again: more than a try can add, so a table shrinks
/// after a flood without a timer.
const DROPPED_AT_ONCE: usize = 4;

/// A keyed hash of what is limited, whose, and which of the action's rates.
pub(super) type Hash = u64;

/// Buckets of one kind of owner (accounts, typed names or addresses), each kind with its own room: a flood
/// of one kind evicts nothing of another.
#[derive(Debug)]
pub(super) struct Table {
    most: usize,
    buckets: HashMap<Hash, TokenBucket>,
    /// In the order of eviction.
    evictable: BTreeSet<(Instant, Hash)>,
    /// Under a wait.
    held: BTreeSet<(Instant, Hash)>,
}

impl Table {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            buckets: HashMap::new(),
            evictable: BTreeSet::new(),
            held: BTreeSet::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Time until the bucket of `key` has a try. Adds nothing: an unknown key has a full bucket.
    pub(super) fn wait(&self, key: Hash, rate: Rate, now: Instant) -> Duration {
        let known = self.buckets.get(&key);
        known.map_or(Duration::ZERO, |bucket| bucket.wait(rate, now))
    }

    /// Whether `key` has a bucket, or can get one without evicting a bucket under a wait.
    pub(super) fn has_room(&self, key: Hash) -> bool {
        self.buckets.len() < self.most || !self.evictable.is_empty() || self.has(key)
    }

    pub(super) fn has(&self, key: Hash) -> bool {
        self.buckets.contains_key(&key)
    }

    /// Changes the bucket of `key`, which is made if it is new; evicts another one for it if need be. A
    /// pinned bucket is never evicted.
    pub(super) fn change(
        &mut self,
        (key, rate, is_pinned): (Hash, Rate, bool),
        now: Instant,
        change: impl FnOnce(&mut TokenBucket),
    ) {
        let mut bucket = match self.remove(key, rate) {
            Some(known) => known,
            None => {
                self.make_room();
                TokenBucket::full(now)
            }
        };
        change(&mut bucket);
        let place = (bucket.forgotten_at(rate), key);
        if bucket.is_held() || is_pinned {
            self.held.insert(place);
        } else {
            self.evictable.insert(place);
        }
        self.buckets.insert(key, bucket);
    }

    /// Forgets the bucket of `key`.
    pub(super) fn remove(&mut self, key: Hash, rate: Rate) -> Option<TokenBucket> {
        let bucket = self.buckets.remove(&key)?;
        let place = (bucket.forgotten_at(rate), key);
        let _was_there = self.evictable.remove(&place) || self.held.remove(&place);
        Some(bucket)
    }

    /// Drops some of the buckets that are full again.
    pub(super) fn drop_full(&mut self, now: Instant) {
        for order in [&mut self.evictable, &mut self.held] {
            for _ in 0..DROPPED_AT_ONCE {
                match order.first() {
                    Some((forgotten_at, _)) if *forgotten_at <= now => {}
                    _ => break,
                }
                if let Some((_, key)) = order.pop_first() {
                    self.buckets.remove(&key);
                }
            }
        }
    }

    fn make_room(&mut self) {
        while self.buckets.len() >= self.most {
            let Some((_, key)) = self.evictable.pop_first() else {
                return;
            };
            self.buckets.remove(&key);
        }
    }
}
