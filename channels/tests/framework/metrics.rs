//! The metrics of real flows, as a recorder gets them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use channels::layers::{DynEvent, InMemoryLayer};
use channels::routing::ChannelNameRouter;
use channels::testing::WebsocketCommunicator;
use channels::worker::{Work, Worker, WorkerConsumer, WorkerContext};
use channels::{
    ChannelName, Frame, HandlerError, HandlerResult, Layer, Scope, SocketOptions, describe_metrics,
};
use futures_util::{FutureExt as _, StreamExt as _};
use metrics::{LocalRecorderGuard, set_default_local_recorder};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use crate::scripted::{PATIENCE, client, group, message};

/// A recorder of this thread alone, so that tests do not see each other.
fn recorder() -> (&'static DebuggingRecorder, LocalRecorderGuard<'static>) {
    let recorder: &'static _ = Box::leak(Box::new(DebuggingRecorder::new()));
    (recorder, set_default_local_recorder(recorder))
}

#[derive(Debug)]
struct Seen(BTreeMap<String, (bool, DebugValue)>);

impl Seen {
    /// Everything since the last look, as `name{label=value}`.
    fn of(recorder: &DebuggingRecorder) -> Self {
        let metrics = recorder.snapshotter().snapshot().into_vec();
        let metrics = metrics.into_iter().map(|(key, _, description, value)| {
            let key = key.key();
            let labels: Vec<String> = key
                .labels()
                .map(|label| format!("{}={}", label.key(), label.value()))
                .collect();
            let name = format!("{}{{{}}}", key.name(), labels.join(","));
            (name, (description.is_some(), value))
        });
        Self(metrics.collect())
    }

    fn counted(&self, name: &str) -> u64 {
        match self.0.get(name) {
            None => 0,
            Some((_, DebugValue::Counter(count))) => *count,
            Some(other) => panic!("{name} is {other:?}"),
        }
    }

    fn gauge(&self, name: &str) -> f64 {
        match &self.0.get(name).expect("a gauge").1 {
            DebugValue::Gauge(value) => value.into_inner(),
            other => panic!("{name} is {other:?}"),
        }
    }

    fn histogram(&self, name: &str) -> Vec<f64> {
        match &self.0.get(name).expect("a histogram").1 {
            DebugValue::Histogram(values) => values.iter().map(|v| v.into_inner()).collect(),
            other => panic!("{name} is {other:?}"),
        }
    }
}

#[actix_web::test]
async fn a_connection_is_counted_with_its_frames_and_handlers() {
    let (recorder, _guard) = recorder();
    describe_metrics();
    let (mut client, journal) = client("/accept/");
    client.connect().await.unwrap();
    let during = Seen::of(recorder);
    let open = "channels_connections_open{protocol=websocket}";
    assert!((during.gauge(open) - 1.0).abs() < f64::EPSILON);
    let connected = during.counted("channels_connections_total{protocol=websocket}");
    assert_eq!(connected, 1);

    for text in ["hello", "to you"] {
        client.send_to(text).unwrap();
        assert_eq!(client.receive_from().await.unwrap(), Frame::from(text));
    }
    client.disconnect(1000).await.unwrap();
    drop(client);
    journal.rest().await;

    let seen = Seen::of(recorder);
    let one_less = (seen.gauge(open) + 1.0).abs();
    assert!(one_less < f64::EPSILON);
    assert_eq!(seen.counted("channels_frames_received_total{}"), 2);
    assert_eq!(seen.counted("channels_received_bytes_total{}"), 11);
    assert_eq!(seen.counted("channels_frames_sent_total{}"), 2);
    assert_eq!(seen.counted("channels_sent_bytes_total{}"), 11);
    let outbox = seen.histogram("channels_outbox_bytes{}");
    assert_eq!(outbox, [69.0, 70.0]);
    for (handler, calls) in [("receive", 2), ("disconnect", 1)] {
        let times = seen.histogram(&format!("channels_handler_seconds{{handler={handler}}}"));
        assert_eq!(times.len(), calls, "{handler}");
        assert!(times.iter().all(|time| (0.0..20.0).contains(time)));
        let running = seen.gauge(&format!("channels_handlers_running{{handler={handler}}}"));
        assert!(running.abs() < f64::EPSILON);
    }
}

#[actix_web::test]
async fn refused_handshakes_are_counted_by_status() {
    let (recorder, _guard) = recorder();
    for path in ["/deny/", "/deny/", "/busy/", "/broken/", "/no/such/route/"] {
        let (mut client, _journal) = client(path);
        client.connect().await.unwrap_err();
    }
    let refuses = |_: &Scope| -> channels::raw::Raw<Refusing> { channels::raw::Raw(Refusing) };
    let mut client = WebsocketCommunicator::new(refuses, "/");
    client.connect().await.unwrap_err();
    let seen = Seen::of(recorder);
    for (status, count) in [(403, 3), (429, 1), (500, 1), (404, 1)] {
        let counted = seen.counted(&format!("channels_refused_total{{status={status}}}"));
        assert_eq!(counted, count, "{status}");
    }
    let failed = "channels_handler_failures_total{handler=connect,outcome=error}";
    assert_eq!(seen.counted(failed), 1);
}

struct Refusing;

impl channels::raw::RawConsumer for Refusing {
    async fn handle(
        &mut self,
        _: channels::raw::AsgiEvent,
        _: &mut channels::raw::RawContext<Self>,
    ) -> Result<channels::raw::Flow, HandlerError> {
        Ok(channels::raw::Flow::Stop)
    }
}

#[actix_web::test]
async fn handlers_that_do_not_end_well_are_counted_by_how() {
    let (recorder, _guard) = recorder();
    let grace = SocketOptions::new().handler_grace(Duration::from_millis(1));
    for command in ["fail", "panic"] {
        let (client, _journal) = client("/accept/");
        let mut client = client.options(grace.clone());
        client.connect().await.unwrap();
        client.send_to(command).unwrap();
        client.expect_close().await.unwrap();
        client.wait().await.unwrap();
    }
    let (client, journal) = client("/accept/");
    let mut client = client.options(grace);
    client.connect().await.unwrap();
    client.send_to("hang").unwrap();
    drop(client);
    journal.rest().await;
    let seen = Seen::of(recorder);
    for outcome in ["error", "panic", "cancelled"] {
        let labels = format!("handler=receive,outcome={outcome}");
        let name = format!("channels_handler_failures_total{{{labels}}}");
        assert_eq!(seen.counted(&name), 1, "{outcome}");
    }
}

#[actix_web::test]
async fn what_crosses_a_layer_and_what_is_lost_on_it_is_counted() {
    let (recorder, _guard) = recorder();
    let started = Instant::now();
    let passed = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let now = move || {
        let seconds = clock.load(std::sync::atomic::Ordering::SeqCst);
        started + Duration::from_secs(seconds)
    };
    let layer = InMemoryLayer::builder().capacity(2).clock(now);
    let layer = Layer::new(layer.max_message_bytes(1000).build());
    let mut channel = layer.new_channel().await.unwrap();
    let name = channel.name().clone();
    layer.group_add(&group("tea"), &name).await.unwrap();
    layer.send(&name, message("one")).await.unwrap();
    layer
        .group_send(&group("tea"), message("two"))
        .await
        .unwrap();
    layer
        .group_send(&group("tea"), message("three"))
        .await
        .unwrap();
    layer.send(&name, message("four")).await.unwrap_err();
    let long = "x".repeat(1000);
    layer.send(&name, message(&long)).await.unwrap_err();
    layer
        .group_send(&group("tea"), message(long))
        .await
        .unwrap_err();
    let gone = ChannelName::new("specific.x!y").unwrap();
    layer.send(&gone, message("five")).await.unwrap_err();
    channel.next().await.unwrap();
    passed.store(61, std::sync::atomic::Ordering::SeqCst);
    assert!(channel.next().now_or_never().is_none());

    let seen = Seen::of(recorder);
    assert_eq!(seen.counted("channels_layer_sent_total{}"), 2);
    assert_eq!(seen.counted("channels_layer_group_sends_total{}"), 2);
    assert_eq!(seen.counted("channels_layer_delivered_total{}"), 1);
    assert_eq!(seen.histogram("channels_layer_queue_messages{}"), [2.0]);
    for (reason, count) in [
        ("full", 2),
        ("too_large", 2),
        ("unknown", 1),
        ("expired", 1),
    ] {
        let name = format!("channels_layer_dropped_total{{reason={reason}}}");
        assert_eq!(seen.counted(&name), count, "{reason}");
    }
}

#[actix_web::test]
async fn connections_that_are_cut_are_counted_by_the_queue_that_was_full() {
    let (recorder, _guard) = recorder();
    let (unset, _journal) = client("/accept/");
    let mut reader = unset.options(SocketOptions::new().outbox_bytes(2048));
    reader.connect().await.unwrap();
    reader.send_to("flood 100").unwrap();
    while reader.receive_from().await.is_ok() {}

    let layer = Layer::new(InMemoryLayer::builder().capacity(1).build());
    let (unset, _journal) = client("/accept/?group=tea");
    let grace = SocketOptions::new().handler_grace(Duration::from_millis(1));
    let mut consumer = unset.layer(&layer).options(grace);
    consumer.connect().await.unwrap();
    consumer.send_to("hang").unwrap();
    for text in ["one", "two"] {
        layer
            .group_send(&group("tea"), message(text))
            .await
            .unwrap();
    }
    assert_eq!(consumer.expect_close().await.unwrap().0, 1013);

    let seen = Seen::of(recorder);
    for reason in ["slow_reader", "slow_consumer"] {
        let name = format!("channels_connections_cut_total{{reason={reason}}}");
        assert_eq!(seen.counted(&name), 1, "{reason}");
    }
}

#[actix_web::test]
async fn an_event_that_is_not_the_consumers_is_counted() {
    let (recorder, _guard) = recorder();
    let layer = Layer::in_memory();
    let (client, _journal) = client("/accept/?group=tea");
    let mut client = client.layer(&layer);
    client.connect().await.unwrap();
    layer.group_send(&group("tea"), vec![1]).await.unwrap();
    layer
        .group_send(&group("tea"), message("hi"))
        .await
        .unwrap();
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("heard hi")
    );
    let seen = Seen::of(recorder);
    let undecodable = "channels_layer_dropped_total{reason=undecodable}";
    assert_eq!(seen.counted(undecodable), 1);
}

struct Hand;

impl WorkerConsumer for Hand {
    type Event = DynEvent;

    async fn event(&mut self, event: Arc<DynEvent>, _: &mut WorkerContext<Self>) -> HandlerResult {
        if event.is("fail") {
            return Err(HandlerError::msg("the task fails"));
        }
        Ok(())
    }
}

#[actix_web::test]
async fn a_worker_counts_its_messages_failures_and_new_consumers() {
    let (recorder, _guard) = recorder();
    let layer = Layer::in_memory();
    let router = ChannelNameRouter::new().channel("tasks", |_: &Scope| Work(Hand));
    let worker = Worker::new(router, &layer).channels(["tasks"]);
    let handle = worker.handle();
    let tasks = ChannelName::new("tasks").unwrap();
    for kind in ["work", "fail", "work"] {
        let event = DynEvent::new(kind).unwrap();
        layer.send(&tasks, event).await.unwrap();
    }
    let running = actix_web::rt::spawn(worker.run());
    let all_taken = async {
        while layer.waiting(&tasks).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all_taken).await.unwrap();
    handle.stop(true);
    running.await.unwrap().unwrap();
    let seen = Seen::of(recorder);
    assert_eq!(seen.counted("channels_worker_messages_total{}"), 3);
    assert_eq!(seen.counted("channels_worker_errors_total{}"), 1);
    assert_eq!(seen.counted("channels_worker_restarts_total{}"), 1);
    assert_eq!(
        seen.counted("channels_connections_total{protocol=channel}"),
        2
    );
    assert!(
        seen.gauge("channels_connections_open{protocol=channel}")
            .abs()
            < f64::EPSILON
    );
    let failed = "channels_handler_failures_total{handler=event,outcome=error}";
    assert_eq!(seen.counted(failed), 1);
}

#[actix_web::test]
async fn every_metric_of_a_connection_is_described() {
    let (recorder, _guard) = recorder();
    describe_metrics();
    let layer = Layer::in_memory();
    let (client, _journal) = client("/accept/?group=tea");
    let mut client = client.layer(&layer);
    client.connect().await.unwrap();
    client.send_to("say tea hello").unwrap();
    client.receive_from().await.unwrap();
    client.receive_from().await.unwrap();
    client.send_to("fail").unwrap();
    client.expect_close().await.unwrap();
    let (mut refused, _journal) = crate::scripted::client("/deny/");
    refused.connect().await.unwrap_err();
    let seen = Seen::of(recorder);
    assert!(seen.0.len() > 12, "{seen:?}");
    for (name, (described, _)) in &seen.0 {
        assert!(described, "{name}");
    }
}
