//! The meaning of each metric: [`describe_metrics`].

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Describes the framework's metrics to the recorder of the `metrics` facade. Call it once, after
/// the recorder is installed; they are recorded without it, too.
///
/// | name | kind | labels | meaning |
/// |---|---|---|---|
/// | `channels_connections_total` | counter | `protocol`: `http`, `websocket`, `channel` | connections that found a consumer; for `channel` consumers that a worker started |
/// | `channels_connections_open` | gauge | `protocol` | those of them that are open |
/// | `channels_refused_total` | counter | `status` | handshakes refused: by middleware, without a route, or by the consumer |
/// | `channels_connections_refused_total` | counter | | TCP connections that were closed unread because their address was at its limit |
/// | `channels_connections_cut_total` | counter | `reason`: `slow_reader` (its outbox was full), `slow_consumer` (its channel was full, or messages in it too old) | connections closed with 1013 |
/// | `channels_frames_received_total` | counter | | messages received from clients |
/// | `channels_received_bytes_total` | counter | | their payload, in bytes |
/// | `channels_frames_sent_total` | counter | | messages to clients that the driver took for writing |
/// | `channels_sent_bytes_total` | counter | | their payload, in bytes |
/// | `channels_frames_dropped_total` | counter | `reason`: `too_large` (more than the outbox holds) | messages to clients that were not queued |
/// | `channels_outbox_bytes` | histogram | | size of the outbox when a message was taken, in bytes with 64 for each message |
/// | `channels_handler_seconds` | histogram | `handler`: `connect`, `receive`, `event`, `disconnect` | how long a handler took |
/// | `channels_handlers_running` | gauge | `handler` | handlers that are running |
/// | `channels_handler_failures_total` | counter | `handler`; `outcome`: `error`, `panic`, `cancelled` | handlers that failed |
/// | `channels_layer_sent_total` | counter | | messages put on a channel, one for each member of a group that the sender's report counts |
/// | `channels_layer_group_sends_total` | counter | | messages sent to groups |
/// | `channels_layer_delivered_total` | counter | | messages taken off a channel |
/// | `channels_layer_forwarded_total` | counter | | those of them that were forwarded without the consumer |
/// | `channels_layer_queue_messages` | histogram | | messages that waited on a channel when one was taken, including that one |
/// | `channels_layer_dropped_total` | counter | `reason`: `full`, `expired`, `unknown` (no such channel), `too_large`, `undecodable` (not the consumer's event), `failed` (the backend) | messages that no consumer handled |
/// | `channels_logins_total` | counter | | people who signed in over a connection |
/// | `channels_logouts_total` | counter | | people who signed out over a connection |
/// | `channels_sessions_rejected_total` | counter | | sessions that no longer matched their user |
/// | `channels_worker_messages_total` | counter | | messages that workers took off their channels |
/// | `channels_worker_errors_total` | counter | | handlers that failed in workers, failures of the layer, consumers that could not start |
/// | `channels_worker_restarts_total` | counter | | consumers that workers recreated after a failure |
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
    describe_histogram!(name, Unit::Bytes, "size of the outbox");
}

fn describe_handlers() {
    let name = "channels_handler_seconds";
    describe_histogram!(name, Unit::Seconds, "how long a handler took");
    let name = "channels_handlers_running";
    describe_gauge!(name, Unit::Count, "handlers that run");
    let name = "channels_handler_failures_total";
    describe_counter!(name, Unit::Count, "handlers that failed");
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
    describe_counter!(name, count, "messages forwarded without the consumer");
    let name = "channels_layer_queue_messages";
    describe_histogram!(name, count, "messages that waited on a channel");
    let name = "channels_layer_dropped_total";
    describe_counter!(name, count, "messages that no consumer handled");
}

fn describe_people() {
    let name = "channels_logins_total";
    describe_counter!(name, Unit::Count, "people who signed in");
    let name = "channels_logouts_total";
    describe_counter!(name, Unit::Count, "people who signed out");
    let name = "channels_sessions_rejected_total";
    describe_counter!(
        name,
        Unit::Count,
        "sessions that no longer match their user"
    );
}

fn describe_workers() {
    let name = "channels_worker_messages_total";
    describe_counter!(
        name,
        Unit::Count,
        "messages that workers took off their channels"
    );
    let name = "channels_worker_errors_total";
    describe_counter!(name, Unit::Count, "failures in workers");
    let name = "channels_worker_restarts_total";
    describe_counter!(
        name,
        Unit::Count,
        "consumers that workers recreated after a failure"
    );
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_names_what_is_described_and_nothing_else() {
        let source = include_str!("described.rs");
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
