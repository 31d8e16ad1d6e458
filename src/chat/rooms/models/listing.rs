//! The member list of a room, as its members see it.

use diesel::prelude::*;

use super::member::{Role, RoomMember, hide_statuses, with_status};
use crate::{
    accounts::{Person, StoredStatus, UserId, UserRef},
    chat::rooms::{InviteId, RoomId},
    db::{Connection, Timestamp},
    error::Result,
    schema::{members, users},
};

/// One entry of the member list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMember {
    /// The person.
    pub person: Person,
    /// The role.
    pub role: Role,
    /// When the person joined.
    pub joined_at: Timestamp,
    /// The invite link that the person used.
    pub invite: Option<InviteId>,
}

type Columns = ((UserRef, StoredStatus), Role, Timestamp, Option<InviteId>);

impl ListedMember {
    fn from_columns((person, role, joined_at, invite): Columns) -> Self {
        Self {
            person: with_status(person),
            role,
            joined_at,
            invite,
        }
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn rows(room: RoomId) -> _ {
    members::table
        .inner_join(users::table)
        .filter(members::room_id.eq(room))
        .select((
            (
                (users::id, users::username, users::name),
                (users::status_emoji, users::status_text, users::status_until),
            ),
            members::role,
            members::joined_at,
            members::invite_id,
        ))
}

impl RoomMember {
    /// Returns all members: the owner, then moderators, then the others, each sorted by name.
    pub fn list_members(&self, conn: &mut Connection) -> QueryResult<Vec<ListedMember>> {
        let rows = rows(self.room.id).load::<Columns>(conn)?;
        let mut listing: Vec<ListedMember> =
            rows.into_iter().map(ListedMember::from_columns).collect();
        let people = listing.iter_mut().map(|listed| &mut listed.person);
        hide_statuses(conn, self.user, people)?;
        listing.sort_by_cached_key(|listed| {
            let rank = match listed.role {
                Role::Owner => 0,
                Role::Moderator => 1,
                Role::Member => 2,
            };
            (rank, listed.person.name.to_lowercase())
        });
        Ok(listing)
    }

    /// Returns one entry of the member list.
    ///
    /// # Errors
    /// [`crate::error::Error::NotFound`] if the person is not in the room.
    pub fn find_listed(&self, conn: &mut Connection, user: UserId) -> Result<ListedMember> {
        let row = rows(self.room.id)
            .filter(members::user_id.eq(user))
            .first::<Columns>(conn)?;
        Ok(ListedMember::from_columns(row))
    }

    /// Returns the number of members, including this one.
    pub fn count(&self, conn: &mut Connection) -> QueryResult<i64> {
        count_members(conn, self.room.id)
    }

    /// Returns the next owner when this owner leaves without naming one: the moderator who has been
    /// here longest, or else the member who has.
    pub fn successor(listing: &[ListedMember]) -> Option<&ListedMember> {
        let others = listing.iter().filter(|listed| listed.role != Role::Owner);
        others.min_by_key(|listed| (!listed.role.moderates(), listed.joined_at, listed.person.id))
    }
}

/// Returns the number of members of a room.
pub(crate) fn count_members(conn: &mut Connection, room: RoomId) -> QueryResult<i64> {
    members::table
        .filter(members::room_id.eq(room))
        .count()
        .get_result(conn)
}
