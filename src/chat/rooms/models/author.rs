//! Somebody about to write in a room: as much of a member as a post needs, in one query.

use diesel::prelude::*;

use super::room::RoomKind;
use crate::{
    accounts::{Person, UserId},
    chat::rooms::RoomId,
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::Friendship,
    schema::{members, rooms, users},
};

/// A member who writes. Unlike a [`RoomMember`](super::member::RoomMember) it names nobody else: a group of
/// fifty would cost fifty names for each post.
#[derive(Debug)]
pub struct RoomAuthor {
    /// Who.
    pub person: Person,
    room: RoomId,
    kind: RoomKind,
    is_archived: bool,
}

type Row = (RoomKind, Option<Timestamp>, Option<Timestamp>, String);

impl RoomAuthor {
    /// The member `user` of `room`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a missing room and for a stranger's alike.
    pub fn find(conn: &mut Connection, room: RoomId, user: UserId) -> Result<Self> {
        let (kind, archived_at, delete_at, username) = members::table
            .inner_join(rooms::table)
            .inner_join(users::table)
            .filter(members::room_id.eq(room))
            .filter(members::user_id.eq(user))
            .select((
                rooms::kind,
                rooms::archived_at,
                rooms::delete_at,
                users::username,
            ))
            .first::<Row>(conn)?;
        Ok(Self {
            person: Person::new(user, username),
            room,
            kind,
            is_archived: archived_at.is_some() || delete_at.is_some(),
        })
    }

    /// Checks whether the member may write now: in a direct conversation while both are friends and neither
    /// blocks the other; elsewhere until the room is archived.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require_writable(&self, conn: &mut Connection) -> Result<()> {
        let may = match self.kind {
            _ if self.is_archived => false,
            RoomKind::Direct => self.is_with_friend(conn)?,
            RoomKind::Group | RoomKind::Open | RoomKind::Closed | RoomKind::Notes => true,
        };
        if may { Ok(()) } else { Err(Error::Forbidden) }
    }

    fn is_with_friend(&self, conn: &mut Connection) -> QueryResult<bool> {
        let other = members::table
            .filter(members::room_id.eq(self.room))
            .filter(members::user_id.ne(self.person.id))
            .select(members::user_id)
            .first::<UserId>(conn)
            .optional()?;
        match other {
            Some(other) => Friendship::is_open(conn, self.person.id, other),
            None => Ok(false),
        }
    }
}
