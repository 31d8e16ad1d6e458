//! The tests of groups and events, and those of frames past the consumer, on a layer that encodes
//! everything and joins two processes; and what only several processes have.

use std::sync::atomic::Ordering;

use channels::layers::Bounds;
use channels::testing::conformance::{self, Setup, check};
use channels::{GroupName, Layer, LayerError};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::backends::Backend;
use crate::scripted::{group, message};
use crate::sockets::Driver;
use crate::wired::Wired;

pub(crate) const BACKEND: Backend = Backend::Wired;
pub(crate) const DRIVER: Driver = Driver::TwoProcesses;

#[path = "../events.rs"]
mod events;
#[path = "../socket_forwarding.rs"]
mod forwarding;
#[path = "../layer.rs"]
mod layer;

/// Both ends, or one of which the other is kept here.
#[derive(Default)]
struct Ends {
    first: bool,
    kept: std::cell::RefCell<Vec<Layer>>,
}

impl conformance::Backend for Ends {
    fn layer(&self, setup: Setup) -> LocalBoxFuture<'_, Layer> {
        Box::pin(async move {
            let (keeper, other) = self.processes(setup).await;
            let (checked, kept) = match self.first {
                true => (keeper, other),
                false => (other, keeper),
            };
            self.kept.borrow_mut().push(kept);
            checked
        })
    }

    fn processes(&self, setup: Setup) -> LocalBoxFuture<'_, (Layer, Layer)> {
        let bounds = Bounds::new().capacity(setup.capacity).expiry(setup.expiry);
        let Wired { keeper, other, .. } = Wired::new(bounds);
        Box::pin(async move { (keeper, other) })
    }
}

#[actix_web::test]
async fn both_ends_of_a_wire_keep_all_rules() {
    for first in [true, false] {
        let kept = std::cell::RefCell::default();
        let violations = check(&Ends { first, kept }).await;
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

async fn share(layer: &Layer, name: &GroupName) -> usize {
    let sent = layer.group_send(name, message("x")).await;
    sent.expect("both ends are there").delivered
}

#[actix_web::test]
async fn a_group_is_subscribed_from_its_first_member_to_its_last() {
    let wired = Wired::new(Bounds::new());
    let (keeper, other) = (&wired.keeper, &wired.other);
    let carried = || wired.carried.swap(0, Ordering::Relaxed);
    let (tea, milk) = (group("tea"), group("milk"));
    assert_eq!((share(keeper, &tea).await, carried()), (0, 0));
    let first = other.new_channel().await.unwrap();
    let second = other.new_channel().await.unwrap();
    other.group_add(&tea, first.name()).await.unwrap();
    assert_eq!((share(keeper, &tea).await, carried()), (1, 1));
    other.group_add(&tea, second.name()).await.unwrap();
    assert_eq!(
        (share(keeper, &tea).await, carried()),
        (2, 1),
        "once for both"
    );
    assert_eq!((share(keeper, &milk).await, carried()), (0, 0));
    other.group_discard(&tea, first.name()).await.unwrap();
    assert_eq!((share(keeper, &tea).await, carried()), (1, 1));
    drop(second);
    // What is asked of the other end comes behind the news that the last member has gone.
    other.group(&tea).count().await.unwrap();
    assert_eq!((share(keeper, &tea).await, carried()), (0, 0));
    other.group_add(&tea, first.name()).await.unwrap();
    assert_eq!((share(keeper, &tea).await, carried()), (1, 1));
}

#[actix_web::test]
async fn members_of_all_processes_are_listed() {
    let wired = Wired::new(Bounds::new());
    let tea = group("tea");
    let mut members = Vec::new();
    let mut channels = Vec::new();
    for layer in [&wired.keeper, &wired.other] {
        let channel = layer.new_channel().await.unwrap();
        layer.group_add(&tea, channel.name()).await.unwrap();
        members.push(channel.name().clone());
        channels.push(channel);
    }
    members.sort_unstable();
    for layer in [&wired.keeper, &wired.other] {
        assert_eq!(layer.group(&tea).members().await.unwrap(), members);
    }
}

#[actix_web::test]
async fn only_its_own_process_adds_a_channel_to_a_group() {
    let wired = Wired::new(Bounds::new());
    let channel = wired.other.new_channel().await.unwrap();
    let added = wired.keeper.group_add(&group("tea"), channel.name()).await;
    assert!(
        matches!(added, Err(LayerError::UnknownChannel(_))),
        "{added:?}"
    );
}

#[actix_web::test]
async fn a_process_that_is_alone_is_told() {
    let Wired { keeper, other, .. } = Wired::new(Bounds::new());
    drop(keeper);
    let channel = other.new_channel().await.unwrap();
    let added = other.group_add(&group("tea"), channel.name()).await;
    assert!(matches!(added, Err(LayerError::Backend(_))), "{added:?}");
    assert!(other.group_send(&group("tea"), ()).await.is_err());
}

/// What is bytes for serde.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Drawing {
    #[serde(rename = "drawing.tile")]
    Tile { place: (i64, u64), png: ByteBuf },
}

#[actix_web::test]
async fn bytes_cross_as_bytes_and_are_decoded_once_for_all() {
    let wired = Wired::new(Bounds::new());
    let tea = group("tea");
    let mut channels = Vec::new();
    for _ in 0..2 {
        let channel = wired.other.new_channel().await.unwrap();
        wired.other.group_add(&tea, channel.name()).await.unwrap();
        channels.push(channel);
    }
    let tile = || Drawing::Tile {
        place: (i64::MIN, u64::MAX),
        png: ByteBuf::from([0xff; 1000]),
    };
    wired.keeper.group_send(&tea, tile()).await.unwrap();
    let mut came = Vec::new();
    for channel in &mut channels {
        let message = channel.next().await.unwrap();
        let encoded = message.encode().unwrap();
        assert!((1000..1100).contains(&encoded.len()), "{}", encoded.len());
        came.push(message.decode::<Drawing>().unwrap());
    }
    assert_eq!(*came[0], tile());
    assert!(std::sync::Arc::ptr_eq(&came[0], &came[1]));
}
