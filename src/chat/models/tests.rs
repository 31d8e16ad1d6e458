use diesel::prelude::*;
use uuid::Uuid;

use super::{MessageId, NewMessage, RoomEvent, RoomId, RoomMember};
use crate::{
    accounts::UserId,
    chat::{
        formatting::RENDERING,
        models::{Message, Room},
        testing::{ANA, BO, CLEO, a_conversation},
    },
    db::{Database, testing::TestDatabase},
    error::Error,
    schema::{blocks, messages},
};

fn message(room: RoomId, author: UserId, body: &str) -> NewMessage {
    NewMessage::new(room, author, Uuid::new_v4(), body.into())
}

async fn bodies_after(db: &Database, room: RoomId, seq: i64) -> Vec<String> {
    let events = db.read(move |conn| {
        let member = RoomMember::find(conn, room, BO)?;
        Ok(RoomEvent::after(conn, &member, seq, 100)?)
    });
    let body = |event: RoomEvent| event.message.unwrap().body;
    events.await.unwrap().into_iter().map(body).collect()
}

#[actix_web::test]
async fn a_repeat_gives_the_first_answer_and_stores_nothing() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let hello = message(room, ANA, "hello");
    let (again, other) = (
        hello.clone(),
        NewMessage {
            body: "other".into(),
            ..hello.clone()
        },
    );
    let first = db.write(|conn| hello.post(conn)).await.unwrap();
    let repeat = db.write(|conn| again.post(conn)).await.unwrap();
    assert!(!first.repeated && repeat.repeated);
    assert_eq!(first.message, repeat.message);
    let refused = db.write(|conn| other.post(conn)).await;
    assert!(matches!(refused, Err(Error::Conflict)));
    assert_eq!(bodies_after(&db, room, 0).await, ["hello"]);
}

#[actix_web::test]
async fn markup_is_stored_and_made_anew_where_another_renderer_made_it() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let bold = message(room, ANA, "**bold**");
    let posted = db.write(|conn| bold.post(conn)).await.unwrap().message;
    assert_eq!(posted.html, "<strong>bold</strong>");
    let shown = || {
        db.read(move |conn| {
            let member = RoomMember::find(conn, room, BO)?;
            let page = Message::before(conn, &member, None, 1)?;
            Ok(page.into_iter().map(|message| message.html).next())
        })
    };
    for (rendering, expected) in [
        (RENDERING, "<em>stored</em>"),
        (RENDERING + 1, "<strong>bold</strong>"),
        (0, "<strong>bold</strong>"),
    ] {
        let row = (
            messages::html.eq("<em>stored</em>"),
            messages::rendering.eq(rendering),
        );
        db.write(move |conn| Ok(diesel::update(messages::table).set(row).execute(conn)?))
            .await
            .unwrap();
        assert_eq!(shown().await.unwrap().as_deref(), Some(expected));
    }
}

#[actix_web::test]
async fn events_are_numbered_without_a_gap_even_where_posts_fail() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let mut seqs = Vec::new();
    for body in ["one", "two", "three"] {
        let stranger = message(room, CLEO, "let me in");
        assert!(matches!(
            db.write(|conn| stranger.post(conn)).await,
            Err(Error::NotFound)
        ));
        let post = message(room, ANA, body);
        seqs.push(db.write(|conn| post.post(conn)).await.unwrap().message.seq);
    }
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(bodies_after(&db, room, 1).await, ["two", "three"]);
}

#[actix_web::test]
async fn a_stranger_finds_no_room() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let found = |user| db.read(move |conn| RoomMember::find(conn, room, user));
    assert_eq!(found(ANA).await.unwrap().title, "bo");
    assert!(matches!(found(CLEO).await, Err(Error::NotFound)));
    let missing = db
        .read(|conn| RoomMember::find(conn, RoomId(99), ANA))
        .await;
    assert!(matches!(missing, Err(Error::NotFound)));
}

#[actix_web::test]
async fn a_block_either_way_ends_writing_and_not_reading() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let hello = message(room, BO, "hello");
    db.write(|conn| hello.post(conn)).await.unwrap();
    let block = (
        blocks::blocker_id.eq(ANA),
        blocks::blocked_id.eq(BO),
        blocks::created_at.eq(0_i64),
    );
    db.write(move |conn| {
        Ok(diesel::insert_into(blocks::table)
            .values(block)
            .execute(conn)?)
    })
    .await
    .unwrap();
    for author in [ANA, BO] {
        let refused = message(room, author, "again");
        assert!(matches!(
            db.write(|conn| refused.post(conn)).await,
            Err(Error::Forbidden)
        ));
    }
    assert_eq!(bodies_after(&db, room, 0).await, ["hello"]);
}

#[actix_web::test]
async fn history_comes_in_pages_oldest_first() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    for number in 1..=5 {
        let post = message(room, ANA, &number.to_string());
        db.write(|conn| post.post(conn)).await.unwrap();
    }
    let page = |before| {
        db.read(move |conn| {
            let member = RoomMember::find(conn, room, ANA)?;
            Ok(Message::before(conn, &member, before, 2)?)
        })
    };
    let seqs = |page: Vec<Message>| page.iter().map(|message| message.seq).collect::<Vec<_>>();
    assert_eq!(seqs(page(None).await.unwrap()), [4, 5]);
    assert_eq!(seqs(page(Some(4)).await.unwrap()), [2, 3]);
    let first = page(Some(2)).await.unwrap();
    assert_eq!((first.len(), first[0].id), (1, MessageId(1)));
}

#[actix_web::test]
async fn a_pair_has_one_room_whoever_opens_it() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let (again, made) = db
        .write(|conn| Ok(Room::open_direct(conn, BO, ANA)?))
        .await
        .unwrap();
    assert_eq!((again.id, made), (room, false));
    let all = db
        .read(|conn| Ok(RoomMember::all_of(conn, BO, 10)?))
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].other.as_ref().unwrap().id, ANA);
}
