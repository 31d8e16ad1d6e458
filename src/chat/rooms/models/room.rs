//! Rooms: where people talk, and their one gap-free sequence of events.

use diesel::prelude::*;

use crate::{
    accounts::UserId,
    chat::rooms::RoomId,
    db::{Connection, Timestamp, text_enum},
    error::Result,
    friends::Friendship,
    schema::{members, rooms},
};

text_enum! {
    /// What kind of place a room is.
    RoomKind {
        /// A conversation of two friends, one for each pair.
        Direct = "direct",
        /// A conversation of several, named after them.
        Group = "group",
        /// Everybody on this server may join.
        Open = "open",
        /// Whoever is invited may join.
        Closed = "closed",
        /// One person's notes to self.
        Notes = "notes",
    }
}

/// A place where people talk. Its events are numbered 1 to `last_seq` without a gap.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Room {
    /// Row id.
    pub id: RoomId,
    /// What kind of place.
    pub kind: RoomKind,
    /// Empty where people or a word of the page name it.
    pub name: String,
    /// One line about it, or nothing.
    pub topic: String,
    /// Number of the newest event, 0 in an empty room.
    pub last_seq: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody may write.
    pub archived_at: Option<Timestamp>,
    /// When it goes, with all that was said.
    pub delete_at: Option<Timestamp>,
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
                rooms::kind.eq(RoomKind::Direct),
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

    /// Takes the room's next event number. On the writer's connection.
    pub(crate) fn next_seq(conn: &mut Connection, room: RoomId) -> QueryResult<i64> {
        diesel::update(rooms::table.find(room))
            .set(rooms::last_seq.eq(rooms::last_seq + 1))
            .returning(rooms::last_seq)
            .get_result(conn)
    }

    /// As [`Room::next_seq`], for a message: the room comes to the top of its members' lists.
    pub(crate) fn next_message_seq(
        conn: &mut Connection,
        room: RoomId,
        now: Timestamp,
    ) -> QueryResult<i64> {
        diesel::update(rooms::table.find(room))
            .set((
                rooms::last_seq.eq(rooms::last_seq + 1),
                rooms::last_message_at.eq(now),
            ))
            .returning(rooms::last_seq)
            .get_result(conn)
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
