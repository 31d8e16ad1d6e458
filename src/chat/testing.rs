//! A conversation for tests: Ana and Bo are friends and share a room; Cleo is a stranger.

use diesel::prelude::*;

use super::models::{Room, RoomId};
use crate::{
    accounts::UserId,
    db::{Connection, Database},
    error::Result,
    schema::{friendships, users},
};

pub(super) const ANA: UserId = UserId(1);
pub(super) const BO: UserId = UserId(2);
pub(super) const CLEO: UserId = UserId(3);

pub(super) async fn a_conversation(db: &Database) -> RoomId {
    db.write(|conn| {
        insert_user(conn, ANA, "ana")?;
        insert_user(conn, BO, "bo")?;
        insert_user(conn, CLEO, "cleo")?;
        befriend(conn)?;
        Ok(Room::open_direct(conn, ANA, BO)?.0.id)
    })
    .await
    .unwrap()
}

fn insert_user(conn: &mut Connection, id: UserId, name: &str) -> Result<()> {
    let row = (
        users::id.eq(id),
        users::username.eq(name.to_owned()),
        users::username_key.eq(name.to_owned()),
        users::password.eq("!"),
        users::created_at.eq(0_i64),
        users::password_changed_at.eq(0_i64),
    );
    diesel::insert_into(users::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

fn befriend(conn: &mut Connection) -> Result<()> {
    let row = (
        friendships::user_a.eq(ANA),
        friendships::user_b.eq(BO),
        friendships::created_at.eq(0_i64),
    );
    diesel::insert_into(friendships::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

pub(super) async fn part(db: &Database) {
    db.write(|conn| Ok(diesel::delete(friendships::table).execute(conn)?))
        .await
        .unwrap();
}
