//! Refuses handshakes that come too often from one source: [`RateLimit`].

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;

use super::bucket::now;
use super::{Bucket, Rate, RateLimited, network};
use crate::answer::Deny;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;

/// The default maximum of stored sources, at about 80 bytes each.
const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// More than one new source adds, so that the entries of a flood are removed without a timer.
const FORGOTTEN_AT_ONCE: usize = 4;

type Key = dyn Fn(&Scope) -> Option<String> + Send + Sync;

/// Denies too frequent handshakes with 429 and `Retry-After`: by default per address of the peer
/// and, with IPv6, per network of 64 bits, because one person may have a whole one.
///
/// Behind a proxy the peer is the proxy: set a [`key`](Self::key), or all clients share one bucket.
/// A peer without an address, for example on a Unix socket, is not limited.
///
/// ```
/// use std::time::Duration;
/// use channels::limits::RateLimit;
/// let calm = RateLimit::new(30, Duration::from_secs(60));
/// # let _ = calm;
/// ```
pub struct RateLimit {
    rate: Rate,
    key: Box<Key>,
    /// Sources are stored as a hash under a random key, so that no names are kept, and nobody can
    /// compute a collision.
    hashing: RandomState,
    seen: Mutex<Seen>,
}

/// The buckets that are not full, in the order in which they will be full.
#[derive(Debug)]
struct Seen {
    most: usize,
    buckets: HashMap<u64, Bucket>,
    order: BTreeSet<(Instant, u64)>,
}

impl Seen {
    fn new(most: NonZeroUsize) -> Self {
        Self {
            most: most.get(),
            buckets: HashMap::new(),
            order: BTreeSet::new(),
        }
    }

    /// A refused handshake does not change the table.
    fn take(&mut self, place: u64, rate: Rate) -> Result<(), RateLimited> {
        let known = self.buckets.get(&place).copied();
        let mut bucket = known.unwrap_or_else(|| Bucket::full(now()));
        bucket.try_take(rate, now())?;
        if let Some(before) = known {
            self.order.remove(&(before.full_at(), place));
        } else {
            self.make_room();
        }
        self.order.insert((bucket.full_at(), place));
        self.buckets.insert(place, bucket);
        Ok(())
    }

    /// Removes the sources whose bucket is full again, some at a time, and otherwise the one whose
    /// bucket is full soonest, so that a flood of new sources does not shorten the wait of a known
    /// one.
    fn make_room(&mut self) {
        let now = now();
        for _ in 0..FORGOTTEN_AT_ONCE {
            let Some((full_at, place)) = self.order.first().copied() else {
                return;
            };
            if full_at > now && self.buckets.len() < self.most {
                return;
            }
            self.order.pop_first();
            self.buckets.remove(&place);
        }
    }
}

impl RateLimit {
    /// Allows `burst` handshakes at once, and as many again over `per`.
    pub fn new(burst: u32, per: Duration) -> Self {
        Self {
            rate: Rate::new(burst, per),
            key: Box::new(|scope| Some(network(scope.client()?.ip()).to_string())),
            hashing: RandomState::new(),
            seen: Mutex::new(Seen::new(DEFAULT_CAPACITY)),
        }
    }

    /// Identifies clients by another key, for example the user or a header of a trusted proxy;
    /// `None` is not limited.
    pub fn key(mut self, key: impl Fn(&Scope) -> Option<String> + Send + Sync + 'static) -> Self {
        self.key = Box::new(key);
        self
    }

    /// Sets how many sources to store; 100 000 by default.
    pub fn capacity(mut self, places: NonZeroUsize) -> Self {
        self.seen = Mutex::new(Seen::new(places));
        self
    }

    fn take(&self, key: &str) -> Result<(), RateLimited> {
        let place = self.hashing.hash_one(key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.take(place, self.rate)
    }
}

impl Middleware for RateLimit {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let taken = (self.key)(&scope).map_or(Ok(()), |key| self.take(&key));
            if let Err(RateLimited { retry_after }) = taken {
                log::info!(target: "channels::security", "a handshake was refused: too many");
                // Rounded up, so that a client that retries at that second is accepted.
                let seconds = retry_after.as_secs() + 1;
                let deny = Deny::status(429).header("retry-after", seconds.to_string());
                return Err(deny.text("Too many connections"));
            }
            next.run(scope).await
        })
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
