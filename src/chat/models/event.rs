//! Everything that happens in a room, in one gap-free sequence: catching up is "events after n".

use diesel::prelude::*;

use super::{Message, MessageId, RoomId, RoomMember};
use crate::{
    accounts::UserId,
    db::{Connection, Timestamp},
    schema::events,
};

const CREATED: &str = "message.created";

/// What happened. Edits, deletes, reactions and members join here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A message was posted.
    MessageCreated(MessageId),
}

impl EventKind {
    fn name(self) -> &'static str {
        match self {
            Self::MessageCreated(_) => CREATED,
        }
    }

    fn message(self) -> Option<MessageId> {
        match self {
            Self::MessageCreated(id) => Some(id),
        }
    }
}

/// One thing that happened, with what a reader needs to apply it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomEvent {
    /// A message was posted.
    MessageCreated(Message),
}

impl RoomEvent {
    /// Number of the event in its room.
    pub fn seq(&self) -> i64 {
        match self {
            Self::MessageCreated(message) => message.seq,
        }
    }

    pub(super) fn append(
        conn: &mut Connection,
        room: RoomId,
        seq: i64,
        kind: EventKind,
        actor: UserId,
    ) -> QueryResult<()> {
        diesel::insert_into(events::table)
            .values((
                events::room_id.eq(room),
                events::seq.eq(seq),
                events::kind.eq(kind.name()),
                events::actor_id.eq(actor),
                events::message_id.eq(kind.message()),
                events::created_at.eq(Timestamp::now()),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// What happened after event `seq`, oldest first, at most `limit`.
    pub fn after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
        limit: u32,
    ) -> QueryResult<Vec<Self>> {
        let rows = events::table
            .filter(events::room_id.eq(member.room.id))
            .filter(events::seq.gt(seq))
            .order(events::seq)
            .limit(i64::from(limit))
            .select((events::kind, events::message_id))
            .load::<(String, Option<MessageId>)>(conn)?;
        let ids: Vec<MessageId> = rows.iter().filter_map(|(_, message)| *message).collect();
        let mut messages = Message::by_ids(conn, &ids)?;
        rows.into_iter()
            .map(|(kind, message)| match (kind.as_str(), message) {
                (CREATED, Some(id)) => messages
                    .remove(&id)
                    .map(Self::MessageCreated)
                    .ok_or(diesel::NotFound),
                _ => Err(diesel::result::Error::DeserializationError(
                    format!("unknown kind of event {kind:?}").into(),
                )),
            })
            .collect()
    }
}
