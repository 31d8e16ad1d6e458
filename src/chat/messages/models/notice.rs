//! Stores room events other than messages, with their notices in the log.

use diesel::prelude::*;
use uuid::Uuid;

use super::{message::Message, room_event::RoomEvent};
use crate::{
    accounts::Person,
    chat::{
        log::{EventKind, MessageId, NewEvent, NoticeKind},
        rooms::{Room, RoomId},
    },
    db::{Connection, Timestamp},
    schema::messages,
};

/// A room event other than a message, to be stored.
pub(crate) struct NewRoomEvent<'a> {
    pub(crate) kind: EventKind,
    pub(crate) actor: &'a Person,
    /// The person whom the event is about.
    pub(crate) subject: Option<Person>,
    /// The notice and its value, if the log shows one.
    pub(crate) notice: Option<(NoticeKind, String)>,
}

impl NewRoomEvent<'_> {
    /// Stores the event, and its notice, with the room's next number. Does not move the room to the
    /// top of its members' lists, because only messages do.
    pub(crate) fn write(self, conn: &mut Connection, room: RoomId) -> QueryResult<RoomEvent> {
        let event = NewEvent {
            kind: self.kind,
            actor: self.actor.id,
            message: None,
            user: self.subject.as_ref().map(|person| person.id),
        };
        let (seq, message) = match self.notice {
            None => (event.append(conn, room)?, None),
            Some(notice) => {
                let seq = Room::next_seq(conn, room)?;
                let line = insert(conn, room, seq, (self.actor, notice))?;
                let message = Some(line.id);
                NewEvent { message, ..event }.insert(conn, room, seq)?;
                (seq, Some(line))
            }
        };
        Ok(RoomEvent {
            room,
            seq,
            kind: self.kind,
            actor: self.actor.id,
            message,
            user: self.subject,
        })
    }
}

fn insert(
    conn: &mut Connection,
    room: RoomId,
    seq: i64,
    (author, (notice, body)): (&Person, (NoticeKind, String)),
) -> QueryResult<Message> {
    let (client_id, created_at) = (Uuid::new_v4(), Timestamp::now());
    let id: MessageId = diesel::insert_into(messages::table)
        .values((
            messages::room_id.eq(room),
            messages::author_id.eq(author.id),
            messages::client_id.eq(client_id.to_string()),
            messages::body.eq(&body),
            messages::seq.eq(seq),
            messages::created_at.eq(created_at),
            messages::notice.eq(notice),
        ))
        .returning(messages::id)
        .get_result(conn)?;
    Ok(Message {
        id,
        room,
        seq,
        author: author.clone(),
        client_id,
        body,
        html: String::new(),
        created_at,
        edited_at: None,
        deleted: None,
        reply: None,
        reactions: Vec::new(),
        pinned_by: None,
        notice: Some(notice),
    })
}
