//! Open rooms, which everybody on this server may find and join.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::join::{NewMember, is_member, is_removed, join};
use crate::{
    accounts::UserId,
    chat::{
        log::NoticeKind,
        messages::RoomEvent,
        rooms::{Room, RoomId, RoomKind},
    },
    db::Connection,
    error::{Error, Result},
    schema::{members, removals, rooms},
};

/// An open room that is not archived.
#[derive(Debug, Clone)]
pub struct OpenRoom {
    /// The room.
    pub room: Room,
    /// The number of members.
    pub members: i64,
    /// Whether the person who asks is a member.
    pub is_inside: bool,
}

impl OpenRoom {
    /// Returns a page of open rooms, sorted by name, without those that `user` was removed from:
    /// `limit` rooms from `offset` on (offset pagination).
    pub fn all(
        conn: &mut Connection,
        user: UserId,
        (offset, limit): (i64, i64),
    ) -> QueryResult<Vec<Self>> {
        let found: Vec<Room> = rooms::table
            .filter(rooms::kind.eq(RoomKind::Open))
            .filter(rooms::archived_at.is_null())
            .order((rooms::name, rooms::id))
            .offset(offset)
            .limit(limit)
            .select(Room::as_select())
            .load(conn)?;
        let ids: Vec<RoomId> = found.iter().map(|room| room.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let counts: HashMap<RoomId, i64> = members::table
            .filter(members::room_id.eq_any(&ids))
            .group_by(members::room_id)
            .select((members::room_id, diesel::dsl::count_star()))
            .load(conn)?
            .into_iter()
            .collect();
        let mine: HashSet<RoomId> = members::table
            .filter(members::user_id.eq(user))
            .filter(members::room_id.eq_any(&ids))
            .select(members::room_id)
            .load(conn)?
            .into_iter()
            .collect();
        let lost: Vec<RoomId> = removals::table
            .filter(removals::user_id.eq(user))
            .select(removals::room_id)
            .load(conn)?;
        let found = found.into_iter().filter(|room| !lost.contains(&room.id));
        let open = |room: Room| Self {
            members: counts.get(&room.id).copied().unwrap_or(0),
            is_inside: mine.contains(&room.id),
            room,
        };
        Ok(found.map(open).collect())
    }

    /// Adds `user` to the open room `room`. Idempotent.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the room does not exist or is not open to that person.
    pub fn join(conn: &mut Connection, room: RoomId, user: UserId) -> Result<Vec<RoomEvent>> {
        let found: Room = rooms::table
            .find(room)
            .filter(rooms::kind.eq(RoomKind::Open))
            .filter(rooms::archived_at.is_null())
            .select(Room::as_select())
            .first(conn)?;
        if is_member(conn, found.id, user)? {
            return Ok(Vec::new());
        }
        if is_removed(conn, found.id, user)? {
            return Err(Error::NotFound);
        }
        let joined = join(conn, found.id, NewMember::plain(user), NoticeKind::Joined)?;
        Ok(vec![joined])
    }
}
