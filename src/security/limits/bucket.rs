//! One token bucket: how many tries are left, and when the next comes back. Plain arithmetic on
//! the times it is given; [`super::Limits`] owns the clock.

use std::time::{Duration, Instant};

use crate::config::Rate;

/// A log-in never waits longer than this, however many failures came before.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    seen: Instant,
    /// Failures since the bucket first ran empty; only log-ins count them.
    strikes: u32,
    blocked_until: Instant,
}

impl Bucket {
    pub(super) fn full(rate: Rate, now: Instant) -> Self {
        Self {
            tokens: f64::from(rate.count),
            seen: now,
            strikes: 0,
            blocked_until: now,
        }
    }

    pub(super) fn refill(&mut self, rate: Rate, now: Instant) {
        let passed = now.saturating_duration_since(self.seen);
        let fresh = passed.as_secs_f64() / rate.period.as_secs_f64() * f64::from(rate.count);
        self.tokens = (self.tokens + fresh).min(f64::from(rate.count));
        self.seen = now;
        if now.saturating_duration_since(self.blocked_until) > rate.period {
            self.strikes = 0;
        }
    }

    /// Time until the next try may be made; zero when it may be made now. Refill first.
    pub(super) fn wait(&self, rate: Rate, now: Instant) -> Duration {
        let missing = (1.0 - self.tokens).max(0.0);
        let token = rate.period.mul_f64(missing / f64::from(rate.count));
        token.max(self.blocked_until.saturating_duration_since(now))
    }

    pub(super) fn take(&mut self) {
        self.tokens -= 1.0;
    }

    /// As [`Bucket::take`]; once empty, each further try doubles the wait for the next.
    pub(super) fn take_with_growing_delay(&mut self, rate: Rate, now: Instant) {
        self.take();
        if self.strikes > 0 || self.tokens < 1.0 {
            let delay = rate.period.div_f64(f64::from(rate.count));
            let delay = delay.saturating_mul(2_u32.saturating_pow(self.strikes));
            self.blocked_until = now + delay.min(LONGEST_DELAY);
            self.strikes = self.strikes.saturating_add(1);
        }
    }

    /// Undoes one [`Bucket::take`]: the try was not one that counts.
    pub(super) fn give_back(&mut self, rate: Rate) {
        self.tokens = (self.tokens + 1.0).min(f64::from(rate.count));
    }
}

/// A bucket for one thing that is not shared, such as one socket's events.
#[derive(Debug)]
pub struct TokenBucket {
    rate: Rate,
    bucket: Bucket,
}

impl TokenBucket {
    /// A full bucket.
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self {
            rate,
            bucket: Bucket::full(rate, now),
        }
    }

    /// Takes a token, if there is one.
    pub fn try_take(&mut self, now: Instant) -> bool {
        self.bucket.refill(self.rate, now);
        let is_free = self.bucket.wait(self.rate, now).is_zero();
        if is_free {
            self.bucket.take();
        }
        is_free
    }
}
