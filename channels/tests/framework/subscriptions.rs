//! When the hub of a process subscribes a group at its backend, and when it ends that.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use channels::layers::{
    ChannelLayer, ChannelReceiver, Extension, InMemoryLayer, Inlet, LayerMessage, SendReport,
};
use channels::{ChannelName, GroupName, Layer, LayerError};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join};
use tokio::sync::Semaphore;

use crate::scripted::{group, message};

/// A backend that subscribes slowly, or fails, and records its calls.
#[derive(Clone)]
struct Slow(Arc<State>);

struct State {
    memory: InMemoryLayer,
    /// A permit for each subscription that may continue.
    permits: Semaphore,
    asked: Mutex<Vec<&'static str>>,
}

impl Slow {
    fn layer(permits: usize) -> (Layer, Self) {
        let slow = Self(Arc::new(State {
            memory: InMemoryLayer::new(),
            permits: Semaphore::new(permits),
            asked: Mutex::default(),
        }));
        (Layer::new(slow.clone()), slow)
    }

    fn note(&self, what: &'static str) {
        let mut asked = self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(what);
    }

    /// The calls since the last check.
    fn asked(&self) -> Vec<&'static str> {
        let mut asked = self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *asked)
    }
}

impl ChannelLayer for Slow {
    fn attach(&self, inlet: Arc<dyn Inlet>) {
        self.0.memory.attach(inlet);
    }

    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelName, LayerError>> {
        self.0.memory.new_channel(prefix)
    }

    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        self.0.memory.send(channel, message)
    }

    fn receive<'a>(
        &'a self,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>> {
        self.0.memory.receive(queue)
    }

    fn subscribe<'a>(&'a self, _: &'a GroupName) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async {
            self.note("subscribe");
            let permit = self.0.permits.acquire().await;
            let closed = |_| LayerError::Backend(io::Error::other("no connection").into());
            permit.map_err(closed)?.forget();
            Ok(())
        })
    }

    fn unsubscribe(&self, _: &GroupName) {
        self.note("unsubscribe");
    }

    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        self.0.memory.group_send(group, message, except)
    }

    fn extensions(&self) -> &'static [Extension] {
        &[Extension::Groups]
    }
}

async fn two_channels(layer: &Layer) -> [ChannelReceiver; 2] {
    let (first, second) = join(layer.new_channel(), layer.new_channel()).await;
    [first.expect("a channel"), second.expect("a channel")]
}

async fn members(layer: &Layer) -> usize {
    let sent = layer.group_send(&group("tea"), message("x")).await;
    sent.expect("memory does not fail").delivered
}

#[actix_web::test]
async fn two_who_are_the_first_share_one_subscription() {
    let (layer, slow) = Slow::layer(0);
    let tea = group("tea");
    let [first, second] = two_channels(&layer).await;
    let mut adding = Box::pin(join(
        layer.group_add(&tea, first.name()),
        layer.group_add(&tea, second.name()),
    ));
    assert!((&mut adding).now_or_never().is_none());
    assert_eq!(
        members(&layer).await,
        0,
        "nobody is in before it is subscribed"
    );
    slow.0.permits.add_permits(1);
    let (one, other) = adding.await;
    one.unwrap();
    other.unwrap();
    assert_eq!(members(&layer).await, 2);
    drop(first);
    assert_eq!(slow.asked(), ["subscribe"]);
    drop(second);
    assert_eq!(slow.asked(), ["unsubscribe"]);
}

#[actix_web::test]
async fn another_group_does_not_wait_for_one_that_is_slow() {
    let (layer, slow) = Slow::layer(0);
    let (tea, milk) = (group("tea"), group("milk"));
    let [first, second] = two_channels(&layer).await;
    let mut waits = Box::pin(layer.group_add(&tea, first.name()));
    assert!((&mut waits).now_or_never().is_none());
    let mut adds = Box::pin(layer.group_add(&milk, second.name()));
    assert!((&mut adds).now_or_never().is_none());
    assert_eq!(slow.asked(), ["subscribe", "subscribe"]);
    slow.0.permits.add_permits(2);
    let (one, other) = join(waits, adds).await;
    one.unwrap();
    other.unwrap();
}

#[actix_web::test]
async fn who_gives_up_leaves_no_subscription_behind() {
    let (layer, slow) = Slow::layer(0);
    let tea = group("tea");
    let [first, second] = two_channels(&layer).await;
    let given_up = layer.group_add(&tea, first.name()).now_or_never();
    assert!(given_up.is_none());
    assert_eq!(slow.asked(), ["subscribe", "unsubscribe"]);
    slow.0.permits.add_permits(1);
    layer.group_add(&tea, second.name()).await.unwrap();
    assert_eq!(members(&layer).await, 1);
    assert_eq!(slow.asked(), ["subscribe"]);
}

#[actix_web::test]
async fn the_next_takes_the_turn_of_one_who_gave_up() {
    let (layer, slow) = Slow::layer(0);
    let tea = group("tea");
    let [first, second] = two_channels(&layer).await;
    let mut given_up = Box::pin(layer.group_add(&tea, first.name()));
    assert!((&mut given_up).now_or_never().is_none());
    let mut waits = Box::pin(layer.group_add(&tea, second.name()));
    assert!((&mut waits).now_or_never().is_none());
    drop(given_up);
    slow.0.permits.add_permits(1);
    waits.await.unwrap();
    assert_eq!(slow.asked(), ["subscribe", "unsubscribe", "subscribe"]);
    assert_eq!(members(&layer).await, 1);
}

#[actix_web::test]
async fn a_subscription_that_fails_makes_nobody_a_member() {
    let (layer, slow) = Slow::layer(0);
    let channel = layer.new_channel().await.unwrap();
    slow.0.permits.close();
    let failed = layer.group_add(&group("tea"), channel.name()).await;
    assert!(matches!(failed, Err(LayerError::Backend(_))), "{failed:?}");
    assert_eq!(slow.asked(), ["subscribe", "unsubscribe"]);
    assert_eq!(members(&layer).await, 0);
}

#[actix_web::test]
async fn a_channel_that_ends_meanwhile_is_no_member() {
    let (layer, slow) = Slow::layer(0);
    let tea = group("tea");
    let channel = layer.new_channel().await.unwrap();
    let name = channel.name().clone();
    let mut adding = Box::pin(layer.group_add(&tea, &name));
    assert!((&mut adding).now_or_never().is_none());
    drop(channel);
    slow.0.permits.add_permits(1);
    let refused = adding.await;
    assert!(matches!(refused, Err(LayerError::UnknownChannel(_))));
    assert_eq!(slow.asked(), ["subscribe", "unsubscribe"]);
}
