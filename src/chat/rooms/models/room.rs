//! Rooms: where people talk. Each room numbers its events in one gap-free sequence.

use std::time::Duration;

use diesel::{dsl::max, prelude::*};

use crate::{
    accounts::UserId,
    chat::rooms::RoomId,
    db::{Connection, Timestamp, text_enum},
    error::Result,
    friends::Friendship,
    schema::{members, rooms},
};

text_enum! {
    /// The kind of a room.
    RoomKind {
        /// A direct conversation of two friends, at most one for each pair.
        Direct = "direct",
        /// A group conversation, titled with the names of its members.
        Group = "group",
        /// A named room that everybody on this server may join.
        Open = "open",
        /// A named room that people join by invitation.
        Closed = "closed",
        /// Private notes of one person.
        Notes = "notes",
    }
}

/// A room. Invariant: its events have the numbers 1 to `last_seq` without gaps.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Room {
    /// The row id.
    pub id: RoomId,
    /// The kind.
    pub kind: RoomKind,
    /// The name. Empty for conversations and notes, whose title is made when they are shown.
    pub name: String,
    /// The topic, possibly empty.
    pub topic: String,
    /// The number of the newest event, 0 if there is none.
    pub last_seq: i64,
    /// The time of the latest message, or of the creation of the room. Sorts the lists of rooms.
    pub last_message_at: Timestamp,
    /// When the room was created.
    pub created_at: Timestamp,
    /// When the room was archived, if it is.
    pub archived_at: Option<Timestamp>,
    /// When the room and its messages will be deleted, if that is planned.
    pub delete_at: Option<Timestamp>,
    /// Whether members who do not moderate may create invite links and add people.
    pub members_invite: bool,
    /// Whether `@everyone` and `@here` call the members.
    pub calls_all: bool,
    /// Whether members who do not moderate may pin messages.
    pub members_pin: bool,
}

impl Room {
    /// Returns the direct conversation of `a` and `b`, and whether this call created it.
    /// Idempotent.
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

    /// Returns the direct conversation of `a` and `b`, if it exists.
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

    /// Returns at most `limit` rooms of `user`.
    pub fn of(conn: &mut Connection, user: UserId, limit: i64) -> QueryResult<Vec<Self>> {
        members::table
            .inner_join(rooms::table)
            .filter(members::user_id.eq(user))
            .order(members::room_id)
            .limit(limit)
            .select(Self::as_select())
            .load(conn)
    }

    /// Takes the room's next event number. Runs on the writer's connection, so that numbers cannot
    /// race.
    pub(crate) fn next_seq(conn: &mut Connection, room: RoomId) -> QueryResult<i64> {
        diesel::update(rooms::table.find(room))
            .set(rooms::last_seq.eq(rooms::last_seq + 1))
            .returning(rooms::last_seq)
            .get_result(conn)
    }

    /// Returns the moment that puts a room above all others in the lists: `now`, or, if the clock
    /// has jumped back since, one millisecond after the newest. So the lists have the order of the
    /// commits, because only the writer takes such moments, one after the other.
    pub(crate) fn moment_on_top(conn: &mut Connection, now: Timestamp) -> QueryResult<Timestamp> {
        let newest: Option<Timestamp> = rooms::table
            .select(max(rooms::last_message_at))
            .first(conn)?;
        let next = newest.map(|newest| newest.plus(Duration::from_millis(1)));
        Ok(next.map_or(now, |next| now.max(next)))
    }

    /// Takes the next event number for a message, and moves the room to the top of its members'
    /// lists.
    pub(crate) fn next_message_seq(
        conn: &mut Connection,
        room: RoomId,
        now: Timestamp,
    ) -> QueryResult<i64> {
        let moment = Self::moment_on_top(conn, now)?;
        diesel::update(rooms::table.find(room))
            .set((
                rooms::last_seq.eq(rooms::last_seq + 1),
                rooms::last_message_at.eq(moment),
            ))
            .returning(rooms::last_seq)
            .get_result(conn)
    }

    /// Creates the direct conversations that friends should have but that are missing because the
    /// program stopped in between.
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
