//! The members whom `@everyone` and `@here` call.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::{
    accounts::UserId,
    chat::{
        messages::call::Call,
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    friends::blocked_with,
    schema::members,
};

/// Returns the members whom `author` calls, sorted by id. `online` are the people who are online at
/// the moment. Somebody who blocks the author, or whom the author blocks, is not called by `@here`,
/// because it would show that they are online. They are called by `@everyone`, because their
/// absence would show the block; their counts and notifications leave out blocked people.
pub(crate) fn callable(
    conn: &mut Connection,
    (room, author): (RoomId, UserId),
    call: Call,
    online: &HashSet<UserId>,
) -> QueryResult<Vec<UserId>> {
    let mut others: Vec<UserId> = members::table
        .filter(members::room_id.eq(room))
        .filter(members::user_id.ne(author))
        .order(members::user_id)
        .select(members::user_id)
        .load(conn)?;
    if call == Call::Here {
        let apart = blocked_with(conn, author)?;
        others.retain(|user| online.contains(user) && !apart.contains(user));
    }
    Ok(others)
}

/// Returns the members who are not among `called`.
pub(crate) fn others(
    conn: &mut Connection,
    room: RoomId,
    called: &[UserId],
) -> QueryResult<Vec<UserId>> {
    let mut all: Vec<UserId> = members::table
        .filter(members::room_id.eq(room))
        .select(members::user_id)
        .load(conn)?;
    let called: HashSet<&UserId> = called.iter().collect();
    all.retain(|user| !called.contains(user));
    Ok(all)
}

impl RoomMember {
    /// Returns the number of members whom a call would notify. `None` where calls are text.
    pub(crate) fn count_called(
        &self,
        conn: &mut Connection,
        call: Call,
        online: &HashSet<UserId>,
    ) -> QueryResult<Option<usize>> {
        if !self.may_call_all() {
            return Ok(None);
        }
        let called = callable(conn, (self.room.id, self.user), call, online)?;
        Ok(Some(called.len()))
    }
}
