//! Workers: from a message on a channel to a consumer, through every kind of failure.

use std::cell::RefCell;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use channels::layers::{DynEvent, Layers, UseLayer};
use channels::routing::ChannelNameRouter;
use channels::sessions::CookieMiddleware;
use channels::testing::Faults;
use channels::worker::{
    RunWorker, Work, Worker, WorkerConsumer, WorkerContext, WorkerError, WorkerHandle, WorkerReport,
};
use channels::{
    ChannelName, Connecting, Deny, GroupName, HandlerError, HandlerResult, IntoEndpoint, Layer,
    Middleware, Next, OnUnknown, Scope, StopConsumer,
};
use futures_util::future::LocalBoxFuture;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::scripted::{PATIENCE, group};

/// Does what its messages say, and keeps a journal.
struct Hand {
    journal: UnboundedSender<String>,
    /// How many messages this very value has taken.
    taken: RefCell<usize>,
}

impl Hand {
    fn note(&self, line: impl Into<String>) {
        let _ = self.journal.send(line.into());
    }
}

impl WorkerConsumer for Hand {
    type Event = DynEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("hands")]
    }

    async fn start(&mut self, ctx: &mut WorkerContext<Self>) -> HandlerResult {
        let channel = ctx.scope().channel().map(ToString::to_string);
        self.note(format!("start {}", channel.unwrap_or_default()));
        Ok(())
    }

    async fn event(
        &mut self,
        event: Arc<DynEvent>,
        ctx: &mut WorkerContext<Self>,
    ) -> HandlerResult {
        *self.taken.borrow_mut() += 1;
        let taken = *self.taken.borrow();
        let kind = event.kind();
        self.note(format!("{kind} begins, number {taken}"));
        match &*event.handler() {
            "fail" => return Err(HandlerError::msg("the task fails")),
            "panic" => panic!("the task panics"),
            "hang" => pending().await,
            "enough" => return Err(StopConsumer.into()),
            "clumsy_task" => {
                ctx.spawn(async { panic!("the task beside panics") });
            }
            "later" => {
                let event = DynEvent::new("timer.fired")?;
                ctx.notify_later(Duration::from_millis(5), event);
            }
            "wait_for_group" => {
                let released = ctx.layer().new_channel().await?;
                ctx.layer()
                    .group_add(&group("gate"), released.name())
                    .await?;
                self.note("waiting");
                futures_util::StreamExt::next(&mut { released }).await;
            }
            _ => {}
        }
        self.note(format!("{kind} ends"));
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Ignore
    }

    async fn stop(&mut self, ctx: &mut WorkerContext<Self>) {
        self.note(format!("stop, in {} groups", ctx.groups().count()));
    }
}

struct Shop {
    layer: Layer,
    journal: UnboundedReceiver<String>,
    handle: WorkerHandle,
    running: JoinHandle<Result<WorkerReport, WorkerError>>,
}

impl Shop {
    /// A worker of the channels `a` and `b` on this layer.
    fn open(layer: &Layer, set_up: impl FnOnce(Worker) -> Worker) -> Self {
        let (journal, reader) = unbounded_channel();
        Self::with(layer, router(&journal), reader, set_up)
    }

    fn with(
        layer: &Layer,
        app: impl IntoEndpoint,
        journal: UnboundedReceiver<String>,
        set_up: impl FnOnce(Worker) -> Worker,
    ) -> Self {
        let worker = Worker::new(app, layer).channels(["a", "b"]);
        let millisecond = Duration::from_millis(1);
        let worker = set_up(worker.backoff(millisecond, 10 * millisecond));
        Self {
            layer: layer.clone(),
            journal,
            handle: worker.handle(),
            running: actix_web::rt::spawn(worker.run()),
        }
    }

    async fn send(&self, channel: &str, kind: &str) {
        let event = DynEvent::new(kind).expect("test types are valid");
        let sent = self.layer.send(&name(channel), event).await;
        sent.expect("a channel with room");
    }

    async fn next(&mut self) -> String {
        let line = timeout(PATIENCE, self.journal.recv()).await;
        line.expect("a line in time").expect("a worker that runs")
    }

    /// Waits for this line; gives those before it.
    async fn until(&mut self, wanted: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let line = self.next().await;
            if line == wanted {
                return before;
            }
            before.push(line);
        }
    }

    async fn started(&mut self) {
        let mut lines = [self.next().await, self.next().await];
        lines.sort_unstable();
        assert_eq!(lines, ["start a", "start b"]);
    }

    async fn stop(self) -> WorkerReport {
        self.handle.stop(true);
        self.ended().await.expect("a report")
    }

    async fn ended(self) -> Result<WorkerReport, WorkerError> {
        let ended = timeout(PATIENCE, self.running).await;
        ended.expect("the worker to end").expect("no panic")
    }
}

fn router(journal: &UnboundedSender<String>) -> ChannelNameRouter {
    let mut router = ChannelNameRouter::new();
    for channel in ["a", "b"] {
        let journal = journal.clone();
        router = router.channel(channel, move |_: &Scope| {
            Work(Hand {
                journal: journal.clone(),
                taken: RefCell::default(),
            })
        });
    }
    router
}

fn name(channel: &str) -> ChannelName {
    ChannelName::new(channel).expect("test channels have valid names")
}

#[actix_web::test]
async fn messages_of_a_channel_are_handled_one_after_another_by_one_consumer() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    for kind in ["one", "two"] {
        shop.send("a", kind).await;
    }
    for line in [
        "one begins, number 1",
        "one ends",
        "two begins, number 2",
        "two ends",
    ] {
        assert_eq!(shop.next().await, line);
    }
    let report = shop.stop().await;
    assert_eq!((report.handled, report.failed, report.restarts), (2, 0, 0));
    assert!(report.unread.is_empty());
}

#[actix_web::test]
async fn what_was_sent_before_the_worker_began_is_not_lost() {
    let layer = Layer::in_memory();
    let event = DynEvent::new("early").unwrap();
    layer.send(&name("a"), event).await.unwrap();
    let mut shop = Shop::open(&layer, |worker| worker);
    shop.until("early ends").await;
    shop.stop().await;
}

#[actix_web::test]
async fn a_failure_or_panic_costs_one_message_and_the_next_meets_a_new_consumer() {
    for kind in ["fail", "panic"] {
        let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
        shop.started().await;
        shop.send("a", kind).await;
        shop.send("a", "next").await;
        for line in [
            &format!("{kind} begins, number 1"),
            "stop, in 0 groups",
            "start a",
            "next begins, number 1",
            "next ends",
        ] {
            assert_eq!(&shop.next().await, line, "{kind}");
        }
        let report = shop.stop().await;
        assert_eq!((report.handled, report.failed, report.restarts), (1, 1, 1));
    }
}

#[actix_web::test]
async fn a_consumer_that_stops_itself_has_not_failed_and_is_made_anew() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    shop.send("a", "enough").await;
    shop.send("a", "next").await;
    shop.until("start a").await;
    shop.until("next ends").await;
    let report = shop.stop().await;
    assert_eq!((report.handled, report.failed, report.restarts), (2, 0, 1));
}

#[actix_web::test]
async fn a_panic_beside_the_handlers_costs_the_consumer_and_no_message() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    shop.send("a", "clumsy.task").await;
    shop.until("start a").await;
    shop.send("a", "next").await;
    shop.until("next ends").await;
    let report = shop.stop().await;
    assert_eq!((report.handled, report.failed, report.restarts), (2, 1, 1));
}

#[actix_web::test]
async fn a_failure_on_one_channel_is_not_noticed_on_another() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    shop.send("a", "hang").await;
    shop.until("hang begins, number 1").await;
    shop.send("b", "work").await;
    shop.until("work ends").await;
    shop.handle.stop(false);
    let report = shop.ended().await.unwrap();
    assert_eq!((report.handled, report.dropped), (1, 1));
}

#[actix_web::test]
async fn messages_that_are_no_events_are_dropped_and_the_worker_goes_on() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    for poison in [json!({"no": "type"}), json!({"type": "_x"}), json!([1])] {
        shop.layer.send(&name("a"), poison).await.unwrap();
    }
    shop.send("a", "good").await;
    assert_eq!(shop.next().await, "good begins, number 1");
    assert_eq!(shop.stop().await.failed, 0);
}

#[actix_web::test]
async fn a_layer_that_fails_is_asked_again_until_it_answers() {
    let (layer, faults) = Faults::around(Layer::in_memory());
    faults.fail_next(5);
    let mut shop = Shop::open(&layer, |worker| worker);
    shop.started().await;
    // The wait that is under way when the layer breaks still ends well.
    faults.fail_next(3);
    let mut sent = false;
    while !sent {
        let event = DynEvent::new("after").unwrap();
        sent = shop.layer.send(&name("a"), event).await.is_ok();
    }
    shop.until("after ends").await;
    shop.send("b", "again").await;
    shop.until("again ends").await;
    let report = shop.stop().await;
    assert_eq!((report.handled, report.failed), (2, 0));
    assert_eq!(report.restarts, 5, "one for each failure at the start");
}

#[actix_web::test]
async fn with_concurrency_a_channel_has_several_consumers() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker.concurrency(2));
    for _ in 0..4 {
        assert!(shop.next().await.starts_with("start"));
    }
    for _ in 0..2 {
        shop.send("a", "wait.for_group").await;
    }
    for _ in 0..2 {
        shop.until("waiting").await;
    }
    // Both are at work at the same time; a third message waits on the layer.
    shop.send("a", "third").await;
    tokio::task::yield_now().await;
    assert_eq!(shop.layer.waiting(&name("a")).await.unwrap(), 1);
    let report = shop.layer.group_send(&group("gate"), ()).await.unwrap();
    assert_eq!(report.delivered, 2);
    shop.until("third ends").await;
    assert_eq!(shop.stop().await.handled, 3);
}

#[actix_web::test]
async fn groups_and_timers_reach_a_workers_consumer() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    let event = DynEvent::new("for.all").unwrap();
    let sent = shop.layer.group_send(&group("hands"), event).await.unwrap();
    assert_eq!(sent.delivered, 2);
    for _ in 0..2 {
        shop.until("for.all ends").await;
    }
    shop.send("a", "later").await;
    shop.until("timer.fired ends").await;
    shop.stop().await;
}

#[actix_web::test]
async fn a_stop_lets_handlers_finish_and_leaves_the_rest_on_the_layer() {
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker);
    shop.started().await;
    shop.send("a", "wait.for_group").await;
    shop.until("waiting").await;
    for _ in 0..3 {
        shop.send("a", "left").await;
    }
    shop.handle.stop(true);
    assert!(shop.handle.is_stopping());
    shop.until("stop, in 0 groups").await;
    shop.layer.group_send(&group("gate"), ()).await.unwrap();
    shop.until("wait.for_group ends").await;
    shop.until("stop, in 0 groups").await;
    let report = shop.ended().await.unwrap();
    assert_eq!((report.handled, report.dropped), (1, 0));
    assert_eq!(report.unread[&name("a")], 3);
    assert_eq!(report.unread.len(), 1);
}

#[actix_web::test]
async fn a_handler_that_outlasts_the_stop_is_given_up_and_counted() {
    let limit = Duration::from_millis(20);
    let mut shop = Shop::open(&Layer::in_memory(), |worker| worker.shutdown_timeout(limit));
    shop.started().await;
    shop.send("a", "hang").await;
    shop.until("hang begins, number 1").await;
    let report = shop.stop().await;
    assert_eq!((report.handled, report.dropped, report.restarts), (0, 1, 0));
}

#[actix_web::test]
async fn a_worker_that_is_dropped_stops() {
    let (journal, mut reader) = unbounded_channel();
    let layer = Layer::in_memory();
    let worker = Worker::new(router(&journal), &layer).channels(["a"]);
    drop(journal);
    let mut running = Box::pin(worker.run());
    let started = async {
        tokio::select! {
            _ = &mut running => panic!("it ended by itself"),
            line = reader.recv() => line.unwrap(),
        }
    };
    assert_eq!(started.await, "start a");
    drop(running);
    assert_eq!(reader.recv().await.unwrap(), "stop, in 0 groups");
    assert_eq!(reader.recv().await, None);
}

#[actix_web::test]
async fn what_cannot_work_is_said_at_the_start() {
    let layer = Layer::in_memory();
    let (journal, _reader) = unbounded_channel();
    let run = |channels: &[&str]| {
        let worker = Worker::new(router(&journal), &layer);
        worker.channels(channels.iter().copied()).run()
    };
    let failed = run(&[]).await;
    assert!(matches!(failed, Err(WorkerError::NoChannels)), "{failed:?}");
    let failed = run(&["a", "c"]).await;
    assert!(matches!(&failed, Err(WorkerError::NoRoute(name)) if name.as_str() == "c"));
    let text = failed.unwrap_err().to_string();
    assert!(text.contains("ChannelNameRouter::channel"), "{text}");
    let failed = run(&["no good"]).await;
    assert!(matches!(failed, Err(WorkerError::Name(_))), "{failed:?}");
    let failed = run(&["specific.x!y"]).await;
    assert!(
        matches!(failed, Err(WorkerError::NotShared(_))),
        "{failed:?}"
    );
    let worker = Worker::new(router(&journal), &layer).channels(["a", "b", "a"]);
    let failed = worker.concurrency(501).run().await;
    let Err(WorkerError::TooMany { wanted, limit }) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!((wanted, limit), (1002, 1000));
}

/// Refuses this many times at first.
struct Grumpy(std::sync::atomic::AtomicUsize);

impl Middleware for Grumpy {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        use std::sync::atomic::Ordering;
        let count = |left: usize| left.checked_sub(1);
        match self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, count)
        {
            Ok(2) => panic!("the middleware panics"),
            Ok(_) => Box::pin(async { Err(Deny::status(503)) }),
            Err(_) => Box::pin(next.run(scope)),
        }
    }
}

#[actix_web::test]
async fn middleware_that_refuses_or_panics_is_asked_again() {
    let (journal, reader) = unbounded_channel();
    // One for each channel at the start, then one by one.
    let app = router(&journal)
        .wrap(Grumpy(6.into()))
        .wrap(CookieMiddleware);
    let mut shop = Shop::with(&Layer::in_memory(), app, reader, |worker| worker);
    shop.started().await;
    let report = shop.stop().await;
    assert_eq!(report.restarts, 4);
}

#[actix_web::test]
async fn a_consumer_may_have_another_layer_than_its_queue() {
    let (tasks, others) = (Layer::in_memory(), Layer::in_memory());
    let (journal, reader) = unbounded_channel();
    let app = router(&journal).wrap(UseLayer::new(others.clone()));
    let mut shop = Shop::with(&tasks, app, reader, |worker| worker);
    shop.started().await;
    let event = DynEvent::new("elsewhere").unwrap();
    let sent = others.group_send(&group("hands"), event).await.unwrap();
    assert_eq!(sent.delivered, 2);
    for _ in 0..2 {
        shop.until("elsewhere ends").await;
    }
    shop.send("a", "task").await;
    shop.until("task ends").await;
    shop.stop().await;
}

#[actix_web::test]
async fn arguments_name_channels_and_a_layer() {
    let parsed = RunWorker::parse(["a", "--layer", "tasks", "b"]).unwrap();
    assert_eq!((parsed.channels.len(), parsed.layer.as_str()), (2, "tasks"));
    assert_eq!(RunWorker::parse(["a", "--layer=x"]).unwrap().layer, "x");
    assert_eq!(RunWorker::parse(["a"]).unwrap().layer, Layers::DEFAULT);
    let none = RunWorker::parse([] as [&str; 0]);
    assert!(matches!(none, Err(WorkerError::NoChannels)));
    for wrong in [["a", "--layer"], ["a", "--verbose"]] {
        let refused = RunWorker::parse(wrong).unwrap_err();
        assert!(refused.to_string().contains("usage"), "{refused}");
    }
    let (journal, _reader) = unbounded_channel();
    let layers = Layers::for_test();
    let missing = parsed.worker(router(&journal), &layers);
    assert!(matches!(missing, Err(WorkerError::NoLayer(alias)) if alias == "tasks"));
    let worker = RunWorker::parse(["a"]).unwrap();
    let worker = worker.worker(router(&journal), &layers).unwrap();
    worker.handle().stop(true);
    assert_eq!(worker.run().await.unwrap(), WorkerReport::default());
}
