//! The author of a post: the part of a membership that posting needs, loaded in one query.

use diesel::prelude::*;

use super::room::RoomKind;
use crate::{
    accounts::{Person, UserId, UserRef},
    chat::rooms::RoomId,
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::Friendship,
    schema::{members, rooms, users},
};

/// A member who posts. Unlike [`RoomMember`](super::member::RoomMember), it has no names of other
/// people, because a group of fifty would cost fifty names for each post.
#[derive(Debug)]
pub struct RoomAuthor {
    /// The person.
    pub person: Person,
    room: RoomId,
    kind: RoomKind,
    is_archived: bool,
    /// Whether `@everyone` and `@here` call the others.
    pub may_call_all: bool,
}

type Row = (
    RoomKind,
    Option<Timestamp>,
    Option<Timestamp>,
    bool,
    UserRef,
);

impl RoomAuthor {
    /// Finds the membership of `user` in `room`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the room does not exist or the person is not in it, so that outsiders
    /// cannot tell the two apart.
    pub fn find(conn: &mut Connection, room: RoomId, user: UserId) -> Result<Self> {
        let (kind, archived_at, delete_at, calls_all, person) = members::table
            .inner_join(rooms::table)
            .inner_join(users::table)
            .filter(members::room_id.eq(room))
            .filter(members::user_id.eq(user))
            .select((
                rooms::kind,
                rooms::archived_at,
                rooms::delete_at,
                rooms::calls_all,
                UserRef::as_select(),
            ))
            .first::<Row>(conn)?;
        Ok(Self {
            person: Person::from(person),
            room,
            kind,
            is_archived: archived_at.is_some() || delete_at.is_some(),
            may_call_all: kind.has_calls() && calls_all,
        })
    }

    /// Checks whether the member may write now. In a direct conversation the two must be friends
    /// and neither may block the other. Other rooms must not be archived.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
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
