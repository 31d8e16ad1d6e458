use std::time::Duration;

use diesel::prelude::*;

use super::{
    Relation,
    changes::{self, Changed, OpenRequests},
    models::SentRequest,
};
use crate::{
    accounts::{User, UserId},
    db::{Connection, Database, Timestamp, testing::TestDatabase},
    error::{Error, Result},
    schema::{friend_requests, unknown_requests, users},
};

const ANA: UserId = UserId(1);
const BO: UserId = UserId(2);
const LIMIT: OpenRequests = OpenRequests {
    most: 20,
    most_when_new: 5,
};

type Change = fn(&mut Connection, &User, &User) -> Result<Changed>;

fn add(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    let changed = changes::add(conn, me, &other.username, LIMIT)?;
    Ok(changed.expect("a person with this name"))
}

fn cancel(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    let changed = changes::cancel(conn, me, &other.username)?;
    Ok(changed.expect("a person with this name"))
}

/// Asks for a name that nobody bears.
async fn ask_nobody(db: &Database, name: &'static str) {
    let asked = db.write(move |conn| {
        let me = User::find(conn, ANA)?;
        changes::add(conn, &me, name, LIMIT)
    });
    assert!(asked.await.unwrap().is_none(), "{name} is somebody");
}

/// Returns the list of Ana's requests: the names, and whether each lapsed.
async fn sent(db: &Database) -> Vec<(String, bool)> {
    let sent = db
        .read(|conn| Ok(SentRequest::by(conn, ANA)?))
        .await
        .unwrap();
    let row = |request: SentRequest| (request.typed, request.lapsed);
    sent.into_iter().map(row).collect()
}

/// Makes all requests older.
async fn age_requests(db: &Database, by: Duration) {
    db.write(move |conn| {
        let then = Timestamp::now().minus(by);
        diesel::update(unknown_requests::table)
            .set(unknown_requests::created_at.eq(then))
            .execute(conn)?;
        Ok(diesel::update(friend_requests::table)
            .set(friend_requests::created_at.eq(then))
            .execute(conn)?)
    })
    .await
    .unwrap();
}

async fn two_people() -> TestDatabase {
    let db = TestDatabase::new();
    for id in 1..=8 {
        insert_user(&db, UserId(id)).await;
    }
    db
}

async fn insert_user(db: &Database, id: UserId) {
    let now = Timestamp::now();
    db.write(move |conn| {
        let name = format!("user{id}");
        let row = (
            users::id.eq(id),
            users::username.eq(name.clone()),
            users::username_key.eq(name),
            users::password.eq("!"),
            users::created_at.eq(now),
            users::password_changed_at.eq(now),
        );
        Ok(diesel::insert_into(users::table)
            .values(row)
            .execute(conn)?)
    })
    .await
    .unwrap();
}

async fn change(db: &Database, change: Change, me: UserId, other: UserId) -> Result<Changed> {
    db.write(move |conn| {
        let me = User::find(conn, me)?;
        let other = User::find(conn, other)?;
        change(conn, &me, &other)
    })
    .await
}

async fn befriend(db: &Database) {
    change(db, add, ANA, BO).await.unwrap();
    change(db, changes::accept, BO, ANA).await.unwrap();
}

/// Puts both into a conversation, so that they see each other there.
async fn share_a_room(db: &Database) {
    let room = "INSERT INTO rooms (id, kind, created_at) VALUES (1, 'group', 0)";
    let members = "INSERT INTO members (room_id, user_id, joined_at) VALUES (1, 1, 0), (1, 2, 0)";
    db.write(move |conn| {
        diesel::sql_query(room).execute(conn)?;
        Ok(diesel::sql_query(members).execute(conn)?)
    })
    .await
    .unwrap();
}

/// Returns the relations that Ana sees of Bo, and Bo of Ana.
async fn views(db: &Database) -> (Relation, Relation) {
    db.read(|conn| {
        Ok((
            Relation::shown(conn, ANA, BO)?,
            Relation::shown(conn, BO, ANA)?,
        ))
    })
    .await
    .unwrap()
}

async fn truth(db: &Database, me: UserId, other: UserId) -> Relation {
    db.read(move |conn| Ok(Relation::between(conn, me, other)?))
        .await
        .unwrap()
}

async fn age_refusal(db: &Database, by: Duration) {
    db.write(move |conn| {
        let then = Timestamp::now().minus(by);
        Ok(diesel::update(friend_requests::table)
            .set(friend_requests::declined_at.eq(then))
            .execute(conn)?)
    })
    .await
    .unwrap();
}

#[actix_web::test]
async fn a_request_is_outgoing_here_and_incoming_there_until_it_is_accepted() {
    let db = two_people().await;
    assert_eq!(views(&db).await, (Relation::None, Relation::None));
    change(&db, add, ANA, BO).await.unwrap();
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::Incoming));
    let accepted = change(&db, changes::accept, BO, ANA).await.unwrap();
    assert!(accepted.friendship_begun());
    assert_eq!(views(&db).await, (Relation::Friend, Relation::Friend));
}

#[actix_web::test]
async fn crossing_requests_become_friends_once() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    let crossing = change(&db, add, BO, ANA).await.unwrap();
    assert!(crossing.friendship_begun());
    assert_eq!(views(&db).await, (Relation::Friend, Relation::Friend));
    let rows = db
        .read(|conn| Ok(friend_requests::table.count().get_result::<i64>(conn)?))
        .await;
    assert_eq!(rows.unwrap(), 0);
}

#[actix_web::test]
async fn only_the_person_who_was_asked_can_accept() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    let by_sender = change(&db, changes::accept, ANA, BO).await;
    assert!(matches!(by_sender, Err(Error::NotFound)));
    let by_stranger = change(&db, changes::accept, UserId(3), ANA).await;
    assert!(matches!(by_stranger, Err(Error::NotFound)));
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::Incoming));
}

#[actix_web::test]
async fn a_declined_request_looks_pending_for_thirty_days() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    let declined = change(&db, changes::decline, BO, ANA).await.unwrap();
    assert_eq!(declined.their_view.news(), None);
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::None));
    age_refusal(&db, Duration::from_secs(29 * 86_400)).await;
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::None));
    age_requests(&db, Duration::from_secs(31 * 86_400)).await;
    assert_eq!(views(&db).await, (Relation::None, Relation::None));
}

#[actix_web::test]
async fn open_declined_and_unknown_requests_lapse_together_with_a_word() {
    let day = |days: u64| Duration::from_secs(days * 86_400);
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    change(&db, add, ANA, UserId(3)).await.unwrap();
    change(&db, changes::decline, UserId(3), ANA).await.unwrap();
    ask_nobody(&db, "Nobody").await;
    let all = |lapsed| {
        let names = ["user3", "user2", "Nobody"];
        names.map(|name| (name.to_owned(), lapsed))
    };
    age_requests(&db, day(29)).await;
    assert_eq!(sent(&db).await, all(false), "they look alike");
    age_requests(&db, day(31)).await;
    assert_eq!(sent(&db).await, all(true));
    assert_eq!(
        views(&db).await,
        (Relation::None, Relation::None),
        "bo sees none"
    );
    let late = change(&db, changes::accept, BO, ANA).await;
    assert!(matches!(late, Err(Error::NotFound)));
    let dismissed = change(&db, cancel, ANA, BO).await.unwrap();
    assert_eq!(dismissed.their_view.news(), None);
    assert_eq!(sent(&db).await.len(), 2);
    age_requests(&db, day(61)).await;
    assert!(sent(&db).await.is_empty());
}

#[actix_web::test]
async fn a_name_that_is_born_later_is_asked_once() {
    let db = two_people().await;
    ask_nobody(&db, "Late").await;
    ask_nobody(&db, " LATE ").await;
    assert_eq!(sent(&db).await, [("LATE".to_owned(), false)]);
    db.write(|conn| {
        let late = users::table.find(BO);
        Ok(diesel::update(late)
            .set((users::username.eq("late"), users::username_key.eq("late")))
            .execute(conn)?)
    })
    .await
    .unwrap();
    change(&db, add, ANA, BO).await.unwrap();
    assert_eq!(sent(&db).await, [("late".to_owned(), false)]);
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::Incoming));
}

#[actix_web::test]
async fn requests_to_unknown_names_count_like_all_others() {
    let db = two_people().await;
    for name in ["one", "two", "three", "four"] {
        ask_nobody(&db, name).await;
    }
    change(&db, add, ANA, BO).await.unwrap();
    assert!(matches!(
        change(&db, add, ANA, UserId(3)).await,
        Err(Error::Invalid(_))
    ));
    let more = db.write(|conn| {
        let me = User::find(conn, ANA)?;
        changes::add(conn, &me, "five", LIMIT)
    });
    assert!(matches!(more.await, Err(Error::Invalid(_))));
}

#[actix_web::test]
async fn asking_again_reaches_the_other_only_after_seven_days() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    change(&db, changes::decline, BO, ANA).await.unwrap();
    change(&db, cancel, ANA, BO).await.unwrap();
    change(&db, add, ANA, BO).await.unwrap();
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::None));
    age_refusal(&db, Duration::from_secs(8 * 86_400)).await;
    change(&db, add, ANA, BO).await.unwrap();
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::Incoming));
}

#[actix_web::test]
async fn a_block_ends_the_friendship_and_looks_like_its_end() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    change(&db, changes::accept, BO, ANA).await.unwrap();
    let blocked = change(&db, changes::block, ANA, BO).await.unwrap();
    assert!(blocked.friendship_ended());
    assert_eq!(views(&db).await, (Relation::Blocked, Relation::None));
    assert_eq!(truth(&db, BO, ANA).await, Relation::BlockedByOther);
}

#[actix_web::test]
async fn a_blocked_person_who_asks_sees_an_ordinary_request() {
    let db = two_people().await;
    befriend(&db).await;
    change(&db, changes::block, ANA, BO).await.unwrap();
    let asked = change(&db, add, BO, ANA).await.unwrap();
    assert_eq!(asked.their_view.news(), None);
    assert_eq!(views(&db).await, (Relation::Blocked, Relation::Outgoing));
    change(&db, changes::unblock, ANA, BO).await.unwrap();
    assert_eq!(views(&db).await, (Relation::None, Relation::Outgoing));
}

#[actix_web::test]
async fn if_both_block_one_unblocking_leaves_the_other_block() {
    let db = two_people().await;
    befriend(&db).await;
    share_a_room(&db).await;
    change(&db, changes::block, ANA, BO).await.unwrap();
    change(&db, add, BO, ANA).await.unwrap();
    change(&db, changes::block, BO, ANA).await.unwrap();
    change(&db, changes::unblock, ANA, BO).await.unwrap();
    assert_eq!(truth(&db, ANA, BO).await, Relation::BlockedByOther);
    assert_eq!(views(&db).await, (Relation::None, Relation::Blocked));
}

#[actix_web::test]
async fn a_removed_friend_can_be_asked_again() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    change(&db, changes::accept, BO, ANA).await.unwrap();
    let removed = change(&db, changes::remove, BO, ANA).await.unwrap();
    assert_eq!(removed.their_view.news(), Some(Relation::None));
    change(&db, add, ANA, BO).await.unwrap();
    assert_eq!(views(&db).await, (Relation::Outgoing, Relation::Incoming));
}

#[actix_web::test]
async fn nobody_adds_or_blocks_themself() {
    let db = two_people().await;
    assert!(matches!(
        change(&db, add, ANA, ANA).await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        change(&db, changes::block, ANA, ANA).await,
        Err(Error::NotFound)
    ));
}

#[actix_web::test]
async fn a_young_account_has_five_requests_open_at_most() {
    let db = two_people().await;
    for other in 2..=6 {
        change(&db, add, ANA, UserId(other)).await.unwrap();
    }
    let sixth = change(&db, add, ANA, UserId(7)).await;
    assert!(matches!(sixth, Err(Error::Invalid(_))));
    let open = db
        .read(|conn| Ok(SentRequest::by(conn, ANA)?))
        .await
        .unwrap();
    assert_eq!(open.len(), 5);
}

#[actix_web::test]
async fn a_stranger_cannot_be_changed_and_so_not_be_named() {
    let db = two_people().await;
    let all: [Change; 6] = [
        changes::accept,
        changes::decline,
        cancel,
        changes::remove,
        changes::block,
        changes::unblock,
    ];
    for one in all {
        let refused = change(&db, one, ANA, BO).await;
        assert!(matches!(refused, Err(Error::NotFound)));
    }
}
