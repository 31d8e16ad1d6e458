//! Creating rooms: named rooms, group conversations, and private notes.

use diesel::prelude::*;

use super::join::{NewMember, add_all, check_group_size, friends, person};
use crate::{
    accounts::{Person, UserId},
    chat::{
        log::{EventKind, NoticeKind},
        messages::{NewRoomEvent, RoomEvent},
        rooms::{Role, Room, RoomId, RoomKind, RoomName, Topic},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::{members, rooms},
    words,
};

/// A named room to create.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Whether everybody on this server may join.
    pub is_open: bool,
    /// The name.
    pub name: RoomName,
    /// The topic, possibly empty.
    pub topic: Topic,
    /// Friends who are members from the start.
    pub people: Vec<UserId>,
}

impl NewRoom {
    /// Creates the room, owned by `owner`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `people` if one of them is not a friend.
    pub fn create(&self, conn: &mut Connection, owner: UserId) -> Result<Vec<RoomEvent>> {
        let people = friends(conn, owner, &self.people)?;
        let kind = match self.is_open {
            true => RoomKind::Open,
            false => RoomKind::Closed,
        };
        let room = insert(conn, kind, self.name.as_str(), self.topic.as_str(), None)?;
        begin(conn, room, owner, &people)
    }
}

impl Room {
    /// Returns a group conversation of exactly these people and `me`, if there is one.
    pub fn group_of(
        conn: &mut Connection,
        me: UserId,
        people: &[UserId],
    ) -> QueryResult<Option<RoomId>> {
        let mut wanted: Vec<UserId> = people.iter().copied().chain([me]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let groups: Vec<RoomId> = members::table
            .inner_join(rooms::table)
            .filter(members::user_id.eq(me))
            .filter(rooms::kind.eq(RoomKind::Group))
            .select(rooms::id)
            .load(conn)?;
        for room in groups {
            let present: Vec<UserId> = members::table
                .filter(members::room_id.eq(room))
                .order(members::user_id)
                .select(members::user_id)
                .load(conn)?;
            if present == wanted {
                return Ok(Some(room));
            }
        }
        Ok(None)
    }

    /// Creates a group conversation of `owner` and at least two friends, with at most `most`
    /// members.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `people`.
    pub fn create_group(
        conn: &mut Connection,
        owner: UserId,
        people: &[UserId],
        most: u32,
    ) -> Result<Vec<RoomEvent>> {
        let people = friends(conn, owner, people)?;
        if people.len() < 2 {
            return Err(Error::invalid("people", words::text("rooms-error-two")));
        }
        check_group_size(people.len() + 1, most)?;
        let room = insert(conn, RoomKind::Group, "", "", None)?;
        begin(conn, room, owner, &people)
    }

    /// Returns the private notes of `user`. If this call created them, there is an event.
    /// Idempotent.
    pub fn open_notes(conn: &mut Connection, user: UserId) -> Result<(RoomId, Vec<RoomEvent>)> {
        let key = format!("{user}:{user}");
        if let Some(room) = Self::notes_of(conn, user)? {
            return Ok((room, Vec::new()));
        }
        let room = insert(conn, RoomKind::Notes, "", "", Some(&key))?;
        let actor = person(conn, user)?;
        let joined = settle_owner(conn, room, &actor, None)?;
        Ok((room, vec![joined]))
    }

    /// Returns the notes of `user`, if they exist.
    pub fn notes_of(conn: &mut Connection, user: UserId) -> QueryResult<Option<RoomId>> {
        rooms::table
            .filter(rooms::direct_key.eq(format!("{user}:{user}")))
            .select(rooms::id)
            .first(conn)
            .optional()
    }
}

fn begin(
    conn: &mut Connection,
    room: RoomId,
    owner: UserId,
    people: &[Person],
) -> Result<Vec<RoomEvent>> {
    let owner = person(conn, owner)?;
    let created = Some((NoticeKind::Created, owner.name.clone()));
    let mut events = vec![settle_owner(conn, room, &owner, created)?];
    events.extend(add_all(conn, room, &owner, people)?);
    Ok(events)
}

fn settle_owner(
    conn: &mut Connection,
    room: RoomId,
    owner: &Person,
    notice: Option<(NoticeKind, String)>,
) -> QueryResult<RoomEvent> {
    let new_member = NewMember {
        role: Role::Owner,
        ..NewMember::plain(owner.id)
    };
    new_member.enter(conn, room)?;
    let joined = NewRoomEvent {
        kind: EventKind::MemberJoined,
        actor: owner,
        subject: Some(owner.clone()),
        notice,
    };
    joined.write(conn, room)
}

fn insert(
    conn: &mut Connection,
    kind: RoomKind,
    name: &str,
    topic: &str,
    key: Option<&str>,
) -> QueryResult<RoomId> {
    let now = Timestamp::now();
    let moment = Room::moment_on_top(conn, now)?;
    diesel::insert_into(rooms::table)
        .values((
            rooms::kind.eq(kind),
            rooms::name.eq(name),
            rooms::topic.eq(topic),
            rooms::direct_key.eq(key),
            rooms::created_at.eq(now),
            // A new room appears at the top of the list.
            rooms::last_message_at.eq(moment),
        ))
        .returning(rooms::id)
        .get_result(conn)
}
