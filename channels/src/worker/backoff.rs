//! Exponential back-off with jitter: how long to wait after a failure.

use std::time::Duration;

/// Doubles from the first wait to the longest; reset after a success.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration) -> Self {
        let longest = longest.max(first);
        Self {
            first,
            longest,
            next: first,
        }
    }

    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }

    /// The next wait, shortened by up to a quarter (jitter), so that the workers do not all retry
    /// at the same moment when a layer is back.
    pub(super) fn next(&mut self) -> Duration {
        let turn = self.next;
        self.next = self.next.saturating_mul(2).min(self.longest);
        turn.mul_f64(1.0 - rand::random::<f64>() / 4.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew_when_something_worked() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 5 * second);
        for turn in [1, 2, 4, 5, 5] {
            let wait = backoff.next();
            assert!(wait <= turn * second && wait >= turn * second * 3 / 4);
        }
        backoff.reset();
        assert!(backoff.next() <= second);
    }
}
