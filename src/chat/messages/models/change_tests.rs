use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use diesel::{connection::InstrumentationEvent, prelude::*};
use uuid::Uuid;

use super::{
    budget::Budget, change::VisibleMessage, details::Deletion, message::Message,
    new_message::NewMessage, not_changed::NotChanged, room_event::RoomEvent,
    version::MessageVersion,
};
use crate::{
    accounts::UserId,
    chat::{
        log::{EventKind, MessageId},
        messages::formatting,
        rooms::{Role, RoomId, RoomMember},
        testing::{ANA, BO, CLEO, a_conversation, part},
    },
    db::{Database, testing::TestDatabase},
    error::{Error, Result as AppResult},
    schema::{members, mentions, message_versions, messages, reactions},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

type Changed = Result<Option<RoomEvent>, NotChanged>;

async fn post(db: &Database, room: RoomId, author: UserId, body: &str) -> Message {
    answer(db, (room, author, body), None).await
}

async fn answer(
    db: &Database,
    (room, author, body): (RoomId, UserId, &str),
    reply_to: Option<MessageId>,
) -> Message {
    let new = NewMessage {
        reply_to,
        ..NewMessage::new(room, author, Uuid::new_v4(), body.into())
    };
    db.write(|conn| new.post(conn)).await.unwrap().message
}

/// Makes a change of a message that `user` can see.
async fn change(
    db: &Database,
    (message, user): (&Message, UserId),
    change: impl FnOnce(VisibleMessage, &mut crate::db::Connection) -> Changed + Send + 'static,
) -> Changed {
    let (room, id) = (message.room, message.id);
    let changed = db.write(move |conn| {
        let seen = VisibleMessage::find(conn, room, id, user)?;
        Ok(change(seen, conn))
    });
    changed.await?
}

async fn edit(db: &Database, (message, user): (&Message, UserId), body: &'static str) -> Changed {
    edit_as(db, (message, user), (Uuid::new_v4(), body), DAY).await
}

async fn edit_as(
    db: &Database,
    what: (&Message, UserId),
    text: (Uuid, &'static str),
    window: Duration,
) -> Changed {
    let (client_id, body) = text;
    let rendered = formatting::render(body);
    change(db, what, move |seen, conn| {
        seen.edit(conn, (client_id, body, &rendered), window)
    })
    .await
}

async fn delete(db: &Database, what: (&Message, UserId)) -> Changed {
    change(db, what, |seen, conn| {
        Ok(seen.delete(conn)?.into_iter().next())
    })
    .await
}

async fn react(db: &Database, what: (&Message, UserId), emoji: &str, on: bool) -> Changed {
    let emoji = emoji.to_owned();
    change(db, what, move |seen, conn| {
        seen.react(conn, &emoji, Some(on))
    })
    .await
}

/// Pins or unpins, in a room of at most two pins. Returns the kinds of the events.
async fn pin(
    db: &Database,
    (message, user): (&Message, UserId),
    on: bool,
) -> Result<Vec<EventKind>, NotChanged> {
    let (room, id) = (message.room, message.id);
    let pinned = db.write(move |conn| {
        let seen = VisibleMessage::find(conn, room, id, user)?;
        Ok(seen.pin(conn, on, 2))
    });
    let events = pinned.await??;
    Ok(events.iter().map(|event| event.kind).collect())
}

async fn now(db: &Database, message: &Message) -> Message {
    let id = message.id;
    db.read(move |conn| Ok(Message::get(conn, id)?))
        .await
        .unwrap()
}

fn happened(changed: Changed) -> RoomEvent {
    changed.unwrap().expect("an event")
}

#[actix_web::test]
async fn an_edit_keeps_what_was_said_and_is_the_next_event() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let first = post(&db, room, ANA, "one").await;

    let event = happened(edit(&db, (&first, ANA), "two").await);
    happened(edit(&db, (&first, ANA), "three").await);

    assert_eq!((event.seq, event.kind), (2, EventKind::MessageEdited));
    let message = now(&db, &first).await;
    assert_eq!((message.body.as_str(), message.seq), ("three", 1));
    assert!(message.edited_at.is_some());
    let versions =
        db.read(move |conn| Ok(MessageVersion::of(conn, first.id, Budget::of_messages(9))?));
    let bodies: Vec<_> = versions
        .await
        .unwrap()
        .into_iter()
        .map(|old| old.body)
        .collect();
    assert_eq!(bodies, ["two", "one"]);
}

#[actix_web::test]
async fn the_same_text_and_a_repeated_edit_change_nothing() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "one").await;
    let named = (Uuid::new_v4(), "two");

    assert!(edit(&db, (&message, ANA), "one").await.unwrap().is_none());
    happened(edit_as(&db, (&message, ANA), named, DAY).await);
    happened(edit(&db, (&message, ANA), "three").await);
    assert!(
        edit_as(&db, (&message, ANA), named, DAY)
            .await
            .unwrap()
            .is_none()
    );

    assert_eq!(now(&db, &message).await.body, "three");
}

#[actix_web::test]
async fn only_the_author_edits_and_not_for_ever_and_not_where_writing_has_ended() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "mine").await;
    make_owner(&db, BO).await;

    let by_owner = edit(&db, (&message, BO), "yours").await;
    assert!(matches!(by_owner, Err(NotChanged::NotYours)));
    let stranger = edit(&db, (&message, CLEO), "ours").await;
    assert!(matches!(
        stranger,
        Err(NotChanged::Refused(Error::NotFound))
    ));
    set_age(&db, &message).await;
    let late = edit(&db, (&message, ANA), "later").await;
    assert!(matches!(late, Err(NotChanged::TooLate)));
    let other = post(&db, room, ANA, "other").await;
    part(&db).await;
    let closed = edit(&db, (&other, ANA), "again").await;
    assert!(matches!(closed, Err(NotChanged::Refused(Error::Forbidden))));
    let reaction = react(&db, (&other, BO), "🌱", true).await;
    assert!(matches!(
        reaction,
        Err(NotChanged::Refused(Error::Forbidden))
    ));
    assert_eq!(now(&db, &message).await.body, "mine");
}

#[actix_web::test]
async fn a_deleted_message_leaves_nothing_but_its_place() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "secret").await;
    happened(edit(&db, (&message, ANA), "secret too").await);
    happened(react(&db, (&message, BO), "🌱", true).await);
    let reply = answer(&db, (room, BO, "really?"), Some(message.id)).await;
    assert_eq!(
        reply.reply.as_ref().unwrap().original.as_ref().unwrap().1,
        "secret too"
    );
    assert_eq!(rows(&db).await, (1, 1, 1));

    let event = happened(delete(&db, (&message, ANA)).await);

    assert_eq!(event.kind, EventKind::MessageDeleted);
    let gone = now(&db, &message).await;
    assert_eq!(
        (gone.body.as_str(), gone.deleted),
        ("", Some(Deletion::ByAuthor))
    );
    assert!(gone.reactions.is_empty() && gone.edited_at.is_none());
    assert_eq!(
        rows(&db).await,
        (0, 0, 1),
        "the answer's call to the author stays"
    );
    let quote = now(&db, &reply).await.reply.unwrap();
    assert_eq!((quote.to, quote.original), (message.id, None));
    assert!(delete(&db, (&message, ANA)).await.unwrap().is_none());
    let edited = edit(&db, (&message, ANA), "back").await;
    assert!(matches!(edited, Err(NotChanged::Gone)));
    let reacted = react(&db, (&message, BO), "🌱", true).await;
    assert!(matches!(reacted, Err(NotChanged::Gone)));
}

#[actix_web::test]
async fn others_delete_only_if_they_look_after_the_room() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "rude").await;

    let by_member = delete(&db, (&message, BO)).await;
    assert!(matches!(by_member, Err(NotChanged::NotYours)));
    let stranger = delete(&db, (&message, CLEO)).await;
    assert!(matches!(
        stranger,
        Err(NotChanged::Refused(Error::NotFound))
    ));
    make_owner(&db, BO).await;
    happened(delete(&db, (&message, BO)).await);

    assert_eq!(
        now(&db, &message).await.deleted,
        Some(Deletion::ByModerator)
    );
}

#[actix_web::test]
async fn reactions_are_counted_in_the_order_of_first_use_and_not_twice() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "twelve tomatoes").await;
    for (user, emoji) in [(BO, "🌱"), (BO, "👏"), (ANA, "🌱")] {
        happened(react(&db, (&message, user), emoji, true).await);
    }
    assert!(
        react(&db, (&message, ANA), "🌱", true)
            .await
            .unwrap()
            .is_none()
    );
    let state = |message: &Message| -> Vec<(String, Vec<i64>)> {
        let all = message.reactions.iter();
        all.map(|one| {
            (
                one.emoji.clone(),
                one.people.iter().map(|who| who.id.0).collect(),
            )
        })
        .collect()
    };
    let all = state(&now(&db, &message).await);
    assert_eq!(
        all,
        [("🌱".to_owned(), vec![2, 1]), ("👏".to_owned(), vec![2])]
    );

    for (user, emoji) in [(BO, "🌱"), (BO, "👏"), (ANA, "🌱")] {
        happened(react(&db, (&message, user), emoji, false).await);
    }
    assert!(
        react(&db, (&message, ANA), "🌱", false)
            .await
            .unwrap()
            .is_none()
    );
    assert!(state(&now(&db, &message).await).is_empty());
}

#[actix_web::test]
async fn a_message_has_at_most_twenty_different_reactions() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "popular").await;
    let emoji: Vec<&str> = emojis::iter().map(|one| one.as_str()).take(21).collect();
    for one in &emoji[..20] {
        happened(react(&db, (&message, BO), one, true).await);
    }
    let refused = react(&db, (&message, BO), emoji[20], true).await;
    assert!(matches!(refused, Err(NotChanged::TooManyReactions)));
    happened(react(&db, (&message, ANA), emoji[0], true).await);
}

#[actix_web::test]
async fn a_post_sent_again_after_it_was_edited_is_still_a_repeat() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let new = NewMessage::new(room, ANA, Uuid::new_v4(), "one".into());
    let again = new.clone();
    let message = db.write(|conn| new.post(conn)).await.unwrap().message;
    happened(edit(&db, (&message, ANA), "two").await);
    let (repeat, last) = (again.clone(), again);
    assert!(db.write(|conn| repeat.post(conn)).await.unwrap().repeated);
    happened(delete(&db, (&message, ANA)).await);
    assert!(db.write(|conn| last.post(conn)).await.unwrap().repeated);
}

#[actix_web::test]
async fn an_answer_calls_the_author_and_never_reaches_into_another_room() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "question").await;
    answer(&db, (room, ANA, "to myself"), Some(message.id)).await;
    assert_eq!(rows(&db).await.2, 0);
    answer(&db, (room, BO, "answer"), Some(message.id)).await;
    assert_eq!(rows(&db).await.2, 1);
    let nowhere = NewMessage {
        reply_to: Some(MessageId(999)),
        ..NewMessage::new(room, BO, Uuid::new_v4(), "what?".into())
    };
    let refused = db.write(|conn| nowhere.post(conn)).await;
    assert!(matches!(refused, Err(Error::NotFound)));
}

#[actix_web::test]
async fn members_are_called_by_their_names_and_an_edit_calls_others() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let message = post(&db, room, ANA, "@BO and @cleo and @ana.").await;
    assert_eq!(
        message.html,
        "<span class=\"mention\" data-user=\"2\">@<bdi>bo</bdi></span> and @cleo and \
         <span class=\"mention\" data-user=\"1\">@<bdi>ana</bdi></span>."
    );
    assert_eq!(called(&db).await, [(BO, message.seq, false)]);

    happened(edit(&db, (&message, ANA), "nobody").await);
    assert_eq!(called(&db).await, []);
    happened(edit(&db, (&message, ANA), "yet @bo").await);
    assert_eq!(called(&db).await, [(BO, message.seq, false)]);
    happened(delete(&db, (&message, ANA)).await);
    assert_eq!(called(&db).await, []);
}

#[actix_web::test]
async fn a_page_takes_three_queries_however_much_was_said_to_it() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let mut last = post(&db, room, ANA, "first").await;
    for number in 0..9 {
        last = answer(&db, (room, BO, "more"), Some(last.id)).await;
        let emoji = emojis::iter().nth(number).unwrap().as_str();
        happened(react(&db, (&last, ANA), emoji, true).await);
    }
    let counted = db.read(move |conn| {
        let member = RoomMember::find(conn, room, ANA)?;
        let queries = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&queries);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let page = Message::before(conn, &member, None, Budget::of_messages(50))?;
        conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        Ok((page, queries.load(Ordering::Relaxed)))
    });
    let (page, queries) = counted.await.unwrap();
    assert_eq!((page.len(), queries), (10, 3));
    assert!(
        page[1..]
            .iter()
            .all(|one| one.reply.is_some() && one.reactions.len() == 1)
    );
}

async fn called(db: &Database) -> Vec<(UserId, i64, bool)> {
    let all = mentions::table.select((mentions::user_id, mentions::seq, mentions::is_reply));
    db.read(move |conn| Ok(all.load(conn)?)).await.unwrap()
}

async fn make_owner(db: &Database, user: UserId) {
    let make = move |conn: &mut _| -> AppResult<usize> {
        let member = members::table.filter(members::user_id.eq(user));
        Ok(diesel::update(member)
            .set(members::role.eq(Role::Owner))
            .execute(conn)?)
    };
    db.write(make).await.unwrap();
}

async fn set_age(db: &Database, message: &Message) {
    let (id, then) = (message.id, message.created_at.minus(DAY * 2));
    let set = move |conn: &mut _| -> AppResult<usize> {
        let row = diesel::update(messages::table.find(id));
        Ok(row.set(messages::created_at.eq(then)).execute(conn)?)
    };
    db.write(set).await.unwrap();
}

/// Returns the numbers of versions, reactions and mentions.
async fn rows(db: &Database) -> (i64, i64, i64) {
    db.read(|conn| {
        Ok((
            message_versions::table.count().get_result(conn)?,
            reactions::table.count().get_result(conn)?,
            mentions::table.count().get_result(conn)?,
        ))
    })
    .await
    .unwrap()
}

#[actix_web::test]
async fn a_pin_is_stored_once_and_goes_with_the_text() {
    let db = TestDatabase::new();
    let room = a_conversation(&db).await;
    let mut posted = Vec::new();
    for text in ["one", "two", "three"] {
        posted.push(post(&db, room, ANA, text).await);
    }
    let [one, two, three] = posted.try_into().unwrap();

    let pinned = pin(&db, (&one, BO), true).await.unwrap();
    assert_eq!(pinned, [EventKind::MessagePinned, EventKind::RoomChanged]);
    assert_eq!(now(&db, &one).await.pinned_by.unwrap().id, BO);
    assert!(pin(&db, (&one, ANA), true).await.unwrap().is_empty());
    assert!(pin(&db, (&two, ANA), false).await.unwrap().is_empty());
    pin(&db, (&two, ANA), true).await.unwrap();
    let refused = pin(&db, (&three, ANA), true).await;
    assert!(matches!(refused, Err(NotChanged::TooManyPins { most: 2 })));

    happened(delete(&db, (&two, ANA)).await);
    assert!(now(&db, &two).await.pinned_by.is_none());
    let refused = pin(&db, (&two, ANA), true).await;
    assert!(matches!(refused, Err(NotChanged::Gone)));
    pin(&db, (&three, ANA), true).await.unwrap();
    let unpinned = pin(&db, (&three, BO), false).await.unwrap();
    assert_eq!(
        unpinned,
        [EventKind::MessageUnpinned, EventKind::RoomChanged]
    );
}
