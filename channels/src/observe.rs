//! Counters, gauges and histograms behind the `metrics` facade; [`describe_metrics`] has the one
//! table of their names.
//!
//! Without a recorder this costs a look at a thread-local and an atomic for each metric: keys
//! with fixed labels are static, so nothing is allocated, and no clock is read.

use std::time::Instant;

use metrics::{IntoF64, Unit, counter, gauge, histogram};
use metrics::{describe_counter, describe_gauge, describe_histogram};

use crate::layers::{LayerError, SendReport};
use crate::occasional::Occasional;
use crate::scope::Protocol;

/// Tells the recorder of the `metrics` facade what the framework's metrics mean. Call it once,
/// after the recorder is installed; they are recorded without it, too.
///
/// | name | kind | labels | meaning |
/// |---|---|---|---|
/// | `channels_connections_total` | counter | `protocol`: `http`, `websocket`, `channel` | connections that found a consumer; for `channel` consumers that a worker started |
/// | `channels_connections_open` | gauge | `protocol` | those of them that have not ended |
/// | `channels_refused_total` | counter | `status` | handshakes refused: by middleware, without a route, or by the consumer |
/// | `channels_connections_refused_total` | counter | | TCP connections that were closed unread because their address held as many as it may |
/// | `channels_connections_cut_total` | counter | `reason`: `slow_reader` (its outbox was full), `slow_consumer` (its channel was full, or messages in it too old) | connections closed with 1013 |
/// | `channels_frames_received_total` | counter | | messages of clients that were taken in |
/// | `channels_received_bytes_total` | counter | | their payload, in bytes |
/// | `channels_frames_sent_total` | counter | | messages to clients that the driver took to write |
/// | `channels_sent_bytes_total` | counter | | their payload, in bytes |
/// | `channels_frames_dropped_total` | counter | `reason`: `too_large` (more than the outbox holds) | messages to clients that were not queued |
/// | `channels_outbox_bytes` | histogram | | what waited to be written when a message was taken, in bytes with 64 for each message |
/// | `channels_handler_seconds` | histogram | `handler`: `connect`, `receive`, `event`, `disconnect` | how long a handler took |
/// | `channels_handlers_running` | gauge | `handler` | handlers that have begun and not ended |
/// | `channels_handler_failures_total` | counter | `handler`; `outcome`: `error`, `panic`, `cancelled` | handlers that did not end well |
/// | `channels_layer_sent_total` | counter | | messages put on a channel, one for each member of a group that the sender's report counts |
/// | `channels_layer_group_sends_total` | counter | | messages sent to groups |
/// | `channels_layer_delivered_total` | counter | | messages taken off a channel |
/// | `channels_layer_forwarded_total` | counter | | those of them that went past the consumer |
/// | `channels_layer_queue_messages` | histogram | | how many waited on a channel when one was taken, that one included |
/// | `channels_layer_dropped_total` | counter | `reason`: `full`, `expired`, `unknown` (no such channel), `too_large`, `undecodable` (not the consumer's event), `failed` (the backend) | messages that nobody handled |
/// | `channels_logins_total` | counter | | people who signed in over a connection |
/// | `channels_logouts_total` | counter | | people who signed out over a connection |
/// | `channels_sessions_rejected_total` | counter | | sessions that were not their user's any more |
/// | `channels_worker_messages_total` | counter | | messages that workers took off their channels |
/// | `channels_worker_errors_total` | counter | | handlers that failed in workers, failures of the layer, consumers that could not start |
/// | `channels_worker_restarts_total` | counter | | consumers that workers made anew |
pub fn describe_metrics() {
    describe_connections();
    describe_handlers();
    describe_layers();
    describe_people();
    describe_workers();
}

fn describe_connections() {
    let count = Unit::Count;
    let name = "channels_connections_total";
    describe_counter!(name, count, "connections that found a consumer");
    let name = "channels_connections_open";
    describe_gauge!(name, count, "connections with a consumer");
    let name = "channels_refused_total";
    describe_counter!(name, count, "handshakes refused");
    let name = "channels_connections_refused_total";
    describe_counter!(name, count, "connections beyond the limit of their address");
    let name = "channels_connections_cut_total";
    describe_counter!(name, count, "connections closed because a queue was full");
    let name = "channels_frames_received_total";
    describe_counter!(name, count, "messages of clients");
    let name = "channels_received_bytes_total";
    describe_counter!(name, Unit::Bytes, "payload of messages of clients");
    let name = "channels_frames_sent_total";
    describe_counter!(name, count, "messages to clients");
    let name = "channels_sent_bytes_total";
    describe_counter!(name, Unit::Bytes, "payload of messages to clients");
    let name = "channels_frames_dropped_total";
    describe_counter!(name, count, "messages to clients that were not queued");
    let name = "channels_outbox_bytes";
    describe_histogram!(name, Unit::Bytes, "what waited to be written");
}

fn describe_handlers() {
    let name = "channels_handler_seconds";
    describe_histogram!(name, Unit::Seconds, "how long a handler took");
    let name = "channels_handlers_running";
    describe_gauge!(name, Unit::Count, "handlers that run");
    let name = "channels_handler_failures_total";
    describe_counter!(name, Unit::Count, "handlers that did not end well");
}

fn describe_layers() {
    let count = Unit::Count;
    let name = "channels_layer_sent_total";
    describe_counter!(name, count, "messages put on a channel");
    let name = "channels_layer_group_sends_total";
    describe_counter!(name, count, "messages sent to groups");
    let name = "channels_layer_delivered_total";
    describe_counter!(name, count, "messages taken off a channel");
    let name = "channels_layer_forwarded_total";
    describe_counter!(name, count, "messages that went past the consumer");
    let name = "channels_layer_queue_messages";
    describe_histogram!(name, count, "messages that waited on a channel");
    let name = "channels_layer_dropped_total";
    describe_counter!(name, count, "messages that nobody handled");
}

fn describe_people() {
    let name = "channels_logins_total";
    describe_counter!(name, Unit::Count, "people who signed in");
    let name = "channels_logouts_total";
    describe_counter!(name, Unit::Count, "people who signed out");
    let name = "channels_sessions_rejected_total";
    describe_counter!(name, Unit::Count, "sessions not of their user any more");
}

fn describe_workers() {
    let name = "channels_worker_messages_total";
    describe_counter!(name, Unit::Count, "messages that workers took");
    let name = "channels_worker_errors_total";
    describe_counter!(name, Unit::Count, "failures in workers");
    let name = "channels_worker_restarts_total";
    describe_counter!(name, Unit::Count, "consumers that workers made anew");
}

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

/// A message that the layer does not carry.
pub(crate) fn too_large() {
    dropped("too_large", 1);
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
    labelled!(counter, "channels_layer_dropped_total", "reason" => reason,
        ["full", "expired", "unknown", "too_large", "undecodable", "failed"])
    .increment(number(messages));
}

/// A message that was taken off a channel on which so many waited.
pub(crate) fn delivered(waiting: usize) {
    counter!("channels_layer_delivered_total").increment(1);
    histogram!("channels_layer_queue_messages").record(measure(waiting));
}

// ---- connections

/// A connection whose consumer was found; over when the value goes.
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

    fn gauge(&self) -> metrics::Gauge {
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

/// A connection whose client does not take what is sent to it.
pub(crate) fn slow_reader() {
    counter!("channels_connections_cut_total", "reason" => "slow_reader").increment(1);
}

/// A connection whose address holds as many as it may.
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

/// A connection whose consumer does not take what comes from the layer.
pub(crate) fn slow_consumer() {
    counter!("channels_connections_cut_total", "reason" => "slow_consumer").increment(1);
}

/// A message of a client.
pub(crate) fn frame_received(bytes: usize) {
    counter!("channels_frames_received_total").increment(1);
    counter!("channels_received_bytes_total").increment(number(bytes));
}

/// A message to a client, taken from this much.
pub(crate) fn frame_sent(bytes: usize, outbox_bytes: usize) {
    counter!("channels_frames_sent_total").increment(1);
    counter!("channels_sent_bytes_total").increment(number(bytes));
    histogram!("channels_outbox_bytes").record(measure(outbox_bytes));
}

/// Messages of the layer that went to a client past its consumer, all in one write, behind this
/// much.
pub(crate) fn forwarded(frames: usize, bytes: usize, outbox_bytes: usize) {
    counter!("channels_layer_delivered_total").increment(number(frames));
    counter!("channels_layer_forwarded_total").increment(number(frames));
    counter!("channels_frames_sent_total").increment(number(frames));
    counter!("channels_sent_bytes_total").increment(number(bytes));
    histogram!("channels_outbox_bytes").record(measure(outbox_bytes));
}

// ---- handlers

/// A handler that runs; over when the value goes.
pub(crate) struct Running {
    handler: &'static str,
    began: Option<Instant>,
}

/// One handler more, and the time: asked for by gauges that somebody reads, and by no others.
struct Begin<'a>(&'a mut Option<Instant>);

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

    fn gauge(&self) -> metrics::Gauge {
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

/// A handler that did not end well.
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

/// A worker made a consumer anew.
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

#[cfg(test)]
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

    #[test]
    fn the_table_names_what_is_described_and_nothing_else() {
        let source = include_str!("observe.rs");
        let named = |start: &str| {
            let lines = source.lines().map(str::trim);
            let names = lines.filter_map(|line| line.strip_prefix(start));
            let names = names.filter_map(|rest| rest.split(['`', '"']).next());
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            names
        };
        assert_eq!(named("/// | `"), named("let name = \""));
        assert_eq!(named("/// | `").len(), 26);
    }
}
