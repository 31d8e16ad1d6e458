//! How fast one socket may speak, and how often it may be wrong.

use std::time::Instant;

use crate::{
    chat::protocol::ClientEvent,
    config::{Limits, Rate},
    security::{Action, Allowance},
};

/// Two allowances: one of events, one of errors.
pub(super) struct Pace {
    events: Allowance,
    errors: Allowance,
}

impl Pace {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            events: Allowance::full(now),
            errors: Allowance::full(now),
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

/// What an event counts as, for the account and for the address. The chat server counts messages and
/// reactions itself. Without `_`, so that a new event is decided here.
pub(super) fn actions_of(event: Option<&ClientEvent>) -> &'static [Action] {
    match event {
        Some(
            ClientEvent::Post { .. }
            | ClientEvent::Edit { .. }
            | ClientEvent::Delete { .. }
            | ClientEvent::React { .. },
        ) => &[],
        Some(
            ClientEvent::Resume { .. }
            | ClientEvent::Status { .. }
            | ClientEvent::AskUnread {}
            | ClientEvent::AskSeen { .. }
            | ClientEvent::TypingStart { .. }
            | ClientEvent::Presence { .. },
        ) => &[Action::SocketEvent, Action::SocketRead],
        Some(
            ClientEvent::Read { .. }
            | ClientEvent::MarkUnread { .. }
            | ClientEvent::ReadAll {}
            | ClientEvent::UndoReadAll {},
        ) => &[Action::SocketEvent, Action::ReadMark],
        Some(
            ClientEvent::Received { .. } | ClientEvent::TypingStop { .. } | ClientEvent::Ping {},
        )
        | None => &[Action::SocketEvent],
    }
}

/// The steady part of a rate, for the browser to know.
pub(super) fn per_second(rate: Rate) -> u32 {
    let seconds = u32::try_from(rate.period.as_secs())
        .unwrap_or(u32::MAX)
        .max(1);
    (rate.count / seconds).max(1)
}
