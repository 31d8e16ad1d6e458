//! A token bucket, stored as its *theoretical arrival time* (GCRA): the time when it will be full
//! again. The caller passes time and rate, so a bucket is one `Instant` and its arithmetic needs no
//! clock.

use std::time::{Duration, Instant};

use crate::config::Rate;

/// The maximum wait after failed log-ins (exponential backoff).
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// A token bucket with `count` tokens, which are refilled evenly within `period`.
#[derive(Clone, Debug)]
pub struct Allowance {
    full_at: Instant,
}

impl Allowance {
    /// Returns a full bucket.
    pub fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes one token, if there is one.
    pub fn try_take(&mut self, rate: Rate, now: Instant) -> bool {
        let may = self.wait(rate, now).is_zero();
        if may {
            self.take(rate, now);
        }
        may
    }

    /// Returns the time until there is a token. Zero if there is one now.
    fn wait(&self, rate: Rate, now: Instant) -> Duration {
        let each = each(rate);
        let missing = self.full_at.saturating_duration_since(now) + each;
        missing.saturating_sub(each.saturating_mul(rate.count))
    }

    fn take(&mut self, rate: Rate, now: Instant) {
        self.full_at = self.full_at.max(now) + each(rate);
    }

    fn give_back(&mut self, rate: Rate) {
        self.full_at = self.full_at.checked_sub(each(rate)).unwrap_or(self.full_at);
    }
}

/// Returns the time in which one token is refilled. The settings do not allow a count or period of
/// zero.
fn each(rate: Rate) -> Duration {
    (rate.period / rate.count.max(1)).max(Duration::from_nanos(1))
}

/// A token bucket with exponential backoff for failed log-ins.
#[derive(Clone, Debug)]
pub(super) struct TokenBucket {
    left: Allowance,
    blocked_until: Instant,
    /// The number of failures since the bucket first was empty. Only log-ins count them.
    strikes: u32,
    /// Whether the last try caused a wait, see [`TokenBucket::is_held`].
    is_held: bool,
}

impl TokenBucket {
    pub(super) fn full(now: Instant) -> Self {
        Self {
            left: Allowance::full(now),
            blocked_until: now,
            strikes: 0,
            is_held: false,
        }
    }

    /// Returns the time until the next try is allowed. Zero if it is allowed now.
    pub(super) fn wait(&self, rate: Rate, now: Instant) -> Duration {
        let blocked = match self.strikes {
            0 => Duration::ZERO,
            _ => self.blocked_until.saturating_duration_since(now),
        };
        self.left.wait(rate, now).max(blocked)
    }

    pub(super) fn take(&mut self, rate: Rate, now: Instant) {
        self.left.take(rate, now);
        self.is_held = !self.wait(rate, now).is_zero();
    }

    /// Like [`TokenBucket::take`], with exponential backoff: once empty, each further try doubles the
    /// wait.
    pub(super) fn take_with_growing_delay(&mut self, rate: Rate, now: Instant) {
        if self.blocked_until + rate.period < now {
            self.strikes = 0;
        }
        self.take(rate, now);
        if self.strikes > 0 || self.is_held {
            let delay = each(rate).saturating_mul(2_u32.saturating_pow(self.strikes));
            self.blocked_until = now + delay.min(LONGEST_DELAY);
            self.strikes = self.strikes.saturating_add(1);
            self.is_held = true;
        }
    }

    /// Returns one token and removes the wait that its try caused, so that the try does not count.
    pub(super) fn give_back(&mut self, rate: Rate, now: Instant) {
        self.left.give_back(rate);
        if self.strikes > 0 {
            self.strikes -= 1;
            self.blocked_until = self.blocked_until.min(now);
        }
        self.is_held = self.strikes > 0 || !self.wait(rate, now).is_zero();
    }

    /// Returns whether the bucket has a wait that is not forgotten yet. Such a bucket is never
    /// evicted.
    pub(super) fn is_held(&self) -> bool {
        self.is_held
    }

    /// Returns the time from which this bucket equals a new one, so that it can be dropped.
    pub(super) fn forgotten_at(&self, rate: Rate) -> Instant {
        match self.strikes {
            0 => self.left.full_at,
            _ => self.left.full_at.max(self.blocked_until + rate.period),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_that_read_the_clock_before_its_neighbour_is_not_refused() {
        let rate = Rate {
            count: 600,
            period: Duration::from_secs(60),
        };
        let now = Instant::now();
        let mut bucket = TokenBucket::full(now + Duration::from_millis(1));
        bucket.take(rate, now + Duration::from_millis(1));
        assert_eq!(bucket.wait(rate, now), Duration::ZERO);
    }
}
