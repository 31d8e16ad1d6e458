//! Joining: each new member becomes a row, an event and a notice.

use diesel::prelude::*;

use crate::{
    accounts::{Person, User, UserId},
    chat::{
        log::{EventKind, NoticeKind},
        messages::{NewRoomEvent, RoomEvent},
        rooms::{InviteId, Role, RoomHost, RoomId, RoomKind},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::Friendship,
    schema::{members, removals, rooms},
    words,
};

/// A member to add.
pub(super) struct NewMember {
    pub(super) user: UserId,
    pub(super) role: Role,
    pub(super) invite: Option<InviteId>,
}

impl NewMember {
    /// Returns a new member without a role.
    pub(super) fn plain(user: UserId) -> Self {
        Self {
            user,
            role: Role::Member,
            invite: None,
        }
    }

    /// Stores the row. Earlier messages count as read.
    pub(super) fn enter(self, conn: &mut Connection, room: RoomId) -> QueryResult<()> {
        let last_seq: i64 = rooms::table
            .find(room)
            .select(rooms::last_seq)
            .first(conn)?;
        diesel::insert_into(members::table)
            .values((
                members::room_id.eq(room),
                members::user_id.eq(self.user),
                members::role.eq(self.role),
                members::read_seq.eq(last_seq),
                members::joined_at.eq(Timestamp::now()),
                members::invite_id.eq(self.invite),
            ))
            .execute(conn)?;
        Ok(())
    }
}

/// Returns the person with this id, with the name that the log shows.
pub(super) fn person(conn: &mut Connection, user: UserId) -> QueryResult<Person> {
    Ok(Person::from(&User::find(conn, user)?))
}

/// Adds `actor` to the room, with `notice` as the line in the log.
pub(super) fn join(
    conn: &mut Connection,
    room: RoomId,
    new_member: NewMember,
    notice: NoticeKind,
) -> QueryResult<RoomEvent> {
    let actor = person(conn, new_member.user)?;
    new_member.enter(conn, room)?;
    let joined = NewRoomEvent {
        kind: EventKind::MemberJoined,
        subject: Some(actor.clone()),
        notice: Some((notice, actor.name.clone())),
        actor: &actor,
    };
    joined.write(conn, room)
}

/// Adds several people, with one line in the log.
pub(super) fn add_all(
    conn: &mut Connection,
    room: RoomId,
    actor: &Person,
    people: &[Person],
) -> QueryResult<Vec<RoomEvent>> {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    // Each name on a line, because a name may have a comma.
    let mut line = Some((NoticeKind::Added, names.join("\n")));
    let mut events = Vec::with_capacity(people.len());
    for person in people {
        NewMember::plain(person.id).enter(conn, room)?;
        forgive(conn, room, person.id)?;
        let joined = NewRoomEvent {
            kind: EventKind::MemberJoined,
            actor,
            subject: Some(person.clone()),
            notice: line.take(),
        };
        events.push(joined.write(conn, room)?);
    }
    Ok(events)
}

/// Returns the friends of `me` among `people`, without duplicates and without `me`.
///
/// # Errors
/// [`Error::Invalid`] for the field `people` if one of them is not a friend, or if one blocks the
/// other.
pub(super) fn friends(conn: &mut Connection, me: UserId, people: &[UserId]) -> Result<Vec<Person>> {
    let mut friends: Vec<Person> = Vec::with_capacity(people.len());
    for other in people {
        if *other == me || friends.iter().any(|known| known.id == *other) {
            continue;
        }
        if !Friendship::is_open(conn, me, *other)? {
            return Err(Error::invalid("people", words::text("rooms-error-friends")));
        }
        friends.push(person(conn, *other)?);
    }
    Ok(friends)
}

/// Checks the size of a group.
///
/// # Errors
/// [`Error::Invalid`] for the field `people` if a group would have more than `most` members.
pub(super) fn check_group_size(people: usize, most: u32) -> Result<()> {
    if people > usize::try_from(most).unwrap_or(usize::MAX) {
        let text = words::text_with("rooms-error-too-many", &[("most", most.into())]);
        return Err(Error::invalid("people", text));
    }
    Ok(())
}

impl RoomHost {
    /// Adds friends of this member. A group holds at most `most` members.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `people`.
    pub fn add(
        &self,
        conn: &mut Connection,
        people: &[UserId],
        most: u32,
    ) -> Result<Vec<RoomEvent>> {
        let listing = self.list_members(conn)?;
        let mut new = friends(conn, self.user, people)?;
        new.retain(|friend| !listing.iter().any(|listed| listed.person.id == friend.id));
        if new.is_empty() {
            return Err(Error::invalid("people", words::text("rooms-error-nobody")));
        }
        if self.room.kind == RoomKind::Group {
            check_group_size(listing.len() + new.len(), most)?;
        }
        let actor = person(conn, self.user)?;
        Ok(add_all(conn, self.room.id, &actor, &new)?)
    }
}

/// Returns whether the person was removed from the room and not added again.
pub(super) fn is_removed(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let removal = removals::table.find((room, user));
    diesel::select(diesel::dsl::exists(removal)).get_result(conn)
}

fn forgive(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<usize> {
    diesel::delete(removals::table.find((room, user))).execute(conn)
}

pub(super) fn is_member(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let member = members::table.find((room, user));
    diesel::select(diesel::dsl::exists(member)).get_result(conn)
}
