//! Layers without consumers.

use std::collections::HashSet;
use std::sync::Arc;

use channels::layers::{Bounds, ChannelReceiver, Extension};
use channels::{ChannelName, LayerError};
use futures_util::{FutureExt as _, StreamExt as _};

use super::BACKEND;
use crate::scripted::{Event, group, message};

fn texts(receiver: &mut ChannelReceiver) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(Some(message)) = receiver.next().now_or_never() {
        match &*message.decode::<Event>().expect("a test event") {
            Event::Message { text } => texts.push(text.clone()),
            Event::Fired { name } => panic!("{name}"),
        }
    }
    texts
}

#[actix_web::test]
async fn channels_have_valid_names_that_nobody_else_has() {
    let (_, there) = BACKEND.processes(Bounds::new());
    let mut names = HashSet::new();
    for _ in 0..100 {
        let channel = there.new_channel().await.unwrap();
        assert!(ChannelName::new(channel.name().as_str()).is_ok());
        assert!(channel.name().as_str().starts_with("specific."));
        assert!(names.insert(channel.name().clone()));
    }
}

#[actix_web::test]
async fn a_full_channel_refuses_and_keeps_what_it_has() {
    let (layer, there) = BACKEND.processes(Bounds::new().capacity(2));
    let mut channel = there.new_channel().await.unwrap();
    let name = channel.name().clone();
    for text in ["one", "two"] {
        layer.send(&name, message(text)).await.unwrap();
    }
    let refused = layer.send(&name, message("three")).await;
    assert!(
        matches!(refused, Err(LayerError::ChannelFull { channel, capacity: 2 }) if channel == name)
    );
    assert_eq!(texts(&mut channel), ["one", "two"]);
    layer.send(&name, message("four")).await.unwrap();
    assert_eq!(texts(&mut channel), ["four"]);
}

#[actix_web::test]
async fn the_first_pattern_that_matches_sets_the_capacity() {
    let bounds = Bounds::new()
        .channel_capacity("other.*", 1)
        .channel_capacity("specific.*!?*", 3)
        .channel_capacity("*", 5);
    let (layer, there) = BACKEND.processes(bounds);
    let channel = there.new_channel().await.unwrap();
    for _ in 0..3 {
        layer.send(channel.name(), message("x")).await.unwrap();
    }
    assert!(layer.send(channel.name(), message("x")).await.is_err());
}

#[actix_web::test]
async fn a_group_skips_full_members_and_says_so() {
    let (layer, there) = BACKEND.processes(Bounds::new().capacity(1));
    let mut full = there.new_channel().await.unwrap();
    let mut free = there.new_channel().await.unwrap();
    for channel in [&full, &free] {
        there
            .group_add(&group("tea"), channel.name())
            .await
            .unwrap();
    }
    layer.send(full.name(), message("before")).await.unwrap();
    let report = layer
        .group_send(&group("tea"), message("hello"))
        .await
        .unwrap();
    assert_eq!((report.delivered, report.dropped), (1, 1));
    assert_eq!(texts(&mut full), ["before"]);
    assert_eq!(texts(&mut free), ["hello"]);
}

#[actix_web::test]
async fn a_message_is_one_value_for_all_members() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let mut channels = Vec::new();
    for _ in 0..3 {
        let channel = there.new_channel().await.unwrap();
        there
            .group_add(&group("tea"), channel.name())
            .await
            .unwrap();
        channels.push(channel);
    }
    layer
        .group_send(&group("tea"), message("hello"))
        .await
        .unwrap();
    let mut events = Vec::new();
    for channel in &mut channels {
        let message = channel.next().now_or_never().unwrap().unwrap();
        events.push(message.decode::<Event>().unwrap());
    }
    assert!(
        events
            .windows(2)
            .all(|pair| Arc::ptr_eq(&pair[0], &pair[1]))
    );
}

#[actix_web::test]
async fn a_dropped_channel_is_gone_from_everywhere() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let channel = there.new_channel().await.unwrap();
    let name = channel.name().clone();
    there.group_add(&group("tea"), &name).await.unwrap();
    drop(channel);
    let sent = layer.send(&name, message("hello")).await;
    assert!(matches!(sent, Err(LayerError::UnknownChannel(_))));
    let added = there.group_add(&group("tea"), &name).await;
    assert!(matches!(added, Err(LayerError::UnknownChannel(_))));
    let report = layer
        .group_send(&group("tea"), message("hello"))
        .await
        .unwrap();
    assert_eq!((report.delivered, report.dropped), (0, 0));
}

#[actix_web::test]
async fn leaving_a_group_twice_or_an_unknown_one_is_silent() {
    let (_layer, there) = BACKEND.processes(Bounds::new());
    let channel = there.new_channel().await.unwrap();
    let nobody = ChannelName::new("specific.nobody!here").unwrap();
    there
        .group_add(&group("tea"), channel.name())
        .await
        .unwrap();
    for name in [channel.name(), channel.name(), &nobody] {
        there.group_discard(&group("tea"), name).await.unwrap();
        there.group_discard(&group("coffee"), name).await.unwrap();
    }
}

#[actix_web::test]
async fn flush_forgets_groups_and_messages_and_keeps_channels() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let mut channel = there.new_channel().await.unwrap();
    there
        .group_add(&group("tea"), channel.name())
        .await
        .unwrap();
    layer.send(channel.name(), message("old")).await.unwrap();
    layer.flush().await.unwrap();
    assert_eq!(texts(&mut channel), [""; 0]);
    let report = layer
        .group_send(&group("tea"), message("nobody"))
        .await
        .unwrap();
    assert_eq!(report.delivered, 0);
    there
        .group_add(&group("tea"), channel.name())
        .await
        .unwrap();
    layer
        .group_send(&group("tea"), message("new"))
        .await
        .unwrap();
    assert_eq!(texts(&mut channel), ["new"]);
    assert!(layer.supports(Extension::Groups) && layer.supports(Extension::Flush));
}

#[actix_web::test]
async fn all_members_see_a_groups_messages_in_one_order() {
    let (layer, there) = BACKEND.processes(Bounds::new().capacity(1000));
    let mut channels = Vec::new();
    for _ in 0..2 {
        let channel = there.new_channel().await.unwrap();
        there
            .group_add(&group("tea"), channel.name())
            .await
            .unwrap();
        channels.push(channel);
    }
    let threads: Vec<_> = [("a", &layer), ("b", &layer), ("c", &there)]
        .map(|(writer, layer)| {
            let layer = layer.clone();
            std::thread::spawn(move || {
                for number in 0..100 {
                    let event = message(format!("{writer}{number}"));
                    let sent = layer.blocking().group_send(&group("tea"), event);
                    assert_eq!(sent.unwrap().delivered, 2);
                }
            })
        })
        .into();
    for thread in threads {
        thread.join().unwrap();
    }
    let first = texts(&mut channels[0]);
    assert_eq!(first.len(), 300);
    assert_eq!(first, texts(&mut channels[1]));
}
