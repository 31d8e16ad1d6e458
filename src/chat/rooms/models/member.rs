//! Membership: who is in a room, with which role and rights.

use std::collections::HashMap;

use diesel::prelude::*;

use super::room::{Room, RoomKind};
use crate::{
    accounts::{Person, StoredStatus, UserId, UserRef},
    chat::rooms::RoomId,
    db::{Connection, Timestamp, text_enum},
    error::{Error, Result},
    friends::{BlockedPeople, Friendship, blocked_with},
    schema::{members, rooms, users},
    words,
};

text_enum! {
    /// The role of a member. Each one can do what the one before it can.
    Role {
        /// May read and write only.
        Member = "member",
        /// May also invite and remove members, delete their messages, and change name and topic.
        Moderator = "moderator",
        /// May also name moderators, archive and delete the room. Nobody can remove the owner.
        Owner = "owner",
    }
}

/// The number of names in the title of a group conversation. The title counts the rest.
const NAMES_IN_TITLE: usize = 4;

/// A member of a room. Code needs this value to read, post or subscribe there, so an outsider
/// cannot reach it by mistake.
#[derive(Debug, Clone)]
pub struct RoomMember {
    /// The room.
    pub room: Room,
    /// The member.
    pub user: UserId,
    /// The role.
    pub role: Role,
    /// The read cursor: all events up to this number are read.
    pub read_seq: i64,
    /// The title of the room for this member.
    pub title: String,
    /// The other person of a direct conversation.
    pub other: Option<Person>,
}

/// The columns that belong to the membership itself.
type Own = (Role, i64);

impl RoomMember {
    /// Finds the membership of `user` in `room`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the room does not exist or the person is not in it, so that outsiders
    /// cannot tell the two apart.
    pub fn find(conn: &mut Connection, room: RoomId, user: UserId) -> Result<Self> {
        let (found, own) = members::table
            .inner_join(rooms::table)
            .filter(members::room_id.eq(room))
            .filter(members::user_id.eq(user))
            .select((Room::as_select(), (members::role, members::read_seq)))
            .first::<(Room, Own)>(conn)?;
        let others = match found.kind {
            RoomKind::Direct | RoomKind::Group => others_in(conn, room, user)?,
            RoomKind::Open | RoomKind::Closed | RoomKind::Notes => Vec::new(),
        };
        Ok(Self::new(found, user, own, others))
    }

    /// Returns the conversations of `user`, newest message first.
    pub fn all_of(conn: &mut Connection, user: UserId, limit: i64) -> QueryResult<Vec<Self>> {
        let rows = members::table
            .inner_join(rooms::table)
            .filter(members::user_id.eq(user))
            .order((rooms::last_message_at.desc(), rooms::id.desc()))
            .limit(limit)
            .select((Room::as_select(), (members::role, members::read_seq)))
            .load::<(Room, Own)>(conn)?;
        let mut others = others_of(conn, user)?;
        let member = |(room, own): (Room, Own)| {
            let others = others.remove(&room.id).unwrap_or_default();
            Self::new(room, user, own, others)
        };
        Ok(rows.into_iter().map(member).collect())
    }

    fn new(room: Room, user: UserId, (role, read_seq): Own, others: Vec<Person>) -> Self {
        Self {
            title: title(&room, &others),
            other: (room.kind == RoomKind::Direct)
                .then(|| others.into_iter().next())
                .flatten(),
            room,
            user,
            role,
            read_seq,
        }
    }

    /// Returns at most `limit` members, sorted by name.
    pub fn people(&self, conn: &mut Connection, limit: i64) -> QueryResult<Vec<UserRef>> {
        members::table
            .inner_join(users::table)
            .filter(members::room_id.eq(self.room.id))
            .order(members::user_id)
            .limit(limit)
            .select(UserRef::as_select())
            .load(conn)
    }

    /// Returns the people whose messages are folded for this member: those whom they block.
    pub fn folded(&self, conn: &mut Connection) -> QueryResult<BlockedPeople> {
        if self.room.kind.folds_blocked() {
            BlockedPeople::of(conn, self.user)
        } else {
            Ok(BlockedPeople::default())
        }
    }

    /// Returns whether the member may write. In a direct conversation the two must be friends and
    /// neither may block the other. Other rooms must not be archived.
    pub fn may_post(&self, conn: &mut Connection) -> QueryResult<bool> {
        if self.room.archived_at.is_some() || self.room.delete_at.is_some() {
            return Ok(false);
        }
        match (&self.other, self.room.kind) {
            (Some(other), _) => Friendship::is_open(conn, self.user, other.id),
            (None, RoomKind::Direct) => Ok(false),
            (None, _) => Ok(true),
        }
    }

    /// Returns this member if it may write now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
    pub fn writable(self, conn: &mut Connection) -> Result<Self> {
        if self.may_post(conn)? {
            Ok(self)
        } else {
            Err(Error::Forbidden)
        }
    }
}

fn title(room: &Room, others: &[Person]) -> String {
    match room.kind {
        RoomKind::Notes => words::text("room-notes"),
        _ if !room.name.is_empty() => room.name.clone(),
        _ => names(others),
    }
}

/// Joins the first few names and the count of the others.
fn names(people: &[Person]) -> String {
    let named: Vec<&str> = people
        .iter()
        .take(NAMES_IN_TITLE)
        .map(|person| person.name.as_str())
        .collect();
    let named = named.join(", ");
    match people.len().saturating_sub(NAMES_IN_TITLE) {
        0 if people.is_empty() => words::text("room-alone"),
        0 => named,
        more => words::text_with(
            "room-names-and-more",
            &[("names", named.into()), ("more", more.into())],
        ),
    }
}

fn others_in(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<Vec<Person>> {
    let rows = members::table
        .inner_join(users::table)
        .filter(members::room_id.eq(room))
        .filter(members::user_id.ne(user))
        .order(members::user_id)
        .select((UserRef::as_select(), StoredStatus::as_select()))
        .load::<(UserRef, StoredStatus)>(conn)?;
    let mut others: Vec<Person> = rows.into_iter().map(with_status).collect();
    hide_statuses(conn, user, others.iter_mut())?;
    Ok(others)
}

/// Returns the other members of all conversations whose title is made of names.
fn others_of(conn: &mut Connection, user: UserId) -> QueryResult<HashMap<RoomId, Vec<Person>>> {
    let (mine, theirs) = diesel::alias!(members as mine, members as theirs);
    let named_after_people = [RoomKind::Direct, RoomKind::Group];
    let rows = mine
        .inner_join(rooms::table.on(rooms::id.eq(mine.field(members::room_id))))
        .inner_join(theirs.on(theirs.field(members::room_id).eq(rooms::id)))
        .inner_join(users::table.on(users::id.eq(theirs.field(members::user_id))))
        .filter(mine.field(members::user_id).eq(user))
        .filter(rooms::kind.eq_any(named_after_people))
        .filter(theirs.field(members::user_id).ne(user))
        .select((rooms::id, (UserRef::as_select(), StoredStatus::as_select())))
        .load::<(RoomId, (UserRef, StoredStatus))>(conn)?;
    let mut others: HashMap<RoomId, Vec<Person>> = HashMap::new();
    for (room, person) in rows {
        others.entry(room).or_default().push(with_status(person));
    }
    hide_statuses(conn, user, others.values_mut().flatten())?;
    Ok(others)
}

/// Returns the person with the status, if that has not ended.
pub(super) fn with_status((person, status): (UserRef, StoredStatus)) -> Person {
    Person {
        status: status.at(Timestamp::now()),
        ..Person::from(person)
    }
}

/// Removes the status of people who block `user` or whom `user` blocks, as with presence.
pub(super) fn hide_statuses<'p>(
    conn: &mut Connection,
    user: UserId,
    people: impl Iterator<Item = &'p mut Person>,
) -> QueryResult<()> {
    let mut shown = people.filter(|person| person.status.is_some()).peekable();
    if shown.peek().is_some() {
        let apart = blocked_with(conn, user)?;
        for person in shown.filter(|person| apart.contains(&person.id)) {
            person.status = None;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_people_are_named_and_the_rest_counted() {
        let people: Vec<Person> = ["ana", "bo", "cleo", "dan", "eve", "finn"]
            .into_iter()
            .zip(1..)
            .map(|(name, id)| Person::new(UserId(id), name))
            .collect();
        assert_eq!(names(&people[..2]), "ana, bo");
        assert_eq!(names(&people), "ana, bo, cleo, dan and 2 more");
        assert_eq!(names(&[]), "Only you");
    }
}
