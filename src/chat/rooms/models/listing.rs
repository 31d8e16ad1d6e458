//! The members of a room as its other members see them.

use diesel::prelude::*;

use super::member::{Role, RoomMember};
use crate::{
    accounts::{Person, UserId},
    chat::rooms::{InviteId, RoomId},
    db::{Connection, Timestamp},
    error::Result,
    schema::{members, users},
};

/// Somebody in the same room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMember {
    /// Who.
    pub person: Person,
    /// What they may do.
    pub role: Role,
    /// Since when they are here.
    pub joined_at: Timestamp,
    /// The link by which they came.
    pub invite: Option<InviteId>,
}

type Columns = (UserId, String, Role, Timestamp, Option<InviteId>);

impl ListedMember {
    fn from_columns((id, name, role, joined_at, invite): Columns) -> Self {
        Self {
            person: Person::new(id, name),
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
            members::user_id,
            users::username,
            members::role,
            members::joined_at,
            members::invite_id,
        ))
}

impl RoomMember {
    /// Everybody in the room: the owner, the moderators, then the others, each by name.
    pub fn list_members(&self, conn: &mut Connection) -> QueryResult<Vec<ListedMember>> {
        let rows = rows(self.room.id).load::<Columns>(conn)?;
        let mut listing: Vec<ListedMember> =
            rows.into_iter().map(ListedMember::from_columns).collect();
        listing.sort_by_cached_key(|listed| {
            let rank = match listed.role {
                Role::Owner => 0,
                Role::Moderator => 1,
                Role::Member => 2,
            };
            (rank, listed.person.username.to_lowercase())
        });
        Ok(listing)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`crate::error::Error::NotFound`] if they are not in the room.
    pub fn find_listed(&self, conn: &mut Connection, user: UserId) -> Result<ListedMember> {
        let row = rows(self.room.id)
            .filter(members::user_id.eq(user))
            .first::<Columns>(conn)?;
        Ok(ListedMember::from_columns(row))
    }

    /// How many are in the room, this member too.
    pub fn count(&self, conn: &mut Connection) -> QueryResult<i64> {
        count_members(conn, self.room.id)
    }

    /// Who follows when this owner leaves and names nobody: the moderator, otherwise the member,
    /// who has been here longest.
    pub fn heir(listing: &[ListedMember]) -> Option<&ListedMember> {
        let others = listing.iter().filter(|listed| listed.role != Role::Owner);
        others.min_by_key(|listed| (!listed.role.moderates(), listed.joined_at, listed.person.id))
    }
}

/// How many are in a room.
pub(crate) fn count_members(conn: &mut Connection, room: RoomId) -> QueryResult<i64> {
    members::table
        .filter(members::room_id.eq(room))
        .count()
        .get_result(conn)
}
