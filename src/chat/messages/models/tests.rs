use diesel::prelude::*;
use uuid::Uuid;

use super::{
    budget::Budget,
    details::Deletion,
    history_page::{HistoryPage, Place},
    message::Message,
    new_message::NewMessage,
    reaction::Reaction,
    reply::Reply,
    room_event::RoomEvent,
};
use crate::{
    accounts::{Person, UserId, UserRef, Zone},
    chat::{
        log::{MessageId, NoticeKind},
        messages::{Markup, MessageView, formatting::RENDERING},
        rooms::{Room, RoomId, RoomMember},
        testing::{ANA, BO, CLEO, a_conversation, said},
    },
    db::{Database, testing::TestDatabase},
    error::Error,
    friends::BlockedPeople,
    schema::{blocks, messages},
    templates::Templates,
};

fn message(room: RoomId, author: UserId, body: &str) -> NewMessage {
    NewMessage::new(room, author, Uuid::new_v4(), body.into())
}

async fn bodies_after(db: &Database, room: RoomId, seq: i64) -> Vec<String> {
    let events = db.read(move |conn| {
        let member = RoomMember::find(conn, room, BO)?;
        Ok(RoomEvent::after(conn, &member, seq, Budget::of_messages(100))?.unwrap())
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
            let page = Message::before(conn, &member, None, Budget::of_messages(1))?;
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
            Ok(Message::before(
                conn,
                &member,
                before,
                Budget::of_messages(2),
            )?)
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

/// Characters that templates escape.
const WORST: &str = "<>&\"'`=";

/// Creates a conversation of Ana with `count` texts that are escaped twice.
async fn worst_texts(db: &Database, count: usize) -> RoomId {
    let room = a_conversation(db).await;
    for number in 1..=count {
        let body = format!("{number} {}", "&<>\"'".repeat(1_999));
        let post = message(room, BO, &body);
        db.write(|conn| post.post(conn)).await.unwrap();
    }
    room
}

async fn page(db: &Database, room: RoomId, place: Place, bytes: usize) -> HistoryPage {
    let budget = Budget {
        messages: 50,
        bytes,
    };
    let read = db.read(move |conn| {
        let member = RoomMember::find(conn, room, ANA)?;
        Ok(HistoryPage::read(conn, &member, place, budget)?)
    });
    read.await.unwrap()
}

fn seqs(page: &HistoryPage) -> Vec<i64> {
    page.messages.iter().map(|message| message.seq).collect()
}

#[actix_web::test]
async fn pages_are_bounded_in_bytes_and_lead_to_every_message_once() {
    const BYTES: usize = 300_000;
    let db = TestDatabase::new();
    let room = worst_texts(&db, 11).await;
    let all: Vec<i64> = (1..=11).collect();
    let page = async |place| {
        let page = page(&db, room, place, BYTES).await;
        let bytes: usize = page.messages.iter().map(Message::weight).sum();
        assert!(bytes <= BYTES, "{bytes}");
        page
    };

    let (mut next, mut back) = (Some(Place::End), Vec::new());
    while let Some(place) = next {
        let page = page(place).await;
        back.splice(0..0, seqs(&page));
        next = page.earlier.map(Place::Before);
    }
    let (mut next, mut forth) = (Some(Place::After(0)), Vec::new());
    while let Some(place) = next {
        let page = page(place).await;
        forth.extend(seqs(&page));
        next = page.later.map(Place::After);
    }

    assert_eq!((&back, &forth), (&all, &all));
    for seq in all {
        let around = page(Place::Around(seq)).await;
        assert!(seqs(&around).contains(&seq), "{seq}");
        assert_eq!(around.earlier.is_some(), around.messages[0].seq > 1);
    }
}

#[actix_web::test]
async fn a_page_has_one_message_however_small_its_budget() {
    let db = TestDatabase::new();
    let room = worst_texts(&db, 3).await;
    for (place, expected) in [
        (Place::End, vec![3]),
        (Place::Before(3), vec![2]),
        (Place::After(1), vec![2]),
        (Place::Around(3), vec![2, 3]),
    ] {
        let page = page(&db, room, place, 1).await;
        assert_eq!(seqs(&page), expected, "{place:?}");
    }
}

#[test]
fn a_message_weighs_at_least_as_much_as_its_markup() {
    let markup = Markup::compile(&Templates::load().unwrap()).unwrap();
    let author = Person::new(UserId(i64::MAX), "é".repeat(32));
    let people = vec![UserRef::from(&author); 50];
    let long = WORST.repeat(1_400);
    let mut worst = said(&long);
    (worst.id, worst.room.0, worst.seq) = (MessageId(i64::MAX), i64::MAX, i64::MAX);
    worst.author = author.clone();
    worst.edited_at = Some(worst.created_at);
    worst.pinned_by = Some(UserRef::from(&author));
    worst.reply = Some(Reply {
        to: MessageId(i64::MAX),
        original: Some((author.clone(), WORST.repeat(20))),
    });
    worst.reactions = vec![
        Reaction {
            emoji: "👩‍👩‍👧‍👧".to_owned(),
            people,
        };
        20
    ];
    let deleted = Message {
        deleted: Some(Deletion::ByModerator),
        ..said("")
    };
    let notices = NoticeKind::ALL.iter().map(|kind| Message {
        notice: Some(*kind),
        ..said(&WORST.repeat(20))
    });
    let bold = said(&"**a** ".repeat(1_000));
    for message in notices.chain([said("hello"), said("🎉"), bold, worst, deleted]) {
        let weight = message.weight();
        let zone = Zone::default();
        let shown = markup.log(
            vec![message.clone()],
            &zone,
            None,
            &BlockedPeople::default(),
        );
        assert!(
            shown.len() <= weight,
            "{} of {weight}: {shown}",
            shown.len()
        );
        let live = markup.render(&MessageView::new(message));
        assert!(live.len() <= weight);
    }
}
