//! Events of a socket: a posted message, and its announcement.

use std::hint::black_box;

use criterion::Criterion;
use parlour::accounts::{UserId, UserRef};
use parlour::chat::layer::frame;
use parlour::chat::live::ClientFrame;
use parlour::chat::log::MessageId;
use parlour::chat::messages::{ClientEvent, MessageCreated, RoomChange};
use parlour::chat::rooms::RoomId;
use uuid::Uuid;

use crate::steady::measure as steady;

const LINE: &str = "Shall we have tea at four? I bring the biscuits. ";

pub(crate) fn measure(criterion: &mut Criterion) {
    for (what, body) in [
        ("line", LINE.to_owned()),
        ("longest", "x".repeat(10_000)),
        ("code", "fn f(a: [u8; 2]) { g(a[0]) }\n".repeat(10)),
    ] {
        let post = ClientEvent::Post {
            room: RoomId(7),
            client_id: Uuid::nil(),
            body,
            reply_to: None,
        };
        let text = serde_json::to_string(&post).expect("JSON");
        steady(criterion, &format!("event/read {what}"), || {
            ClientFrame::parse(black_box(&text))
        });
        steady(criterion, &format!("event/serde alone {what}"), || {
            serde_json::from_str::<ClientEvent>(black_box(&text)).ok()
        });
    }
    let created = RoomChange::MessageCreated(MessageCreated {
        room: RoomId(7),
        seq: 1234,
        id: MessageId(56_789),
        author: UserRef {
            id: UserId(42),
            username: "ana".to_owned(),
            name: "ana".to_owned(),
        },
        body: LINE.to_owned(),
        created_at: "2026-11-23T08:02:11.123Z".to_owned(),
        html: format!("<article class=\"message\" id=\"message-56789\">{LINE}</article>").repeat(8),
        client_id: Uuid::nil(),
        reply: None,
        mentions: Vec::new(),
    });
    steady(criterion, "event/write", || frame(black_box(&created)));
}
