//! A token bucket with exponential backoff for failed log-ins.

use std::time::{Duration, Instant};

use channels::limits::Bucket;

use crate::config::Rate;

/// The maximum wait after failed log-ins.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// The tokens that are left, and the backoff. The caller passes rate and time.
#[derive(Clone, Debug)]
pub(super) struct TokenBucket {
    left: Bucket,
    blocked_until: Instant,
    /// The number of failures since the bucket first was empty. Only log-ins count them.
    strikes: u32,
    /// Whether the last try caused a wait, see [`TokenBucket::is_held`].
    is_held: bool,
}

impl TokenBucket {
    pub(super) fn full(now: Instant) -> Self {
        Self {
            left: Bucket::full(now),
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
        self.left.wait(rate.into(), now).max(blocked)
    }

    pub(super) fn take(&mut self, rate: Rate, now: Instant) {
        self.left.take(rate.into(), now);
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
            let each = channels::limits::Rate::from(rate).each();
            let delay = each.saturating_mul(2_u32.saturating_pow(self.strikes));
            self.blocked_until = now + delay.min(LONGEST_DELAY);
            self.strikes = self.strikes.saturating_add(1);
            self.is_held = true;
        }
    }

    /// Returns one token and removes the wait that its try caused, so that the try does not count.
    pub(super) fn give_back(&mut self, rate: Rate, now: Instant) {
        self.left.give_back(rate.into());
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
            0 => self.left.full_at(),
            _ => self.left.full_at().max(self.blocked_until + rate.period),
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
