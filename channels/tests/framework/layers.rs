//! What layers offer beyond the rules that all keep, and those rules for the in-process layer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use channels::layers::{InMemoryLayer, Layers, UseLayer};
use channels::testing::conformance::{Backend, Setup, check};
use channels::testing::{Faults, WebsocketCommunicator};
use channels::{
    ChannelName, Context, Frame, GroupName, HandlerResult, IntoEndpoint as _, Layer, LayerError,
    Scope, WebsocketConsumer,
};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};

use crate::scripted::{PATIENCE, client, group, message};

/// A clock that stands still until a test moves it.
#[derive(Clone)]
struct Clock(Arc<Mutex<Instant>>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }
}

struct InMemory(Clock);

impl Backend for InMemory {
    fn layer(&self, setup: Setup) -> LocalBoxFuture<'_, Layer> {
        let clock = self.0.clone();
        let builder = InMemoryLayer::builder().capacity(setup.capacity);
        let builder = builder.expiry(setup.expiry).clock(move || clock.now());
        Box::pin(async { Layer::new(builder.build()) })
    }

    fn pass(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        self.0.pass(time);
        Box::pin(async {})
    }
}

#[actix_web::test]
async fn the_in_process_layer_keeps_all_rules() {
    let violations = check(&InMemory(Clock::new())).await;
    assert!(violations.is_empty(), "{violations:#?}");
}

#[actix_web::test]
async fn a_name_says_which_layer_made_it_and_cannot_be_guessed() {
    let layers = [Layer::in_memory(), Layer::in_memory()];
    let mut processes = HashSet::new();
    for layer in &layers {
        let (one, other) = (layer.new_channel().await, layer.new_channel().await);
        let (one, other) = (one.unwrap(), other.unwrap());
        let (process, local) = one.name().as_str().split_once('!').unwrap();
        assert_eq!(other.name().as_str().split_once('!').unwrap().0, process);
        assert!(local.len() >= 16, "{local}");
        processes.insert(process.to_owned());
    }
    assert_eq!(processes.len(), layers.len());
}

/// Hands out a layer that loses every message.
struct Forgetful;

impl Backend for Forgetful {
    fn layer(&self, _: Setup) -> LocalBoxFuture<'_, Layer> {
        let (layer, faults) = Faults::around(Layer::in_memory());
        faults.break_down();
        Box::pin(async { layer })
    }
}

#[actix_web::test]
async fn a_layer_that_breaks_the_rules_is_told_which() {
    let violations = check(&Forgetful).await;
    assert!(violations.len() > 20);
    let text = violations[0].to_string();
    assert!(text.starts_with("names_are_valid"), "{text}");
}

#[actix_web::test]
async fn messages_of_a_minute_are_too_old() {
    let clock = Clock::new();
    let for_layer = clock.clone();
    let layer = InMemoryLayer::builder().clock(move || for_layer.now());
    let layer = Layer::new(layer.build());
    let mut channel = layer.new_channel().await.unwrap();
    layer.send(channel.name(), message("old")).await.unwrap();
    clock.pass(Duration::from_secs(59));
    layer.send(channel.name(), message("new")).await.unwrap();
    assert_eq!(layer.waiting(channel.name()).await.unwrap(), 2);
    clock.pass(Duration::from_secs(1));
    let kept = channel.next().now_or_never().flatten().unwrap();
    let text = kept.to_value().unwrap()["text"].clone();
    assert_eq!(text, "new");
    assert!(channel.next().now_or_never().is_none());
}

#[actix_web::test]
async fn a_full_channel_has_room_again_when_messages_are_too_old() {
    let clock = Clock::new();
    let for_layer = clock.clone();
    let layer = InMemoryLayer::builder().capacity(1);
    let layer = Layer::new(layer.clock(move || for_layer.now()).build());
    let channel = layer.new_channel().await.unwrap();
    layer.send(channel.name(), message("old")).await.unwrap();
    assert!(layer.send(channel.name(), message("x")).await.is_err());
    clock.pass(Duration::from_secs(61));
    layer.send(channel.name(), message("new")).await.unwrap();
}

#[actix_web::test]
async fn a_consumer_is_a_member_as_long_as_it_lives_and_a_queue_until_it_is_not_renewed() {
    let clock = Clock::new();
    let day = Duration::from_secs(86_400);
    for (limit, queues) in [(None, 1), (Some(day), 0)] {
        let for_layer = clock.clone();
        let mut layer = InMemoryLayer::builder().clock(move || for_layer.now());
        if let Some(limit) = limit {
            layer = layer.group_expiry(limit);
        }
        let layer = Layer::new(layer.build());
        let channel = layer.new_channel().await.unwrap();
        let jobs = ChannelName::new("jobs").unwrap();
        let tea = group("tea");
        for member in [channel.name(), &jobs] {
            layer.group_add(&tea, member).await.unwrap();
        }
        clock.pass(day / 2);
        layer.group_add(&tea, &jobs).await.unwrap();
        clock.pass(day / 2);
        assert_eq!(layer.group(&tea).count().await.unwrap(), 2, "renewed");
        clock.pass(day / 2);
        let report = layer.group_send(&tea, message("hello")).await.unwrap();
        assert_eq!(report.delivered, 1 + queues);
        assert_eq!(layer.group(&tea).count().await.unwrap(), 1 + queues);
        layer.group_add(&tea, &jobs).await.unwrap();
        assert_eq!(layer.group(&tea).count().await.unwrap(), 2);
        drop(channel);
        assert_eq!(layer.group(&tea).count().await.unwrap(), 1);
    }
}

#[actix_web::test]
async fn a_message_over_the_limit_is_refused_to_its_sender_and_reaches_nobody() {
    let layer = InMemoryLayer::builder().max_message_bytes(50).build();
    let layer = Layer::new(layer);
    let mut channel = layer.new_channel().await.unwrap();
    let (name, tea) = (channel.name().clone(), group("tea"));
    layer.group_add(&tea, &name).await.unwrap();
    let fits = message("x".repeat(50 - r#"{"type":"chat.message","text":""}"#.len()));
    layer.send(&name, fits).await.unwrap();
    channel.next().await.unwrap();
    let over = || message("x".repeat(51 - r#"{"type":"chat.message","text":""}"#.len()));
    let jobs = ChannelName::new("jobs").unwrap();
    for refused in [
        layer.send(&name, over()).await,
        layer.send(&jobs, over()).await,
        layer.group_send(&tea, over()).await.map(drop),
    ] {
        let Err(LayerError::TooLarge { size, limit }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((size, limit), (51, 50));
    }
    assert!(channel.next().now_or_never().is_none());
    assert_eq!(layer.waiting(&jobs).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_mebibyte_is_carried_by_default_and_no_more_unless_told() {
    let json = r#"{"type":"chat.message","text":""}"#.len();
    let biggest = 1024 * 1024 - json;
    let layer = Layer::in_memory();
    let channel = layer.new_channel().await.unwrap();
    let carried = message("x".repeat(biggest));
    layer.send(channel.name(), carried).await.unwrap();
    let over = || message("x".repeat(biggest + 1));
    let refused = layer.send(channel.name(), over()).await;
    assert!(matches!(refused, Err(LayerError::TooLarge { .. })));
    let unlimited = InMemoryLayer::builder().max_message_bytes(usize::MAX);
    let layer = Layer::new(unlimited.build());
    let channel = layer.new_channel().await.unwrap();
    layer.send(channel.name(), over()).await.unwrap();
}

#[actix_web::test]
async fn a_value_that_json_cannot_hold_still_crosses_one_process() {
    let layer = Layer::in_memory();
    let mut channel = layer.new_channel().await.unwrap();
    let odd = std::collections::BTreeMap::from([((1, 2), 3)]);
    layer.send(channel.name(), odd.clone()).await.unwrap();
    let message = channel.next().await.unwrap();
    assert!(message.to_value().is_err());
    let came = message.decode::<std::collections::BTreeMap<(i32, i32), i32>>();
    assert_eq!(*came.unwrap(), odd);
}

#[actix_web::test]
async fn names_of_e7_are_taken_or_refused() {
    let long = "a".repeat(99);
    for valid in [long.as_str(), "a.b-c_d"] {
        assert!(GroupName::new(valid).is_ok() && ChannelName::new(valid).is_ok());
    }
    for channel_only in ["a!", "a!b"] {
        assert!(GroupName::new(channel_only).is_err());
        assert!(ChannelName::new(channel_only).is_ok());
    }
    let too_long = "a".repeat(100);
    let invalid = [
        &too_long, "", "a b", "a?b", "é", "!b", "a!b!c", "a\n", "٣", "a!é",
    ];
    for name in invalid {
        assert!(GroupName::new(name).is_err() && ChannelName::new(name).is_err());
    }
}

#[test]
fn code_that_cannot_await_sends_from_any_thread() {
    let layer = Layer::in_memory();
    let tea = group("tea");
    let mut channel = layer.new_channel().now_or_never().unwrap().unwrap();
    let other = layer.clone();
    let name = channel.name().clone();
    let sending = std::thread::spawn(move || {
        let layer = other.blocking();
        layer.group_add(&group("tea"), &name)?;
        for _ in 0..3 {
            assert_eq!(layer.group_send(&group("tea"), message("x"))?.delivered, 1);
        }
        layer.send(&name, message("direct"))?;
        layer.group_discard(&group("tea"), &name)
    });
    sending.join().unwrap().unwrap();
    let waiting = layer.waiting(channel.name()).now_or_never().unwrap();
    assert_eq!(waiting.unwrap(), 4);
    assert!(channel.next().now_or_never().is_some());
    let count = layer.group(&tea).count().now_or_never().unwrap();
    assert_eq!(count.unwrap(), 0);
}

#[test]
fn an_alias_leads_to_its_layer_or_to_none() {
    let layers = Layers::for_test().with("alerts", Layer::in_memory());
    assert!(layers.get(Layers::DEFAULT).is_some());
    assert!(layers.get("unheard-of").is_none());
    assert!(layers.set("alerts", Layer::in_memory()).is_some());
    assert!(layers.set("new", Layer::in_memory()).is_none());
    assert!(layers.get("new").is_some());
}

/// Sends received messages to the group `tea` of its layer.
struct Tells;

impl WebsocketConsumer for Tells {
    type Event = crate::scripted::Event;

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let text = frame.as_text().unwrap_or_default().to_owned();
        ctx.group_send(&group("tea"), message(text)).await?;
        Ok(())
    }
}

#[actix_web::test]
async fn a_route_may_have_another_layer_than_its_driver() {
    let layers = Layers::for_test().with("alerts", Layer::in_memory());
    let alerts = layers.get("alerts").unwrap();
    let mut listening = alerts.new_channel().await.unwrap();
    let tea = group("tea");
    alerts.group_add(&tea, listening.name()).await.unwrap();
    let app = (|_: &Scope| Tells)
        .wrap(UseLayer::of(&layers, "alerts"))
        .wrap(UseLayer::new(Layer::in_memory()));
    let mut client = WebsocketCommunicator::new(app, "/").timeout(PATIENCE);
    client.connect().await.unwrap();
    client.send_to("hello").unwrap();
    let heard = tokio::time::timeout(PATIENCE, listening.next());
    let heard = heard.await.unwrap().unwrap();
    assert_eq!(heard.to_value().unwrap()["text"], "hello");
}

#[actix_web::test]
async fn a_faulty_layer_fails_and_loses_as_the_test_wants() {
    let (layer, faults) = Faults::around(Layer::in_memory());
    let mut channel = layer.new_channel().await.unwrap();
    let name = channel.name().clone();
    faults.fail_next(1);
    let failed = layer.send(&name, message("x")).await;
    assert!(matches!(failed, Err(LayerError::Backend(_))));
    faults.lose_next(1);
    layer.send(&name, message("lost")).await.unwrap();
    layer.send(&name, message("kept")).await.unwrap();
    let kept = channel.next().await.unwrap();
    assert_eq!(kept.to_value().unwrap()["text"], "kept");
    faults.heal();
    faults.lose_every(2);
    for _ in 0..10 {
        layer.send(&name, message("x")).await.unwrap();
    }
    assert_eq!(layer.waiting(&name).await.unwrap(), 5);
    faults.break_down();
    assert!(layer.flush().await.is_err());
    faults.heal();
    layer.flush().await.unwrap();
}

#[actix_web::test]
async fn a_consumer_whose_layer_fails_is_closed_with_1011() {
    let (layer, faults) = Faults::around(Layer::in_memory());
    let client = WebsocketCommunicator::new(|_: &Scope| Tells, "/");
    let mut client = client.layer(&layer).timeout(PATIENCE);
    client.connect().await.unwrap();
    faults.break_down();
    client.send_to("hello").unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1011);
}

#[actix_web::test]
async fn a_consumer_without_a_layer_talks_to_its_client_and_to_its_timers() {
    let (client, _journal) = client("/accept/");
    let mut client = client.layer(&Layer::none());
    client.connect().await.unwrap();
    client.send_to("hello").unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("hello"));
    client.send_to("later once").unwrap();
    let fired = client.receive_from().await.unwrap();
    assert_eq!(fired, Frame::from("fired once"));
    client.disconnect(1000).await.unwrap();
}

#[actix_web::test]
async fn a_consumer_of_a_group_needs_a_layer() {
    let (client, journal) = client("/accept/?group=tea");
    let mut client = client.layer(&Layer::none());
    assert_eq!(client.connect().await.unwrap_err().status, 500);
    drop(client);
    let denied = r#"disconnect Some(1006) "" Server, in 0 groups"#;
    assert_eq!(journal.rest().await, [denied, "dropped"]);
}

#[actix_web::test]
async fn what_needs_a_layer_says_that_there_is_none() {
    let layer = Layer::none();
    let channel = layer.new_channel().await.unwrap();
    let jobs = ChannelName::new("jobs").unwrap();
    let tea = group("tea");
    for refused in [
        layer.send(channel.name(), message("x")).await,
        layer.receive(&jobs).await.map(drop),
        layer.group_add(&tea, channel.name()).await,
        layer.group_send(&tea, message("x")).await.map(drop),
    ] {
        assert!(matches!(refused, Err(LayerError::NoLayer)), "{refused:?}");
    }
    layer.group_discard(&tea, channel.name()).await.unwrap();
    assert!(layer.extensions().is_empty());
    let text = LayerError::NoLayer.to_string();
    assert!(text.contains("UseLayer"), "{text}");
}

#[test]
#[should_panic(expected = "no channel layer is named \"unheard-of\"")]
fn an_alias_without_a_layer_is_noticed_at_the_start() {
    let _ = UseLayer::of(&Layers::for_test(), "unheard-of");
}
