//! Counters, gauges and histograms behind the `metrics` facade; `described.rs` has the one table
//! of their names.
//!
//! Without the feature `metrics` every function here is empty. With it, but without an installed
//! recorder, each metric costs one read of a thread-local and one of an atomic: keys with fixed
//! labels are static, so it allocates nothing, and it does not read the clock.

#[cfg(feature = "metrics")]
mod described;
#[cfg(not(feature = "metrics"))]
mod nothing;

use std::time::Instant;

#[cfg(feature = "metrics")]
use metrics::{Gauge, IntoF64, counter, gauge, histogram};
#[cfg(not(feature = "metrics"))]
use nothing::{Gauge, counter, gauge, histogram};

#[cfg(feature = "metrics")]
pub use described::describe_metrics;

use crate::layers::{LayerError, SendReport};
use crate::occasional::Occasional;
use crate::scope::Protocol;

/// A metric whose label has one of a few values: each has a static key, which costs nothing.
macro_rules! labelled {
    ($metric:ident, $name:literal, $label:literal => $value:expr, [$($known:literal),*]) => {
        match $value {
            $($known => $metric!($name, $label => $known),)*
            other => $metric!($name, $label => other),
        }
    };
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// For histograms; exact up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "no queue has so many entries that it matters"
)]
fn measure(count: usize) -> f64 {
    count as f64
}

// ---- layers

/// A message to one channel.
pub(crate) fn sent(outcome: &Result<(), LayerError>) {
    match outcome {
        Ok(()) => counter!("channels_layer_sent_total").increment(1),
        Err(LayerError::ChannelFull { .. }) => dropped("full", 1),
        Err(LayerError::TooLarge { .. }) => too_large(),
        Err(LayerError::UnknownChannel(_)) => dropped("unknown", 1),
        Err(_) => dropped("failed", 1),
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

/// A message that the layer refused.
pub(crate) fn too_large() {
    dropped("too_large", 1);
}

/// Messages that expired.
pub(crate) fn expired(messages: usize) {
    dropped("expired", messages);
}

/// A message that could not be decoded as the receiver's type.
pub(crate) fn undecodable() {
    dropped("undecodable", 1);
}

fn dropped(reason: &'static str, messages: usize) {
    labelled!(counter, "channels_layer_dropped_total", "reason" => reason,
        ["full", "expired", "unknown", "too_large", "undecodable", "failed"])
    .increment(number(messages));
}

/// A message that was taken off a channel on which this many waited.
pub(crate) fn delivered(waiting: usize) {
    counter!("channels_layer_delivered_total").increment(1);
    histogram!("channels_layer_queue_messages").record(measure(waiting));
}

// ---- connections

/// A connection whose consumer was found; ends when the value is dropped.
pub(crate) struct Open(Protocol);

impl Open {
    pub(crate) fn new(protocol: Protocol) -> Self {
        let open = Self(protocol);
        labelled!(counter, "channels_connections_total", "protocol" => protocol.as_str(),
            ["websocket", "http", "channel"])
        .increment(1);
        open.gauge().increment(1.0);
        open
    }

    fn gauge(&self) -> Gauge {
        labelled!(gauge, "channels_connections_open", "protocol" => self.0.as_str(),
            ["websocket", "http", "channel"])
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.gauge().decrement(1.0);
    }
}

/// A handshake that was refused.
pub(crate) fn refused(status: u16) {
    counter!("channels_refused_total", "status" => status.to_string()).increment(1);
}

/// A connection whose client does not read.
pub(crate) fn slow_reader() {
    counter!("channels_connections_cut_total", "reason" => "slow_reader").increment(1);
}

/// A connection whose address is at its limit.
pub(crate) fn connection_refused() {
    counter!("channels_connections_refused_total").increment(1);
}

/// A message to a client that is larger than the outbox of its connection.
pub(crate) fn frame_too_large() {
    static TOLD: Occasional = Occasional::new();
    counter!("channels_frames_dropped_total", "reason" => "too_large").increment(1);
    if let Some(count) = TOLD.due() {
        log::warn!(
            target: "channels::socket",
            "{count} frames were larger than the outbox of their connection and were dropped",
        );
    }
}

/// A connection whose consumer does not keep up with the layer.
pub(crate) fn slow_consumer() {
    counter!("channels_connections_cut_total", "reason" => "slow_consumer").increment(1);
}

/// A message of a client.
pub(crate) fn frame_received(bytes: usize) {
    counter!("channels_frames_received_total").increment(1);
    counter!("channels_received_bytes_total").increment(number(bytes));
}

/// A message to a client, taken from an outbox of this size.
pub(crate) fn frame_sent(bytes: usize, outbox_bytes: usize) {
    counter!("channels_frames_sent_total").increment(1);
    counter!("channels_sent_bytes_total").increment(number(bytes));
    histogram!("channels_outbox_bytes").record(measure(outbox_bytes));
}

/// Messages of the layer that were forwarded to a client in one write, with this much in the outbox
/// before them.
pub(crate) fn forwarded(frames: usize, bytes: usize, outbox_bytes: usize) {
    counter!("channels_layer_delivered_total").increment(number(frames));
    counter!("channels_layer_forwarded_total").increment(number(frames));
    counter!("channels_frames_sent_total").increment(number(frames));
    counter!("channels_sent_bytes_total").increment(number(bytes));
    histogram!("channels_outbox_bytes").record(measure(outbox_bytes));
}

// ---- handlers

/// A running handler; ends when the value is dropped.
pub(crate) struct Running {
    handler: &'static str,
    began: Option<Instant>,
}

/// The increment of a gauge that also reads the clock. The conversion runs only if a recorder
/// records the gauge.
struct Begin<'a>(&'a mut Option<Instant>);

#[cfg(feature = "metrics")]
impl IntoF64 for Begin<'_> {
    fn into_f64(self) -> f64 {
        *self.0 = Some(Instant::now());
        1.0
    }
}

impl Running {
    pub(crate) fn begin(handler: &'static str) -> Self {
        let mut running = Self {
            handler,
            began: None,
        };
        let gauge = running.gauge();
        gauge.increment(Begin(&mut running.began));
        running
    }

    fn gauge(&self) -> Gauge {
        labelled!(gauge, "channels_handlers_running", "handler" => self.handler,
            ["connect", "receive", "event", "disconnect"])
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(began) = self.began else { return };
        self.gauge().decrement(1.0);
        labelled!(histogram, "channels_handler_seconds", "handler" => self.handler,
            ["connect", "receive", "event", "disconnect"])
        .record(began.elapsed());
    }
}

/// A handler that failed.
pub(crate) fn handler_failed(handler: &'static str, outcome: &'static str) {
    let labels = [("handler", handler), ("outcome", outcome)];
    counter!("channels_handler_failures_total", &labels).increment(1);
}

// ---- workers

/// A worker took a message off its channel.
pub(crate) fn worker_took() {
    counter!("channels_worker_messages_total").increment(1);
}

/// A handler, the layer or the start of a consumer failed in a worker.
pub(crate) fn worker_failed() {
    counter!("channels_worker_errors_total").increment(1);
}

/// A worker recreated a consumer after a failure.
pub(crate) fn worker_restarted() {
    counter!("channels_worker_restarts_total").increment(1);
}

// ---- people

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

#[cfg(all(test, feature = "metrics"))]
mod tests {
    use metrics::set_default_local_recorder;
    use metrics_util::debugging::DebuggingRecorder;

    use super::*;

    #[test]
    fn the_clock_is_read_only_for_a_recorder() {
        assert!(Running::begin("event").began.is_none());
        let recorder = DebuggingRecorder::new();
        let _guard = set_default_local_recorder(&recorder);
        assert!(Running::begin("event").began.is_some());
    }
}
