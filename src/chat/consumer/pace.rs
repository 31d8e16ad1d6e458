//! How fast one socket may speak, and how often it may be wrong.

use std::time::Instant;

use crate::{
    config::{Limits, Rate},
    security::Allowance,
};

/// Two allowances: one of events, one of errors.
pub(super) struct Pace {
    events: Allowance,
    errors: Allowance,
}

impl Pace {
    pub(super) fn new(limits: &Limits) -> Self {
        let now = Instant::now();
        Self {
            events: Allowance::full(limits.socket_events, now),
            errors: Allowance::full(limits.socket_errors, now),
        }
    }

    /// Whether one more event is in time.
    pub(super) fn allows_event(&mut self, limits: &Limits) -> bool {
        self.events.try_take(limits.socket_events, Instant::now())
    }

    /// Whether one more error is forgiven.
    pub(super) fn forgives_error(&mut self, limits: &Limits) -> bool {
        self.errors.try_take(limits.socket_errors, Instant::now())
    }
}

/// The steady part of a rate, for the browser to know.
pub(super) fn per_second(rate: Rate) -> u32 {
    let seconds = u32::try_from(rate.period.as_secs())
        .unwrap_or(u32::MAX)
        .max(1);
    (rate.count / seconds).max(1)
}
