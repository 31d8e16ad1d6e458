//! Who may see how far whom has read: in conversations of two and in small rooms, if both sides want
//! it, and never where one blocks the other.

use diesel::prelude::*;

use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::{RoomKind, RoomMember},
    db::Connection,
    friends::{Friendship, blocked_with},
    schema::{members, preferences, users},
};

/// In larger rooms nobody sees it.
const MOST_PEOPLE: usize = 20;

/// How far somebody else has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub user: UserRef,
    /// Everything up to this event.
    pub seq: i64,
}

impl RoomMember {
    /// The others who may see how far this member has read, and how far they have read themselves.
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
                members::user_id,
                users::username,
                members::read_seq,
                preferences::seen.nullable(),
            ))
            .load::<(UserId, String, i64, Option<bool>)>(conn)?;
        if people.len() > MOST_PEOPLE {
            return Ok(Vec::new());
        }
        let apart = blocked_with(conn, self.user)?;
        let may_see = |(id, _, _, wants): &(UserId, String, i64, Option<bool>)| {
            *id != self.user && wants.unwrap_or(true) && !apart.contains(id)
        };
        let seen = |(id, username, seq, _)| Seen {
            user: UserRef { id, username },
            seq,
        };
        Ok(people.into_iter().filter(may_see).map(seen).collect())
    }

    /// Whether this member takes part at all.
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
