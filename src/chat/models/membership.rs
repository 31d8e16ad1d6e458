//! Who comes, who goes, and who may do more: each change writes rows, events and lines of the log.

use diesel::prelude::*;

use super::{
    EventKind, Fellow, Invite, InviteId, NoticeKind, Removal, Role, RoomEvent, RoomHost, RoomId,
    RoomKind, RoomLeaver, RoomMember, RoomOwner, fellow, notice::Happening,
};
use crate::{
    accounts::{Person, User, UserId},
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::Friendship,
    schema::{members, removals, rooms},
    words,
};

/// Somebody about to be a member.
pub(super) struct Newcomer {
    pub(super) user: UserId,
    pub(super) role: Role,
    pub(super) invite: Option<InviteId>,
}

impl Newcomer {
    /// As a plain member.
    pub(super) fn plain(user: UserId) -> Self {
        Self {
            user,
            role: Role::Member,
            invite: None,
        }
    }

    /// Writes the row; what was said before counts as read.
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

/// The person of this id, as the log names them.
pub(super) fn person(conn: &mut Connection, user: UserId) -> QueryResult<Person> {
    Ok(Person::new(user, User::find(conn, user)?.username))
}

/// Lets `actor` come in, with `notice` as the line of the log.
pub(super) fn come_in(
    conn: &mut Connection,
    room: RoomId,
    newcomer: Newcomer,
    notice: NoticeKind,
) -> QueryResult<RoomEvent> {
    let actor = person(conn, newcomer.user)?;
    newcomer.enter(conn, room)?;
    let joined = Happening {
        kind: EventKind::MemberJoined,
        subject: Some(actor.clone()),
        notice: Some((notice, actor.username.clone())),
        actor: &actor,
    };
    joined.write(conn, room)
}

/// Adds people, as one line of the log.
pub(super) fn add_all(
    conn: &mut Connection,
    room: RoomId,
    actor: &Person,
    people: &[Person],
) -> QueryResult<Vec<RoomEvent>> {
    let names: Vec<&str> = people
        .iter()
        .map(|person| person.username.as_str())
        .collect();
    let mut line = Some((NoticeKind::Added, names.join(", ")));
    let mut events = Vec::with_capacity(people.len());
    for person in people {
        Newcomer::plain(person.id).enter(conn, room)?;
        forgive(conn, room, person.id)?;
        let joined = Happening {
            kind: EventKind::MemberJoined,
            actor,
            subject: Some(person.clone()),
            notice: line.take(),
        };
        events.push(joined.write(conn, room)?);
    }
    Ok(events)
}

/// Friends of `me` among `people`, each once and without `me`.
///
/// # Errors
/// [`Error::Invalid`] at `people` if one of them is no friend, or if one blocks the other.
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

/// # Errors
/// [`Error::Invalid`] at `people` if a group would have more than `most` people.
pub(super) fn refuse_crowd(people: usize, most: u32) -> Result<()> {
    if people > usize::try_from(most).unwrap_or(usize::MAX) {
        let text = words::text_with("rooms-error-too-many", &[("most", most.into())]);
        return Err(Error::invalid("people", text));
    }
    Ok(())
}

impl RoomHost {
    /// Adds friends of this member; a group holds at most `most` people.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `people`.
    pub fn add(
        &self,
        conn: &mut Connection,
        people: &[UserId],
        most: u32,
    ) -> Result<Vec<RoomEvent>> {
        let fellows = self.fellows(conn)?;
        let mut new = friends(conn, self.user, people)?;
        new.retain(|friend| !fellows.iter().any(|fellow| fellow.person.id == friend.id));
        if new.is_empty() {
            return Err(Error::invalid("people", words::text("rooms-error-nobody")));
        }
        if self.room.kind == RoomKind::Group {
            refuse_crowd(fellows.len() + new.len(), most)?;
        }
        let actor = person(conn, self.user)?;
        Ok(add_all(conn, self.room.id, &actor, &new)?)
    }
}

impl Removal {
    /// Takes the person out of the room, and their links away. They come back only if somebody adds
    /// them.
    pub fn remove(&self, conn: &mut Connection) -> Result<Vec<RoomEvent>> {
        let (room, gone) = (self.by.room.id, &self.fellow.person);
        diesel::delete(members::table.find((room, gone.id))).execute(conn)?;
        diesel::insert_into(removals::table)
            .values((
                removals::room_id.eq(room),
                removals::user_id.eq(gone.id),
                removals::created_at.eq(Timestamp::now()),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        Invite::revoke_all_by(conn, room, gone.id)?;
        let actor = person(conn, self.by.user)?;
        let left = Happening {
            kind: EventKind::MemberLeft,
            actor: &actor,
            subject: Some(gone.clone()),
            notice: Some((NoticeKind::Removed, gone.username.clone())),
        };
        Ok(vec![left.write(conn, room)?])
    }
}

/// Whether somebody was removed from a room and not added since.
pub(super) fn is_removed(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let removal = removals::table.find((room, user));
    diesel::select(diesel::dsl::exists(removal)).get_result(conn)
}

fn forgive(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<usize> {
    diesel::delete(removals::table.find((room, user))).execute(conn)
}

impl RoomOwner {
    /// Names a moderator, or un-names one. Silent if nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody who is not in the room, [`Error::Forbidden`] for the owner.
    pub fn set_moderator(
        &self,
        conn: &mut Connection,
        user: UserId,
        is_moderator: bool,
    ) -> Result<Vec<RoomEvent>> {
        let fellow = self.fellow(conn, user)?;
        let (role, notice) = match is_moderator {
            true => (Role::Moderator, NoticeKind::Moderator),
            false => (Role::Member, NoticeKind::Member),
        };
        match fellow.role {
            Role::Owner => return Err(Error::Forbidden),
            same if same == role => return Ok(Vec::new()),
            Role::Member | Role::Moderator => {}
        }
        if !is_moderator {
            Invite::revoke_all_by(conn, self.room.id, user)?;
        }
        let actor = person(conn, self.user)?;
        let event = give_role(
            conn,
            self.room.id,
            &actor,
            (&fellow.person, role, Some(notice)),
        )?;
        Ok(vec![event])
    }
}

fn give_role(
    conn: &mut Connection,
    room: RoomId,
    actor: &Person,
    (person, role, notice): (&Person, Role, Option<NoticeKind>),
) -> QueryResult<RoomEvent> {
    diesel::update(members::table.find((room, person.id)))
        .set(members::role.eq(role))
        .execute(conn)?;
    let changed = Happening {
        kind: EventKind::MemberRole,
        actor,
        subject: Some(person.clone()),
        notice: notice.map(|notice| (notice, person.username.clone())),
    };
    changed.write(conn, room)
}

impl RoomLeaver {
    /// Leaves. The owner's room goes to `heir`, or without one to [`RoomMember::heir`]; with the
    /// last member the room goes, too.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `heir` if that person is not in the room.
    pub fn leave(&self, conn: &mut Connection, heir: Option<UserId>) -> Result<Vec<RoomEvent>> {
        let room = self.room.id;
        let actor = person(conn, self.user)?;
        let mut events = Vec::new();
        if self.role == Role::Owner {
            let fellows = self.fellows(conn)?;
            if let Some(heir) = chosen(&fellows, self.user, heir)? {
                let notice = self.room.kind.is_named().then_some(NoticeKind::Owner);
                events.push(give_role(
                    conn,
                    room,
                    &actor,
                    (&heir.person, Role::Owner, notice),
                )?);
            }
        }
        diesel::delete(members::table.find((room, self.user))).execute(conn)?;
        let left = Happening {
            kind: EventKind::MemberLeft,
            actor: &actor,
            subject: Some(actor.clone()),
            notice: Some((NoticeKind::Left, actor.username.clone())),
        };
        events.push(left.write(conn, room)?);
        if fellow::count(conn, room)? == 0 {
            // Nobody can see it any more: the next purge takes it.
            let now = Timestamp::now();
            diesel::update(rooms::table.find(room))
                .set((rooms::archived_at.eq(now), rooms::delete_at.eq(now)))
                .execute(conn)?;
        }
        Ok(events)
    }
}

fn chosen(fellows: &[Fellow], me: UserId, heir: Option<UserId>) -> Result<Option<&Fellow>> {
    let Some(heir) = heir else {
        return Ok(RoomMember::heir(fellows));
    };
    let fellow = fellows
        .iter()
        .find(|fellow| fellow.person.id == heir && heir != me);
    let unknown = || Error::invalid("heir", words::text("rooms-error-heir"));
    fellow.ok_or_else(unknown).map(Some)
}
