//! Rate limit of log lines: a failure that clients can repeat is logged at intervals, with a count.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// At most one line in this time, so that a flood does not fill the disk with log lines.
const QUIET: Duration = Duration::from_secs(60);

/// One kind of repeated failure.
#[derive(Debug)]
pub(crate) struct Occasional(Mutex<State>);

#[derive(Debug)]
struct State {
    logged_at: Option<Instant>,
    count: u64,
}

impl Occasional {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(State {
            logged_at: None,
            count: 0,
        }))
    }

    /// Counts one failure. Returns the count since the last line if a line is due now.
    pub(crate) fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.count += 1;
        let is_quiet = |at| now.saturating_duration_since(at) < QUIET;
        if state.logged_at.is_some_and(is_quiet) {
            return None;
        }
        state.logged_at = Some(now);
        Some(std::mem::take(&mut state.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_logged_at_once_and_the_others_later_with_their_count() {
        let failures = Occasional::new();
        let start = Instant::now();
        assert_eq!(failures.due_at(start), Some(1));
        for _ in 0..3 {
            assert_eq!(failures.due_at(start + QUIET / 2), None);
        }
        assert_eq!(failures.due_at(start + QUIET), Some(4));
    }
}
