//! The latest message of each conversation, for lists of conversations.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{Integer, Text},
};

use crate::{
    accounts::UserId,
    chat::{
        log::MessageId,
        messages::formatting::{EXCERPT_CHARS, is_action, plain},
        rooms::RoomId,
    },
    db::{Connection, Timestamp},
    schema::{messages, rooms, users},
};

/// The characters of a message that are read for its excerpt. More than [`EXCERPT_CHARS`], because
/// of markup, and far less than a message may have, because a list has many.
pub(crate) const READ_CHARS: i32 = 300;

diesel::define_sql_function! {
    /// Characters `from`, counted from 1, to `from + chars - 1`.
    fn substr(text: Text, from: Integer, chars: Integer) -> Text;
}

/// The latest message of a room. Notices do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestMessage {
    /// The message.
    pub id: MessageId,
    /// Who wrote it.
    pub author: UserId,
    /// The name of the author.
    pub name: String,
    /// The beginning of its text, without markup and on one line. Empty if it was deleted.
    pub excerpt: String,
    /// Whether it says what its author does, to be read behind their name.
    pub is_action: bool,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// When it was posted.
    pub created_at: Timestamp,
}

impl LatestMessage {
    /// Returns the latest message of each of the rooms that has one.
    pub fn of(conn: &mut Connection, rooms: &[RoomId]) -> QueryResult<HashMap<RoomId, Self>> {
        // For an empty list, SQLite would scan all rooms.
        if rooms.is_empty() {
            return Ok(HashMap::new());
        }
        let later = diesel::alias!(messages as later);
        let latest = later
            .filter(later.field(messages::room_id).eq(rooms::id))
            .filter(later.field(messages::notice).is_null())
            .order(later.field(messages::seq).desc())
            .select(later.field(messages::id))
            .limit(1)
            .single_value();
        let rows = rooms::table
            .inner_join(messages::table.on(messages::id.nullable().eq(latest)))
            .inner_join(users::table.on(users::id.eq(messages::author_id)))
            .filter(rooms::id.eq_any(rooms))
            .select((
                rooms::id,
                messages::id,
                messages::author_id,
                users::name,
                substr(messages::body, 1, READ_CHARS),
                messages::deleted_at.is_not_null(),
                messages::created_at,
            ))
            .load::<(RoomId, MessageId, UserId, String, String, bool, Timestamp)>(conn)?;
        let latest = |(room, id, author, name, text, is_deleted, created_at)| {
            let (text, is_deleted): (String, bool) = (text, is_deleted);
            let excerpt = plain(&text, EXCERPT_CHARS);
            let message = Self {
                id,
                author,
                name,
                excerpt,
                is_action: !is_deleted && is_action(&text),
                is_deleted,
                created_at,
            };
            (room, message)
        };
        Ok(rows.into_iter().map(latest).collect())
    }
}
