//! Replies: a message that answers another one keeps its id and a quote of its text at that time.

use diesel::prelude::*;

use crate::{
    accounts::{Person, UserId, UserRef},
    chat::{log::MessageId, messages::formatting::plain, rooms::RoomId},
    db::Connection,
    schema::{messages, users},
};

/// The length of a quote, in characters.
pub(crate) const QUOTE_CHARS: usize = 140;

/// The answered message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The id of the answered message.
    pub to: MessageId,
    /// Its author and the quote, at most 140 characters. `None` if it is deleted.
    pub original: Option<(Person, String)>,
}

/// A message that is about to be answered.
#[derive(Debug)]
pub(crate) struct AnsweredMessage {
    pub(crate) author: Person,
    /// The quote. `None` if the message was deleted while the reply was typed. The reply is still
    /// accepted.
    pub(crate) quote: Option<String>,
}

impl AnsweredMessage {
    /// Finds the message.
    ///
    /// # Errors
    /// [`diesel::NotFound`] if the member cannot see it.
    pub(crate) fn find(
        conn: &mut Connection,
        room: RoomId,
        message: MessageId,
    ) -> QueryResult<Self> {
        let (author, body, deleted_by) = messages::table
            .inner_join(users::table)
            .filter(messages::id.eq(message))
            .filter(messages::room_id.eq(room))
            .filter(messages::notice.is_null())
            .select((UserRef::as_select(), messages::body, messages::deleted_by))
            .first::<(UserRef, String, Option<UserId>)>(conn)?;
        let quote = deleted_by.is_none().then(|| plain(&body, QUOTE_CHARS));
        Ok(Self {
            author: Person::from(author),
            quote,
        })
    }
}
