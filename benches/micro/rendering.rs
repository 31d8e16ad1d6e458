//! Markup: a message for sockets, and the log of a room. `scripts/bench` measures whole pages.

use std::hint::black_box;

use criterion::Criterion;
use parlour::accounts::{Person, UserId, Zone};
use parlour::chat::log::MessageId;
use parlour::chat::messages::{Markup, Message, MessageView, formatting};
use parlour::chat::rooms::RoomId;
use parlour::db::Timestamp;
use parlour::friends::BlockedPeople;
use parlour::templates::Templates;
use uuid::Uuid;

use crate::steady::measure as steady;

/// A full page of a room.
const MESSAGES: i64 = 50;

pub(crate) fn measure(criterion: &mut Criterion) {
    let templates = Templates::load().expect("templates compile");
    let markup = Markup::compile(&templates).expect("the markup of messages compiles");
    let view = MessageView::new(message(1));
    steady(criterion, "render/message", || {
        markup.render(black_box(&view))
    });
    steady(criterion, "render/view of a message", || {
        MessageView::new(message(1))
    });

    let nobody = BlockedPeople::default();
    let messages: Vec<_> = (1..=MESSAGES).map(message).collect();
    steady(criterion, "render/log of a room", || {
        let messages = black_box(&messages).clone();
        markup.log(messages, &Zone::default(), Some(40), &nobody)
    });
}

fn message(seq: i64) -> Message {
    let body = "Shall we have tea at four? I bring the biscuits & the cups.";
    Message {
        id: MessageId(1000 + seq),
        room: RoomId(7),
        seq,
        author: Person::new(UserId(seq / 3 % 2), "ana"),
        client_id: Uuid::nil(),
        body: body.to_owned(),
        html: formatting::render(body).html(|_| None),
        notice: None,
        created_at: Timestamp(1_790_000_000_000 + seq * 60_000),
        edited_at: None,
        deleted: None,
        reply: None,
        reactions: Vec::new(),
        pinned_by: None,
    }
}
