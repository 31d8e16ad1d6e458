//! Messages: posted exactly once, numbered by their room, read in pages.

use std::collections::HashMap;

use diesel::{connection::DefaultLoadingMode, dsl::AsSelect, prelude::*, sqlite::Sqlite};
use uuid::Uuid;

use super::{
    Budget, Deletion, EventKind, MessageId, MessageVersion, NoticeKind, Reaction, Reply, Room,
    RoomId, RoomMember,
    budget::{quote_weight, text_weight},
    details::Details,
    event::NewEvent,
    mention::Called,
    reply::Answered,
};
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
    /// As typed; empty once it is deleted.
    pub body: String,
    /// The text as markup, ready for a page.
    pub html: String,
    /// When it was stored; shown, never used for order.
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
    /// Who deleted it.
    pub deleted: Option<Deletion>,
    /// What it answers.
    pub reply: Option<Reply>,
    /// In the order of first use.
    pub reactions: Vec<Reaction>,
    /// What happened, where the row is no text of a person: then `body` is only a value for it.
    pub notice: Option<NoticeKind>,
}

/// The columns of a message, and its author's name.
type Columns = (Row, String);

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct Row {
    pub(super) id: MessageId,
    room_id: RoomId,
    seq: i64,
    author_id: UserId,
    client_id: String,
    body: String,
    html: String,
    pub(super) rendering: i64,
    created_at: Timestamp,
    edited_at: Option<Timestamp>,
    deleted_by: Option<UserId>,
    pub(super) reply_to: Option<MessageId>,
    pub(super) reply_quote: Option<String>,
    notice: Option<NoticeKind>,
    pub(super) has_reactions: bool,
}

impl Row {
    /// Bytes of the row on a page, as far as the row tells. A text that another renderer made is
    /// weighed once more when it is made anew.
    fn weight(&self) -> usize {
        text_weight(&self.body, &self.html)
    }

    /// Whether there may be a name in the text.
    pub(super) fn may_call(&self) -> bool {
        self.body.contains('@')
    }
}

impl Message {
    /// What belongs to a row and lies elsewhere is taken out of `details`.
    fn from_columns((row, username): Columns, details: &mut Details) -> Self {
        let deleted = row.deleted_by.map(|by| match by == row.author_id {
            true => Deletion::ByAuthor,
            false => Deletion::ByModerator,
        });
        let html = match row.rendering {
            RENDERING => row.html,
            _ if row.notice.is_some() => String::new(),
            _ => formatting::render(&row.body).html(|name| details.called(row.id, name)),
        };
        Self {
            reply: details.reply_of(row.reply_to, row.reply_quote),
            reactions: details.reactions_of(row.id),
            id: row.id,
            room: row.room_id,
            seq: row.seq,
            author: Person::new(row.author_id, username),
            client_id: Uuid::parse_str(&row.client_id).unwrap_or_default(),
            body: row.body,
            html,
            created_at: row.created_at,
            edited_at: row.edited_at,
            deleted,
            notice: row.notice,
        }
    }

    /// Bytes of the message on a page; an upper bound.
    pub(super) fn weight(&self) -> usize {
        let quoted = self.reply.as_ref().map_or(0, |reply| {
            let original = reply.original.as_ref();
            let (author, text) = original.map_or(("", ""), |(author, text)| {
                (author.username.as_str(), text.as_str())
            });
            quote_weight(author, text)
        });
        let reactions: usize = self.reactions.iter().map(Reaction::weight).sum();
        text_weight(&self.body, &self.html) + quoted + reactions
    }

    /// Bytes of its text in both forms, of which every frame holds at least so many.
    pub(super) fn text_bytes(&self) -> usize {
        self.body.len() + self.html.len()
    }

    /// Rows with all that belongs to them: two more queries, however many rows there are.
    fn complete(conn: &mut Connection, rows: Vec<Columns>) -> QueryResult<Vec<Self>> {
        let mut details = Details::of(conn, rows.iter().map(|(row, _)| row))?;
        let message = |columns| Self::from_columns(columns, &mut details);
        Ok(rows.into_iter().map(message).collect())
    }

    /// One message, wherever it stands.
    pub(super) fn get(conn: &mut Connection, id: MessageId) -> QueryResult<Self> {
        let row = rows().filter(messages::id.eq(id)).first::<Columns>(conn)?;
        let mut details = Details::of(conn, std::iter::once(&row.0))?;
        Ok(Self::from_columns(row, &mut details))
    }

    /// The messages before event `seq` (the newest without one) that fit into the budget, oldest
    /// first; at least one if there is one.
    pub fn before(
        conn: &mut Connection,
        member: &RoomMember,
        seq: Option<i64>,
        budget: Budget,
    ) -> QueryResult<Vec<Self>> {
        let rows = budget.take(
            rows()
                .filter(messages::room_id.eq(member.room.id))
                .filter(messages::seq.lt(seq.unwrap_or(i64::MAX)))
                .order(messages::seq.desc())
                .limit(i64::from(budget.messages))
                .load_iter::<Columns, DefaultLoadingMode>(conn)?,
            |(row, _)| row.weight(),
        )?;
        let mut messages = Self::complete(conn, rows)?;
        budget.cut(&mut messages, Self::weight);
        messages.reverse();
        Ok(messages)
    }

    /// The messages after event `seq` that fit into the budget, oldest first; at least one if there
    /// is one.
    pub fn after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
        budget: Budget,
    ) -> QueryResult<Vec<Self>> {
        let rows = budget.take(
            rows()
                .filter(messages::room_id.eq(member.room.id))
                .filter(messages::seq.gt(seq))
                .order(messages::seq)
                .limit(i64::from(budget.messages))
                .load_iter::<Columns, DefaultLoadingMode>(conn)?,
            |(row, _)| row.weight(),
        )?;
        let mut messages = Self::complete(conn, rows)?;
        budget.cut(&mut messages, Self::weight);
        Ok(messages)
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

    /// The messages with these ids; nothing if their texts exceed `most_bytes`.
    pub(super) fn by_ids(
        conn: &mut Connection,
        ids: &[MessageId],
        most_bytes: usize,
    ) -> QueryResult<Option<HashMap<MessageId, Self>>> {
        if ids.is_empty() {
            return Ok(Some(HashMap::new()));
        }
        let mut found = Vec::new();
        let mut bytes = 0_usize;
        for columns in rows()
            .filter(messages::id.eq_any(ids))
            .load_iter::<Columns, DefaultLoadingMode>(conn)?
        {
            let columns = columns?;
            bytes = bytes.saturating_add(columns.0.body.len() + columns.0.html.len());
            if bytes > most_bytes {
                return Ok(None);
            }
            found.push(columns);
        }
        let found = Self::complete(conn, found)?;
        let by_id = |message: Self| (message.id, message);
        Ok(Some(found.into_iter().map(by_id).collect()))
    }
}

/// Messages with the names of their authors.
#[diesel::dsl::auto_type(no_type_alias)]
fn rows() -> _ {
    let row: AsSelect<Row, Sqlite> = Row::as_select();
    messages::table
        .inner_join(users::table)
        .select((row, users::username))
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
    /// The message of the same room that it answers.
    pub reply_to: Option<MessageId>,
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
            reply_to: None,
        }
    }

    /// Stores the message and its event. On the writer's connection: checks and change are one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a room the author is not in and for an answer to what is not there,
    /// [`Error::Forbidden`] where writing has ended, [`Error::Conflict`] if `client_id` already names
    /// another message.
    pub fn post(self, conn: &mut Connection) -> Result<Posted> {
        let member = RoomMember::find(conn, self.room, self.author)?;
        if let Some(first) = self.first_answer(conn)? {
            return Ok(Posted {
                message: first,
                repeated: true,
            });
        }
        let member = member.writable(conn)?;
        let answered = match self.reply_to {
            Some(original) => Some(Answered::find(conn, &member, original)?),
            None => None,
        };
        let called = Called::find(conn, self.room, self.rendered.names())?;
        let (id, seq) = self.insert(conn, (&called, answered.as_ref()))?;
        let reply_author = answered.map(|answered| answered.author);
        called.keep(conn, &member, (id, seq), reply_author)?;
        Ok(Posted {
            message: Message::get(conn, id)?,
            repeated: false,
        })
    }

    /// The message and its event, under the room's next number.
    fn insert(
        &self,
        conn: &mut Connection,
        (called, answered): (&Called, Option<&Answered>),
    ) -> QueryResult<(MessageId, i64)> {
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
                messages::html.eq(self.rendered.html(|name| called.get(name))),
                messages::rendering.eq(RENDERING),
                messages::reply_to.eq(self.reply_to),
                messages::reply_quote.eq(answered.and_then(|answered| answered.quote.as_deref())),
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
        Ok((id, seq))
    }

    fn first_answer(&self, conn: &mut Connection) -> Result<Option<Message>> {
        let found = rows()
            .filter(messages::author_id.eq(self.author))
            .filter(messages::client_id.eq(self.client_id.to_string()))
            .first::<Columns>(conn)
            .optional()?;
        let Some(first) = Message::complete(conn, found.into_iter().collect())?.pop() else {
            return Ok(None);
        };
        if self.is_repeat_of(conn, &first)? {
            Ok(Some(first))
        } else {
            Err(Error::Conflict)
        }
    }

    /// Compares what the message said first: it may have been edited or deleted since.
    fn is_repeat_of(&self, conn: &mut Connection, first: &Message) -> QueryResult<bool> {
        if first.room != self.room {
            return Ok(false);
        }
        if first.deleted.is_some() {
            return Ok(true);
        }
        let oldest = match first.edited_at {
            Some(_) => MessageVersion::oldest_body(conn, first.id)?,
            None => None,
        };
        // A browser that learns of a restored database sends again without naming the answered message.
        let is_same_reply =
            self.reply_to.is_none() || first.reply.as_ref().map(|reply| reply.to) == self.reply_to;
        Ok(is_same_reply && oldest.as_deref().unwrap_or(&first.body) == self.body)
    }
}
