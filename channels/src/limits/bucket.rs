//! A token bucket: a burst, and as many again over a period.

use std::time::{Duration, Instant};

/// A rate: a burst, and as many again over a period.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    burst: u32,
    each: Duration,
}

impl Rate {
    /// At least one, over at least a nanosecond, because a bucket that never fills would block for
    /// ever.
    pub fn new(burst: u32, per: Duration) -> Self {
        let burst = burst.max(1);
        Self {
            burst,
            each: (per / burst).max(Duration::from_nanos(1)),
        }
    }

    /// How long it takes for one more token.
    pub fn each(self) -> Duration {
        self.each
    }
}

/// A token bucket, stored as its theoretical arrival time (GCRA): the moment at which it is full
/// again. The caller passes rate and time, so that very many buckets need little memory.
///
/// ```
/// use std::time::{Duration, Instant};
/// use channels::limits::{Bucket, Rate};
/// let (rate, now) = (Rate::new(2, Duration::from_secs(10)), Instant::now());
/// let mut bucket = Bucket::full(now);
/// assert!(bucket.try_take(rate, now).is_ok() && bucket.try_take(rate, now).is_ok());
/// assert_eq!(bucket.wait(rate, now), Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// How long until there is a token; zero if there is one now.
    pub fn wait(&self, rate: Rate, now: Instant) -> Duration {
        let missing = self.full_at.saturating_duration_since(now) + rate.each;
        missing.saturating_sub(rate.each.saturating_mul(rate.burst))
    }

    /// Takes one token, even if there is none: then the wait grows.
    pub fn take(&mut self, rate: Rate, now: Instant) {
        self.full_at = self.full_at.max(now) + rate.each;
    }

    /// Takes one token if there is one.
    ///
    /// # Errors
    /// [`RateLimited`] if there is none; that does not count.
    pub fn try_take(&mut self, rate: Rate, now: Instant) -> Result<(), RateLimited> {
        let retry_after = self.wait(rate, now);
        if retry_after > Duration::ZERO {
            return Err(RateLimited { retry_after });
        }
        self.take(rate, now);
        Ok(())
    }

    /// Returns one token.
    pub fn give_back(&mut self, rate: Rate) {
        self.full_at = self.full_at.checked_sub(rate.each).unwrap_or(self.full_at);
    }

    /// When it is full again: from then on it equals a new one.
    pub fn full_at(&self) -> Instant {
        self.full_at
    }
}

/// The current time, by the clock that tests may pause.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The rate was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too often; the next one is allowed in {retry_after:?}")]
pub struct RateLimited {
    /// How long until the next one is allowed.
    pub retry_after: Duration,
}

/// The rate limit for the frames of one connection; a field of its consumer.
///
/// ```
/// use std::time::Duration;
/// use channels::limits::FrameLimiter;
/// use channels::{CloseCode, Context, Frame, HandlerResult, WebsocketConsumer};
///
/// struct Chat {
///     frames: FrameLimiter,
/// }
///
/// impl WebsocketConsumer for Chat {
///     type Event = ();
///     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         if self.frames.take().is_err() {
///             ctx.close(CloseCode::POLICY, "too many messages");
///             return Ok(());
///         }
///         Ok(ctx.send(frame)?)
///     }
/// }
///
/// // 60 at once, and 20 a second over time.
/// let chat = Chat { frames: FrameLimiter::new(60, Duration::from_secs(3)) };
/// # let _ = chat;
/// ```
#[derive(Clone, Debug)]
pub struct FrameLimiter {
    rate: Rate,
    bucket: Bucket,
}

impl FrameLimiter {
    /// Allows `burst` at once, and as many again over `per`. No burst counts as one.
    pub fn new(burst: u32, per: Duration) -> Self {
        Self {
            rate: Rate::new(burst, per),
            bucket: Bucket::full(now()),
        }
    }

    /// Counts one.
    ///
    /// # Errors
    /// [`RateLimited`] if it is one too many; that does not count.
    pub fn take(&mut self) -> Result<(), RateLimited> {
        self.bucket.try_take(self.rate, now())
    }
}
