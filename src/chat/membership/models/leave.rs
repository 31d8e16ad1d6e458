//! Leaving a room, removing members, and changing roles.

use diesel::prelude::*;

use super::{invite::Invite, join::person};
use crate::{
    accounts::{Person, UserId},
    chat::{
        log::{EventKind, NoticeKind},
        messages::{NewRoomEvent, RoomEvent},
        rooms::{
            ListedMember, Removal, Role, RoomId, RoomLeaver, RoomMember, RoomOwner, count_members,
        },
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::{members, removals, rooms},
    words,
};

impl Removal {
    /// Removes the person and revokes their invite links. They can return only if a member adds
    /// them.
    pub fn remove(&self, conn: &mut Connection) -> Result<Vec<RoomEvent>> {
        let (room, gone) = (self.by.room.id, &self.listed.person);
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
        let left = NewRoomEvent {
            kind: EventKind::MemberLeft,
            actor: &actor,
            subject: Some(gone.clone()),
            notice: Some((NoticeKind::Removed, gone.name.clone())),
        };
        Ok(vec![left.write(conn, room)?])
    }
}

impl RoomOwner {
    /// Gives or takes the role of a moderator. Idempotent: no event if nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the person is not in the room, [`Error::Forbidden`] for the owner.
    pub fn set_moderator(
        &self,
        conn: &mut Connection,
        user: UserId,
        is_moderator: bool,
    ) -> Result<Vec<RoomEvent>> {
        let listed = self.find_listed(conn, user)?;
        let (role, notice) = match is_moderator {
            true => (Role::Moderator, NoticeKind::Moderator),
            false => (Role::Member, NoticeKind::Member),
        };
        match listed.role {
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
            (&listed.person, role, Some(notice)),
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
    let changed = NewRoomEvent {
        kind: EventKind::MemberRole,
        actor,
        subject: Some(person.clone()),
        notice: notice.map(|notice| (notice, person.name.clone())),
    };
    changed.write(conn, room)
}

impl RoomLeaver {
    /// Leaves the room. If the owner leaves, the room goes to `heir`, or without one to
    /// [`RoomMember::successor`]. If the last member leaves, the room is deleted.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `heir` if that person is not in the room.
    pub fn leave(&self, conn: &mut Connection, heir: Option<UserId>) -> Result<Vec<RoomEvent>> {
        let room = self.room.id;
        let actor = person(conn, self.user)?;
        let mut events = Vec::new();
        if self.role == Role::Owner {
            let listing = self.list_members(conn)?;
            if let Some(heir) = chosen(&listing, self.user, heir)? {
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
        let left = NewRoomEvent {
            kind: EventKind::MemberLeft,
            actor: &actor,
            subject: Some(actor.clone()),
            notice: Some((NoticeKind::Left, actor.name.clone())),
        };
        events.push(left.write(conn, room)?);
        if count_members(conn, room)? == 0 {
            // Nobody can see the room any more, so the next purge may delete it.
            let now = Timestamp::now();
            diesel::update(rooms::table.find(room))
                .set((rooms::archived_at.eq(now), rooms::delete_at.eq(now)))
                .execute(conn)?;
        }
        Ok(events)
    }
}

fn chosen(
    listing: &[ListedMember],
    me: UserId,
    heir: Option<UserId>,
) -> Result<Option<&ListedMember>> {
    let Some(heir) = heir else {
        return Ok(RoomMember::successor(listing));
    };
    let listed = listing
        .iter()
        .find(|listed| listed.person.id == heir && heir != me);
    let unknown = || Error::invalid("heir", words::text("rooms-error-heir"));
    listed.ok_or_else(unknown).map(Some)
}
