//! The rate limits of one socket: token buckets for events and for errors.

use channels::limits::FrameLimiter;

use crate::{
    chat::{
        live::{ClientEvent, ConnectionRequest},
        messages, presence, reading, receipts,
    },
    config::{Limits, Rate},
    security::Action,
};

/// Two token buckets: one for events, one for errors.
pub(super) struct RateLimit {
    events: FrameLimiter,
    errors: FrameLimiter,
}

impl RateLimit {
    pub(super) fn new(limits: &Limits) -> Self {
        let limiter = |rate: Rate| FrameLimiter::new(rate.count, rate.period);
        Self {
            events: limiter(limits.socket_events),
            errors: limiter(limits.socket_errors),
        }
    }

    /// Returns whether the socket may send one more event.
    pub(super) fn allows_event(&mut self) -> bool {
        self.events.take().is_ok()
    }

    /// Returns whether the socket may make one more error before it is closed.
    pub(super) fn forgives_error(&mut self) -> bool {
        self.errors.take().is_ok()
    }
}

/// Returns the rate-limited actions of an event, for the account and for the address. Events that
/// the chat server counts itself have none. There is no `_` arm, so that a new event does not
/// compile until it is listed here.
pub(super) fn actions_of(event: Option<&ClientEvent>) -> &'static [Action] {
    const READ: &[Action] = &[Action::SocketEvent, Action::SocketRead];
    const MARK: &[Action] = &[Action::SocketEvent, Action::ReadMark];
    const SETTING: &[Action] = &[Action::SocketEvent, Action::SettingsChange];
    const OTHER: &[Action] = &[Action::SocketEvent];
    let Some(event) = event else { return OTHER };
    match event {
        ClientEvent::Message(event) => match event {
            messages::ClientEvent::Post { .. }
            | messages::ClientEvent::Edit { .. }
            | messages::ClientEvent::Delete { .. }
            | messages::ClientEvent::React { .. }
            | messages::ClientEvent::Pin { .. } => &[],
            messages::ClientEvent::Resume { .. } => READ,
        },
        ClientEvent::Reading(event) => match event {
            reading::ClientEvent::Read { .. }
            | reading::ClientEvent::MarkUnread { .. }
            | reading::ClientEvent::ReadAll {}
            | reading::ClientEvent::UndoReadAll {} => MARK,
            reading::ClientEvent::SetLevel { .. } | reading::ClientEvent::Pin { .. } => SETTING,
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

/// Returns the steady rate per second, which is sent to the browser.
pub(super) fn per_second(rate: Rate) -> u32 {
    let seconds = u32::try_from(rate.period.as_secs())
        .unwrap_or(u32::MAX)
        .max(1);
    (rate.count / seconds).max(1)
}
