//! Markup: a message as it goes to sockets, and pages as they go to browsers.

use std::hint::black_box;

use criterion::Criterion;
use parlour::accounts::{Person, UserId, Zone};
use parlour::chat::log::MessageId;
use parlour::chat::messages::{Markup, Message, MessageView, formatting};
use parlour::chat::rooms::RoomId;
use parlour::db::Timestamp;
use parlour::friends::BlockedPeople;
use parlour::templates::Templates;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::steady::measure as steady;

/// A full page of a room.
const MESSAGES: i64 = 50;
/// Beside it.
const CONVERSATIONS: i64 = 20;

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
    let pages: [(&str, &str, &dyn Fn() -> Value); 2] = [
        ("room page", "chat/pages/room", &|| {
            room_page(markup.log(messages.clone(), &Zone::default(), Some(40), &nobody))
        }),
        ("login page", "accounts/login", &login_page),
    ];
    for (what, template, data) in pages {
        let html = templates.render(template, &data());
        let html = html.expect("a page that gives the template all that it asks for");
        assert!(html.ends_with("</html>\n"), "a whole page");
        steady(criterion, &format!("render/{what}"), || {
            templates.render(template, &black_box(data()))
        });
    }
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
    }
}

/// What `accounts::Page` gives every page.
fn common(me: Option<Person>) -> Value {
    json!({
        "lang": "en",
        "title": "Parlour",
        "assets": "/static/0a1b2c3d",
        "csrf_token": "AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "theme": "system",
        "path": "/rooms/7/",
        "me": me,
        "notice": null,
        "badge": null,
        "requests": 0,
    })
}

fn login_page() -> Value {
    with(
        common(None),
        json!({"username": "", "next": "/", "register": "/accounts/register/", "error": null, "retry": null, "ended": null, "kept": null}),
    )
}

/// What scripts copy for a message on its way.
fn pending() -> Value {
    json!({
        "id": "pending",
        "author_id": "0",
        "author": "ana",
        "initials": "AN",
        "hue": "0",
        "html": "",
        "created_at": "",
        "time": "",
        "follows": false,
        "big_emoji": false,
        "deleted": null,
        "room": "",
        "quote": "",
        "edited": "",
        "reactions": "",
        "source": "",
    })
}

/// As `chat::views` shows it to somebody with twenty conversations.
fn room_page(log: String) -> Value {
    let (me, person) = (Person::new(UserId(0), "ana"), Person::new(UserId(1), "bo"));
    let face = |online: bool| {
        json!({
            "name": person.username,
            "kind": "direct",
            "initials": person.initials,
            "hue": person.hue,
            "person_id": person.id,
            "presence": if online { "online" } else { "offline" },
            "presence_word": "online",
        })
    };
    let conversation = |room: i64| {
        json!({
            "room_id": room,
            "path": format!("/rooms/{room}/"),
            "face": face(room % 2 == 0),
            "current": room == 7,
            "unread": {"any": true, "number": "3", "label": "bo, 3 unread"},
        })
    };
    let own = json!({
        "conversations": (1..=CONVERSATIONS).map(conversation).collect::<Vec<_>>(),
        "hidden_conversations": [],
        "waiting": {"any": true, "undo": false},
        "room": {"id": 7, "name": "bo", "topic": "", "role": "member", "kind": "direct", "face": face(true), "members": null, "details": null, "archived": false, "delete_day": null, "may_keep": false, "catch_up_path": null, "health": {"title": "", "short": "", "long": ""}},
        "catch_up": null,
        "log": log,
        "pending": pending(),
        "last_seq": MESSAGES,
        "epoch": "one",
        "zone": "UTC",
        "can_post": true,
        "closed": null,
        "draft": "",
        "refusal": null,
        "reply": null,
        "again": null,
        "outsiders": [],
        "client_id": Uuid::nil(),
        "earlier": "/rooms/7/?before=1",
        "later": null,
        "max_chars": 10_000,
        "page_data": {
            "me": {"id": 0, "username": "ana"},
            "room": 7,
            "last_seq": MESSAGES,
            "max_chars": 10_000,
            "csrf_token": "AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        },
    });
    with(common(Some(me)), own)
}

fn with(mut page: Value, own: Value) -> Value {
    if let (Value::Object(page), Value::Object(own)) = (&mut page, own) {
        page.extend(own);
    }
    page
}
