//! Posting: checks the permission, takes the room's next number, and stores the message exactly
//! once (idempotent by `client_id`).

use std::collections::HashSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    callable::{callable, others},
    mention::Mentioned,
    message::Message,
    reply::{AnsweredMessage, Reply},
    version::MessageVersion,
};
use crate::{
    accounts::{Person, UserId},
    chat::{
        log::{EventKind, MessageId, NewEvent},
        messages::{
            call::Call,
            formatting::{self, RENDERING, Rendered},
        },
        rooms::{Room, RoomAuthor, RoomId},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::messages,
};

/// A message to post.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The room.
    pub room: RoomId,
    /// The author.
    pub author: UserId,
    /// The idempotency key, chosen by the sender. A repeat gets the first message as its answer.
    pub client_id: Uuid,
    /// The validated text.
    pub body: String,
    /// The markup, with names still to be resolved.
    pub rendered: Rendered,
    /// The message of the same room that it answers.
    pub reply_to: Option<MessageId>,
    /// The people who are online, if the text has `@here`.
    pub online: HashSet<UserId>,
}

/// The result of posting.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The stored message.
    pub message: Message,
    /// Whether this is the answer to a repeat, which is not announced again.
    pub repeated: bool,
    /// The people whom it mentions. Empty for a repeat.
    pub mentions: Vec<UserId>,
    /// The members, if the message has `@here`.
    pub here: Option<CalledHere>,
}

/// The members of a room at a message with `@here`. Nobody may learn whom else it calls, because
/// that would show who is online.
#[derive(Debug, Clone)]
pub struct CalledHere {
    /// Those whom it calls.
    pub called: Vec<UserId>,
    /// The others, with the author.
    pub others: Vec<UserId>,
}

impl NewMessage {
    /// Renders the text. Needs no database, and so runs before the writer's turn.
    pub fn new(room: RoomId, author: UserId, client_id: Uuid, body: String) -> Self {
        Self {
            rendered: formatting::render(&body),
            room,
            author,
            client_id,
            body,
            reply_to: None,
            online: HashSet::new(),
        }
    }

    /// Stores the message and its event. Runs on the writer's connection, so that no change can
    /// come between the checks and the insert (a race).
    ///
    /// # Errors
    /// [`Error::NotFound`] if the author is not in the room or the answered message does not exist,
    /// [`Error::Forbidden`] if nobody may write there any more, [`Error::Conflict`] if another
    /// message has this `client_id`.
    pub fn post(self, conn: &mut Connection) -> Result<Posted> {
        let author = RoomAuthor::find(conn, self.room, self.author)?;
        if let Some(first) = self.first_answer(conn)? {
            return Ok(Posted {
                message: first,
                repeated: true,
                mentions: Vec::new(),
                here: None,
            });
        }
        author.require_writable(conn)?;
        let answered = match self.reply_to {
            Some(original) => Some(AnsweredMessage::find(conn, self.room, original)?),
            None => None,
        };
        let call = self.call(conn, &author)?;
        let called = Mentioned::find(conn, self.room, self.rendered.names())?.calling(call.clone());
        let reply_author = answered.as_ref().map(|answered| answered.author.id);
        let message = self.insert(conn, author.person, &called, answered)?;
        let place = (message.room, message.author.id);
        let mentions = called.keep(conn, place, (message.id, message.seq), reply_author)?;
        Ok(Posted {
            here: match call {
                Some((Call::Here, called)) => Some(CalledHere {
                    others: others(conn, message.room, &called)?,
                    called,
                }),
                Some((Call::Everyone, _)) | None => None,
            },
            message,
            repeated: false,
            mentions,
        })
    }

    /// Returns the call of the text, with the members whom it calls. Where the room has no calls,
    /// the words are text.
    fn call(
        &self,
        conn: &mut Connection,
        author: &RoomAuthor,
    ) -> QueryResult<Option<(Call, Vec<UserId>)>> {
        let Some(call) = self.call_word().filter(|_| author.may_call_all) else {
            return Ok(None);
        };
        let people = callable(conn, (self.room, self.author), call, &self.online)?;
        Ok(Some((call, people)))
    }

    /// Returns `@everyone` or `@here` if the text has one of them. It calls people only in a room
    /// that has calls, and only if the author may call there.
    pub(crate) fn call_word(&self) -> Option<Call> {
        Call::among(self.rendered.names())
    }

    /// Returns whether the text has a word that can call people.
    pub fn may_call(&self) -> bool {
        self.call_word().is_some()
    }

    /// Returns whether the text calls people and has not been stored yet. The author's address and
    /// rate limit decide then whether it may.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the author is not in the room.
    pub fn is_new_call(&self, conn: &mut Connection) -> Result<bool> {
        if !self.may_call() {
            return Ok(false);
        }
        let author = RoomAuthor::find(conn, self.room, self.author)?;
        Ok(author.may_call_all && self.known(conn)?.is_none())
    }

    /// Inserts the message and its event with the room's next number. Returns the message as it was
    /// written, without reading it back.
    fn insert(
        self,
        conn: &mut Connection,
        author: Person,
        called: &Mentioned,
        answered: Option<AnsweredMessage>,
    ) -> QueryResult<Message> {
        let now = Timestamp::now();
        let seq = Room::next_message_seq(conn, self.room, now)?;
        let html = self.rendered.html(|name| called.get(name));
        let reply = self.reply_to.zip(answered).map(|(to, answered)| Reply {
            to,
            original: answered.quote.map(|quote| (answered.author, quote)),
        });
        let quote = reply.as_ref().and_then(|reply| reply.original.as_ref());
        let id = diesel::insert_into(messages::table)
            .values((
                messages::room_id.eq(self.room),
                messages::author_id.eq(self.author),
                messages::client_id.eq(self.client_id.to_string()),
                messages::body.eq(&self.body),
                messages::seq.eq(seq),
                messages::created_at.eq(now),
                messages::html.eq(&html),
                messages::rendering.eq(RENDERING),
                messages::reply_to.eq(self.reply_to),
                messages::reply_quote.eq(quote.map(|(_, quote)| quote.as_str())),
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
        Ok(Message {
            id,
            room: self.room,
            seq,
            author,
            client_id: self.client_id,
            body: self.body,
            html,
            created_at: now,
            edited_at: None,
            deleted: None,
            reply,
            reactions: Vec::new(),
            pinned_by: None,
            notice: None,
        })
    }

    /// Returns the message that has this `client_id` already (idempotency check).
    fn first_answer(&self, conn: &mut Connection) -> Result<Option<Message>> {
        let Some(known) = self.known(conn)? else {
            return Ok(None);
        };
        let first = Message::get(conn, known)?;
        if self.is_repeat_of(conn, &first)? {
            Ok(Some(first))
        } else {
            Err(Error::Conflict)
        }
    }

    /// Returns the id of the message that has this `client_id`.
    fn known(&self, conn: &mut Connection) -> QueryResult<Option<MessageId>> {
        messages::table
            .filter(messages::author_id.eq(self.author))
            .filter(messages::client_id.eq(self.client_id.to_string()))
            .select(messages::id)
            .first(conn)
            .optional()
    }

    /// Returns whether the post equals the first one with this key. Compares the original text of
    /// the first message, because it may have been edited or deleted since.
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
        // A browser that learns of a restored database repeats the post without the answered
        // message, whose id may be another one there.
        let is_same_reply =
            self.reply_to.is_none() || first.reply.as_ref().map(|reply| reply.to) == self.reply_to;
        Ok(is_same_reply && oldest.as_deref().unwrap_or(&first.body) == self.body)
    }
}
