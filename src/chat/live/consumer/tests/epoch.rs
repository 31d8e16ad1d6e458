//! Events from a browser that remembers another epoch of the database.

use super::*;
use crate::{db::Epoch, schema::members};

const ANOTHER: &str = "00000000000000000000000000000000";

/// Returns a frame that names the epoch in which its numbers were learned.
fn learned_in(epoch: &str, mut frame: Value) -> Value {
    frame["epoch"] = json!(epoch);
    frame
}

async fn count_of_events(chat: &Chat) -> i64 {
    let count = |conn: &mut _| Ok(events::table.count().get_result(conn)?);
    chat.parts.database.read(count).await.unwrap()
}

async fn read_seq(chat: &Chat, user: UserId) -> i64 {
    let member = members::table.find((chat.room, user));
    let read = move |conn: &mut _| Ok(member.select(members::read_seq).first(conn)?);
    chat.parts.database.read(read).await.unwrap()
}

async fn say(chat: &Chat, socket: &mut WebsocketCommunicator, body: &str) -> Value {
    socket.send_json_to(&chat.post(body)).unwrap();
    next(socket, "message.accepted").await
}

async fn ask(socket: &mut WebsocketCommunicator, frame: Value, answer: &str) -> Value {
    socket.send_json_to(&frame).unwrap();
    next(socket, answer).await
}

#[actix_web::test]
async fn the_hello_names_the_epoch_and_the_moment_in_which_each_room_was_made() {
    let chat = Chat::start().await;
    let mut ana = chat.socket_of(ANA).await;
    let told = ask(&mut ana, json!({"type": "unread.ask"}), "unread.told").await;
    let epoch: Epoch = serde_json::from_value(chat.hello(ANA).await["epoch"].clone()).unwrap();
    assert_eq!(&epoch, chat.parts.database.epoch());
    assert!(told["rooms"][0]["created_ms"].as_i64().unwrap() > 0);
}

#[actix_web::test]
async fn a_change_from_another_epoch_is_refused_and_stores_nothing() {
    let chat = Chat::start().await;
    let mut ana = chat.socket_of(ANA).await;
    let id = say(&chat, &mut ana, "as it is").await["id"].clone();
    let change = |kind: &str, more: Value| {
        let mut frame =
            json!({"type": kind, "room": chat.room, "id": id, "client_id": Uuid::new_v4()});
        let Value::Object(more) = more else {
            unreachable!()
        };
        frame.as_object_mut().unwrap().extend(more);
        frame
    };
    let changes = [
        chat.post("of another time"),
        change("message.edit", json!({"body": "of another time"})),
        change("message.delete", json!({})),
        change("message.react", json!({"emoji": "🌱", "on": true})),
        change("message.pin", json!({"on": true})),
    ];
    for frame in changes {
        let frame = learned_in(ANOTHER, frame);
        let refused = ask(&mut ana, frame.clone(), "message.refused").await;
        assert_eq!(refused["code"], "other_history", "{frame}");
        assert_eq!(refused["client_id"], frame["client_id"]);
        assert!(refused.get("retry_after_ms").is_none(), "{refused}");
    }
    assert_eq!(count_of_events(&chat).await, 1);
    let epoch = chat.parts.database.epoch().to_string();
    let same = learned_in(&epoch, chat.post("of this time"));
    ask(&mut ana, same, "message.accepted").await;
}

#[actix_web::test]
async fn numbers_of_another_epoch_move_no_position() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    for body in ["one", "two"] {
        say(&chat, &mut ana, body).await;
    }
    let frames = [
        json!({"type": "room.read", "room": chat.room, "seq": 2}),
        json!({"type": "room.unread", "room": chat.room, "seq": 1}),
        json!({"type": "room.received", "room": chat.room, "from": 1, "to": 2}),
    ];
    for frame in frames {
        let answer = ask(&mut bo, learned_in(ANOTHER, frame), "error.reported").await;
        assert_eq!(answer["code"], "other_history");
    }
    assert_eq!(read_seq(&chat, BO).await, 0);
    let status = json!({"type": "room.status", "room": chat.room});
    let delivered = ask(&mut ana, status, "room.delivered").await;
    assert_eq!(delivered["positions"], json!([]));
}

#[actix_web::test]
async fn whoever_resumes_from_another_history_gets_this_one_from_its_start() {
    let chat = Chat::start().await;
    let mut ana = chat.socket_of(ANA).await;
    for body in ["one", "two"] {
        say(&chat, &mut ana, body).await;
    }
    let resume = |after: i64| json!({"type": "room.resume", "room": chat.room, "after": after});
    let here = ask(&mut ana, resume(2), "room.events").await;
    assert_eq!((&here["events"], here.get("restarted")), (&json!([]), None));
    for frame in [
        learned_in(ANOTHER, resume(1)),
        learned_in(ANOTHER, resume(2)),
        resume(3),
    ] {
        let answer = ask(&mut ana, frame, "room.events").await;
        assert_eq!(answer["restarted"], true);
        assert_eq!(
            (&answer["after"], &answer["last_seq"]),
            (&json!(0), &json!(2))
        );
        assert_eq!(answer["events"].as_array().unwrap().len(), 2);
    }
}

#[actix_web::test]
async fn a_restarted_answer_that_is_too_long_is_cut_to_the_newest_messages() {
    let chat = Chat::with(|settings| settings.limits.resume_len = 2).await;
    let mut ana = chat.socket_of(ANA).await;
    for body in ["one", "two"] {
        say(&chat, &mut ana, body).await;
    }
    let delete =
        json!({"type": "message.delete", "room": chat.room, "id": 1, "client_id": Uuid::new_v4()});
    ask(&mut ana, delete, "change.accepted").await;
    let resume = json!({"type": "room.resume", "room": chat.room, "after": 99});
    let answer = ask(&mut ana, resume, "room.events").await;
    assert_eq!(
        (&answer["restarted"], &answer["cut"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(answer["missing"], Value::Null, "both messages fit");
}

#[actix_web::test]
async fn numbers_beyond_the_newest_event_mark_nothing_that_is_still_to_come() {
    let chat = Chat::start().await;
    let (mut ana, mut bo) = (chat.socket_of(ANA).await, chat.socket_of(BO).await);
    say(&chat, &mut ana, "one").await;
    let far = 1_000_000;
    let read = json!({"type": "room.read", "room": chat.room, "seq": far});
    let moved = ask(&mut bo, read, "read.moved").await;
    assert_eq!(moved["read_seq"], 1);
    bo.send_json_to(&json!({"type": "room.received", "room": chat.room, "from": 1, "to": far}))
        .unwrap();
    let delivered = next(&mut ana, "room.delivered").await;
    assert_eq!(delivered["positions"], json!([{"user": BO, "seq": 1}]));
    bo.send_json_to(&json!({"type": "room.unread", "room": chat.room, "seq": far}))
        .unwrap();

    say(&chat, &mut ana, "two").await;
    let told = ask(&mut bo, json!({"type": "unread.ask"}), "unread.told").await;
    assert_eq!(
        (&told["rooms"][0]["unread"], &told["rooms"][0]["read_seq"]),
        (&json!(1), &json!(1))
    );
    let status = json!({"type": "room.status", "room": chat.room});
    let delivered = ask(&mut ana, status, "room.delivered").await;
    assert_eq!(delivered["positions"], json!([{"user": BO, "seq": 1}]));
}

#[actix_web::test]
async fn a_repeat_that_no_longer_names_what_it_answers_is_stored_once() {
    let chat = Chat::start().await;
    let mut ana = chat.socket_of(ANA).await;
    let asked = say(&chat, &mut ana, "soup?").await["id"].clone();
    let other = say(&chat, &mut ana, "or bread?").await["id"].clone();
    let mut answer = chat.post("yes");
    let repeat = answer.clone();
    answer["reply_to"] = asked;
    let first = ask(&mut ana, answer.clone(), "message.accepted").await;

    assert_eq!(ask(&mut ana, repeat, "message.accepted").await, first);
    answer["reply_to"] = other;
    let refused = ask(&mut ana, answer, "message.refused").await;
    assert_eq!(refused["code"], "conflict");
    assert_eq!(count_of_events(&chat).await, 3);
}
