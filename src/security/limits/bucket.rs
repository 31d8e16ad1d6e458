//! One token bucket: how many tries are left, and when the next comes back. Plain arithmetic on
//! the times it is given; whoever keeps it owns the clock.

use std::time::{Duration, Instant};

use crate::config::Rate;

/// A log-in never waits longer than this, however many failures came before.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// At most `count` tries of a rate, which come back evenly within `period`. Whoever keeps it knows the
/// rate: each socket has two.
#[derive(Clone, Debug)]
pub struct Allowance {
    tokens: f64,
    seen: Instant,
}

impl Allowance {
    /// With every try of `rate` in it.
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self {
            tokens: f64::from(rate.count),
            seen: now,
        }
    }

    /// Takes one try of `rate` if there is one.
    pub fn try_take(&mut self, rate: Rate, now: Instant) -> bool {
        let may = self.wait(rate, now).is_zero();
        if may {
            self.tokens -= 1.0;
        }
        may
    }

    fn wait(&mut self, rate: Rate, now: Instant) -> Duration {
        let Rate { count, period } = rate;
        let passed = now.saturating_duration_since(self.seen);
        let fresh = passed.as_secs_f64() / period.as_secs_f64() * f64::from(count);
        self.tokens = (self.tokens + fresh).min(f64::from(count));
        self.seen = now;
        let missing = (1.0 - self.tokens).max(0.0);
        period.mul_f64(missing / f64::from(count))
    }
}

/// An allowance with its rate, and with the wait that failed log-ins earn.
#[derive(Clone, Debug)]
pub(super) struct TokenBucket {
    rate: Rate,
    left: Allowance,
    /// Failures since the bucket first ran empty; only log-ins count them.
    strikes: u32,
    blocked_until: Instant,
}

impl TokenBucket {
    /// With every try of `rate` in it.
    pub(super) fn full(rate: Rate, now: Instant) -> Self {
        Self {
            rate,
            left: Allowance::full(rate, now),
            strikes: 0,
            blocked_until: now,
        }
    }

    /// Time until the next try may be made; zero when it may be made now.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        if now.saturating_duration_since(self.blocked_until) > self.rate.period {
            self.strikes = 0;
        }
        let token = self.left.wait(self.rate, now);
        token.max(self.blocked_until.saturating_duration_since(now))
    }

    pub(super) fn take(&mut self) {
        self.left.tokens -= 1.0;
    }

    /// As [`TokenBucket::take`]; once empty, each further try doubles the wait for the next.
    pub(super) fn take_with_growing_delay(&mut self, now: Instant) {
        self.take();
        if self.strikes > 0 || self.left.tokens < 1.0 {
            let delay = self.rate.period.div_f64(f64::from(self.rate.count));
            let delay = delay.saturating_mul(2_u32.saturating_pow(self.strikes));
            self.blocked_until = now + delay.min(LONGEST_DELAY);
            self.strikes = self.strikes.saturating_add(1);
        }
    }

    /// Undoes one [`TokenBucket::take`]: the try was not one that counts.
    pub(super) fn give_back(&mut self) {
        self.left.tokens = (self.left.tokens + 1.0).min(f64::from(self.rate.count));
    }
}
