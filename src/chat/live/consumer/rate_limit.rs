//! The rate limits of one socket: how many events it may send, and how many wrong ones.

use std::time::Instant;

use crate::{
    chat::{
        live::{ClientEvent, ConnectionRequest},
        messages, presence, reading, receipts,
    },
    config::{Limits, Rate},
    security::{Action, Allowance},
};

/// Two allowances: one of events, one of errors.
pub(super) struct RateLimit {
    events: Allowance,
    errors: Allowance,
}

impl RateLimit {
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

/// What an event counts as, for the account and for the address; nothing for what the chat server counts
/// itself. Without `_`, so that a new event is decided here.
pub(super) fn actions_of(event: Option<&ClientEvent>) -> &'static [Action] {
    const READ: &[Action] = &[Action::SocketEvent, Action::SocketRead];
    const MARK: &[Action] = &[Action::SocketEvent, Action::ReadMark];
    const OTHER: &[Action] = &[Action::SocketEvent];
    let Some(event) = event else { return OTHER };
    match event {
        ClientEvent::Message(event) => match event {
            messages::ClientEvent::Post { .. }
            | messages::ClientEvent::Edit { .. }
            | messages::ClientEvent::Delete { .. }
            | messages::ClientEvent::React { .. } => &[],
            messages::ClientEvent::Resume { .. } => READ,
        },
        ClientEvent::Reading(event) => match event {
            reading::ClientEvent::Read { .. }
            | reading::ClientEvent::MarkUnread { .. }
            | reading::ClientEvent::ReadAll {}
            | reading::ClientEvent::UndoReadAll {} => MARK,
            reading::ClientEvent::AskUnread {} | reading::ClientEvent::AskSeen { .. } => READ,
        },
        ClientEvent::Presence(event) => match event {
            presence::ClientEvent::TypingStart { .. } | presence::ClientEvent::Set { .. } => READ,
            presence::ClientEvent::TypingStop { .. } => OTHER,
        },
        ClientEvent::Receipt(event) => match event {
            receipts::ClientEvent::Received { .. } => OTHER,
            receipts::ClientEvent::Status { .. } => READ,
        },
        ClientEvent::Connection(ConnectionRequest::Ping {}) => OTHER,
    }
}

/// The steady part of a rate, for the browser to know.
pub(super) fn per_second(rate: Rate) -> u32 {
    let seconds = u32::try_from(rate.period.as_secs())
        .unwrap_or(u32::MAX)
        .max(1);
    (rate.count / seconds).max(1)
}
