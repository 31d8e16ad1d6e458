//! Events: the append-only log of what happened in a room, numbered without gaps. The number is the
//! cursor of catching up: a client asks for "events after n".

use diesel::prelude::*;

use super::MessageId;
use crate::{
    accounts::UserId,
    chat::rooms::{Room, RoomId, RoomMember},
    db::{Connection, Timestamp, text_enum},
    schema::{events, messages},
};

text_enum! {
    /// The kind of an event.
    EventKind {
        /// A message was posted.
        MessageCreated = "message.created",
        /// The author edited a message.
        MessageEdited = "message.edited",
        /// The text of a message was deleted.
        MessageDeleted = "message.deleted",
        /// Reactions to a message changed.
        MessageReacted = "message.reacted",
        /// A message was pinned.
        MessagePinned = "message.pinned",
        /// A message was unpinned.
        MessageUnpinned = "message.unpinned",
        /// A person joined the room.
        MemberJoined = "member.joined",
        /// A person left the room or was removed.
        MemberLeft = "member.left",
        /// A member got another role.
        MemberRole = "member.role",
        /// The name, topic, state or pinned messages of the room changed.
        RoomChanged = "room.changed",
    }
}

/// An event that is not stored yet. [`Room::next_seq`] gives its number.
pub(crate) struct NewEvent {
    pub(crate) kind: EventKind,
    pub(crate) actor: UserId,
    pub(crate) message: Option<MessageId>,
    pub(crate) user: Option<UserId>,
}

impl RoomMember {
    /// Returns the number of the event that created a message of this room.
    ///
    /// # Errors
    /// [`diesel::NotFound`] if the message does not exist or is in another room.
    pub fn seq_of(&self, conn: &mut Connection, message: MessageId) -> QueryResult<i64> {
        messages::table
            .filter(messages::id.eq(message))
            .filter(messages::room_id.eq(self.room.id))
            .select(messages::seq)
            .first(conn)
    }
}

impl NewEvent {
    pub(crate) fn insert(self, conn: &mut Connection, room: RoomId, seq: i64) -> QueryResult<()> {
        diesel::insert_into(events::table)
            .values((
                events::room_id.eq(room),
                events::seq.eq(seq),
                events::kind.eq(self.kind),
                events::actor_id.eq(self.actor),
                events::message_id.eq(self.message),
                events::user_id.eq(self.user),
                events::created_at.eq(Timestamp::now()),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Stores the event under the room's next number.
    pub(crate) fn append(self, conn: &mut Connection, room: RoomId) -> QueryResult<i64> {
        let seq = Room::next_seq(conn, room)?;
        self.insert(conn, room, seq)?;
        Ok(seq)
    }
}
