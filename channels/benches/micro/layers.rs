//! The layer of one process: a group told something, and an event decoded by who hears it.

use std::hint::black_box;

use channels::layers::{ChannelReceiver, LayerMessage};
use channels::{GroupName, Layer};
use criterion::Criterion;
use futures_util::{FutureExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};

use crate::steady::measure as steady;

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type")]
enum ChatEvent {
    #[serde(rename = "chat.message")]
    Message { room: u64, text: String },
}

/// The same on the wire, and another type.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Heard {
    #[serde(rename = "chat_message")]
    Message { room: u64, text: String },
}

pub(crate) fn measure(criterion: &mut Criterion) {
    let event = ChatEvent::Message {
        room: 7,
        text: "tea for two ".repeat(8),
    };
    for members in [1, 100, 1000] {
        measure_group(criterion, members, &event);
    }
    let message = LayerMessage::new(event);
    steady(criterion, "layer/decode same type", || {
        black_box(&message).decode::<ChatEvent>()
    });
    steady(criterion, "layer/decode other type", || {
        black_box(&message).decode::<Heard>()
    });
    steady(criterion, "layer/encode", || black_box(&message).encode());
    let encoded = message.encode().expect("plain fields");
    steady(criterion, "layer/decode encoded", || {
        LayerMessage::from_encoded(black_box(&encoded).clone()).decode::<ChatEvent>()
    });
}

/// Sent to a group of plain channels, and taken by each.
fn measure_group(criterion: &mut Criterion, members: usize, event: &ChatEvent) {
    let layer = Layer::in_memory();
    let room = GroupName::encode("room.7");
    let mut receivers: Vec<_> = (0..members).map(|_| member(&layer, &room)).collect();
    steady(criterion, &format!("layer/group send/{members}"), || {
        let sent = layer.group_send(&room, event.clone()).now_or_never();
        let report = sent.expect("nobody is waited for").expect("a group");
        assert_eq!(report.delivered, members);
        for receiver in &mut receivers {
            black_box(receiver.next().now_or_never());
        }
    });
}

fn member(layer: &Layer, room: &GroupName) -> ChannelReceiver {
    let opened = layer.new_channel().now_or_never();
    let channel = opened.expect("nobody is waited for").expect("a channel");
    let added = layer.group_add(room, channel.name()).now_or_never();
    added.expect("nobody is waited for").expect("a member");
    channel
}
