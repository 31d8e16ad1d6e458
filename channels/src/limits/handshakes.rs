//! Refuses handshakes that come too often from one place: [`RateLimit`].

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

/// Places that are remembered at most, unless set, at about 80 bytes each.
const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// More than one new place adds, so that what a flood left goes without a timer.
const FORGOTTEN_AT_ONCE: usize = 4;

type Key = dyn Fn(&Scope) -> Option<String> + Send + Sync;

/// Denies with 429 and `Retry-After` who comes too often: per address of the peer unless told
/// otherwise, and per network of 64 bits with IPv6, of which one person has a whole one.
///
/// Behind a proxy the peer is the proxy: give a [`key`](Self::key) that knows better, or all
/// share one bucket. A peer without an address, as on a Unix socket, is not limited.
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
    /// Places are remembered by a hash under a random key: no names are kept, and nobody can compute a
    /// collision.
    hashing: RandomState,
    seen: Mutex<Seen>,
}

/// The buckets of the places that are not full, in the order in which they will be.
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

    /// A refused try adds nothing and changes nothing.
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

    /// Forgets the places whose bucket is full again, some at a time, and otherwise the one whose bucket is
    /// full soonest: a flood of new places does not lift the wait of a known one.
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

    /// Tells by something else who comes, as a user or a header of a trusted proxy; `None` is not
    /// limited.
    pub fn key(mut self, key: impl Fn(&Scope) -> Option<String> + Send + Sync + 'static) -> Self {
        self.key = Box::new(key);
        self
    }

    /// How many places to remember; 100 000 unless set.
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
                // Rounded up: whoever comes at that second is let in.
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
