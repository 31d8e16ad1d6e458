//! The lifecycle of a room: rename, open or close, archive, schedule deletion, purge.

use std::time::Duration;

use diesel::prelude::*;

use super::join::person;
use crate::{
    accounts::UserId,
    chat::{
        log::{EventKind, MessageId, NoticeKind},
        messages::{NewRoomEvent, RoomEvent},
        rooms::{RoomId, RoomKind, RoomMember, RoomName, RoomNamer, RoomOwner, Topic},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::{members, messages, rooms},
};

/// The number of messages that one transaction of a purge deletes. Other writes wait that long.
const PURGED_AT_ONCE: i64 = 500;

impl RoomNamer {
    /// Changes name and topic. Idempotent: no events for what stays the same.
    pub fn describe(
        &self,
        conn: &mut Connection,
        name: &RoomName,
        topic: &Topic,
    ) -> Result<Vec<RoomEvent>> {
        let mut events = Vec::new();
        if self.room.name != name.as_str() {
            diesel::update(rooms::table.find(self.room.id))
                .set(rooms::name.eq(name.as_str()))
                .execute(conn)?;
            let notice = match (self.room.kind, name.as_str()) {
                (RoomKind::Group, "") => NoticeKind::NameGone,
                (RoomKind::Group, _) => NoticeKind::GroupNamed,
                _ => NoticeKind::Renamed,
            };
            events.push(tell(conn, self, notice, name.as_str())?);
        }
        if self.room.topic != topic.as_str() {
            diesel::update(rooms::table.find(self.room.id))
                .set(rooms::topic.eq(topic.as_str()))
                .execute(conn)?;
            let notice = match topic.as_str() {
                "" => NoticeKind::TopicGone,
                _ => NoticeKind::Topic,
            };
            events.push(tell(conn, self, notice, topic.as_str())?);
        }
        Ok(events)
    }
}

impl RoomOwner {
    /// Opens a closed room to everybody, or closes an open one. Idempotent.
    ///
    /// # Errors
    /// [`Error::Conflict`] while the room is archived.
    pub fn convert(&self, conn: &mut Connection, is_open: bool) -> Result<Vec<RoomEvent>> {
        let (kind, notice) = match is_open {
            true => (RoomKind::Open, NoticeKind::Opened),
            false => (RoomKind::Closed, NoticeKind::Closed),
        };
        if self.room.kind == kind {
            return Ok(Vec::new());
        }
        if self.is_archived() {
            return Err(Error::Conflict);
        }
        diesel::update(rooms::table.find(self.room.id))
            .set(rooms::kind.eq(kind))
            .execute(conn)?;
        Ok(vec![tell(conn, self, notice, "")?])
    }

    /// Archives the room: nobody may write any more. Idempotent.
    pub fn archive(&self, conn: &mut Connection) -> Result<Vec<RoomEvent>> {
        if self.is_archived() {
            return Ok(Vec::new());
        }
        self.set_end(conn, Some(Timestamp::now()), None)?;
        Ok(vec![tell(conn, self, NoticeKind::Archived, "")?])
    }

    /// Unarchives the room: members may write again.
    ///
    /// # Errors
    /// [`Error::Conflict`] while a deletion is scheduled.
    pub fn unarchive(&self, conn: &mut Connection) -> Result<Vec<RoomEvent>> {
        match (self.room.archived_at, self.room.delete_at) {
            (None, _) => Ok(Vec::new()),
            (Some(_), Some(_)) => Err(Error::Conflict),
            (Some(_), None) => {
                self.set_end(conn, None, None)?;
                Ok(vec![tell(conn, self, NoticeKind::Unarchived, "")?])
            }
        }
    }

    /// Schedules the deletion of the room and its messages, `delay` after `now`.
    ///
    /// # Errors
    /// [`Error::Conflict`] unless the room is archived.
    pub fn delete_after(
        &self,
        conn: &mut Connection,
        now: Timestamp,
        delay: Duration,
    ) -> Result<Vec<RoomEvent>> {
        match (self.room.archived_at, self.room.delete_at) {
            (None, _) => Err(Error::Conflict),
            (Some(_), Some(_)) => Ok(Vec::new()),
            (archived_at, None) => {
                let moment = now.plus(delay);
                self.set_end(conn, archived_at, Some(moment))?;
                let day = moment.utc("%-d %B %Y");
                Ok(vec![tell(conn, self, NoticeKind::Deleting, &day)?])
            }
        }
    }

    /// Cancels the scheduled deletion. The room stays archived.
    pub fn keep(&self, conn: &mut Connection) -> Result<Vec<RoomEvent>> {
        if self.room.delete_at.is_none() {
            return Ok(Vec::new());
        }
        self.set_end(conn, self.room.archived_at, None)?;
        Ok(vec![tell(conn, self, NoticeKind::Kept, "")?])
    }

    fn set_end(
        &self,
        conn: &mut Connection,
        archived_at: Option<Timestamp>,
        delete_at: Option<Timestamp>,
    ) -> QueryResult<usize> {
        diesel::update(rooms::table.find(self.room.id))
            .set((
                rooms::archived_at.eq(archived_at),
                rooms::delete_at.eq(delete_at),
            ))
            .execute(conn)
    }
}

fn tell(
    conn: &mut Connection,
    by: &RoomMember,
    notice: NoticeKind,
    value: &str,
) -> QueryResult<RoomEvent> {
    let actor = person(conn, by.user)?;
    let changed = NewRoomEvent {
        kind: EventKind::RoomChanged,
        actor: &actor,
        subject: None,
        notice: Some((notice, value.to_owned())),
    };
    changed.write(conn, by.room.id)
}

/// A room that is due for deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueRoom(RoomId);

impl DueRoom {
    /// Returns the rooms that were due before `now`.
    pub fn all(conn: &mut Connection, now: Timestamp) -> QueryResult<Vec<Self>> {
        let due = rooms::table.filter(rooms::delete_at.le(now));
        let ids = due.select(rooms::id).load::<RoomId>(conn)?;
        Ok(ids.into_iter().map(Self).collect())
    }

    /// Removes all members, which cannot be undone, and returns them. Returns `None` and changes
    /// nothing if the owner has cancelled the deletion in the meantime.
    pub fn empty(self, conn: &mut Connection, now: Timestamp) -> QueryResult<Option<Vec<UserId>>> {
        let due = rooms::table.find(self.0).filter(rooms::delete_at.le(now));
        if !diesel::select(diesel::dsl::exists(due)).get_result(conn)? {
            return Ok(None);
        }
        let gone = diesel::delete(members::table.filter(members::room_id.eq(self.0)))
            .returning(members::user_id)
            .get_results(conn)?;
        Ok(Some(gone))
    }

    /// Deletes a batch of messages, and the room itself after the last one. Returns false when
    /// nothing is left. Must run after [`DueRoom::empty`].
    pub fn shrink(self, conn: &mut Connection) -> QueryResult<bool> {
        let some: Vec<MessageId> = messages::table
            .filter(messages::room_id.eq(self.0))
            .order(messages::seq)
            .limit(PURGED_AT_ONCE)
            .select(messages::id)
            .load(conn)?;
        if some.is_empty() {
            diesel::delete(rooms::table.find(self.0)).execute(conn)?;
            return Ok(false);
        }
        diesel::delete(messages::table.filter(messages::id.eq_any(some))).execute(conn)?;
        Ok(true)
    }

    /// Returns the id of the room.
    pub fn id(self) -> RoomId {
        self.0
    }
}
