use std::collections::HashSet;

use diesel::prelude::*;

use super::models::{TypingAudience, may_see, small_room_members};
use crate::{
    accounts::UserId,
    chat::{
        receipts::{FEW_PEOPLE, Receivers},
        rooms::{RoomId, RoomKind},
        testing::{ANA, BO, CLEO, a_conversation, insert_user, part},
    },
    db::{Connection, Database, Timestamp, testing::TestDatabase},
    error::Result,
    schema::{blocks, members, rooms},
};

/// Creates a room of Ana, Bo, Cleo and `others` more members.
async fn a_room(db: &Database, others: i64) -> RoomId {
    db.write(move |conn| {
        let room: RoomId = diesel::insert_into(rooms::table)
            .values((
                rooms::kind.eq(RoomKind::Closed),
                rooms::name.eq("tea"),
                rooms::last_seq.eq(9_i64),
                rooms::created_at.eq(Timestamp(0)),
            ))
            .returning(rooms::id)
            .get_result(conn)?;
        let others = (100..100 + others).map(UserId);
        for user in others.clone() {
            insert_user(conn, user, &format!("user-{user}"))?;
        }
        for user in [ANA, BO, CLEO].into_iter().chain(others) {
            let row = (
                members::room_id.eq(room),
                members::user_id.eq(user),
                members::joined_at.eq(0_i64),
            );
            diesel::insert_into(members::table)
                .values(row)
                .execute(conn)?;
        }
        Ok(room)
    })
    .await
    .unwrap()
}

fn block(conn: &mut Connection, by: UserId, of: UserId) -> Result<()> {
    let row = (
        blocks::blocker_id.eq(by),
        blocks::blocked_id.eq(of),
        blocks::created_at.eq(0_i64),
    );
    diesel::insert_into(blocks::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

async fn seen_by(db: &Database, user: UserId) -> HashSet<UserId> {
    db.read(move |conn| Ok(may_see(conn, user)?)).await.unwrap()
}

async fn hearing(db: &Database, room: RoomId, user: UserId) -> TypingAudience {
    let audience = move |conn: &mut _| Ok(TypingAudience::of(conn, room, user)?);
    db.read(audience).await.unwrap()
}

#[actix_web::test]
async fn friends_and_members_of_small_rooms_see_who_is_here_and_former_friends_do_not() {
    let db = TestDatabase::new();
    a_conversation(&db).await;
    assert_eq!(seen_by(&db, ANA).await, HashSet::from([BO]));
    part(&db).await;
    assert_eq!(seen_by(&db, ANA).await, HashSet::new());
    a_room(&db, 0).await;
    assert_eq!(seen_by(&db, ANA).await, HashSet::from([BO, CLEO]));
    db.write(|conn| block(conn, CLEO, ANA)).await.unwrap();
    assert_eq!(seen_by(&db, ANA).await, HashSet::from([BO]));
    assert_eq!(seen_by(&db, CLEO).await, HashSet::from([BO]));
}

#[actix_web::test]
async fn a_room_of_more_than_fifty_shows_nobody() {
    let db = TestDatabase::new();
    a_conversation(&db).await;
    part(&db).await;
    let room = a_room(&db, 47).await;
    assert_eq!(seen_by(&db, ANA).await.len(), 49);
    assert_eq!(hearing(&db, room, ANA).await, TypingAudience::Room);
    db.write(move |conn| {
        insert_user(conn, UserId(200), "one-too-many")?;
        let row = (
            members::room_id.eq(room),
            members::user_id.eq(UserId(200)),
            members::joined_at.eq(0_i64),
        );
        Ok(diesel::insert_into(members::table)
            .values(row)
            .execute(conn)?)
    })
    .await
    .unwrap();
    assert_eq!(seen_by(&db, ANA).await, HashSet::new());
    assert_eq!(hearing(&db, room, ANA).await, TypingAudience::Nobody);
    let members = move |conn: &mut _| Ok(small_room_members(conn, room)?);
    assert_eq!(db.read(members).await.unwrap(), None);
}

#[actix_web::test]
async fn who_types_is_told_to_all_but_those_who_block_or_are_blocked() {
    let db = TestDatabase::new();
    a_conversation(&db).await;
    let room = a_room(&db, 1).await;
    db.write(|conn| block(conn, CLEO, ANA)).await.unwrap();
    let without = |names: [UserId; 3]| TypingAudience::People(names.into());
    let other = UserId(100);
    assert_eq!(hearing(&db, room, ANA).await, without([ANA, BO, other]));
    assert_eq!(hearing(&db, room, CLEO).await, without([BO, CLEO, other]));
    assert_eq!(hearing(&db, room, BO).await, TypingAudience::Room);
}

#[actix_web::test]
async fn receipts_are_kept_in_rooms_of_two_to_twenty() {
    let db = TestDatabase::new();
    let direct = a_conversation(&db).await;
    let few = a_room(&db, FEW_PEOPLE - 3).await;
    let positions = |user| db.read(move |conn| Ok(Receivers::positions_of(conn, user)?));
    let known: HashSet<RoomId> = positions(ANA).await.unwrap().into_keys().collect();
    assert_eq!(known, HashSet::from([direct, few]));
    let of = |room| db.read(move |conn| Receivers::of(conn, room));
    assert_eq!(of(few).await.unwrap().unwrap().last_seq, 9);

    db.write(move |conn| {
        Receivers::save(conn, &[(few, ANA, 7), (few, BO, 3)])?;
        Receivers::save(conn, &[(few, ANA, 5)])?;
        insert_user(conn, UserId(200), "one-too-many")
    })
    .await
    .unwrap();
    let kept = of(few).await.unwrap().unwrap();
    assert!(kept.positions.contains(&(ANA, 7)) && kept.positions.contains(&(BO, 3)));
    db.write(move |conn| {
        let row = (
            members::room_id.eq(few),
            members::user_id.eq(UserId(200)),
            members::joined_at.eq(0_i64),
        );
        Ok(diesel::insert_into(members::table)
            .values(row)
            .execute(conn)?)
    })
    .await
    .unwrap();
    assert!(of(few).await.unwrap().is_none());
    let known: Vec<RoomId> = positions(ANA).await.unwrap().into_keys().collect();
    assert_eq!(known, [direct]);
}

#[actix_web::test]
async fn people_who_block_each_other_are_hidden_from_each_other() {
    let db = TestDatabase::new();
    let direct = a_conversation(&db).await;
    let room = a_room(&db, 0).await;
    let hidden = |room| db.read(move |conn| Ok(Receivers::of(conn, room)?.unwrap().hidden));
    assert!(hidden(direct).await.unwrap().is_empty());
    part(&db).await;
    assert_eq!(hidden(direct).await.unwrap(), [(ANA, BO)]);
    db.write(|conn| block(conn, CLEO, ANA)).await.unwrap();
    assert_eq!(hidden(room).await.unwrap(), [(CLEO, ANA)]);
}
