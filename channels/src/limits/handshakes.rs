//! Refuses handshakes that come too often from one place: [`RateLimit`].

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use lru::LruCache;

use super::bucket::{Bucket, Rate};
use super::{RateLimited, network};
use crate::answer::Deny;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;

/// Places that are remembered at most, unless set; the one not seen for longest is forgotten.
const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

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
    seen: Mutex<LruCache<String, Bucket>>,
}

impl RateLimit {
    /// Allows `burst` handshakes at once, and as many again over `per`.
    pub fn new(burst: u32, per: Duration) -> Self {
        Self {
            rate: Rate::new(burst, per),
            key: Box::new(|scope| Some(network(scope.client()?.ip()).to_string())),
            seen: Mutex::new(LruCache::new(DEFAULT_CAPACITY)),
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
        self.seen = Mutex::new(LruCache::new(places));
        self
    }

    fn take(&self, key: String) -> Result<(), RateLimited> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = seen.get_or_insert_mut(key, || Bucket::full(self.rate));
        bucket.take(self.rate)
    }
}

impl Middleware for RateLimit {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let taken = (self.key)(&scope).map_or(Ok(()), |key| self.take(key));
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
