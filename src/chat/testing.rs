//! Test data: Ana and Bo are friends and share a room. Cleo is an outsider.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    accounts::{Person, UserId},
    chat::{
        log::MessageId,
        messages::{Message, formatting},
        rooms::{Room, RoomId},
    },
    db::{Connection, Database, Timestamp},
    error::Result,
    schema::{friendships, users},
};

pub(crate) const ANA: UserId = UserId(1);
pub(crate) const BO: UserId = UserId(2);
pub(crate) const CLEO: UserId = UserId(3);

/// Returns a message of Ana.
pub(crate) fn said(body: &str) -> Message {
    Message {
        id: MessageId(7),
        room: RoomId(1),
        seq: 5,
        author: Person::new(ANA, "ana"),
        client_id: Uuid::nil(),
        body: body.into(),
        html: formatting::render(body).html(|_| None),
        created_at: Timestamp(1_795_420_920_123),
        edited_at: None,
        deleted: None,
        reply: None,
        reactions: Vec::new(),
        pinned_by: None,
        notice: None,
    }
}

pub(crate) async fn a_conversation(db: &Database) -> RoomId {
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

pub(crate) fn insert_user(conn: &mut Connection, id: UserId, name: &str) -> Result<()> {
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

pub(crate) async fn part(db: &Database) {
    db.write(|conn| Ok(diesel::delete(friendships::table).execute(conn)?))
        .await
        .unwrap();
}
