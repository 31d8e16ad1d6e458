use std::{collections::BTreeSet, sync::Arc, time::Duration};

use actix_web::{App, test};
use channels::http::{HttpOptions, Streams};
use channels::routing::Endpoint;
use channels::testing::WebsocketCommunicator;
use channels::{Connecting, Deny, IntoEndpoint as _, Layer, Middleware, Next, Scope};
use diesel::prelude::*;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    accounts::{
        EndReason, SessionEvent, SessionRef, SignedIn, User, UserId,
        models::{NewSession, StoredSession},
        still_valid, user_group,
    },
    chat::{
        live::{self, ChangeRoom, ChatConsumer, PurgeRooms},
        membership::NewRoom,
        messages::NewMessage,
        rooms::{RoomId, RoomMember, RoomName, Topic},
        testing::{ANA, BO, CLEO, a_conversation, part},
    },
    config::Settings,
    db::{Connection, Database, Timestamp, testing::TestDatabase},
    error::Error,
    preferences::Preferences,
    schema::{events, messages, rooms},
    security::RateLimiter,
    templates::Templates,
};

mod epoch;

/// A chat without a network, with the real consumer, server, database and templates.
struct Chat {
    room: RoomId,
    parts: live::Chat,
    layer: Layer,
    _database: TestDatabase,
}

impl Chat {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::for_data("unused");
        change(&mut settings);
        let database = TestDatabase::new();
        let room = a_conversation(&database).await;
        let layer = Layer::in_memory();
        let rates = RateLimiter::new(&settings.rates);
        let limits = Arc::new(settings.limits);
        let templates = Templates::load().unwrap();
        let parts = live::Chat::start(&database, &layer, &templates, (&rates, &limits)).unwrap();
        Self {
            room,
            parts,
            layer,
            _database: database,
        }
    }

    fn app(&self) -> Endpoint {
        let parts = Arc::new(self.parts.clone());
        let address = [127, 0, 0, 1].into();
        let app = move |_: &Scope| ChatConsumer::new(&parts, address);
        app.into_endpoint()
    }

    fn socket(&self) -> WebsocketCommunicator {
        WebsocketCommunicator::new(self.app(), "/ws/").layer(&self.layer)
    }

    /// Signs `user` in with the session `of-…`.
    async fn sign_in(&self, user: UserId) -> SignedIn {
        let signed_in = move |conn: &mut Connection| {
            let row = User::find(conn, user)?;
            let (now, later) = (
                Timestamp::now(),
                Timestamp::now().plus(Duration::from_secs(60)),
            );
            let session = NewSession {
                id_hash: format!("of-{user}"),
                user_id: user,
                data: "{}".into(),
                epoch: row.session_epoch,
                created_at: now,
                last_seen_at: now,
                expires_at: later,
                absolute_expires_at: later,
                user_agent: String::new(),
                ip: String::new(),
            };
            let session_ref = SessionRef {
                id_hash: session.id_hash.clone(),
                user_id: user,
                epoch: session.epoch,
                used_at: now,
            };
            StoredSession::delete(conn, &session_ref.id_hash)?;
            session.insert(conn, 20)?;
            Ok(SignedIn {
                user: row,
                session: session_ref,
            })
        };
        self.parts.database.write(signed_in).await.unwrap()
    }

    /// Returns a connected socket of `user` that has received its hello.
    async fn socket_of(&self, user: UserId) -> WebsocketCommunicator {
        self.greeted(user).await.0
    }

    /// Returns the first event of a socket of `user`.
    async fn hello(&self, user: UserId) -> Value {
        self.greeted(user).await.1
    }

    async fn greeted(&self, user: UserId) -> (WebsocketCommunicator, Value) {
        let mut socket = self.socket().insert(self.sign_in(user).await);
        socket.connect().await.unwrap();
        let hello = socket.receive_json_from().await.unwrap();
        assert_eq!(
            (&hello["type"], &hello["user"]["id"]),
            (&json!("session.hello"), &json!(user))
        );
        (socket, hello)
    }

    async fn want_seen(&self, user: UserId, seen: bool) {
        let wanted = Preferences {
            seen,
            ..Preferences::default()
        };
        let saved = move |conn: &mut _| Ok(wanted.save(conn, user)?);
        self.parts.database.write(saved).await.unwrap();
    }

    fn post(&self, body: &str) -> Value {
        json!({
            "type": "message.post", "room": self.room, "client_id": Uuid::new_v4(), "body": body,
        })
    }
}

/// Returns the next event of one type, and skips others (for example presence and typing).
async fn next(socket: &mut WebsocketCommunicator, kind: &str) -> Value {
    loop {
        let event = socket.receive_json_from().await.unwrap();
        if event["type"] == kind {
            return event;
        }
    }
}

#[actix_web::test]
async fn without_a_session_the_handshake_is_refused() {
    let chat = Chat::start().await;
    let denied = chat.socket().connect().await.unwrap_err();
    assert_eq!(denied.status, 403);
}

#[actix_web::test]
async fn a_post_reaches_both_under_the_name_that_its_author_gave_it() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    let post = chat.post("<b>hello</b>");
    ana.send_json_to(&post).unwrap();
    // The two answers may come in either order.
    let mut answers = BTreeSet::new();
    while answers.len() < 2 {
        let event = ana.receive_json_from().await.unwrap();
        let kind = event["type"].as_str().unwrap();
        if ["message.accepted", "message.created"].contains(&kind) {
            let (client_id, seq) = (&event["client_id"], &event["seq"]);
            assert_eq!((client_id, seq), (&post["client_id"], &json!(1)));
            answers.insert(kind.to_owned());
        }
    }
    let heard = next(&mut bo, "message.created").await;
    assert_eq!(
        (&heard["body"], &heard["client_id"]),
        (&json!("<b>hello</b>"), &post["client_id"])
    );
    assert!(
        heard["html"]
            .as_str()
            .unwrap()
            .contains("&lt;b&gt;hello&lt;/b&gt;")
    );
}

#[actix_web::test]
async fn a_repeat_gets_the_first_answer_and_is_announced_once() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    let (post, last) = (chat.post("once"), chat.post("last"));
    ana.send_json_to(&post).unwrap();
    let first = next(&mut ana, "message.accepted").await;
    ana.send_json_to(&post).unwrap();
    assert_eq!(next(&mut ana, "message.accepted").await, first);
    ana.send_json_to(&last).unwrap();
    assert_eq!(next(&mut bo, "message.created").await["body"], "once");
    assert_eq!(next(&mut bo, "message.created").await["body"], "last");
}

#[actix_web::test]
async fn a_stranger_can_neither_read_nor_post_nor_type_nor_hear() {
    let chat = Chat::start().await;
    let (mut ana, mut cleo) = (chat.socket_of(ANA).await, chat.socket_of(CLEO).await);
    ana.send_json_to(&chat.post("between us")).unwrap();
    next(&mut ana, "message.accepted").await;

    cleo.send_json_to(&json!({"type": "room.resume", "room": chat.room, "after": 0}))
        .unwrap();
    assert_eq!(next(&mut cleo, "error.reported").await["code"], "not_found");
    cleo.send_json_to(&chat.post("let me in")).unwrap();
    let refused = next(&mut cleo, "message.refused").await;
    assert_eq!(refused["code"], "not_allowed");
    cleo.send_json_to(&json!({"type": "typing.start", "room": chat.room}))
        .unwrap();
    cleo.send_json_to(&json!({"type": "connection.ping"}))
        .unwrap();
    assert_eq!(
        cleo.receive_json_from().await.unwrap()["type"],
        "connection.pong"
    );

    cleo.send_json_to(&json!({"type": "room.resume", "room": 999, "after": 0}))
        .unwrap();
    let missing = next(&mut cleo, "error.reported").await;
    assert_eq!(missing["code"], "not_found");
    let (mine, theirs) = (chat.post("x"), json!(999));
    let mut elsewhere = mine.clone();
    elsewhere["room"] = theirs;
    cleo.send_json_to(&elsewhere).unwrap();
    assert_eq!(
        next(&mut cleo, "message.refused").await["text"],
        refused["text"]
    );
}

#[actix_web::test]
async fn who_was_removed_reads_on_and_writes_nothing() {
    let chat = Chat::start().await;
    let mut bo = chat.socket_of(BO).await;
    bo.send_json_to(&chat.post("before")).unwrap();
    next(&mut bo, "message.accepted").await;
    part(&chat.parts.database).await;

    bo.send_json_to(&chat.post("after")).unwrap();
    let refused = next(&mut bo, "message.refused").await;
    assert_eq!(refused["text"], "ana is not receiving messages from you.");
    bo.send_json_to(&json!({"type": "room.resume", "room": chat.room, "after": 0}))
        .unwrap();
    let events = next(&mut bo, "room.events").await;
    assert_eq!(events["events"][0]["body"], "before");
    assert_eq!(events["last_seq"], 1);
}

#[actix_web::test]
async fn a_refused_text_says_what_to_remove_and_the_socket_stays() {
    let chat = Chat::with(|settings| settings.limits.message_chars = 5).await;
    let mut ana = chat.socket_of(ANA).await;
    ana.send_json_to(&chat.post("123456")).unwrap();
    let refused = next(&mut ana, "message.refused").await;
    assert_eq!(
        (&refused["code"], &refused["excess"]),
        (&json!("too_long"), &json!(1))
    );
    ana.send_json_to(&chat.post("12345")).unwrap();
    next(&mut ana, "message.accepted").await;
}

#[actix_web::test]
async fn who_is_far_behind_gets_the_newest_page_and_a_named_hole() {
    let chat = Chat::with(|settings| {
        settings.limits.resume_len = 55;
        settings.limits.socket_events = "1000/1s".parse().unwrap();
        settings.rates.messages = "1000/1s".parse().unwrap();
    })
    .await;
    let mut ana = chat.socket_of(ANA).await;
    for number in 1..=60 {
        ana.send_json_to(&chat.post(&number.to_string())).unwrap();
        next(&mut ana, "message.accepted").await;
    }
    let mut resume = async |after| {
        ana.send_json_to(&json!({"type": "room.resume", "room": chat.room, "after": after}))
            .unwrap();
        next(&mut ana, "room.events").await
    };
    let near = resume(5).await;
    assert_eq!(
        (near["events"].as_array().unwrap().len(), &near["missing"]),
        (55, &Value::Null)
    );
    let far = resume(4).await;
    assert_eq!(far["missing"], json!({"from": 5, "to": 10}));
    assert_eq!((&near["cut"], &far["cut"]), (&Value::Null, &json!(true)));
    assert_eq!(far["events"][0]["seq"], 11);
}

impl Chat {
    /// Stores messages of characters that templates escape, in the text and in its source.
    async fn fill(&self, count: usize) {
        for number in 1..=count {
            let body = format!("{number} {}", "&<>\"'".repeat(1_999));
            let post = NewMessage::new(self.room, BO, Uuid::new_v4(), body);
            let posted = self.parts.database.write(|conn| post.post(conn)).await;
            posted.unwrap();
        }
    }

    async fn resume(&self, socket: &mut WebsocketCommunicator, after: i64) -> Value {
        let resume = json!({"type": "room.resume", "room": self.room, "after": after});
        socket.send_json_to(&resume).unwrap();
        next(socket, "room.events").await
    }
}

fn seqs(answer: &Value) -> Vec<i64> {
    let events = answer["events"].as_array().unwrap().iter();
    events.map(|event| event["seq"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn a_resume_is_bounded_in_bytes_and_what_does_not_fit_is_a_named_hole() {
    let chat = Chat::start().await;
    chat.fill(12).await;
    let mut ana = chat.socket_of(ANA).await;

    let answer = chat.resume(&mut ana, 3).await;

    let shown = seqs(&answer);
    let first = shown[0];
    assert!(first > 4, "{shown:?}");
    assert_eq!(shown, (first..=12).collect::<Vec<_>>());
    assert_eq!(answer["missing"], json!({"from": 4, "to": first - 1}));
    assert_eq!(answer["cut"], json!(true));
    let (bytes, most) = (answer.to_string().len(), chat.parts.limits.resume_bytes);
    assert!(bytes <= most + 1024, "{bytes} of {most}");
    // An answer that fits is sent whole.
    let near = chat.resume(&mut ana, first).await;
    assert_eq!(seqs(&near), (first + 1..=12).collect::<Vec<_>>());
    let marks = (&near["missing"], &near["cut"]);
    assert_eq!(marks, (&Value::Null, &Value::Null));
}

#[actix_web::test]
async fn a_resume_has_one_event_however_small_its_budget() {
    let chat = Chat::with(|settings| settings.limits.resume_bytes = 1).await;
    chat.fill(2).await;
    let mut ana = chat.socket_of(ANA).await;
    let answer = chat.resume(&mut ana, 0).await;
    assert_eq!(seqs(&answer), [2]);
    assert_eq!(answer["missing"], json!({"from": 1, "to": 1}));
    assert!(seqs(&chat.resume(&mut ana, 2).await).is_empty());
}

#[actix_web::test]
async fn many_changes_of_one_large_message_are_not_sent_one_by_one() {
    let chat = Chat::start().await;
    chat.fill(1).await;
    let room = chat.room;
    let changes = chat.parts.database.write(move |conn| {
        for seq in 2..=200_i64 {
            let row = (
                events::room_id.eq(room),
                events::seq.eq(seq),
                events::kind.eq("message.reacted"),
                events::actor_id.eq(BO),
                events::message_id.eq(1_i64),
                events::created_at.eq(0_i64),
            );
            diesel::insert_into(events::table)
                .values(row)
                .execute(conn)?;
        }
        diesel::update(rooms::table.find(room))
            .set(rooms::last_seq.eq(200_i64))
            .execute(conn)?;
        Ok(())
    });
    changes.await.unwrap();
    let mut ana = chat.socket_of(ANA).await;

    let answer = chat.resume(&mut ana, 0).await;

    assert_eq!((seqs(&answer), &answer["cut"]), (vec![1], &json!(true)));
    let marks = (&answer["last_seq"], &answer["missing"]);
    assert_eq!(marks, (&json!(200), &Value::Null));
}

#[actix_web::test]
async fn typing_is_heard_by_the_other_and_ends_with_the_message() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&json!({"type": "typing.start", "room": chat.room}))
        .unwrap();
    assert_eq!(
        next(&mut bo, "typing.started").await["user"]["username"],
        "ana"
    );
    ana.send_json_to(&chat.post("done")).unwrap();
    next(&mut bo, "typing.stopped").await;
}

#[actix_web::test]
async fn an_ended_session_closes_its_socket_and_no_other() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    let ended = SessionEvent::Ended {
        sessions: vec![format!("of-{ANA}")],
        reason: EndReason::Revoked,
    };
    chat.layer
        .group_send(&user_group(ANA), ended)
        .await
        .unwrap();
    next(&mut ana, "session.ended").await;
    assert_eq!(ana.expect_close().await.unwrap().0, 4401);
    bo.send_json_to(&json!({"type": "connection.ping"}))
        .unwrap();
    next(&mut bo, "connection.pong").await;
}

#[actix_web::test]
async fn ten_errors_are_forgiven_and_the_eleventh_closes_with_1008() {
    let chat = Chat::start().await;
    let mut ana = chat.socket_of(ANA).await;
    for _ in 0..11 {
        ana.send_to("{}").unwrap();
        next(&mut ana, "error.reported").await;
    }
    assert_eq!(ana.expect_close().await.unwrap().0, 1008);
}

#[actix_web::test]
async fn a_message_that_came_too_fast_is_told_when_to_come_again() {
    let chat = Chat::with(|settings| {
        settings.limits.socket_events = "1/60s".parse().unwrap();
    })
    .await;
    let mut ana = chat.socket_of(ANA).await;
    ana.send_json_to(&chat.post("one")).unwrap();
    next(&mut ana, "message.accepted").await;
    ana.send_json_to(&chat.post("two")).unwrap();
    let refused = next(&mut ana, "message.refused").await;
    assert_eq!(
        (&refused["code"], &refused["retry_after_ms"]),
        (&json!("rate"), &json!(1000))
    );
}

#[actix_web::test]
async fn tabs_that_post_faster_than_the_disk_stay_open_and_get_every_answer() {
    const POSTS: usize = 300;
    let chat = Chat::with(|settings| {
        settings.limits.socket_posts = 4;
        settings.limits.socket_events = "1000/1s".parse().unwrap();
        settings.rates.messages = "1000/1s".parse().unwrap();
        settings.rates.messages_ip = "1000/1s".parse().unwrap();
    })
    .await;
    let mut tabs = [chat.socket_of(ANA).await, chat.socket_of(ANA).await];
    for number in 0..POSTS {
        for tab in &mut tabs {
            tab.send_json_to(&chat.post(&number.to_string())).unwrap();
        }
    }
    let (mut stored, mut refused, mut heard) = (0, 0, [0, 0]);
    for (tab, heard) in tabs.iter_mut().zip(&mut heard) {
        let before = stored + refused;
        while stored + refused < before + POSTS {
            let event = tab.receive_json_from().await.unwrap();
            match event["type"].as_str() {
                Some("message.accepted") => stored += 1,
                Some("message.created") => *heard += 1,
                Some("message.refused") => {
                    assert_eq!(event["code"], "busy");
                    assert!(event["retry_after_ms"].is_u64(), "{event}");
                    refused += 1;
                }
                _ => {}
            }
        }
    }
    assert!(stored > 0 && refused > 0, "{stored} and {refused}");
    for (tab, heard) in tabs.iter_mut().zip(heard) {
        for _ in heard..stored {
            next(tab, "message.created").await;
        }
        tab.send_json_to(&json!({"type": "connection.ping"}))
            .unwrap();
        next(tab, "connection.pong").await;
    }
}

/// Returns the answer to a change, accepted or refused.
async fn answer_to(socket: &mut WebsocketCommunicator, change: &Value) -> Value {
    socket.send_json_to(change).unwrap();
    loop {
        let event = socket.receive_json_from().await.unwrap();
        if event["type"] != "message.changed" && event["client_id"] == change["client_id"] {
            return event;
        }
    }
}

fn change(kind: &str, message: &Value, rest: Value) -> Value {
    let mut event = json!({
        "type": kind, "room": message["room"], "id": message["id"], "client_id": Uuid::new_v4(),
    });
    for (name, value) in rest.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[actix_web::test]
async fn an_edit_is_heard_by_both_and_a_repeat_by_nobody() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&chat.post("helo")).unwrap();
    let message = next(&mut bo, "message.created").await;
    let edit = change("message.edit", &message, json!({"body": "hello"}));

    let first = answer_to(&mut ana, &edit).await;
    let again = answer_to(&mut ana, &edit).await;

    assert_eq!(
        (&first["type"], &first["seq"]),
        (&json!("change.accepted"), &json!(2))
    );
    assert_eq!(
        (&again["type"], &again["seq"]),
        (&json!("change.accepted"), &Value::Null)
    );
    let heard = next(&mut bo, "message.changed").await;
    assert_eq!(
        (&heard["change"], &heard["body"], &heard["message_seq"]),
        (&json!("edited"), &json!("hello"), &json!(1))
    );
    assert!(heard["html"].as_str().unwrap().contains("(edited)"));
    let other = change(
        "message.react",
        &message,
        json!({"emoji": "🌱", "on": true}),
    );
    assert_eq!(
        answer_to(&mut bo, &other).await["seq"],
        3,
        "the repeat took no number"
    );
    let heard = next(&mut ana, "message.changed").await;
    assert!(["edited", "reacted"].contains(&heard["change"].as_str().unwrap()));
}

#[actix_web::test]
async fn a_deleted_message_cannot_be_edited_and_says_so() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&chat.post("oops")).unwrap();
    let message = next(&mut bo, "message.created").await;
    answer_to(&mut ana, &change("message.delete", &message, json!({}))).await;
    let heard = next(&mut bo, "message.changed").await;
    assert_eq!(
        (&heard["change"], &heard["body"]),
        (&json!("deleted"), &json!(""))
    );
    assert!(!heard["html"].as_str().unwrap().contains("oops"));

    let late = change("message.edit", &message, json!({"body": "better"}));
    let refused = answer_to(&mut ana, &late).await;

    assert_eq!(
        (&refused["type"], &refused["code"], &refused["text"]),
        (
            &json!("message.refused"),
            &json!("gone"),
            &json!("This message was deleted.")
        )
    );
}

#[actix_web::test]
async fn a_stranger_changes_nothing_and_learns_nothing() {
    let chat = Chat::start().await;
    let (mut ana, mut cleo) = (chat.socket_of(ANA).await, chat.socket_of(CLEO).await);
    ana.send_json_to(&chat.post("between us")).unwrap();
    let message = next(&mut ana, "message.accepted").await;
    let missing = json!({"room": 999, "id": 999});
    for (kind, rest) in [
        ("message.edit", json!({"body": "mine"})),
        ("message.delete", json!({})),
        ("message.react", json!({"emoji": "🌱", "on": true})),
        ("message.pin", json!({"on": true})),
    ] {
        let theirs = answer_to(&mut cleo, &change(kind, &message, rest.clone())).await;
        let nowhere = answer_to(&mut cleo, &change(kind, &missing, rest)).await;
        assert_eq!(
            (&theirs["code"], &theirs["text"]),
            (&nowhere["code"], &nowhere["text"])
        );
        assert_eq!(theirs["code"], "not_allowed");
    }
}

#[actix_web::test]
async fn only_real_emoji_are_reactions() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&chat.post("hello")).unwrap();
    let message = next(&mut ana, "message.accepted").await;
    for emoji in ["x", "<b>", "", "🌱🌱", "12"] {
        let react = change(
            "message.react",
            &message,
            json!({"emoji": emoji, "on": true}),
        );
        assert_eq!(
            answer_to(&mut ana, &react).await["code"],
            "invalid",
            "{emoji}"
        );
    }
    let react = change(
        "message.react",
        &message,
        json!({"emoji": "👏🏽", "on": true}),
    );
    assert_eq!(answer_to(&mut ana, &react).await["type"], "change.accepted");
    let heard = next(&mut bo, "message.changed").await;
    assert_eq!(
        heard["reactions"],
        json!([{"emoji": "👏🏽", "people": [ANA]}])
    );
}

#[actix_web::test]
async fn an_answer_carries_what_it_answers() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&chat.post("soup at seven?")).unwrap();
    let question = next(&mut bo, "message.created").await;
    let mut answer = chat.post("yes");
    answer["reply_to"] = question["id"].clone();
    bo.send_json_to(&answer).unwrap();
    next(&mut ana, "message.created").await;
    let heard = next(&mut ana, "message.created").await;
    assert_eq!(
        heard["reply"],
        json!({"id": question["id"], "author": {"id": ANA, "username": "ana"}, "quote": "soup at seven?"})
    );
    assert!(heard["html"].as_str().unwrap().contains("class=\"quote\""));
}

/// Creates a closed room of Ana with Bo in it.
async fn a_room(chat: &Chat) -> RoomId {
    let new = NewRoom {
        is_open: false,
        name: RoomName::parse("Tea").unwrap(),
        topic: Topic::default(),
        people: vec![BO],
    };
    let change = ChangeRoom::new(move |conn| new.create(conn, ANA));
    let changes = chat.parts.server.send(change).await.unwrap().unwrap();
    changes[0].room()
}

fn about(room: RoomId, event: &Value) -> bool {
    event["room"] == json!(room)
}

#[actix_web::test]
async fn sockets_follow_a_room_from_the_moment_their_person_is_in_it() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    let mut tab = chat.socket_of(BO).await;
    let room = a_room(&chat).await;
    for socket in [&mut bo, &mut tab] {
        let added = next(socket, "room.added").await;
        assert!(about(room, &added));
        let joined = next(socket, "member.changed").await;
        assert_eq!(
            joined["user"]["username"], "bo",
            "the news of the own coming is heard"
        );
    }
    ana.send_json_to(&json!({
        "type": "message.post", "room": room, "client_id": Uuid::new_v4(), "body": "tea?",
    }))
    .unwrap();
    for socket in [&mut bo, &mut tab] {
        assert_eq!(next(socket, "message.created").await["body"], "tea?");
    }
}

#[actix_web::test]
async fn sockets_hear_nothing_from_the_moment_their_person_is_out() {
    let chat = Chat::start().await;
    let room = a_room(&chat).await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    let remove = ChangeRoom::new(move |conn| {
        RoomMember::find(conn, room, ANA)?
            .removal(conn, BO)?
            .remove(conn)
    });
    chat.parts.server.send(remove).await.unwrap().unwrap();
    let left = next(&mut ana, "member.changed").await;
    assert_eq!(
        (&left["change"], &left["by"]),
        (&json!("left"), &json!(ANA))
    );
    assert!(about(room, &next(&mut bo, "room.removed").await));
    ana.send_json_to(&json!({"type": "typing.start", "room": room}))
        .unwrap();
    next(&mut ana, "typing.started").await;
    bo.send_json_to(&json!({"type": "connection.ping"}))
        .unwrap();
    // Presence of a friend still arrives, but nothing from the room does.
    loop {
        let event = bo.receive_json_from().await.unwrap();
        if event["type"] == "connection.pong" {
            break;
        }
        assert!(!about(room, &event), "{event}");
    }
}

#[actix_web::test]
async fn a_room_whose_time_is_over_goes_with_everything() {
    let chat = Chat::start().await;
    let room = a_room(&chat).await;
    let mut bo = chat.socket_of(BO).await;
    let delay = Duration::from_secs(7 * 24 * 60 * 60);
    let now = Timestamp::now();
    let delete = ChangeRoom::new(move |conn| {
        let mut events = RoomMember::find(conn, room, ANA)?.owner()?.archive(conn)?;
        let owner = RoomMember::find(conn, room, ANA)?.owner()?;
        events.extend(owner.delete_after(conn, now, delay)?);
        Ok(events)
    });
    chat.parts.server.send(delete).await.unwrap().unwrap();

    let purge = |now| chat.parts.server.send(PurgeRooms { now });
    assert_eq!(purge(now).await.unwrap().unwrap(), []);
    assert_eq!(purge(now.plus(delay)).await.unwrap().unwrap(), [room]);

    assert!(about(room, &next(&mut bo, "room.removed").await));
    let gone = chat
        .parts
        .database
        .read(move |conn| RoomMember::find(conn, room, ANA));
    assert!(matches!(gone.await, Err(Error::NotFound)));
    let left = chat.parts.database.read(move |conn| {
        let messages = messages::table.filter(messages::room_id.eq(room)).count();
        let events = events::table.filter(events::room_id.eq(room)).count();
        Ok(messages.get_result::<i64>(conn)? + events.get_result::<i64>(conn)?)
    });
    assert_eq!(left.await.unwrap(), 0);
    assert_eq!(purge(now.plus(delay)).await.unwrap().unwrap(), []);
}

/// Returns the counts of the first room in a hello: read up to, unread, mentions.
fn counts(event: &Value) -> (i64, i64, i64) {
    let number = |key: &str| event[key].as_i64().unwrap();
    (number("read_seq"), number("unread"), number("mentions"))
}

async fn snapshot(socket: &mut WebsocketCommunicator) -> Value {
    socket.send_json_to(&json!({"type": "unread.ask"})).unwrap();
    next(socket, "unread.told").await["rooms"][0].clone()
}

#[actix_web::test]
async fn what_is_read_in_one_tab_is_read_in_all_and_never_backwards() {
    let chat = Chat::start().await;
    let mut ana = chat.socket_of(ANA).await;
    let (mut tab, mut other) = (chat.socket_of(BO).await, chat.socket_of(BO).await);
    for body in ["one", "two", "three"] {
        ana.send_json_to(&chat.post(body)).unwrap();
        next(&mut ana, "message.accepted").await;
    }
    assert_eq!(counts(&snapshot(&mut tab).await), (0, 3, 3));
    assert_eq!(counts(&snapshot(&mut ana).await), (0, 0, 0));
    let read = |seq: i64| json!({"type": "room.read", "room": chat.room, "seq": seq});
    tab.send_json_to(&read(2)).unwrap();
    for socket in [&mut tab, &mut other] {
        assert_eq!(counts(&next(socket, "read.moved").await), (2, 1, 1));
    }
    // A cursor never moves back, and one past the end is clamped to the end.
    tab.send_json_to(&read(1)).unwrap();
    tab.send_json_to(&read(99)).unwrap();
    assert_eq!(counts(&next(&mut other, "read.moved").await), (3, 0, 0));
    let back = json!({"type": "room.unread", "room": chat.room, "seq": 2});
    tab.send_json_to(&back).unwrap();
    assert_eq!(counts(&next(&mut other, "read.moved").await), (1, 2, 2));
}

#[actix_web::test]
async fn everything_is_read_at_once_and_that_can_be_taken_back() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&chat.post("one")).unwrap();
    next(&mut ana, "message.accepted").await;
    bo.send_json_to(&json!({"type": "rooms.read"})).unwrap();
    assert_eq!(counts(&next(&mut bo, "read.moved").await), (1, 0, 0));
    bo.send_json_to(&json!({"type": "rooms.unread"})).unwrap();
    assert_eq!(counts(&next(&mut bo, "read.moved").await), (0, 1, 1));
}

#[actix_web::test]
async fn reading_is_seen_by_the_other_while_both_want_it_and_are_friends() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    ana.send_json_to(&chat.post("one")).unwrap();
    next(&mut ana, "message.accepted").await;
    let read = json!({"type": "room.read", "room": chat.room, "seq": 1});
    let ask = json!({"type": "seen.ask", "room": chat.room});
    bo.send_json_to(&read).unwrap();
    let seen = next(&mut ana, "read.seen").await;
    assert_eq!((&seen["user"]["id"], &seen["seq"]), (&json!(BO), &json!(1)));
    ana.send_json_to(&ask).unwrap();
    assert_eq!(next(&mut ana, "seen.told").await["seen"][0]["seq"], 1);

    for who in [ANA, BO] {
        chat.want_seen(who, false).await;
        ana.send_json_to(&ask).unwrap();
        assert_eq!(next(&mut ana, "seen.told").await["seen"], json!([]));
        chat.want_seen(who, true).await;
    }
    part(&chat.parts.database).await;
    ana.send_json_to(&ask).unwrap();
    assert_eq!(next(&mut ana, "seen.told").await["seen"], json!([]));
}

#[actix_web::test]
async fn receipts_for_rooms_of_others_are_errors_of_the_socket() {
    let chat = Chat::start().await;
    let mut cleo = chat.socket_of(CLEO).await;
    let received = |room: Value| json!({"type": "room.received", "room": room, "from": 1, "to": 1});
    for number in 0..11 {
        let room = if number == 0 {
            json!(chat.room)
        } else {
            json!(1_000 + number)
        };
        cleo.send_json_to(&received(room)).unwrap();
        let answer = next(&mut cleo, "error.reported").await;
        assert_eq!(answer["code"], "not_found", "{number}");
    }
    assert_eq!(cleo.expect_close().await.unwrap().0, 1008);
}

#[actix_web::test]
async fn the_events_of_all_sockets_of_a_person_are_counted_together() {
    let chat = Chat::with(|settings| settings.rates.events = "3/1h".parse().unwrap()).await;
    let (mut one, mut other) = (chat.socket_of(ANA).await, chat.socket_of(ANA).await);
    let ping = json!({"type": "connection.ping"});
    for _ in 0..3 {
        one.send_json_to(&ping).unwrap();
        next(&mut one, "connection.pong").await;
    }

    other.send_json_to(&ping).unwrap();

    assert_eq!(next(&mut other, "error.reported").await["code"], "too_fast");
    other
        .send_json_to(&chat.post("counted as a message"))
        .unwrap();
    next(&mut other, "message.accepted").await;
    let mut bo = chat.socket_of(BO).await;
    bo.send_json_to(&ping).unwrap();
    next(&mut bo, "connection.pong").await;
}

/// Stands for the session middleware: the session is valid when it is read for the handshake, and
/// ends before the consumer reads it again.
struct EndsBetweenTheReads(Database, SignedIn);

impl Middleware for EndsBetweenTheReads {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let Self(database, signed_in) = self;
            let session = signed_in.session.clone();
            assert!(still_valid(database, &session).await.unwrap());
            scope.insert(signed_in.clone());
            let end =
                move |conn: &mut Connection| Ok(StoredSession::delete(conn, &session.id_hash)?);
            database.write(end).await.unwrap();
            next.run(scope).await
        })
    }
}

#[actix_web::test]
async fn a_session_that_ends_between_the_two_reads_opens_no_socket() {
    let chat = Chat::start().await;
    let signed_in = chat.sign_in(ANA).await;
    let ends = EndsBetweenTheReads(chat.parts.database.clone(), signed_in);
    let app = chat.app().wrap(ends);

    let mut socket = WebsocketCommunicator::new(app, "/ws/").layer(&chat.layer);

    assert_eq!(socket.connect().await.unwrap_err().status, 403);
}

#[actix_web::test]
async fn a_session_that_ends_between_the_two_reads_opens_no_stream() {
    let chat = Chat::start().await;
    let signed_in = chat.sign_in(ANA).await;
    let ends = EndsBetweenTheReads(chat.parts.database.clone(), signed_in);
    let streams = Streams::<SignedIn>::new();
    let route = streams.route(chat.app().wrap(ends), &chat.layer, HttpOptions::new());
    let site = test::init_service(App::new().default_service(route)).await;

    let request = test::TestRequest::get().uri("/events/").to_request();
    let answer = test::call_service(&site, request).await;

    assert_eq!(answer.status(), 403);
}

#[actix_web::test]
async fn a_stranger_can_neither_move_nor_see_positions() {
    let chat = Chat::start().await;
    let mut cleo = chat.socket_of(CLEO).await;
    for room in [json!(chat.room), json!(999)] {
        for event in [
            json!({"type": "room.read", "room": room, "seq": 1}),
            json!({"type": "room.unread", "room": room, "seq": 1}),
            json!({"type": "seen.ask", "room": room}),
        ] {
            cleo.send_json_to(&event).unwrap();
            let answer = next(&mut cleo, "error.reported").await;
            assert_eq!(answer["code"], "not_found", "{event}");
        }
    }
}
