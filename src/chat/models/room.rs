//! Rooms and who is in them.

use diesel::prelude::*;

use super::RoomId;
use crate::{
    accounts::{Person, UserId},
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::Friendship,
    schema::{members, rooms, users},
};

/// A conversation of two friends; further kinds join here.
const DIRECT: &str = "direct";

/// A place where people talk. Its events are numbered 1 to `last_seq` without a gap.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Room {
    /// Row id.
    pub id: RoomId,
    /// Number of the newest event, 0 in an empty room.
    pub last_seq: i64,
}

impl Room {
    /// The conversation of `a` and `b`, made if it is missing; true says it was.
    pub fn open_direct(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<(Self, bool)> {
        let key = direct_key(a, b);
        let known = rooms::table
            .filter(rooms::direct_key.eq(&key))
            .select(Self::as_select())
            .first(conn)
            .optional()?;
        if let Some(room) = known {
            return Ok((room, false));
        }
        let now = Timestamp::now();
        let room: Self = diesel::insert_into(rooms::table)
            .values((
                rooms::kind.eq(DIRECT),
                rooms::direct_key.eq(&key),
                rooms::created_at.eq(now),
            ))
            .returning(Self::as_returning())
            .get_result(conn)?;
        let pair = [a, b].map(|user| {
            (
                members::room_id.eq(room.id),
                members::user_id.eq(user),
                members::joined_at.eq(now),
            )
        });
        for member in pair {
            diesel::insert_into(members::table)
                .values(member)
                .execute(conn)?;
        }
        Ok((room, true))
    }

    /// The conversation of `a` and `b`, if there is one.
    pub fn direct_between(
        conn: &mut Connection,
        a: UserId,
        b: UserId,
    ) -> QueryResult<Option<RoomId>> {
        rooms::table
            .filter(rooms::direct_key.eq(direct_key(a, b)))
            .select(rooms::id)
            .first(conn)
            .optional()
    }

    /// The rooms of `user` with their newest event number, at most `limit`.
    pub fn of(conn: &mut Connection, user: UserId, limit: i64) -> QueryResult<Vec<Self>> {
        members::table
            .inner_join(rooms::table)
            .filter(members::user_id.eq(user))
            .order(members::room_id)
            .limit(limit)
            .select(Self::as_select())
            .load(conn)
    }

    /// Opens the conversations that friends should have and a stopped program did not make.
    pub fn repair_direct(conn: &mut Connection) -> Result<()> {
        for (a, b) in Friendship::all(conn)? {
            Self::open_direct(conn, a, b)?;
        }
        Ok(())
    }
}

fn direct_key(a: UserId, b: UserId) -> String {
    format!("{}:{}", a.min(b), a.max(b))
}

/// Somebody in a room: only this can read, post or listen there.
#[derive(Debug, Clone)]
pub struct RoomMember {
    /// The room.
    pub room: Room,
    /// The member.
    pub user: UserId,
    /// The other person of a direct conversation.
    pub other: Person,
}

impl RoomMember {
    /// The room `room` that `user` is in.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a missing room and for a stranger's alike.
    pub fn find(conn: &mut Connection, room: RoomId, user: UserId) -> Result<Self> {
        let found = members::table
            .inner_join(rooms::table)
            .filter(members::room_id.eq(room))
            .filter(members::user_id.eq(user))
            .select(Room::as_select())
            .first(conn)?;
        let (id, username) = members::table
            .inner_join(users::table)
            .filter(members::room_id.eq(room))
            .filter(members::user_id.ne(user))
            .select((users::id, users::username))
            .first::<(UserId, String)>(conn)?;
        Ok(Self {
            room: found,
            user,
            other: Person::new(id, username),
        })
    }

    /// All conversations of `user`: room and other person, the one with the newest message first.
    pub fn all_of(conn: &mut Connection, user: UserId, limit: i64) -> QueryResult<Vec<Self>> {
        let (mine, theirs) = diesel::alias!(members as mine, members as theirs);
        let rows = mine
            .inner_join(rooms::table.on(rooms::id.eq(mine.field(members::room_id))))
            .inner_join(theirs.on(theirs.field(members::room_id).eq(rooms::id)))
            .inner_join(users::table.on(users::id.eq(theirs.field(members::user_id))))
            .filter(mine.field(members::user_id).eq(user))
            .filter(theirs.field(members::user_id).ne(user))
            .order((rooms::last_message_at.desc(), rooms::id.desc()))
            .limit(limit)
            .select((Room::as_select(), users::id, users::username))
            .load::<(Room, UserId, String)>(conn)?;
        let member = |(room, id, username)| Self {
            room,
            user,
            other: Person::new(id, username),
        };
        Ok(rows.into_iter().map(member).collect())
    }

    /// Whether the member may write: both are friends and neither blocks the other.
    pub fn may_post(&self, conn: &mut Connection) -> QueryResult<bool> {
        Friendship::is_open(conn, self.user, self.other.id)
    }

    /// This member, if it may write now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
    pub fn writable(self, conn: &mut Connection) -> Result<Self> {
        if self.may_post(conn)? {
            Ok(self)
        } else {
            Err(Error::Forbidden)
        }
    }
}
