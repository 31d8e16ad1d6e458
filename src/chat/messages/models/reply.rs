//! A message that answers another one keeps its number and what it said then.

use diesel::prelude::*;

use crate::{
    accounts::{Person, UserId},
    chat::{log::MessageId, messages::formatting::plain, rooms::RoomId},
    db::Connection,
    schema::{messages, users},
};

/// Characters of the answered message that an answer keeps.
pub(crate) const QUOTE_CHARS: usize = 140;

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The answered message.
    pub to: MessageId,
    /// Who wrote it and how it began when it was answered, at most 140 characters; nothing once it
    /// is deleted.
    pub original: Option<(Person, String)>,
}

/// A message about to be answered.
#[derive(Debug)]
pub(crate) struct AnsweredMessage {
    pub(crate) author: Person,
    /// Nothing if it is deleted: who answered it meanwhile still says what they wanted to say.
    pub(crate) quote: Option<String>,
}

impl AnsweredMessage {
    /// # Errors
    /// [`diesel::NotFound`] for a message that the member cannot see.
    pub(crate) fn find(
        conn: &mut Connection,
        room: RoomId,
        message: MessageId,
    ) -> QueryResult<Self> {
        let (author, username, body, deleted_by) = messages::table
            .inner_join(users::table)
            .filter(messages::id.eq(message))
            .filter(messages::room_id.eq(room))
            .filter(messages::notice.is_null())
            .select((
                messages::author_id,
                users::username,
                messages::body,
                messages::deleted_by,
            ))
            .first::<(UserId, String, String, Option<UserId>)>(conn)?;
        let quote = deleted_by.is_none().then(|| plain(&body, QUOTE_CHARS));
        Ok(Self {
            author: Person::new(author, username),
            quote,
        })
    }
}
