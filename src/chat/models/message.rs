//! Messages: posted exactly once, numbered by their room, read in pages.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::{EventKind, MessageId, Room, RoomId, RoomMember, event::NewEvent};
use crate::{
    accounts::{Person, UserId},
    chat::formatting::{self, RENDERING, Rendered},
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::{messages, users},
};

/// A line of chat with its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Row id.
    pub id: MessageId,
    /// Where it stands.
    pub room: RoomId,
    /// Number of the event that created it.
    pub seq: i64,
    /// Who wrote it.
    pub author: Person,
    /// The author's own name for it.
    pub client_id: Uuid,
    /// As typed.
    pub body: String,
    /// The text as markup, ready for a page.
    pub html: String,
    /// When it was stored; shown, never used for order.
    pub created_at: Timestamp,
}

type Columns = (
    MessageId,
    RoomId,
    i64,
    UserId,
    String,
    String,
    Timestamp,
    String,
    String,
    i64,
);

impl Message {
    fn from_columns(columns: Columns) -> Self {
        let (id, room, seq, author, client_id, body, created_at, username, html, rendering) =
            columns;
        let html = match rendering {
            RENDERING => html,
            _ => formatting::render(&body).html(|_| None),
        };
        let client_id = Uuid::parse_str(&client_id).unwrap_or_default();
        Self {
            id,
            room,
            seq,
            author: Person::new(author, username),
            client_id,
            body,
            html,
            created_at,
        }
    }

    /// Up to `limit` messages before event `seq` (the newest without one), oldest first.
    pub fn before(
        conn: &mut Connection,
        member: &RoomMember,
        seq: Option<i64>,
        limit: u32,
    ) -> QueryResult<Vec<Self>> {
        let mut rows = rows()
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.lt(seq.unwrap_or(i64::MAX)))
            .order(messages::seq.desc())
            .limit(i64::from(limit))
            .load::<Columns>(conn)?;
        rows.reverse();
        Ok(rows.into_iter().map(Self::from_columns).collect())
    }

    /// Up to `limit` messages after event `seq`, oldest first.
    pub fn after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
        limit: u32,
    ) -> QueryResult<Vec<Self>> {
        let rows = rows()
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.gt(seq))
            .order(messages::seq)
            .limit(i64::from(limit))
            .load::<Columns>(conn)?;
        Ok(rows.into_iter().map(Self::from_columns).collect())
    }

    /// The number of the event that created a message of this room.
    ///
    /// # Errors
    /// [`diesel::NotFound`] for a message that is not there or is in another room.
    pub fn seq_of(
        conn: &mut Connection,
        member: &RoomMember,
        message: MessageId,
    ) -> QueryResult<i64> {
        messages::table
            .filter(messages::id.eq(message))
            .filter(messages::room_id.eq(member.room.id))
            .select(messages::seq)
            .first(conn)
    }

    /// Whether the room has a message before event `seq`.
    pub(super) fn any_before(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
    ) -> QueryResult<bool> {
        let earlier = messages::table
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.lt(seq));
        diesel::select(diesel::dsl::exists(earlier)).get_result(conn)
    }

    /// Whether the room has a message after event `seq`.
    pub(super) fn any_after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
    ) -> QueryResult<bool> {
        let later = messages::table
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.gt(seq));
        diesel::select(diesel::dsl::exists(later)).get_result(conn)
    }

    pub(super) fn by_ids(
        conn: &mut Connection,
        ids: &[MessageId],
    ) -> QueryResult<HashMap<MessageId, Self>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = rows()
            .filter(messages::id.eq_any(ids))
            .load::<Columns>(conn)?;
        Ok(rows
            .into_iter()
            .map(Self::from_columns)
            .map(|message| (message.id, message))
            .collect())
    }
}

/// Messages with the names of their authors.
#[diesel::dsl::auto_type(no_type_alias)]
fn rows() -> _ {
    messages::table.inner_join(users::table).select((
        messages::id,
        messages::room_id,
        messages::seq,
        messages::author_id,
        messages::client_id,
        messages::body,
        messages::created_at,
        users::username,
        messages::html,
        messages::rendering,
    ))
}

/// What a person wants to say.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub author: UserId,
    /// Chosen by the sender; a repeat is answered with the first message.
    pub client_id: Uuid,
    /// Checked text.
    pub body: String,
    /// The text as markup.
    pub rendered: Rendered,
}

/// The stored message; `repeated` says that it was stored before.
#[derive(Debug, Clone)]
pub struct Posted {
    /// As stored.
    pub message: Message,
    /// Whether this is the answer to a repeat, which nobody else needs to hear.
    pub repeated: bool,
}

impl NewMessage {
    /// Renders the text, which takes no database: it is done before the writer's turn.
    pub fn new(room: RoomId, author: UserId, client_id: Uuid, body: String) -> Self {
        Self {
            rendered: formatting::render(&body),
            room,
            author,
            client_id,
            body,
        }
    }

    /// Stores the message and its event. On the writer's connection: checks and change are one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a room the author is not in, [`Error::Forbidden`] where writing has
    /// ended, [`Error::Conflict`] if `client_id` already names another message.
    pub fn post(self, conn: &mut Connection) -> Result<Posted> {
        let member = RoomMember::find(conn, self.room, self.author)?;
        if let Some(first) = self.first_answer(conn)? {
            return Ok(Posted {
                message: first,
                repeated: true,
            });
        }
        member.writable(conn)?;
        let id = self.insert(conn)?;
        let stored = rows().filter(messages::id.eq(id)).first(conn)?;
        Ok(Posted {
            message: Message::from_columns(stored),
            repeated: false,
        })
    }

    /// The message and its event, under the room's next number.
    fn insert(&self, conn: &mut Connection) -> QueryResult<MessageId> {
        let now = Timestamp::now();
        let seq = Room::next_message_seq(conn, self.room, now)?;
        let id = diesel::insert_into(messages::table)
            .values((
                messages::room_id.eq(self.room),
                messages::author_id.eq(self.author),
                messages::client_id.eq(self.client_id.to_string()),
                messages::body.eq(&self.body),
                messages::seq.eq(seq),
                messages::created_at.eq(now),
                messages::html.eq(self.rendered.html(|_| None)),
                messages::rendering.eq(RENDERING),
            ))
            .returning(messages::id)
            .get_result(conn)?;
        let created = NewEvent {
            kind: EventKind::MessageCreated,
            actor: self.author,
            message: Some(id),
            user: None,
        };
        created.insert(conn, self.room, seq)?;
        Ok(id)
    }

    fn first_answer(&self, conn: &mut Connection) -> Result<Option<Message>> {
        let found = rows()
            .filter(messages::author_id.eq(self.author))
            .filter(messages::client_id.eq(self.client_id.to_string()))
            .first(conn)
            .optional()?;
        match found.map(Message::from_columns) {
            Some(first) if first.room != self.room || first.body != self.body => {
                Err(Error::Conflict)
            }
            first => Ok(first),
        }
    }
}
