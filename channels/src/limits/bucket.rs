//! A token bucket: so many at once, and as many again over a time.

use std::time::Duration;

use tokio::time::Instant;

/// So often, and no more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    burst: u32,
    /// How long it takes for one more.
    each: Duration,
}

impl Rate {
    /// At least one, over at least a moment: a bucket that never fills would lock out for ever.
    pub(super) fn new(burst: u32, per: Duration) -> Self {
        let burst = burst.max(1);
        Self {
            burst,
            each: (per / burst).max(Duration::from_nanos(1)),
        }
    }
}

/// A token bucket as its theoretical arrival time (GCRA): the moment at which it is full again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    pub(super) full_at: Instant,
}

impl Bucket {
    pub(super) fn full() -> Self {
        Self {
            full_at: Instant::now(),
        }
    }

    pub(super) fn take(&mut self, rate: Rate) -> Result<(), RateLimited> {
        let now = Instant::now();
        let missing = self.full_at.saturating_duration_since(now) + rate.each;
        let retry_after = missing.saturating_sub(rate.each.saturating_mul(rate.burst));
        if retry_after > Duration::ZERO {
            return Err(RateLimited { retry_after });
        }
        self.full_at = now + missing;
        Ok(())
    }
}

/// It was too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too often; the next one may come in {retry_after:?}")]
pub struct RateLimited {
    /// How long until the next one may come.
    pub retry_after: Duration,
}

/// Counts the frames of one connection; a consumer holds it.
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
        let rate = Rate::new(burst, per);
        let bucket = Bucket::full();
        Self { rate, bucket }
    }

    /// Counts one.
    ///
    /// # Errors
    /// [`RateLimited`] if it is one too many; that does not count.
    pub fn take(&mut self) -> Result<(), RateLimited> {
        self.bucket.take(self.rate)
    }
}
