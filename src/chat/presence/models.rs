//! The audience of presence and typing: friends and the members of small rooms, except people who
//! block each other.

use std::collections::HashSet;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};

use crate::{
    accounts::UserId,
    chat::rooms::{RoomId, RoomKind},
    db::Connection,
    friends::{blocked_with, friends_of},
    preferences::Preferences,
    schema::{members, rooms},
};

/// The size limit of a small room, in members. In larger rooms, typing is not shown and membership
/// alone does not reveal presence: the fan-out would grow with the square of the members.
pub const SMALL_ROOM: i64 = 50;

/// The recipients of a member's typing events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypingAudience {
    /// Nobody, because the room is large or the person hides their typing.
    Nobody,
    /// Everybody who subscribes to the room.
    Room,
    /// Only these members. The others hide typing, or they and the person block each other.
    People(Vec<UserId>),
}

impl TypingAudience {
    /// Returns the audience when the member `user` types in `room`.
    pub fn of(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<Self> {
        let Some(others) = small_room_members(conn, room)? else {
            return Ok(Self::Nobody);
        };
        let mut excluded: HashSet<UserId> = blocked_with(conn, user)?.into_iter().collect();
        excluded.extend(Preferences::without_typing(conn, &others)?);
        if excluded.contains(&user) {
            return Ok(Self::Nobody);
        }
        if others.iter().all(|other| !excluded.contains(other)) {
            return Ok(Self::Room);
        }
        let others = others.into_iter();
        Ok(Self::People(
            others.filter(|other| !excluded.contains(other)).collect(),
        ))
    }
}

/// Returns the members of `room`, or `None` if there are more than `SMALL_ROOM`.
pub fn small_room_members(conn: &mut Connection, room: RoomId) -> QueryResult<Option<Vec<UserId>>> {
    let people: Vec<UserId> = members::table
        .filter(members::room_id.eq(room))
        .order(members::user_id)
        .limit(SMALL_ROOM + 1)
        .select(members::user_id)
        .load(conn)?;
    let is_small = i64::try_from(people.len()).is_ok_and(|count| count <= SMALL_ROOM);
    Ok(is_small.then_some(people))
}

/// Returns everybody who may see the presence of `user`, without duplicates.
pub fn may_see(conn: &mut Connection, user: UserId) -> QueryResult<HashSet<UserId>> {
    let friends = friends_of(conn, user)?;
    let mut people: HashSet<UserId> = friends.into_iter().map(|friend| friend.id).collect();
    people.extend(room_mates(conn, user)?);
    people.remove(&user);
    for blocked in blocked_with(conn, user)? {
        people.remove(&blocked);
    }
    Ok(people)
}

/// Returns the members of the small rooms of `user`. Direct conversations do not count: there,
/// friendship decides.
fn room_mates(conn: &mut Connection, user: UserId) -> QueryResult<Vec<UserId>> {
    let (mine, beyond) = diesel::alias!(members as mine, members as beyond);
    let has_many = beyond
        .filter(
            beyond
                .field(members::room_id)
                .eq(mine.field(members::room_id)),
        )
        .order(beyond.field(members::user_id))
        .limit(1)
        .offset(SMALL_ROOM);
    let small: Vec<RoomId> = mine
        .inner_join(rooms::table.on(rooms::id.eq(mine.field(members::room_id))))
        .filter(mine.field(members::user_id).eq(user))
        .filter(rooms::kind.ne(RoomKind::Direct))
        .filter(not(exists(has_many)))
        .select(mine.field(members::room_id))
        .load(conn)?;
    if small.is_empty() {
        return Ok(Vec::new());
    }
    members::table
        .filter(members::room_id.eq_any(small))
        .select(members::user_id)
        .load(conn)
}
