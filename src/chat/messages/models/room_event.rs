//! Room events with all data that readers need to apply them.

use diesel::prelude::*;

use super::{budget::Budget, message::Message};
use crate::{
    accounts::{Person, UserId, UserRef},
    chat::{
        log::{EventKind, MessageId},
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    schema::{events, users},
};

/// One event with its message or member. These are read in their current state, so an event of a
/// message that was deleted since has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomEvent {
    /// The room.
    pub room: RoomId,
    /// The number of the event in its room.
    pub seq: i64,
    /// The kind of event.
    pub kind: EventKind,
    /// The person who did it.
    pub actor: UserId,
    /// The message, or the notice in the log.
    pub message: Option<Message>,
    /// The person whom it is about, if it is not about a message.
    pub user: Option<Person>,
}

type Row = (i64, EventKind, UserId, Option<MessageId>, Option<UserRef>);

impl RoomEvent {
    /// Returns the events after event `seq`, oldest first, at most as many as the budget has
    /// messages. Returns `None` if their texts exceed its bytes.
    pub fn after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
        budget: Budget,
    ) -> QueryResult<Option<Vec<Self>>> {
        let room = member.room.id;
        let rows = events::table
            .left_join(users::table.on(events::user_id.eq(users::id.nullable())))
            .filter(events::room_id.eq(room))
            .filter(events::seq.gt(seq))
            .order(events::seq)
            .limit(i64::from(budget.messages))
            .select((
                events::seq,
                events::kind,
                events::actor_id,
                events::message_id,
                Option::<UserRef>::as_select(),
            ))
            .load::<Row>(conn)?;
        let ids: Vec<MessageId> = rows.iter().filter_map(|row| row.3).collect();
        let Some(messages) = Message::by_ids(conn, &ids, budget.bytes)? else {
            return Ok(None);
        };
        // Count a message once per event, because each of its events carries the whole text.
        let texts = ids.iter().filter_map(|id| messages.get(id));
        if texts.map(Message::text_bytes).sum::<usize>() > budget.bytes {
            return Ok(None);
        }
        let event = |(seq, kind, actor, message, user): Row| Self {
            room,
            seq,
            kind,
            actor,
            message: message.and_then(|id| messages.get(&id).cloned()),
            user: user.map(Person::from),
        };
        Ok(Some(rows.into_iter().map(event).collect()))
    }

    /// Returns the event of a posted message, or of a notice.
    pub fn created(message: Message) -> Self {
        Self {
            room: message.room,
            seq: message.seq,
            kind: match message.notice {
                None => EventKind::MessageCreated,
                Some(_) => EventKind::RoomChanged,
            },
            actor: message.author.id,
            message: Some(message),
            user: None,
        }
    }
}
