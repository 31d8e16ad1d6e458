//! Counters and histograms behind the `metrics` facade; nothing is counted until the application
//! installs a recorder. channels/README.md has the table of all names.

use metrics::{counter, gauge};

use crate::layers::{LayerError, SendReport};

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A message to one channel.
pub(crate) fn sent(outcome: &Result<(), LayerError>) {
    match outcome {
        Ok(()) => counter!("channels_layer_sent_total").increment(1),
        Err(LayerError::ChannelFull { .. }) => dropped("full", 1),
        Err(_) => dropped("unknown", 1),
    }
}

/// A message to a group.
pub(crate) fn group_sent(report: SendReport) {
    counter!("channels_layer_group_sends_total").increment(1);
    counter!("channels_layer_sent_total").increment(number(report.delivered));
    if report.dropped > 0 {
        dropped("full", report.dropped);
    }
}

/// Messages that waited too long.
pub(crate) fn expired(messages: usize) {
    dropped("expired", messages);
}

/// A message that no type of its receiver could hold.
pub(crate) fn undecodable() {
    dropped("undecodable", 1);
}

fn dropped(reason: &'static str, messages: usize) {
    counter!("channels_layer_dropped_total", "reason" => reason).increment(number(messages));
}

/// A connection whose consumer was found; over when the value goes.
pub(crate) struct Open(&'static str);

impl Open {
    pub(crate) fn new(protocol: &'static str) -> Self {
        counter!("channels_connections_total", "protocol" => protocol).increment(1);
        gauge!("channels_connections_open", "protocol" => protocol).increment(1.0);
        Self(protocol)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!("channels_connections_open", "protocol" => self.0).decrement(1.0);
    }
}

/// A handshake that was refused before a consumer was found.
pub(crate) fn refused(status: u16) {
    counter!("channels_refused_total", "status" => status.to_string()).increment(1);
}

/// Someone signed in over a connection.
pub(crate) fn logged_in() {
    counter!("channels_logins_total").increment(1);
}

/// Someone signed out over a connection.
pub(crate) fn logged_out() {
    counter!("channels_logouts_total").increment(1);
}

/// A session was flushed because its hash was not the user's.
pub(crate) fn session_rejected() {
    counter!("channels_sessions_rejected_total").increment(1);
}
