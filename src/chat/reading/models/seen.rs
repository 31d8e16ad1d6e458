//! Visibility of read cursors: in direct conversations and small rooms, if both people share theirs
//! and neither blocks the other.

use diesel::prelude::*;

use crate::{
    accounts::UserRef,
    chat::rooms::{RoomKind, RoomMember},
    db::Connection,
    friends::{Friendship, blocked_with},
    schema::{members, preferences, users},
};

/// The maximum number of members of a room that shows read cursors.
const MOST_PEOPLE: usize = 20;

/// The read cursor of another member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The member.
    pub user: UserRef,
    /// The cursor: all events up to this number are read.
    pub seq: i64,
}

impl RoomMember {
    /// Returns the read cursors of the members who share them with this member. The same members
    /// may see this member's cursor.
    pub fn seen_by(&self, conn: &mut Connection) -> QueryResult<Vec<Seen>> {
        if !self.shows_seen(conn)? {
            return Ok(Vec::new());
        }
        let people = members::table
            .inner_join(users::table)
            .left_join(preferences::table.on(preferences::user_id.eq(members::user_id)))
            .filter(members::room_id.eq(self.room.id))
            .limit(i64::try_from(MOST_PEOPLE + 1).unwrap_or(i64::MAX))
            .select((
                UserRef::as_select(),
                members::read_seq,
                preferences::seen.nullable(),
            ))
            .load::<(UserRef, i64, Option<bool>)>(conn)?;
        if people.len() > MOST_PEOPLE {
            return Ok(Vec::new());
        }
        let apart = blocked_with(conn, self.user)?;
        let may_see = |(user, _, wants): &(UserRef, i64, Option<bool>)| {
            user.id != self.user && wants.unwrap_or(true) && !apart.contains(&user.id)
        };
        let seen = |(user, seq, _)| Seen { user, seq };
        Ok(people.into_iter().filter(may_see).map(seen).collect())
    }

    /// Returns whether this member shares their read cursor.
    fn shows_seen(&self, conn: &mut Connection) -> QueryResult<bool> {
        let wants = preferences::table
            .find(self.user)
            .select(preferences::seen)
            .first::<bool>(conn)
            .optional()?;
        match (&self.other, self.room.kind) {
            _ if wants == Some(false) => Ok(false),
            (_, RoomKind::Notes) => Ok(false),
            (Some(other), _) => Friendship::is_open(conn, self.user, other.id),
            (None, kind) => Ok(kind != RoomKind::Direct),
        }
    }
}
