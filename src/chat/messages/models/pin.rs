//! Pinned messages of a room: the list, and storing and removing a pin. `change.rs` has the checks.

use diesel::prelude::*;

use super::{budget::Budget, message::Message, notice::NewRoomEvent, room_event::RoomEvent};
use crate::{
    accounts::{Person, UserRef},
    chat::{
        log::{EventKind, MessageId, NoticeKind},
        rooms::RoomMember,
    },
    db::{Connection, Timestamp},
    schema::{pins, users},
};

/// A pinned message of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedMessage {
    /// The message. `pinned_by` has the person who pinned it.
    pub message: Message,
    /// When it was pinned.
    pub pinned_at: Timestamp,
}

impl PinnedMessage {
    /// Returns the pinned messages of the room that fit into the budget, the one that was pinned
    /// last first.
    pub fn of(
        conn: &mut Connection,
        member: &RoomMember,
        budget: Budget,
    ) -> QueryResult<Vec<Self>> {
        let rows: Vec<(MessageId, Timestamp)> = pins::table
            .filter(pins::room_id.eq(member.room.id))
            .order(pins::seq.desc())
            .limit(i64::from(budget.messages))
            .select((pins::message_id, pins::created_at))
            .load(conn)?;
        let mut found = Vec::with_capacity(rows.len());
        let mut bytes = 0;
        // One query for each, because the limit of pins is small and the texts may be long.
        for (id, pinned_at) in rows {
            let message = Message::get(conn, id)?;
            bytes += message.text_bytes();
            if bytes > budget.bytes && !found.is_empty() {
                break;
            }
            found.push(Self { message, pinned_at });
        }
        Ok(found)
    }

    /// Returns the number of pinned messages of the room.
    pub fn count(conn: &mut Connection, member: &RoomMember) -> QueryResult<i64> {
        pins::table
            .filter(pins::room_id.eq(member.room.id))
            .count()
            .get_result(conn)
    }
}

/// Removes the pin of a message, if it has one.
pub(super) fn remove(conn: &mut Connection, message: MessageId) -> QueryResult<usize> {
    diesel::delete(pins::table.find(message)).execute(conn)
}

/// Appends the event that makes pages fetch the head of the room and its list of pins.
pub(super) fn pins_changed(
    conn: &mut Connection,
    member: &RoomMember,
    notice: Option<(NoticeKind, String)>,
) -> QueryResult<RoomEvent> {
    let actor = users::table
        .find(member.user)
        .select(UserRef::as_select())
        .first::<UserRef>(conn)?;
    let changed = NewRoomEvent {
        kind: EventKind::RoomChanged,
        actor: &Person::from(actor),
        subject: None,
        notice,
    };
    changed.write(conn, member.room.id)
}

/// Stores that a message was pinned, by the event with this number.
pub(super) fn insert(
    conn: &mut Connection,
    member: &RoomMember,
    (message, seq): (MessageId, i64),
) -> QueryResult<()> {
    diesel::insert_into(pins::table)
        .values((
            pins::message_id.eq(message),
            pins::room_id.eq(member.room.id),
            pins::seq.eq(seq),
            pins::user_id.eq(member.user),
            pins::created_at.eq(Timestamp::now()),
        ))
        .execute(conn)?;
    Ok(())
}
