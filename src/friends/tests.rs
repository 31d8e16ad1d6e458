use std::time::Duration;

use diesel::prelude::*;

use super::{
    Relation,
    changes::{self, Changed, OpenRequests},
    models::FriendRequest,
};
use crate::{
    accounts::{User, UserId},
    db::{Connection, Database, Timestamp, testing::TestDatabase},
    error::{Error, Result},
    schema::{friend_requests, users},
};

const ANA: UserId = UserId(1);
const BO: UserId = UserId(2);
const LIMIT: OpenRequests = OpenRequests {
    most: 20,
    most_when_new: 5,
};

type Change = fn(&mut Connection, &User, &User) -> Result<Changed>;

fn add(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    changes::add(conn, me, other, LIMIT)
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
    age_refusal(&db, Duration::from_secs(31 * 86_400)).await;
    assert_eq!(views(&db).await, (Relation::None, Relation::None));
}

#[actix_web::test]
async fn asking_again_reaches_the_other_only_after_seven_days() {
    let db = two_people().await;
    change(&db, add, ANA, BO).await.unwrap();
    change(&db, changes::decline, BO, ANA).await.unwrap();
    change(&db, changes::cancel, ANA, BO).await.unwrap();
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
        .read(|conn| Ok(FriendRequest::from(conn, ANA)?))
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
        changes::cancel,
        changes::remove,
        changes::block,
        changes::unblock,
    ];
    for one in all {
        let refused = change(&db, one, ANA, BO).await;
        assert!(matches!(refused, Err(Error::NotFound)));
    }
}
