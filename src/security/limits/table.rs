//! A bounded map of token buckets with an order of eviction: first full buckets, then the one that
//! will be full soonest. A bucket with a wait is never evicted, so that a flood of other keys
//! cannot end the wait.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::bucket::TokenBucket;
use crate::config::Rate;

/// The number of full buckets that each try drops. It is more than a try can add, so that a table
/// shrinks after a flood without a timer.
const DROPPED_AT_ONCE: usize = 4;

/// A keyed hash of the action, its owner, and the index of the rate.
pub(super) type Hash = u64;

/// The buckets of one kind of owner (accounts, typed names or addresses). Each kind has a table of
/// its own, so that a flood of one kind does not evict buckets of another.
#[derive(Debug)]
pub(super) struct Table {
    most: usize,
    buckets: HashMap<Hash, TokenBucket>,
    /// Buckets in the order of eviction.
    evictable: BTreeSet<(Instant, Hash)>,
    /// Buckets with a wait.
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

    /// Returns the time until the bucket of `key` has a token. Adds no bucket, because an unknown
    /// key has a full one.
    pub(super) fn wait(&self, key: Hash, rate: Rate, now: Instant) -> Duration {
        let known = self.buckets.get(&key);
        known.map_or(Duration::ZERO, |bucket| bucket.wait(rate, now))
    }

    /// Returns whether `key` has a bucket, or can get one without evicting a bucket with a wait.
    pub(super) fn has_room(&self, key: Hash) -> bool {
        self.buckets.len() < self.most || !self.evictable.is_empty() || self.has(key)
    }

    pub(super) fn has(&self, key: Hash) -> bool {
        self.buckets.contains_key(&key)
    }

    /// Changes the bucket of `key`. Creates it if it is new, and evicts another one if necessary,
    /// but never a bucket with a wait.
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

    /// Removes the bucket of `key`.
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
